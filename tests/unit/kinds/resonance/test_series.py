"""All spectra of a series together: the constants they share, with errors that hold; the measured series."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import norm

from stfit.kinds.resonance.line_fit import fit_spectrum
from stfit.kinds.resonance.series import SeriesFit, Spectrum, fit_series
from stfit.physics.fluctuations import LINE_SHAPES, field_linewidth
from stfit.physics.resonance import GEOMETRIES

Array = npt.NDArray[np.float64]
TRUTH = {
    "gyromagnetic_ratio": 1.85e11,
    "effective_magnetisation": 0.15,
    "alpha": 6e-3,
    "inhomogeneous_linewidth": 5e-3,
}
FREQUENCIES = np.arange(6, 15) * 1e9
SHAPE = "symmetric+antisymmetric"
named = pytest.mark.parametrize("geometry", GEOMETRIES)


def series(geometry: str, noise: float, seed: int, stray: int | None = None) -> list[Spectrum]:
    """Spectra of 121 samples about their resonance; `stray`: the one whose line is another mode's."""
    rng = np.random.default_rng(seed)
    spectra = []
    for index, frequency in enumerate(FREQUENCIES.tolist()):
        center = float(GEOMETRIES[geometry](frequency, TRUTH["gyromagnetic_ratio"], TRUTH["effective_magnetisation"]))
        center += 0.1 if index == stray else 0.0
        fwhm = float(
            field_linewidth(frequency, TRUTH["alpha"], TRUTH["gyromagnetic_ratio"], TRUTH["inhomogeneous_linewidth"])
        )
        field = np.linspace(center - 6 * fwhm, center + 6 * fwhm, 121)
        parts = LINE_SHAPES[SHAPE](field, center, fwhm)
        signal = parts[0] - 0.5 * parts[1] + 0.2 * field + noise * rng.standard_normal(field.size)
        spectra.append(Spectrum(frequency, field, signal, fit_spectrum(field, signal, SHAPE, most=1)))
    return spectra


def fitted(spectra: list[Spectrum], geometry: str) -> SeriesFit:
    found = fit_series(spectra, geometry)
    assert found is not None
    return found


@named
def test_the_constants_come_back(geometry: str) -> None:
    found = fitted(series(geometry, 1e-6, 0), geometry)
    assert found.values == pytest.approx(TRUTH, rel=1e-3)  # 1e-6 of the line, over 1000 samples
    assert found.used == tuple(range(FREQUENCIES.size))


@pytest.mark.slow
@named
def test_errors_hold(geometry: str) -> None:
    count = 25
    fits = [fitted(series(geometry, 0.03, 100 + seed), geometry) for seed in range(count)]
    pulls = np.array([[(fit.values[n] - TRUTH[n]) / fit.stderr[n] for n in TRUTH] for fit in fits])
    z = float(norm.isf(0.001 / 32))  # two-sided: mean and width of four numbers in two geometries
    assert np.all(np.abs(pulls.mean(axis=0)) < z / np.sqrt(count))
    assert np.all(np.abs(pulls.std(axis=0, ddof=1) - 1.0) < z / np.sqrt(2 * count) + 0.04)  # as for single lines
    assert min(fit.width_p_value for fit in fits) > 1e-4


def test_a_line_of_another_mode_is_left_out() -> None:
    found = fitted(series("perpendicular", 0.01, 1, stray=3), "perpendicular")
    assert 3 not in found.used
    assert found.values["alpha"] == pytest.approx(TRUTH["alpha"], abs=5 * found.stderr["alpha"])


def test_too_few_frequencies_have_nothing_in_common() -> None:
    assert fit_series(series("perpendicular", 0.01, 2)[:3], "perpendicular") is None


def test_the_measured_series() -> None:
    folder = os.environ.get("STFIT_REALDATA")
    if not folder:
        pytest.skip("STFIT_REALDATA is not set: the measured spectra are not part of the project")
    lines = (Path(folder) / "spin-diode-fmr" / "5360_4p.csv").read_text(encoding="utf-8").splitlines()[2:]
    table = np.array([[float(cell) for cell in line.split("\t")] for line in lines if line.strip()])
    spectra = []
    for number in range(6, 18):  # GHz, from where the line is clean
        field, signal = table[:, 2 * number - 2] * 1e-4, table[:, 2 * number - 1]  # Oe
        spectra.append(Spectrum(number * 1e9, field, signal, fit_spectrum(field, signal, SHAPE)))
    found = fitted(spectra, "perpendicular")
    # what others found of the same file: γ/2π ≈ 3.0 GHz/kOe, α ≈ 4(1)e-3, ΔH0 ≈ 128 Oe (half width)
    assert found.values["gyromagnetic_ratio"] / (2 * np.pi) == pytest.approx(30.0e9, rel=0.01)
    assert found.values["alpha"] == pytest.approx(4e-3, abs=1e-3)
    assert found.values["inhomogeneous_linewidth"] / 2 == pytest.approx(12.8e-3, abs=5e-4)
    assert found.width_p_value > 0.01
