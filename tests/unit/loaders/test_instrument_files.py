"""Binary files of instruments, each from a builder after the published description of its format."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stfit.errors import InputError
from stfit.loaders.reading import read_table
from stfit.measurement.description import Dialect
from tests.instrument_files import bes3t, igor_wave
from tests.saying import unnamed

AXIS = {"XTYP": "IDX", "XPTS": "3", "XMIN": "3300.0", "XWID": "200.0", "XNAM": "'Field'", "XUNI": "'G'"}
VALUES = np.array([1.0, -2.0, 3.0])


def columns(path: Path) -> dict[str, list[float]]:
    table = read_table(path)
    return {name: cells.tolist() for name, cells in zip(table.header, table.columns, strict=True)}


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as refused:
        read_table(path)
    return str(refused.value)


@pytest.mark.parametrize(("order", "mark"), [("BIG", ">"), ("LIT", "<")])
@pytest.mark.parametrize(("form", "kind"), [("D", "f8"), ("F", "f4"), ("I", "i4"), ("S", "i2"), ("C", "i1")])
def test_bes3t_of_every_order_and_type(tmp_path: Path, order: str, mark: str, form: str, kind: str) -> None:
    said = AXIS | {"BSEQ": order, "IKKF": "REAL", "IRFMT": form, "IRNAM": "'Intensity'", "MWFQ": "9.5e+09"}
    bes3t(tmp_path / "line.DTA", VALUES.astype(mark + kind), said)
    for name in ("line.DTA", "line.DSC"):
        assert columns(tmp_path / name) == {"Field (G)": [3300.0, 3400.0, 3500.0], "Intensity": VALUES.tolist()}
        assert dict(read_table(tmp_path / name).settings)["frequency (Hz)"] == 9.5e9


def test_bes3t_of_complex_numbers(tmp_path: Path) -> None:
    said = AXIS | {"BSEQ": "BIG", "IKKF": "CPLX", "IRFMT": "D", "IRNAM": "'X'", "IRUNI": "'V'"}
    bes3t(tmp_path / "line.dta", (VALUES + 1j * VALUES[::-1]).astype(">c16"), said)
    found = columns(tmp_path / "line.dta")
    assert (found["X re (V)"], found["X im (V)"]) == ([1.0, -2.0, 3.0], [3.0, -2.0, 1.0])


def test_bes3t_of_two_values_and_two_axes_one_of_them_of_single_points(tmp_path: Path) -> None:
    said = AXIS | {"YTYP": "IGD", "YPTS": "2", "YNAM": "'Power'", "YUNI": "'W'", "YFMT": "D", "BSEQ": "LIT"}
    said |= {"IKKF": "REAL,REAL", "IRFMT": "F,F", "IRNAM": "'a','b'", "IRUNI": "'V',''"}
    bes3t(tmp_path / "map.DTA", np.arange(12, dtype="<f4"), said)
    np.array([0.1, 10.0]).astype("<f8").tofile(tmp_path / "map.YGF")
    assert columns(tmp_path / "map.DSC") == {
        "Field (G)": 2 * [3300.0, 3400.0, 3500.0],
        "Power (W)": [0.1, 0.1, 0.1, 10.0, 10.0, 10.0],
        "a (V)": [0.0, 2.0, 4.0, 6.0, 8.0, 10.0],
        "b": [1.0, 3.0, 5.0, 7.0, 9.0, 11.0],
    }


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"XPTS": "4"}, ("line.DTA", "line.DSC", "32 bytes", "24 bytes")),
        ({"XPTS": "-3"}, ("XPTS", "'-3'")),
        ({"XPTS": "1" * 15}, ("size_limit",)),
        ({"XMIN": "left"}, ("XMIN",)),
        ({"IRFMT": "Q"}, ("IRFMT", "'Q'")),
        ({"BSEQ": "MID"}, ("BSEQ", "'MID'")),
        ({"XTYP": "IGD"}, ("line.XGF", "no such file")),
    ],
)
def test_a_bes3t_descriptor_without_sense_is_refused(tmp_path: Path, change: dict[str, str], said: Any) -> None:
    bes3t(tmp_path / "line.DTA", VALUES.astype(">f8"), AXIS | {"BSEQ": "BIG", "IRFMT": "D"} | change)
    assert not unnamed(refusal(tmp_path / "line.DTA"), *said)


@pytest.mark.parametrize(("there", "missing"), [("line.DTA", "line.DSC"), ("line.DSC", "line.DTA")])
def test_half_a_bes3t_data_set_is_refused(tmp_path: Path, there: str, missing: str) -> None:
    bes3t(tmp_path / "line.DTA", VALUES.astype(">f8"), AXIS | {"BSEQ": "BIG", "IRFMT": "D"})
    (tmp_path / missing).unlink()
    assert not unnamed(refusal(tmp_path / there), missing, "no such file")


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_a_text_that_no_descriptor_describes_is_read_as_text(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "line.dta").write_bytes("Field (mT)\tSignal (µV)\r\n300\t1.5\r\n301\t-2.5\r\n".encode(encoding))
    assert columns(tmp_path / "line.dta") == {"Field (mT)": [300.0, 301.0], "Signal (µV)": [1.5, -2.5]}
    assert read_table(tmp_path / "line.dta", Dialect(skip=0, separator="\t")).rows == 2


@pytest.mark.parametrize("kind", ["f8", "f4", "i4", "i2"])
def test_an_igor_wave_has_the_clock_of_its_scaling(tmp_path: Path, kind: str) -> None:
    note = "Temperature: 4 K\rsample=A"
    igor_wave(tmp_path / "w.ibw", VALUES.astype(kind), name="vdc", units=("V", "s"), scaling=(0.25, 0.5), note=note)
    assert columns(tmp_path / "w.ibw") == {"time (s)": [0.5, 0.75, 1.0], "vdc (V)": VALUES.tolist()}
    assert read_table(tmp_path / "w.ibw").settings == (("Temperature (K)", 4.0), ("sample", "A"))


@pytest.mark.parametrize(
    ("unit", "name"), [("Oe", "field (Oe)"), ("tesla", "field (tesla)"), ("m", "x (m)"), ("", "x")]
)
def test_an_igor_scaling_is_called_by_its_unit(tmp_path: Path, unit: str, name: str) -> None:
    igor_wave(tmp_path / "w.ibw", VALUES, units=("", unit), scaling=(2.0, 1.0))
    assert columns(tmp_path / "w.ibw")[name] == [1.0, 3.0, 5.0]


def test_igor_waves_of_complex_numbers_and_of_two_dimensions(tmp_path: Path) -> None:
    igor_wave(tmp_path / "c.ibw", np.array([1 + 2j, 3 - 4j]))
    assert columns(tmp_path / "c.ibw") == {"wave0 re": [1.0, 3.0], "wave0 im": [2.0, -4.0]}
    igor_wave(tmp_path / "m.ibw", np.arange(6.0).reshape(3, 2), units=("mA", ""))
    assert columns(tmp_path / "m.ibw") == {"wave0_0 (mA)": [0.0, 2.0, 4.0], "wave0_1 (mA)": [1.0, 3.0, 5.0]}


def test_an_igor_wave_of_three_dimensions_is_refused(tmp_path: Path) -> None:
    igor_wave(tmp_path / "w.ibw", np.zeros((2, 2, 2)))
    assert not unnamed(refusal(tmp_path / "w.ibw"), "w.ibw", "(2, 2, 2)")
