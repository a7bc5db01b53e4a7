"""The containers of arrays: the same table from each, their units, and what is wrong with a file said in one line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import openpyxl
import pyarrow as pa
import pytest
from nptdms import ChannelObject, TdmsWriter
from pyarrow import parquet
from scipy.io import savemat

import stfit
from stfit.errors import InputError
from stfit.kinds.dwell.data import DwellTimes
from stfit.loaders import assembled
from stfit.loaders.containers import read_table

STATE, CURRENT, N = ["P", "AP", "P"], [-1.0, 0.0, 1.5], [10, 20, 0]
RECORDS = np.array(list(zip(STATE, CURRENT, N, strict=True)), dtype=[("state", "U2"), ("current", "f8"), ("n", "i4")])
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


def workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["# written by a script"], [], ["state", "current (mA)", "n"], *zip(STATE, CURRENT, N, strict=True)):
        sheet.append(list(row))
    book.create_sheet("nothing here")
    book.save(path)


def parquet_file(path: Path) -> None:
    current = pa.field("current", pa.float64(), metadata={"unit": "mA"})
    schema = pa.schema([("state", pa.string()), current, ("n", pa.int64())])
    parquet.write_table(pa.table({"state": STATE, "current": CURRENT, "n": N}, schema=schema), path)


def hdf5_group(path: Path) -> None:
    with h5py.File(path, "w") as file:
        group = file.create_group("run 1")
        group["state"], group["current"], group["n"] = STATE, CURRENT, N
        group["current"].attrs["unit"] = "mA"


def hdf5_fields(path: Path) -> None:
    with h5py.File(path, "w") as file:
        fields = [("state", "S2"), ("current", "f8"), ("n", "i4")]
        file["dwells"] = np.array(list(zip(STATE, CURRENT, N, strict=True)), dtype=fields)
        file["dwells"].attrs["current_unit"] = "mA"


def matlab_variables(path: Path) -> None:
    savemat(path, {"state": np.array(STATE, dtype=object), "current": np.array(CURRENT), "n": np.array(N)})


def matlab_struct(path: Path) -> None:
    savemat(path, {"run": {"state": np.array(STATE, dtype=object), "current": np.array(CURRENT), "n": np.array(N)}})


def tdms(path: Path) -> None:
    channels = [("state", STATE, {}), ("current", np.array(CURRENT), {"unit_string": "mA"}), ("n", np.array(N), {})]
    with TdmsWriter(path) as writer:
        writer.write_segment([ChannelObject("run", name, data, properties=units) for name, data, units in channels])


WRITERS: dict[str, Callable[[Path], None]] = {
    "book.xlsx": workbook,
    "table.parquet": parquet_file,
    "group.h5": hdf5_group,
    "fields.hdf5": hdf5_fields,
    "arrays.npz": lambda path: np.savez(path, state=np.array(STATE), current=np.array(CURRENT), n=np.array(N)),
    "fields.npy": lambda path: np.save(path, RECORDS),
    "variables.mat": matlab_variables,
    "struct.mat": matlab_struct,
    "channels.tdms": tdms,
}
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
    np.save(tmp_path / "plain.npy", np.zeros((3, 2)))
    assert refusal(tmp_path / "plain.npy").endswith("found one array of shape (3, 2) without names")


def test_columns_of_several_lengths_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", current=np.zeros(3), n=np.zeros(2))
    assert refusal(tmp_path / "a.npz") == "a.npz: expected columns of one length; found 2 in 'n' and 3 in 'current'"


@pytest.mark.parametrize("values", [np.zeros((2, 2)), np.array([1j, 2j])])
def test_what_is_no_column_is_refused(tmp_path: Path, values: Any) -> None:
    np.savez(tmp_path / "a.npz", current=values)
    assert "a.npz, column 'current': expected" in refusal(tmp_path / "a.npz")


def test_no_rows_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", current=np.zeros(0))
    assert refusal(tmp_path / "a.npz") == "a.npz: expected rows of data; found none"


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
    assert refusal(tmp_path / "a.xlsx") == "a.xlsx: expected one sheet with content; found 2: 'one', 'two'"


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


def test_two_segments_of_a_labview_file_are_refused(write: Callable[..., Path]) -> None:
    text = LVM.format(mark=".")
    assert refusal(write(text + text.partition("***End_of_Header***\t\n")[2], "a.lvm")).endswith("segment; found 2")


def test_a_short_row_of_a_labview_file_is_named(write: Callable[..., Path]) -> None:
    text = LVM.format(mark=".").replace("0.001\t0.2\t0.0", "0.001\t0.2")
    assert refusal(write(text, "a.lvm")) == "a.lvm, line 12: expected 3 cells; found 2"


def test_a_pymeasure_file_is_a_csv_with_its_parameters_as_comments(write: Callable[..., Path]) -> None:
    text = "#Procedure: <lab.Sweep>\n#Parameters:\n#\tDelay: 10 ms\n#Data:\nstate,current (mA),n\nP,1.5,3\n"
    table = read_table(write(text))
    assert table.header == ("state", "current (mA)", "n")
    assert table.lines().tolist() == [6]


def test_the_extra_is_named_where_it_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(name: str) -> None:
        raise ImportError(name)

    parquet_file(tmp_path / "a.parquet")
    monkeypatch.setattr(assembled, "import_module", absent)
    expected = (
        r'expected the package pyarrow, which reads \.parquet files; found none installed; pip install "stfit\[io\]"'
    )
    with pytest.raises(InputError, match=expected):
        read_table(tmp_path / "a.parquet")
