"""Containers of several tables: one is chosen, all are joined or listed, and what stands beside them is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import openpyxl
import pytest
from nptdms import ChannelObject, GroupObject, RootObject, TdmsWriter
from scipy.io import savemat

from stfit.errors import InputError
from stfit.kinds.ramp.layout import LOOP_LAYOUT
from stfit.loaders.containers import Problems, Table
from stfit.loaders.described import Described, columns_in, open_table
from stfit.loaders.groups import Several, fits
from stfit.loaders.reading import read_table
from stfit.measurement.description import ColumnSource, Description, Dialect
from tests.saying import unnamed

ROWS = 6
SWEEPS = ("up 1", "up 2")


def columns(sweep: int) -> dict[str, Any]:
    """Current (mA) and resistance (ohm) of a sweep, with its time (s)."""
    steps = np.arange(float(ROWS))
    return {"current": steps - 2.5, "resistance": 10.0 + sweep + (steps > 2), "time": ROWS * sweep + 0.1 * steps}


UNITS = {"current": "mA", "resistance": "ohm", "time": "s"}


def tdms(path: Path) -> None:
    with TdmsWriter(path) as writer:
        objects: list[Any] = [RootObject(properties={"operator": "lab"})]
        for sweep, name in enumerate(SWEEPS):
            objects.append(GroupObject(name, properties={"temperature": 290.0 + sweep, "temperature_unit": "K"}))
            objects += [
                ChannelObject(name, header, values, properties={"unit_string": UNITS[header]})
                for header, values in columns(sweep).items()
            ]
        writer.write_segment(objects)


def hdf5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.attrs["operator"] = "lab"
        for sweep, name in enumerate(SWEEPS):
            group = file.create_group(name)
            group["temperature"] = 290.0 + sweep
            group.attrs["temperature_unit"] = "K"
            for header, values in columns(sweep).items():
                group[header] = values
                group[header].attrs["unit"] = UNITS[header]


def workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    for sweep, name in enumerate(SWEEPS):
        sheet = book.create_sheet(name)
        headed = {f"{header} ({UNITS[header]})": values for header, values in columns(sweep).items()}
        sheet.append(list(headed))
        for row in zip(*headed.values(), strict=True):
            sheet.append([float(cell) for cell in row])
    book.save(path)


WRITERS: dict[str, Callable[[Path], None]] = {"a.tdms": tdms, "a.h5": hdf5, "a.xlsx": workbook}
each = pytest.mark.parametrize("name", WRITERS)


def written(folder: Path, name: str) -> Path:
    WRITERS[name](folder / name)
    return folder / name


def group(path: Path, name: str) -> Table:
    return read_table(path, Dialect(group=name))


def refusal(path: Path, name: str = "") -> str:
    with pytest.raises(InputError) as refused:
        group(path, name)
    return str(refused.value)


@each
def test_the_key_that_a_refusal_names_takes_a_group(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, name)
    assert not unnamed(refusal(path), name, 'group = "up 1"', 'group = "*"', 2, "'up 1'", "'up 2'")
    assert not unnamed(refusal(path, "down"), name, "'up 1'", "'up 2'", "'down'")
    table = group(path, "up 2")
    found = dict(zip(table.header, table.columns, strict=True))
    assert found["resistance (ohm)"].tolist() == columns(1)["resistance"].tolist()


@each
def test_groups_of_the_same_columns_are_joined_with_their_names(tmp_path: Path, name: str) -> None:
    table = group(written(tmp_path, name), "up *")
    found = dict(zip(table.header, table.columns, strict=True))
    assert found["group"].tolist() == ["up 1"] * ROWS + ["up 2"] * ROWS
    both = np.concatenate([columns(sweep)["current"] for sweep in (0, 1)])
    assert found["current (mA)"].tolist() == both.tolist()
    if name != "a.xlsx":
        assert found["temperature (K)"].tolist() == [290.0] * ROWS + [291.0] * ROWS
        assert table.settings == (("operator", "lab"),)


def described(path: Path, name: str, **said: Any) -> Described:
    """The columns of a loop in a file."""
    description = Description(Dialect(group=name), **said)
    return columns_in(open_table(path, LOOP_LAYOUT, description), LOOP_LAYOUT, description, Problems(path))


@each
def test_joined_groups_are_the_sweeps_of_loops(tmp_path: Path, name: str) -> None:
    loops = described(written(tmp_path, name), "*")
    assert loops.values["sweep"].tolist() == [0.0] * ROWS + [1.0] * ROWS
    assert loops.values["resistance"][-1] == 12.0


def test_a_property_with_a_unit_is_the_temperature_of_all_rows(tmp_path: Path) -> None:
    loops = described(written(tmp_path, "a.h5"), "up 2", constants={"sweep": 1.0})
    assert loops.values["temperature"].tolist() == [291.0] * ROWS
    assert not unnamed(" ".join(loops.recognised), "'temperature (K)'", 291)


def test_a_single_value_without_a_unit_is_taken_where_it_is_declared(tmp_path: Path) -> None:
    savemat(tmp_path / "a.mat", {**columns(0), "T_bath": 280.0, "temperature": 270.0})
    units = {name: ColumnSource(name, unit) for name, unit in UNITS.items()}
    loops = described(tmp_path / "a.mat", "", constants={"sweep": 1.0}, columns=units)
    assert "temperature" not in loops.values
    declared = units | {"temperature": ColumnSource("T_bath (K)")}
    loops = described(tmp_path / "a.mat", "", constants={"sweep": 1.0}, columns=declared)
    assert loops.values["temperature"].tolist() == [280.0] * ROWS


@pytest.mark.parametrize("several", ["error", "listed"])
def test_settings_of_groups_have_one_unit_and_those_that_some_lack_are_named(tmp_path: Path, several: Several) -> None:
    said: tuple[dict[str, Any], ...]
    said = ({"bias (mA)": 0.2, "T": "295 K"}, {"bias (uA)": 300.0, "T_unit": "degC", "T": 25.0}, {"Bias [mA]": -4.0})
    with h5py.File(tmp_path / "a.h5", "w") as file:
        for number, settings in enumerate(said):
            file[f"run {number}/V"] = np.arange(2.0)
            file[f"run {number}"].attrs.update({**settings, "gain (V/A)": 10.0, "operator": f"{number}"})
        file["run 1"].attrs["averages"] = 3
    table = read_table(tmp_path / "a.h5", Dialect(group="*"), several=several)
    found = dict(zip(table.header, table.columns, strict=True))
    repeated = 1 if several == "listed" else 2
    # A product of a factor and a number, each rounded: 2.2e-16.
    np.testing.assert_allclose(found["bias (mA)"], np.repeat([0.2, 0.3, -4.0], repeated), rtol=5e-16)
    assert found["operator"].tolist() == np.repeat([0.0, 1.0, 2.0], repeated).tolist()
    assert not [name for name in found if name[0] in "Ta"]
    words = [sentence for sentence in table.recognised if "left out" in sentence]
    assert not unnamed(words[0], "'T (K)'", "'run 2'")
    assert not unnamed(words[1], "'averages'", "'run 0'", "'run 2'")
    assert len(words) == 2


def test_groups_of_other_columns_are_not_joined(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["a/current"], file["b/voltage"] = np.zeros(3), np.zeros(3)
    assert 'group = "*"' not in refusal(tmp_path / "a.h5")
    assert not unnamed(refusal(tmp_path / "a.h5", "*"), "'b'", "'current'", "'voltage'")


def test_a_group_of_single_values_is_no_table(tmp_path: Path) -> None:
    with TdmsWriter(tmp_path / "a.tdms") as writer:
        info = ChannelObject("info", "T", np.array([295.0]), properties={"unit_string": "K"})
        writer.write_segment([ChannelObject("loop", "current", np.arange(3.0)), info])
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["loop/current"], file["info/T"] = np.arange(3.0), np.array([295.0])
        file["info/T"].attrs["unit"] = "K"
    for name in ("a.tdms", "a.h5"):
        table = read_table(tmp_path / name)
        assert table.header == ("current",)
        assert table.settings == (("T (K)", 295.0),)


def test_a_dataset_is_taken_by_its_path(tmp_path: Path) -> None:
    assert group(written(tmp_path, "a.h5"), "/up 1/current").header == ("current (mA)",)


def test_a_file_without_groups_has_none_to_choose(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("current (mA)\n1\n")
    assert not unnamed(refusal(tmp_path / "a.csv", "x"), "a.csv", "'group'")


def test_structs_of_matlab_are_groups_and_single_values_settings(tmp_path: Path) -> None:
    runs = {name: {"current": np.arange(3.0) + sweep, "gain": 2.0} for sweep, name in enumerate(("up", "down"))}
    savemat(tmp_path / "a.mat", {**runs, "sample": "A1", "info": {"field": "20 mT"}})
    assert not unnamed(refusal(tmp_path / "a.mat"), 'group = "up"', "'down'")
    table = group(tmp_path / "a.mat", "down")
    assert table.columns[0].tolist() == [1.0, 2.0, 3.0]
    assert dict(table.settings) == {"sample": "A1", "info.field (mT)": 20.0, "gain": 2.0}
    savemat(tmp_path / "b.mat", {"data": {"run": {"current": np.arange(3.0)}, "rate": 1.0}})
    assert read_table(tmp_path / "b.mat").header == ("current",)


def test_texts_and_references_of_matlab_73_are_no_columns(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.mat", "w") as file:
        file["current"] = np.arange(3.0).reshape(1, 3)
        file["sample"] = np.frombuffer("A1".encode("utf-16-le"), np.uint16).reshape(1, 2)
        file["sample"].attrs["MATLAB_class"] = np.bytes_("char")
        file["notes"] = np.array([file["sample"].ref], dtype=h5py.ref_dtype)
    table = read_table(tmp_path / "a.mat")
    assert table.header == ("current",)
    assert table.settings == (("sample", "A1"),)
    assert not unnamed(" ".join(table.recognised), "'notes'")


def test_waveforms_of_hdf5_have_the_clock_of_their_attributes(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["run/V"] = np.arange(3.0)
        file["run/V"].attrs.update({"wf_increment": 0.5, "wf_start_offset": 1.0, "units": "V"})
    table = read_table(tmp_path / "a.h5")
    assert table.header == ("time (s)", "V (V)")
    assert table.columns[0].tolist() == [1.0, 1.5, 2.0]


def test_arrays_of_two_dimensions_are_columns_by_number(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.arange(10.0).reshape(5, 2))
    assert read_table(tmp_path / "a.npy").columns[1].tolist() == [1, 3, 5, 7, 9]
    np.save(tmp_path / "b.npy", np.arange(10.0).reshape(2, 5))
    table = read_table(tmp_path / "b.npy")
    assert table.columns[1].tolist() == [5, 6, 7, 8, 9]
    assert not unnamed(" ".join(table.recognised), 2, 5)
    np.savez(tmp_path / "c.npz", t=np.arange(5), V=np.arange(10.0).reshape(2, 5))
    assert read_table(tmp_path / "c.npz").header == ("t", "V 1", "V 2")


def test_a_log_of_labber_is_one_table_without_the_sweeps_that_were_broken_off(tmp_path: Path) -> None:
    names = np.array([("bias", ""), ("S21", "Real"), ("S21", "Imaginary")], dtype=[("name", "O"), ("info", "O")])
    text = h5py.string_dtype()
    units = [("bias", "mA"), ("S21", "V")]
    values = np.arange(24.0).reshape(4, 3, 2)
    values[2:, :, 1] = np.nan
    with h5py.File(tmp_path / "a.hdf5", "w") as file:
        file["Data/Data"] = values
        file.create_dataset("Data/Channel names", data=names, dtype=[("name", text), ("info", text)])
        channels = np.array(units, dtype=[("name", "O"), ("unitPhys", "O")])
        file.create_dataset("Channels", data=channels, dtype=[("name", text), ("unitPhys", text)])
        file["Data/Time stamp"] = np.zeros(2)
    table = read_table(tmp_path / "a.hdf5")
    assert table.header == ("bias (mA)", "S21 Real (V)", "S21 Imaginary (V)", "sweep")
    assert table.columns[0].tolist() == [0, 6, 12, 18, 1, 7]
    assert table.columns[3].tolist() == [0, 0, 0, 0, 1, 1]


def test_a_star_stands_for_any_text() -> None:
    assert all(fits(name, pattern) for name, pattern in (("sweep 10", "sweep *"), ("aXbYc", "a*b*c"), ("", "*")))
    assert not any(fits(name, pattern) for name, pattern in (("sweep", "sweep *"), ("ab", "ab*b"), ("up", "down")))
