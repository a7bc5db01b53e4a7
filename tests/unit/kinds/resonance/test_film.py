"""The constants of a film from its lines, with errors that hold; none where the lines contradict the film."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import norm

from stfit.analysis import Constant
from stfit.kinds.resonance.film import FilmFit, field_slopes, fit_film, of_one_mode
from stfit.kinds.resonance.film_lines import FilmLines
from stfit.kinds.resonance.film_result import own_results
from stfit.kinds.resonance.film_widths import fit_widths
from stfit.kinds.resonance.found import FoundLines
from stfit.kinds.resonance.line_fit import Search, fit_spectrum
from stfit.kinds.resonance.series import Series, series_of
from stfit.physics.fluctuations import field_linewidth
from stfit.physics.line_shapes import SHAPES
from stfit.physics.resonance import GEOMETRIES
from stfit.results import OwnResult, Verdict
from tests.saying import unnamed

Array = npt.NDArray[np.float64]
TRUTH = {
    "gyromagnetic_ratio": 1.85e11,
    "effective_magnetisation": 0.15,
    "alpha": 6e-3,
    "inhomogeneous_linewidth": 5e-3,
}
FREQUENCIES: Array = np.arange(6.0, 15.0) * 1e9
WHOLE = [Series(np.arange(FREQUENCIES.size))]
named = pytest.mark.parametrize("geometry", GEOMETRIES)


def film(
    geometry: str, seed: int, *, error: float = 5e-5, anisotropy: float = 0.0, offset: float = 0.0, both: bool = False
) -> FilmLines:
    """Lines of a film, at both signs of the field where asked for, with errors (T) of centres and, twice, of widths."""
    rng = np.random.default_rng(seed)
    frequency = np.tile(FREQUENCIES, 2 if both else 1)
    sign = np.repeat([1.0, -1.0], FREQUENCIES.size)[: frequency.size]
    place = GEOMETRIES[geometry](frequency, TRUTH["gyromagnetic_ratio"], TRUTH["effective_magnetisation"]) - anisotropy
    width = field_linewidth(frequency, TRUTH["alpha"], TRUTH["gyromagnetic_ratio"], TRUTH["inhomogeneous_linewidth"])
    errors = np.full(frequency.size, error)
    noise = error * rng.standard_normal((2, frequency.size))
    return FilmLines(frequency, sign * place + offset + noise[0], errors, width + 2.0 * noise[1], 2.0 * errors)


def fitted(lines: FilmLines, geometry: str, shifts: Sequence[str] = ()) -> FilmFit:
    found = fit_film(lines, geometry, shifts)
    assert found is not None
    return found


def stderr(fit: FilmFit, name: str) -> float:
    found = fit.estimates[name].stderr
    assert found is not None
    return found


def own(
    lines: FilmLines,
    geometry: str | None,
    *,
    gamma: Constant | None = None,
    settings: dict[str, Array] | None = None,
) -> list[OwnResult]:
    """What lines of field sweeps say by themselves."""
    columns = {"frequency": lines.frequency} | (settings or {})
    files = tuple(f"{place}.csv" for place in range(lines.center.size))
    return own_results(FoundLines(lines, "field", lines, columns, files, geometry, (), {}), gamma, "index.csv")


@named
def test_the_constants_come_back(geometry: str) -> None:
    found = fitted(film(geometry, 0, error=1e-9), geometry)
    assert found.values == pytest.approx(TRUTH, rel=1e-4)  # of errors of 1e-9 T in widths of 1e-2 T, fifty times less
    assert found.used == tuple(range(FREQUENCIES.size))


@named
def test_errors_hold(geometry: str) -> None:
    count = 40
    fits = [fitted(film(geometry, 100 + seed), geometry) for seed in range(count)]
    pulls = np.array([[(fit.values[n] - TRUTH[n]) / stderr(fit, n) for n in TRUTH] for fit in fits])
    z = float(norm.isf(0.001 / 32))  # two-sided: mean and width of four numbers in two geometries
    assert np.all(np.abs(pulls.mean(axis=0)) < z / np.sqrt(count))
    assert np.all(np.abs(pulls.std(axis=0, ddof=1) - 1.0) < z / np.sqrt(2 * count))
    assert min(min(fit.positions.p_value, fit.widths.p_value) for fit in fits) > 1e-5


def test_a_line_of_another_mode_is_left_out_and_said() -> None:
    lines = film("perpendicular", 1)
    lines.center[3] += 0.1
    found = fitted(lines, "perpendicular")
    assert 3 not in found.used
    assert found.values["alpha"] == pytest.approx(TRUTH["alpha"], abs=5 * stderr(found, "alpha"))
    (said,) = own(lines, "perpendicular")
    assert said.level == "warning"
    assert "another mode: 9 GHz" in said.headline
    assert [row["used"] for row in said.rows] == [place != 3 for place in range(9)]
    assert of_one_mode(lines, "perpendicular", (), WHOLE).tolist() == list(found.used)


def test_both_signs_of_the_field_give_its_zero() -> None:
    found = fitted(film("in-plane", 2, offset=3e-3, both=True), "in-plane")
    assert found.values["field_offset"] == pytest.approx(3e-3, abs=5 * stderr(found, "field_offset"))
    assert found.values["gyromagnetic_ratio"] == pytest.approx(1.85e11, abs=5 * stderr(found, "gyromagnetic_ratio"))
    assert found.positions.p_value > 1e-3


def test_an_anisotropy_in_the_plane_is_offered_and_then_found() -> None:
    lines = film("in-plane", 3, anisotropy=0.01)
    (said,) = own(lines, "in-plane")
    assert not said.estimates
    assert not unnamed(said.headline, "no constants", 'film = ["anisotropy_field"]')
    found = fitted(lines, "in-plane", ["anisotropy_field"])
    assert found.values["anisotropy_field"] == pytest.approx(0.01, abs=5 * stderr(found, "anisotropy_field"))
    assert found.values["alpha"] == pytest.approx(TRUTH["alpha"], abs=5 * stderr(found, "alpha"))


def test_widths_that_are_no_straight_line_give_no_damping() -> None:
    lines = film("in-plane", 4)
    lines.fwhm[0] += 0.01
    (said,) = own(lines, "in-plane")
    assert not unnamed(said.headline, "widths are no straight line", "lines from 7 GHz on agree")
    assert set(said.estimates) == {"gyromagnetic_ratio", "g_factor", "effective_magnetisation"}


@pytest.mark.parametrize(
    ("setting", "values", "words"),
    [
        ("current", (0.0, 1e-3), ("0 mA", "1 mA")),
        ("temperature", (77.0, 295.0), ("77 K", "295 K")),
        ("state", (0, 1), ("P", "AP")),
    ],
)
def test_each_state_current_and_temperature_has_its_own_constants(
    setting: str, values: tuple[float, float], words: tuple[str, str]
) -> None:
    lines = film("in-plane", 5, both=True)
    lines.fwhm[9:] += 2e-3
    lines.center[9:] *= -1.0
    series = series_of({setting: np.repeat(values, 9)}, 18)
    found = own(lines, "in-plane", settings={setting: np.repeat(values, 9)})
    assert tuple(one.series for one in found) == words
    widths = [one.estimates["inhomogeneous_linewidth"].value for one in found]
    # errors of some 0.2 mT on a difference of 2 mT
    assert widths == pytest.approx([5e-3, 7e-3], abs=1e-3)
    assert of_one_mode(lines, "in-plane", (), series).size == 18


def test_no_line_leaves_the_table_of_a_film_that_is_rejected() -> None:
    lines = film("in-plane", 1)
    lines.center[3] += 0.1
    lines.fwhm[0] += 0.01
    assert of_one_mode(lines, "in-plane", (), WHOLE).tolist() == list(range(9))


def test_a_damping_that_comes_out_negative_is_a_limit() -> None:
    lines = film("perpendicular", 6)
    lines.fwhm[:] = 5e-3 - 1e-5 * np.arange(9)
    found = fitted(lines, "perpendicular")
    damping = found.estimates["alpha"]
    assert damping.verdict is Verdict.ONE_SIDED
    assert damping.value == 0.0
    assert damping.ci95 is not None
    assert damping.ci95[0] is None
    level = found.estimates["inhomogeneous_linewidth"]
    # a level alone, whose error upwards is that of a mean; downwards a slope may take its place
    assert level.value == pytest.approx(np.mean(lines.fwhm))
    assert level.ci68 is not None
    assert float(level.ci68[1] or 0.0) - float(level.value or 0.0) == pytest.approx(1e-4 / 3.0, rel=1e-3)


def test_the_interval_of_a_width_at_its_limit_is_one_sided_and_holds() -> None:
    true, count = {"slope": 8e-13, "level": 0.0}, 400
    rng, frequency, errors = np.random.default_rng(11), FREQUENCIES, np.full(FREQUENCIES.size, 1e-4)
    held = 0
    for _ in range(count):
        width = true["level"] + true["slope"] * frequency + errors * rng.standard_normal(frequency.size)
        ends = fit_widths(frequency, width, errors).estimate(1, 1.0, 0.0, "T").ci95
        assert ends is not None
        held += (ends[0] or 0.0) <= 0.0 <= float(ends[1] or 0.0)
    # by the mixture of χ²_0 and χ²_1 that a bound leaves, 97.5 % or more
    assert held / count > 0.95


def test_widths_that_bend_downwards_are_said_to() -> None:
    lines = film("in-plane", 9)
    lines.fwhm[:] += 1.5e-4 * (1.0 - np.linspace(-1.0, 1.0, 9) ** 2)
    (said,) = own(lines, "in-plane")
    assert said.level == "warning"
    assert not unnamed(said.headline, "bend downwards", "two-magnon")


def test_a_given_gyromagnetic_ratio_makes_the_magnetisation_sharper() -> None:
    lines = film("in-plane", 10)
    free, held = fitted(lines, "in-plane"), fit_film(lines, "in-plane", (), Constant(1.85e11))
    loose = fit_film(lines, "in-plane", (), Constant(1.85e11, 1e9))
    assert held is not None
    assert loose is not None
    assert held.estimates["gyromagnetic_ratio"].verdict is Verdict.FIXED
    assert loose.estimates["gyromagnetic_ratio"].verdict is Verdict.CONSTRAINED
    name = "effective_magnetisation"
    assert stderr(held, name) < stderr(loose, name) < stderr(free, name)
    assert held.values[name] == pytest.approx(TRUTH[name], abs=5 * stderr(held, name))


def test_a_given_gyromagnetic_ratio_that_the_lines_contradict_is_not_used() -> None:
    (said,) = own(film("in-plane", 10), "in-plane", gamma=Constant(1.76e11))
    assert said.level == "warning"
    assert not unnamed(said.headline, "the given γ is contradicted and not used")
    found = said.estimates["gyromagnetic_ratio"]
    assert found.verdict is Verdict.IDENTIFIED
    assert found.stderr is not None
    assert found.value == pytest.approx(1.85e11, abs=5 * found.stderr)


def test_widths_alone_give_the_damping_by_a_given_gyromagnetic_ratio() -> None:
    (said,) = own(film("in-plane", 12), None, gamma=Constant(1.85e11))
    found = said.estimates["alpha"]
    assert found.stderr is not None
    assert found.value == pytest.approx(TRUTH["alpha"], abs=5 * found.stderr)
    (without,) = own(film("in-plane", 12), None)
    assert not without.estimates


def swept_in_frequency(anisotropy: float = 0.0, error: float = 0.0) -> tuple[FilmLines, Array]:
    """Lines of α = 0.008 at eight fields, with errors of 0.1 MHz, and the fields, T, that are off by an error, T."""
    gamma, magnetisation, field = 1.76e11, 0.9, np.linspace(0.03, 0.25, 8)
    inner = field + anisotropy
    frequency = gamma / (2 * np.pi) * np.sqrt(inner * (inner + magnetisation))
    width = gamma / (2 * np.pi) * 0.008 * (2 * inner + magnetisation)
    errors = np.full(8, 1e5)
    return FilmLines(frequency, frequency, errors, width, errors), field + error * (-1.0) ** np.arange(8)


@pytest.mark.parametrize(("anisotropy", "error"), [(0.0, 0.0), (5e-3, 0.0), (0.0, 1e-4)])
def test_frequency_sweeps_at_fields_become_field_sweeps(anisotropy: float, error: float) -> None:
    lines, field = swept_in_frequency(anisotropy, error)
    for shifts in ([], ["anisotropy_field"]):
        slope = field_slopes(lines, field, "in-plane", shifts)
        assert slope is not None
        # Δf = α (γ/2π)(2B + μ0M_eff) over ∂f/∂B is 4παf/γ, by differences of 1e-4 of the frequency; 0.1 mT on a step of
        # 31 mT between fields
        tolerance = 0.01 if error else 1e-5
        assert lines.fwhm * slope == pytest.approx(4 * np.pi * 0.008 * lines.center / 1.76e11, rel=tolerance)


def test_frequencies_along_no_curve_have_no_slope() -> None:
    lines, field = swept_in_frequency()
    assert field_slopes(lines, field[::-1], "in-plane") is None


def test_too_few_frequencies_have_nothing_in_common() -> None:
    assert fit_film(film("perpendicular", 7).at(np.arange(3)), "perpendicular") is None


def test_the_measured_series() -> None:
    folder = os.environ.get("STFIT_REALDATA")
    if not folder:
        pytest.skip("STFIT_REALDATA is not set: the measured spectra are not part of the project")
    lines = (Path(folder) / "spin-diode-fmr" / "5360_4p.csv").read_text(encoding="utf-8").splitlines()[2:]
    table = np.array([[float(cell) for cell in line.split("\t")] for line in lines if line.strip()])
    found = []
    for number in range(6, 18):  # GHz, from where the line is clean
        field, signal = table[:, 2 * number - 2] * 1e-4, table[:, 2 * number - 1]  # Oe
        order = np.argsort(field, kind="stable")
        line = fit_spectrum(field[order], signal[order], SHAPES["symmetric+antisymmetric"], Search(most=1)).strongest
        assert line is not None
        found.append(line)
    fit = fitted(FilmLines.of(np.arange(6.0, 18.0) * 1e9, found), "perpendicular")
    # what others found of the same file: γ/2π ≈ 3.0 GHz/kOe; below 10 GHz its lines broaden
    assert fit.values["gyromagnetic_ratio"] / (2 * np.pi) == pytest.approx(30.0e9, rel=0.01)
    assert fit.positions.p_value > 0.01
    assert fit.widths.rejected
