"""The containers of arrays: the same table from each, their units, and what is wrong with a file said in one line."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

import h5py
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from nptdms import ChannelObject, TdmsWriter
from pyarrow import parquet
from scipy.io import savemat

import stfit
from stfit.errors import InputError
from stfit.kinds.dwell.data import DwellTimes
from stfit.loaders.reader import reader_of
from stfit.loaders.reading import read_table
from stfit.measurement.description import Dialect
from tests.containers import CURRENT, STATE, WRITERS, N
from tests.saying import unnamed

LVM = """LabVIEW Measurement\t
Separator\tTab
Decimal_Separator\t{mark}
***End_of_Header***\t
\t
Channels\t2\t\t
Y_Unit_Label\tmV\tmA\t
X_Dimension\tTime\tTime\t
***End_of_Header***\t\t\t
X_Value\tvoltage\tcurrent\tComment
0{mark}000\t0{mark}1\t-1{mark}0
0{mark}001\t0{mark}2\t0{mark}0
0{mark}002\t0{mark}3\t1{mark}5
"""


WITHOUT_UNITS = {"arrays.npz", "fields.npy", "variables.mat", "struct.mat"}
named = pytest.mark.parametrize("name", WRITERS)


def written(folder: Path, name: str) -> Path:
    WRITERS[name](folder / name)
    return folder / name


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as refused:
        read_table(path)
    return str(refused.value)


@named
def test_every_container_gives_the_same_table(tmp_path: Path, name: str) -> None:
    table = read_table(written(tmp_path, name))
    found = dict(zip(table.header, table.columns, strict=True))
    current = "current" if name in WITHOUT_UNITS else "current (mA)"
    assert set(found) == {"state", current, "n"}
    assert found["state"].tolist() == STATE
    assert found[current].tolist() == CURRENT
    assert found["n"].tolist() == N
    assert len(table.sha256) == 64


def test_an_npz_is_a_dwell_table(tmp_path: Path) -> None:
    path = tmp_path / "dwell.npz"
    np.savez(path, state=np.array(["P", "AP"]), current=[1.0, -1.0], n=[3, 4], total_time=[0.5, 0.25])
    found = stfit.load(path, "dwell-times", columns={"current": "current (mA)", "total_time": "total_time (s)"})
    assert isinstance(found, DwellTimes)
    assert found.settings.drive.tolist() == [1e-3, -1e-3]
    assert found.total_time.tolist() == [0.5, 0.25]


@named
def test_a_file_cut_short_is_refused_in_one_line_or_is_a_smaller_table(tmp_path: Path, name: str) -> None:
    content = written(tmp_path, name).read_bytes()
    path = tmp_path / f"cut{Path(name).suffix}"
    for end in sorted({0, 1, 7, *np.random.default_rng(5).integers(8, len(content) * 3 // 4, 12).tolist()}):
        path.write_bytes(content[:end])
        assert said_or_read(path).count("\n") == 0


def said_or_read(path: Path) -> str:
    """The one message, or the header of the table; any other exception is a bug."""
    try:
        return " ".join(read_table(path).header)
    except InputError as error:
        return str(error)


@pytest.mark.parametrize("suffix", [".xlsx", ".parquet", ".h5", ".npz", ".npy", ".mat", ".tdms", ".lvm"])
def test_another_file_under_that_suffix_is_refused(write: Callable[..., Path], suffix: str) -> None:
    assert refusal(write("state,n\nP,3\n", f"table{suffix}")).startswith(f"table{suffix}")


@pytest.mark.parametrize("save", ["npy", "npz"])
def test_what_must_be_unpickled_is_refused(tmp_path: Path, save: str) -> None:
    path = tmp_path / f"objects.{save}"
    objects = np.array([{"a": 1}], dtype=object)
    if save == "npy":
        np.save(path, objects, allow_pickle=True)
    else:
        np.savez(path, current=objects)
    assert "Python objects, which only unpickling could read; it is never done" in refusal(path)


def test_an_array_without_names_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "plain.npy", np.zeros(3))
    assert refusal(tmp_path / "plain.npy").endswith("found one array without names")


def test_columns_of_several_lengths_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", current=np.zeros(3), n=np.zeros(2))
    assert refusal(tmp_path / "a.npz") == "a.npz: expected columns of one length; found 2 in 'n' and 3 in 'current'"


def test_what_is_no_column_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", current=np.zeros((2, 2, 2)))
    assert "a.npz, column 'current': expected" in refusal(tmp_path / "a.npz")


def test_complex_numbers_are_two_columns(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["S21"] = np.array([1 + 2j, 3 - 4j])
        file["S21"].attrs["unit"] = "mV"
    table = read_table(tmp_path / "a.h5")
    assert table.header == ("S21 re (mV)", "S21 im (mV)")
    assert [column.tolist() for column in table.columns] == [[1, 3], [2, -4]]


def test_no_rows_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", current=np.zeros(0))
    assert refusal(tmp_path / "a.npz") == "a.npz: expected rows of data; found none"


def test_single_values_beside_columns_are_settings(tmp_path: Path) -> None:
    columns: dict[str, Any] = {"current": np.arange(4.0), "n": np.arange(4), "sample": np.array("A1"), "gain": 3.0}
    savemat(tmp_path / "a.mat", columns)
    np.savez(tmp_path / "a.npz", **columns)
    for name in ("a.mat", "a.npz"):
        table = read_table(tmp_path / name)
        assert set(table.header) == {"current", "n"}
        assert dict(table.settings) == {"sample": "A1", "gain": 3.0}


def test_single_values_in_a_group_of_their_own_are_left_out(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["data/current"], file["settings/gain"] = CURRENT, 3.0
    table = read_table(tmp_path / "a.h5")
    assert table.header == ("current",)
    assert table.settings == (("settings/gain", 3.0),)


def test_a_table_of_one_row_is_one(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", current=[1.0], n=[3])
    assert read_table(tmp_path / "a.npz").rows == 1


@pytest.mark.parametrize(("name", "unit"), [("T", "K"), ("T", ""), ("V_min", ""), ("t", "nm"), ("t_K", "")])
def test_other_columns_leave_the_clock_of_waveforms(tmp_path: Path, name: str, unit: str) -> None:
    clock = {"wf_increment": 0.25, "unit_string": unit}
    with TdmsWriter(tmp_path / "a.tdms") as writer:
        writer.write_segment([ChannelObject("g", name, np.array([5.0, 6.0, 8.0]), properties=clock)])
    assert read_table(tmp_path / "a.tdms").header[0] == "time (s)"


def test_waveforms_have_the_clock_of_their_properties(tmp_path: Path) -> None:
    clock = {"wf_start_offset": 0.5, "wf_increment": 0.25, "unit_string": "mA"}
    with TdmsWriter(tmp_path / "a.tdms") as writer:
        writer.write_segment([ChannelObject("g", "current", np.array(CURRENT), properties=clock)])
    table = read_table(tmp_path / "a.tdms")
    assert table.header == ("time (s)", "current (mA)")
    assert table.columns[0].tolist() == [0.5, 0.75, 1.0]
    assert not unnamed(" ".join(table.recognised), "'time (s)'", "wf_increment")


@pytest.mark.parametrize(("name", "unit"), [("t_ms", ""), ("Time (s)", ""), ("stamp", "us"), ("T", "s"), ("t", "")])
def test_times_of_a_file_go_before_the_clock_of_its_waveforms(tmp_path: Path, name: str, unit: str) -> None:
    clock = {"wf_start_offset": 0.5, "wf_increment": 0.25}
    with TdmsWriter(tmp_path / "a.tdms") as writer:
        times = ChannelObject("g", name, np.array([5.0, 6.0, 8.0]), properties={**clock, "unit_string": unit})
        writer.write_segment([ChannelObject("g", "current (mA)", np.array(CURRENT), properties=clock), times])
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["current (mA)"], file[name] = CURRENT, [5.0, 6.0, 8.0]
        for item in file.values():
            item.attrs.update(clock)
        file[name].attrs["unit"] = unit
    for path in (tmp_path / "a.tdms", tmp_path / "a.h5"):
        table = read_table(path)
        assert sorted(table.header) == sorted(["current (mA)", f"{name.strip()} ({unit})" if unit else name.strip()])
        assert not unnamed(" ".join(table.recognised), f"'{name.strip()}", "is not used")


@pytest.mark.parametrize("index", [True, False])
@pytest.mark.parametrize("units", [("mA", "ohm", "-"), ("", "(ohm)", "1"), None])
def test_a_workbook_may_have_an_index_and_a_row_of_units(
    tmp_path: Path, index: bool, units: tuple[str, ...] | None
) -> None:
    names = ["current", "R", "n"] if units else ["current (mA)", "R (ohm)", "n"]
    rows = [[-1.5, 10.0, 3], [1.0, 11.0, 4], [2, 12.0, 5]]
    frame = pd.DataFrame([*([list(units)] if units else []), *rows], columns=names)
    frame.to_excel(tmp_path / "a.xlsx", index=index)
    table = read_table(tmp_path / "a.xlsx")
    current = "current" if units and not units[0] else "current (mA)"
    assert table.header == (current, "R (ohm)", "n")
    assert [column.tolist() for column in table.columns] == [[-1.5, 1.0, 2.0], [10.0, 11.0, 12.0], [3.0, 4.0, 5.0]]
    assert table.lines().tolist() == ([3, 4, 5] if units else [2, 3, 4])
    said = " ".join(table.recognised)
    assert ("no name" in said, "units in row 2" in said) == (index, units is not None)


def test_dates_are_text(tmp_path: Path) -> None:
    when = pa.array([2**60, 0], pa.int64()).cast(pa.timestamp("us"))
    parquet.write_table(pa.table({"when": when, "n": [1, 2]}), tmp_path / "a.parquet")
    assert read_table(tmp_path / "a.parquet").columns[0].tolist()[1].startswith("1970-01-01")


def test_a_nan_is_named_by_its_row(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, state=np.array(["P", "AP"]), current=[1.0, np.nan], n=[3, 4], total_time=[0.5, 0.25])
    with pytest.raises(InputError, match=r"a\.npz, line 2, column 'current': expected a finite .*; found 'nan'"):
        stfit.load(path, "dwell-times", columns={"current": "current (mA)", "total_time": "total_time (s)"})


def test_several_sheets_are_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title in ("one", "two"):
        book.create_sheet(title).append(["state"])
    book.save(tmp_path / "a.xlsx")
    assert not unnamed(refusal(tmp_path / "a.xlsx"), "a.xlsx", 'group = "one"', 2, "'one'", "'two'")


def test_a_formula_without_a_value_is_an_empty_cell(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["state", "current (mA)", "n", "total_time (s)"], ["P", "=1+1", 3, 0.5]):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match=r"line 2, column 'current \(mA\)': expected a finite .*; found an empty"):
        stfit.load(tmp_path / "a.xlsx", "dwell-times")


@pytest.mark.parametrize("mark", [".", ","])
def test_a_labview_file(write: Callable[..., Path], mark: str) -> None:
    table = read_table(write(LVM.format(mark=mark), "a.lvm"))
    assert table.header == ("time (s)", "voltage (mV)", "current (mA)")
    assert [column.tolist() for column in table.columns] == [[0, 0.001, 0.002], [0.1, 0.2, 0.3], CURRENT]
    assert table.lines().tolist() == [11, 12, 13]


def test_a_labview_file_separated_by_commas_without_a_column_of_times(write: Callable[..., Path]) -> None:
    clock = "X0\t1\t1\nDelta_X\t0.5\t0.5\nNotes\tµ\nY_Unit_Label\tmV"
    text = LVM.format(mark=".").replace("Y_Unit_Label\tmV", clock)
    text = text.replace("Separator\tTab", "Separator\tComma\nX_Columns\tNo")
    for time in ("0.000", "0.001", "0.002"):
        text = text.replace(f"\n{time}\t", "\n\t")
    table = read_table(write(text.replace("\t", ",").encode("latin-1"), "a.lvm"))
    assert table.header == ("time (s)", "voltage (mV)", "current (mA)")
    assert [column.tolist() for column in table.columns] == [[1.0, 1.5, 2.0], [0.1, 0.2, 0.3], CURRENT]


def segment(first: int, *, times: str = "X_Value\tvoltage\tX_Value\tcurrent\tComment") -> str:
    """Three rows of two channels, each with times of its own, from a number on."""
    rows = "".join(f"{0.5 * i}\t{first + i}\t{0.5 * i}\t{-first - i}\t{'hot' if i else ''}\n" for i in range(3))
    units = "Y_Unit_Label\tmV\t\tmA\nX_Dimension\tTime\t\tTime"
    return f"Channels\t2\nNotes\tµ {first}\n{units}\n***End_of_Header***\t\n{times}\n{rows}\n"


def test_segments_of_a_labview_file_are_groups_with_times_of_all_channels(write: Callable[..., Path]) -> None:
    head = "LabVIEW Measurement\t\nX_Columns\tMulti\nMulti_Headings\tYes\n***End_of_Header***\n\n"
    path = write((head + segment(1) + segment(11)).encode("latin-1"), "a.lvm")
    assert not unnamed(refusal(path), "a.lvm", 'group = "1"', 'group = "*"', 2)
    table = read_table(path, Dialect(group="2"))
    assert table.header == ("time (s)", "voltage (mV)", "current (mA)")
    assert [column.tolist() for column in table.columns] == [[0, 0.5, 1], [11, 12, 13], [-11, -12, -13]]
    assert table.lines().tolist() == [22, 23, 24]
    assert table.settings == (("Notes", "µ 11"),)
    assert read_table(path, Dialect(group="*")).columns[1].tolist() == ["µ 1"] * 3 + ["µ 11"] * 3


def test_a_channel_of_a_labview_file_with_other_times_keeps_them(write: Callable[..., Path]) -> None:
    text = segment(1).replace("0.5\t-2", "0.7\t-2")
    table = read_table(write(f"LabVIEW Measurement\n***End_of_Header***\n\n{text}", "a.lvm"))
    assert table.header == ("time (s)", "voltage (mV)", "time of current (s)", "current (mA)")
    assert table.columns[2].tolist() == [0.0, 0.7, 1.0]


def test_a_short_row_of_a_labview_file_ends_in_an_empty_cell(write: Callable[..., Path]) -> None:
    text = LVM.format(mark=".").replace("0.001\t0.2\t0.0", "0.001\t0.2")
    assert read_table(write(text, "a.lvm")).columns[2].tolist() == ["-1", "", "1.5"]


def test_a_pymeasure_file_is_a_csv_with_its_parameters_as_comments(write: Callable[..., Path]) -> None:
    text = "#Procedure: <lab.Sweep>\n#Parameters:\n#\tDelay: 10 ms\n#Data:\nstate,current (mA),n\nP,1.5,3\n"
    table = read_table(write(text))
    assert table.header == ("state", "current (mA)", "n")
    assert table.lines().tolist() == [6]


def test_the_extra_is_named_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "stfit.loaders.parquet", raising=False)
    monkeypatch.setitem(sys.modules, "pyarrow", None)  # as where it is not installed
    expected = (
        r'expected the package pyarrow, which reads \.parquet files; found none installed; pip install "stfit\[io\]"'
    )
    with pytest.raises(InputError, match=expected):
        reader_of("parquet", tmp_path / "a.parquet")


def test_the_container_of_contributing_reads_a_table(tmp_path: Path) -> None:
    text = (Path(__file__).parents[3] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    code = text.partition("## A container of your own")[2].partition("```python\n")[2].partition("   ```")[0]
    names: dict[str, Any] = {}
    exec(compile(dedent(code), "CONTRIBUTING.md", "exec", dont_inherit=True), names)  # noqa: S102
    frame = pd.DataFrame({"current (mA)": [0.5, 1.5], "n": [3, 4]})
    frame.to_feather(tmp_path / "table.feather")
    found = names["read"](tmp_path / "table.feather", 10**6)
    assert [(name, values.tolist()) for name, values in found.columns] == [("current (mA)", [0.5, 1.5]), ("n", [3, 4])]
    with pytest.raises(InputError, match=r"table\.feather, unpacked"):
        names["read"](tmp_path / "table.feather", 8)
