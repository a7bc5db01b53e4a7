"""An index of spectra becomes a table of lines; what cannot be read is said by its row and file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import stfit
from stfit.errors import InputError
from stfit.kinds.resonance.data import FmrLines
from stfit.physics.fluctuations import LINE_SHAPES

FIELD = np.linspace(0.1, 0.3, 101)  # T


def write_spectrum(path: Path, center: float, fwhm: float, *, shape: str = "lorentzian", height: float = 1.0) -> None:
    noise = 0.02 * np.random.default_rng(len(path.name)).standard_normal(FIELD.size)
    signal = height * LINE_SHAPES[shape](FIELD, center, fwhm)[0] + noise
    rows = [f"{1e3 * x!r},{y!r}" for x, y in zip(FIELD.tolist(), np.asarray(signal).tolist(), strict=True)]
    path.write_text("\n".join(["field (mT),signal (uV)", *rows]), encoding="utf-8")


def index_of(folder: Path, rows: list[str], header: str = "file,state,current (mA)") -> Path:
    (folder / "index.csv").write_text("\n".join([header, *rows]), encoding="utf-8")
    return folder / "index.csv"


def load(path: Path, **keys: Any) -> FmrLines:
    found = stfit.load(path, "fmr-spectra", **keys)
    assert isinstance(found, FmrLines)
    return found


def test_lines_against_current(tmp_path: Path) -> None:
    for current, fwhm in ((-1, 0.018), (0, 0.020), (1, 0.022)):
        write_spectrum(tmp_path / f"{current}.csv", 0.2, fwhm, height=2.0 / (1 + fwhm))
    found = load(index_of(tmp_path, ["-1.csv,P,-1", "0.csv,P,0", "1.csv,P,1"]))
    widths, powers = found.value[found.is_linewidth == 1], found.value[found.is_linewidth == 0]
    assert found.origin.kind == "fmr-spectra"
    # noise of 1 % over some 20 samples a line: widths to 0.7 %
    assert widths == pytest.approx([0.018, 0.020, 0.022], rel=0.03)
    assert np.all(np.diff(powers) > 0)
    assert np.all(found.stderr > 0)
    assert "3 spectra: 3 with one line, 0 with two, 0 with none" in found.origin.notices


def test_a_spectrum_without_a_line_is_said_to_have_none(tmp_path: Path) -> None:
    write_spectrum(tmp_path / "a.csv", 0.2, 0.02)
    write_spectrum(tmp_path / "b.csv", 0.2, 0.02, height=0.0)
    found = load(index_of(tmp_path, ["a.csv,P,0", "b.csv,P,1"]))
    assert "b.csv: no line, by BIC" in found.origin.notices
    assert found.settings.drive.tolist() == [0.0, 0.0]  # width and power of the one line


def test_a_series_of_frequencies(tmp_path: Path) -> None:
    rows = []
    for ghz in range(5, 10):
        center, fwhm = 2e9 * np.pi * ghz / 1.85e11 - 0.05, 0.005 + 4e9 * np.pi * 0.01 * ghz / 1.85e11
        write_spectrum(tmp_path / f"{ghz}.csv", center, fwhm, shape="symmetric+antisymmetric")
        rows.append(f"{ghz}.csv,P,{ghz}")
    index = index_of(tmp_path, rows, "file,state,frequency (GHz)")
    found = load(index, line_shape="symmetric+antisymmetric", geometry="perpendicular")
    assert found.by_frequency
    assert set(found.is_linewidth.tolist()) == {1}  # powers of several frequencies have no common scale
    words = next(notice for notice in found.origin.notices if notice.startswith("all spectra together"))
    assert "(perpendicular, 5 of one mode): γ/2π = 29." in words


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"line 2, column 'file': expected .*a\.csv: a file that can be read; found no such file"),
        ("field (mT)\n1\n2\n", r"line 2, column 'file': expected a\.csv, line 1: a column 'signal'; found none"),
        ("field (mT),signal\n1,2\n2,3\n", r"expected 12 samples or more along the sweep; found 2 samples over 0\.001"),
        ("field (mA),signal\n1,2\n2,3\n", r"expected a\.csv, line 1, column 'field \(mA\)': a unit such as mT"),
    ],
)
def test_what_is_no_spectrum_is_named(tmp_path: Path, content: str | None, message: str) -> None:
    if content is not None:
        (tmp_path / "a.csv").write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load(index_of(tmp_path, ["a.csv,P,0"]))


def test_no_line_anywhere_is_refused(tmp_path: Path) -> None:
    write_spectrum(tmp_path / "a.csv", 0.2, 0.02, height=0.0)
    with pytest.raises(InputError, match="expected a resonance line in at least one spectrum; found none in any"):
        load(index_of(tmp_path, ["a.csv,P,0"]))


def test_a_geometry_needs_frequencies(tmp_path: Path) -> None:
    write_spectrum(tmp_path / "a.csv", 0.2, 0.02)
    with pytest.raises(InputError, match="expected spectra swept in field at several frequencies"):
        load(index_of(tmp_path, ["a.csv,P,0"]), geometry="in-plane")


def test_a_name_of_a_file_is_needed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"line 2, column 'file': expected some text, .*; found an empty cell"):
        load(index_of(tmp_path, [",P,0"]))


def test_without_a_current_no_state_is_needed(tmp_path: Path) -> None:
    rows = []
    for ghz in range(5, 8):
        write_spectrum(tmp_path / f"{ghz}.csv", 0.03 * ghz, 0.02)
        rows.append(f"{ghz}.csv,{ghz}")
    found = load(index_of(tmp_path, rows, "file,frequency (GHz)"))
    assert found.settings.state.tolist() == [0, 0, 0]
    assert any("no state is given" in notice for notice in found.origin.notices)
    rows = [f"{row},{current}" for row, current in zip(rows, (0, 1, 2), strict=True)]
    index = index_of(tmp_path, rows, "file,frequency (GHz),current (mA)")
    with pytest.raises(InputError, match=r'column .state.: expected a column, or the constant state = "P"'):
        load(index)
    assert load(index, state="AP").settings.state.tolist() == [1, 1, 1]
