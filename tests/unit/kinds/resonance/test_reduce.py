"""An index of spectra becomes a table of lines; what cannot be read is said by its row and file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

import stfit
from stfit.errors import InputError
from stfit.kinds.resonance.data import FmrLines
from stfit.kinds.resonance.kind import FMR_LINES
from stfit.kinds.resonance.notes import REMARKS
from stfit.physics.fluctuations import LINE_SHAPES
from tests.instrument_files import bes3t
from tests.saying import unnamed

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
    assert "3 spectra: 3 with one line" in found.origin.notices


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
    assert not any("contradicted" in notice for notice in found.origin.notices)  # by the part of it that is there
    (said,) = REMARKS.own(found, {})
    assert not unnamed(said.headline, "film (perpendicular)", "γ/2π")
    assert said.level == "info"
    gamma = said.estimates["gyromagnetic_ratio"]
    assert gamma.stderr is not None
    assert gamma.value == pytest.approx(1.85e11, abs=5 * gamma.stderr)


def test_a_line_of_a_bruker_spectrometer(tmp_path: Path) -> None:
    gauss = np.linspace(3300.0, 3500.0, 201)
    noise = 0.02 * np.random.default_rng(2).standard_normal(gauss.size)
    signal = LINE_SHAPES["derivative"](gauss, 3400.0, 20.0)[0] + noise
    said = {"BSEQ": "BIG", "IRFMT": "D", "XTYP": "IDX", "XPTS": "201", "XMIN": "3300", "XWID": "200", "XNAM": "'Field'"}
    bes3t(tmp_path / "line.DTA", signal.astype(">f8"), said | {"XUNI": "'G'", "MWFQ": "9.5e+09"})
    found = load(index_of(tmp_path, ["line.DTA,P,9.5"], "file,state,frequency (GHz)"), line_shape="derivative")
    # noise of 2 % of the height over some 20 samples a width: 1 % of the width, five times that is allowed
    assert found.value == pytest.approx([2e-3], rel=0.05)
    alone = load(tmp_path / "line.DSC", line_shape="derivative")
    assert alone.value.tolist() == found.value.tolist()
    assert np.asarray(alone.settings.frequency).tolist() == [9.5e9]
    assert not unnamed(" ".join(alone.origin.recognised), "'frequency (Hz)'")


@pytest.mark.parametrize("index", ["file,state,field (mT),current (mA)", "file,state,field (mT)"])
def test_frequency_sweeps_of_a_network_analyser(tmp_path: Path, index: str) -> None:
    ghz = np.linspace(4.0, 8.0, 101)
    rows = []
    for current, fwhm in ((-1.0, 0.36), (0.0, 0.4), (1.0, 0.44)):
        signal = LINE_SHAPES["lorentzian"](ghz, 6.0, fwhm)[0]
        noise = 0.02 * np.random.default_rng(4).standard_normal(ghz.size)
        lines = [f"{f!r} {s!r} 0" for f, s in zip(ghz.tolist(), (signal + noise).tolist(), strict=True)]
        (tmp_path / f"{current}.s1p").write_text("\n".join(["# GHz S RI R 50", *lines]))
        rows.append(f"{current}.s1p,P,50,{current}" if "current" in index else f"{current}.s1p,P,{50 + 10 * current}")
    path = index_of(tmp_path, rows, index)
    if "current" in index:
        with pytest.raises(InputError) as refused:
            load(path)
        assert not unnamed(str(refused.value), "-1.0.s1p", "'signal'", 'columns = {signal = "S11 re"}')
        found = load(path, columns={"signal": "S11 re"})
        widths = found.value[found.is_linewidth == 1]
        assert widths == pytest.approx([0.36e9, 0.4e9, 0.44e9], rel=0.05)  # as above
        return
    with pytest.raises(InputError) as refused:
        load(path, columns={"signal": "S11 re"})
    assert not unnamed(str(refused.value), "'field (mT)'", "3 frequency sweeps at 3 fields", "40 to 60 mT")


def test_frequency_sweeps_at_many_fields_in_one_table_are_field_sweeps(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    rows = [
        f"{mt},{ghz},{LINE_SHAPES['lorentzian'](float(mt), 20.0 * ghz, 20.0)[0] + 0.02 * rng.standard_normal()!r}"
        for mt in range(60, 181, 2)
        for ghz in (5.0, 6.0, 7.0)
    ]
    (tmp_path / "map.csv").write_text("\n".join(["field (mT),frequency (GHz),S21", *rows]))
    found = load(tmp_path / "map.csv", columns={"field": "field (mT)", "signal": "S21"}, state="P")
    assert found.value == pytest.approx(3 * [0.02], rel=0.05)  # noise of 2 % over 10 samples a width: 1 %


def test_field_sweeps_with_nothing_but_a_field_are_refused(tmp_path: Path) -> None:
    write_spectrum(tmp_path / "a.csv", 0.2, 0.02)
    with pytest.raises(InputError) as refused:
        load(index_of(tmp_path, ["a.csv,P,50"], "file,state,field (mT)"))
    assert not unnamed(str(refused.value), "'field (mT)'", "frequency", "current")
    found = load(index_of(tmp_path, ["a.csv,P,50,1"], "file,state,field (mT),current (mA)"))
    assert not unnamed(" ".join(found.origin.notices), "'field'", "not used")


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


def write_film(folder: Path, shape: str = "symmetric+antisymmetric") -> Path:
    """Spectra of a film at five frequencies."""
    rows = []
    for ghz in range(5, 10):
        center, fwhm = 2e9 * np.pi * ghz / 1.85e11 - 0.05, 0.005 + 4e9 * np.pi * 0.01 * ghz / 1.85e11
        write_spectrum(folder / f"{ghz}.csv", center, fwhm, shape=shape)
        rows.append(f"{ghz}.csv,P,{ghz}")
    return index_of(folder, rows, "file,state,frequency (GHz)")


@pytest.mark.slow
def test_a_shape_is_found_where_none_is_given_and_contradicted_where_another_is(tmp_path: Path) -> None:
    index = write_film(tmp_path, "derivative")
    found = load(index)
    assert 'line_shape is not given: "derivative" describes the spectra best, by BIC' in found.origin.notices
    wrong = load(index, line_shape="lorentzian")
    assert any("is contradicted" in notice for notice in wrong.origin.notices)
    tests = {test.name: test for test in FMR_LINES.remarks().tests(wrong)} if FMR_LINES.remarks else {}
    assert (tests["shape of the lines"].p_value or 0.0) < 1e-3


def test_the_shape_is_that_of_the_spectra_that_show_it(tmp_path: Path) -> None:
    """Lines in two of nine spectra, none of them first, in the middle or last."""
    rows = []
    for place in range(9):
        height = 1.0 if place in {2, 5} else 0.0
        write_spectrum(tmp_path / f"{place}.csv", 0.2, 0.02, shape="derivative", height=height)
        rows.append(f"{place}.csv,P,{place}")
    found = load(index_of(tmp_path, rows))
    assert 'line_shape is not given: "derivative" describes the spectra best, by BIC' in found.origin.notices
    assert found.value == pytest.approx([0.02, 0.02], rel=0.05)


def test_a_shape_that_no_spectrum_tells_is_asked_for(tmp_path: Path) -> None:
    noise = 0.3 * np.random.default_rng(3).standard_normal(FIELD.size)
    signal = LINE_SHAPES["lorentzian"](FIELD, 0.2, 0.01)[0] + noise
    rows = [f"{1e3 * x!r},{y!r}" for x, y in zip(FIELD.tolist(), signal.tolist(), strict=True)]
    (tmp_path / "a.csv").write_text("\n".join(["field (mT),signal", *rows]), encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load(index_of(tmp_path, ["a.csv,P,0"]))
    assert not unnamed(str(refused.value), "line_shape", '"derivative"')
    found = load(index_of(tmp_path, ["a.csv,P,0"]), line_shape="lorentzian")
    assert abs(found.value[1] - 0.01) < 5 * found.stderr[1]


def test_a_signal_in_decibel_is_a_power(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    for current, height in ((-1, 2.0), (1, 1.0)):
        power = 1e-10 * (0.05 + height * LINE_SHAPES["lorentzian"](FIELD, 0.2, 0.02)[0])
        decibel = 10.0 * np.log10(power) + 0.1 * rng.standard_normal(FIELD.size)
        rows = [f"{1e3 * x!r},{y!r}" for x, y in zip(FIELD.tolist(), decibel.tolist(), strict=True)]
        (tmp_path / f"{current}.csv").write_text("\n".join(["field (mT),signal (dBm)", *rows]), encoding="utf-8")
    found = load(index_of(tmp_path, ["-1.csv,P,-1", "1.csv,P,1"]), line_shape="lorentzian")
    assert found.value[found.is_linewidth == 1] == pytest.approx([0.02, 0.02], rel=0.03)  # 2 % over 10 samples
    assert found.value[found.is_linewidth == 0] == pytest.approx([1.0, 0.5], rel=0.03)


def write_turned(path: Path, degrees: float, field: np.ndarray[Any, np.dtype[np.float64]] = FIELD) -> None:
    """A line of height 1 turned by a phase, at 200 mT, and at −200 mT where the field goes there."""
    noise = 0.01 * np.random.default_rng(7).standard_normal(field.size)
    symmetric, antisymmetric = (
        sum(part)
        for part in zip(*(LINE_SHAPES["symmetric+antisymmetric"](field, x, 0.02) for x in (-0.2, 0.2)), strict=True)
    )
    signal = np.cos(np.deg2rad(degrees)) * symmetric + np.sin(np.deg2rad(degrees)) * antisymmetric + noise
    rows = [f"{1e3 * x!r},{y!r}" for x, y in zip(field.tolist(), signal.tolist(), strict=True)]
    path.write_text("\n".join(["field (mT),signal (uV)", *rows]), encoding="utf-8")


def test_a_phase_that_turns_is_no_power_that_changes(tmp_path: Path) -> None:
    rows = []
    for current, degrees in ((-1, 15.0), (0, 45.0), (1, 75.0)):
        write_turned(tmp_path / f"{current}.csv", degrees)
        rows.append(f"{current}.csv,P,{current}")
    found = load(index_of(tmp_path, rows), line_shape="symmetric+antisymmetric")
    # noise of 1 % over 10 samples a line
    assert found.value[found.is_linewidth == 0] == pytest.approx(3 * [1.0], rel=0.02)
    assert any("the phase of the lines differs between spectra, 15° to 75°" in one for one in found.origin.notices)


def test_lines_at_either_sign_of_the_field_have_no_power_and_it_is_said(tmp_path: Path) -> None:
    write_turned(tmp_path / "a.csv", 45.0, np.linspace(-0.3, 0.3, 301))
    found = load(index_of(tmp_path, ["a.csv,P,1"]), line_shape="symmetric+antisymmetric")
    assert found.is_linewidth.tolist() == [1, 1]
    assert any(one.startswith("no powers: ") for one in found.origin.notices)


def test_frequency_sweeps_of_a_film_at_several_fields(tmp_path: Path) -> None:
    ghz, rng = np.linspace(4.0, 20.0, 161), np.random.default_rng(5)
    rows = []
    for mt in (60, 100, 140, 180, 220):
        center = 28.011 * np.sqrt(1e-3 * mt * (1e-3 * mt + 0.9))
        fwhm = 28.011 * 0.02 * (2e-3 * mt + 0.9)
        signal = LINE_SHAPES["lorentzian"](ghz, center, fwhm)[0] + 0.01 * rng.standard_normal(ghz.size)
        lines = [f"{f!r},{s!r}" for f, s in zip(ghz.tolist(), signal.tolist(), strict=True)]
        (tmp_path / f"{mt}.csv").write_text("\n".join(["frequency (GHz),signal", *lines]), encoding="utf-8")
        rows.append(f"{mt}.csv,P,{mt}")
    index = index_of(tmp_path, rows, "file,state,field (mT)")
    found = load(index, geometry="in-plane", line_shape="lorentzian")
    frequency = np.asarray(found.settings.frequency)
    # widths to 1 %, of noise of 1 % over 6 samples
    assert found.value == pytest.approx(4 * np.pi * 0.02 * frequency / 1.76e11, rel=0.05)
    with pytest.raises(InputError, match="geometry = "):
        load(index, line_shape="lorentzian")


def write_analyser(folder: Path, suffix: str) -> Path:
    """Complex frequency sweeps of a film of α = 0.02 at five fields behind a cable."""
    ghz, rng = np.linspace(2.0, 16.0, 181), np.random.default_rng(8)
    rows = []
    for mt in (60, 100, 140, 180, 220):
        center = 28.011 * np.sqrt(1e-3 * mt * (1e-3 * mt + 0.9))
        # a VNA counts phases with exp(+iωt): the oscillator of exp(−iωt) is conjugate
        resonance = np.conj(1.0 / (1.0 - 2j * (ghz - center) / (28.011 * 0.02 * (2e-3 * mt + 0.9))))
        seen = (1.0 + 0.1 * np.exp(0.8j) * resonance) * np.exp(-2j * np.pi * 0.3 * ghz)
        seen = seen + 0.001 * (rng.standard_normal(ghz.size) + 1j * rng.standard_normal(ghz.size))
        if suffix == "s2p":
            lines = [
                f"{f!r} 0.01 0 {s.real!r} {s.imag!r} {s.real!r} {s.imag!r} 0.01 0"
                for f, s in zip(ghz.tolist(), seen.tolist(), strict=True)
            ]
            lines.insert(0, "# GHz S RI R 50")
        else:
            size, turn = (20.0 * np.log10(np.abs(seen))).tolist(), np.rad2deg(np.angle(seen)).tolist()
            lines = ["frequency (GHz),size (dB),angle"]
            lines += [f"{f!r},{s!r},{t!r}" for f, s, t in zip(ghz.tolist(), size, turn, strict=True)]
        (folder / f"{mt}.{suffix}").write_text("\n".join(lines), encoding="utf-8")
        rows.append(f"{mt}.{suffix},P,{mt}")
    return index_of(folder, rows, "file,state,field (mT)")


@pytest.mark.parametrize(
    ("suffix", "columns"), [("s2p", None), ("csv", {"signal": "size (dB)", "signal_phase": "angle (deg)"})]
)
def test_complex_sweeps_of_a_network_analyser(tmp_path: Path, suffix: str, columns: dict[str, str] | None) -> None:
    index = write_analyser(tmp_path, suffix)
    declared = {} if columns is None else {"columns": columns}
    found = load(index, geometry="in-plane", line_shape="symmetric+antisymmetric", **declared)
    frequency = np.asarray(found.settings.frequency)
    assert frequency.size == 5
    # noise of 1 % of a line over 8 samples a width, in two parts: 0.6 %
    assert found.value == pytest.approx(4 * np.pi * 0.02 * frequency / 1.76e11, rel=0.03)
    with pytest.raises(InputError, match="of a signal with a phase"):
        load(index, geometry="in-plane", line_shape="lorentzian", **declared)
    if columns is not None:
        with pytest.raises(InputError) as refused:
            load(index, geometry="in-plane", columns={**columns, "signal_phase": {"column": 3, "unit": "mV"}})
        assert not unnamed(str(refused.value), "60.csv", "'signal_phase'", "deg", "rad")


def test_a_modulation_is_that_of_the_field_of_a_derivative(tmp_path: Path) -> None:
    write_spectrum(tmp_path / "a.csv", 0.2, 0.02, shape="derivative")
    index = index_of(tmp_path, ["a.csv,P,0"])
    assert load(index, modulation="0.1 mT").value == pytest.approx([0.02], rel=0.03)  # 2 % over 10 samples a width
    for keys, words in (
        ({"line_shape": "lorentzian"}, '"derivative"'),
        ({"modulation": "-1 mT"}, "half of peak-to-peak"),
    ):
        with pytest.raises(InputError) as refused:
            load(index, **{"modulation": "1 mT", **keys})
        assert not unnamed(str(refused.value), "modulation", words)


def test_a_constant_of_a_film_needs_a_film(tmp_path: Path) -> None:
    index = write_film(tmp_path)
    with pytest.raises(InputError, match="'film': expected a geometry"):
        load(index, film=["field_offset"])
    with pytest.raises(InputError, match='geometry = "in-plane" with an anisotropy_field'):
        load(index, film=["anisotropy_field"], geometry="perpendicular")


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
    assert not found.traits.spin_transfer
    rows = [f"{row},{current}" for row, current in zip(rows, (0, 1, 2), strict=True)]
    index = index_of(tmp_path, rows, "file,frequency (GHz),current (mA)")
    with pytest.raises(InputError, match=r'column .state.: expected a column, or the constant state = "P"'):
        load(index)
    assert load(index, state="AP").settings.state.tolist() == [1, 1, 1]


def test_spectra_stand_in_groups_of_a_container(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "all.h5", "w") as file:
        for name, width in (("AP", 0.022), ("P", 0.018)):
            file[f"{name}/field"] = 1e3 * FIELD
            file[f"{name}/field"].attrs["unit"] = "mT"
            file[f"{name}/V"] = LINE_SHAPES["lorentzian"](FIELD, 0.2, width)[0] + 0.01 * np.sin(1e4 * FIELD)
            file[name].attrs.update({"state": name, "current": "1 mA"})
    listed = load(tmp_path / "all.h5", group="*")
    named = load(index_of(tmp_path, ["all.h5,AP,AP,1", "all.h5,P,P,1"], "file,group,state,current (mA)"))
    for found in (listed, named):
        assert found.value[found.is_linewidth == 1] == pytest.approx([0.022, 0.018], rel=0.03)
        assert found.settings.state[:2].tolist() == [1, 0]
