"""Lines in one spectrum: found where they are, as wide as they are, with errors that hold, and none in noise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.signal import lfilter
from scipy.stats import binom, norm

from stfit.kinds.resonance.line_fit import Search, SpectrumFit, fit_spectrum
from stfit.physics.fluctuations import LINE_SHAPES
from stfit.physics.line_shapes import SHAPES

Array = npt.NDArray[np.float64]
FIELD = np.linspace(0.05, 0.35, 151)  # T
named = pytest.mark.parametrize("shape", LINE_SHAPES)


def spectrum(shape: str, lines: list[tuple[float, float]], noise: float, seed: int, amplitude: float = 3e-6) -> Array:
    """Lines of a few µV on a slanting background."""
    rng = np.random.default_rng(seed)
    signal = 1e-6 + 4e-6 * FIELD + noise * amplitude * rng.standard_normal(FIELD.size)
    for center, fwhm in lines:
        parts = LINE_SHAPES[shape](FIELD, center, fwhm)
        signal = signal + amplitude * sum(weight * part for weight, part in zip((1.0, 0.6), parts, strict=False))
    return np.asarray(signal)


@named
def test_a_line_without_noise_is_found_to_the_last_digits(shape: str) -> None:
    found = fit_spectrum(FIELD, spectrum(shape, [(0.2, 0.03)], 1e-9, 0), SHAPES[shape])
    assert len(found.lines) == 1
    line = found.lines[0]
    assert line.center == pytest.approx(0.2, rel=1e-7)  # of noise 1e-9 over √30 samples, times the width
    assert line.fwhm == pytest.approx(0.03, rel=1e-7)
    assert line.amplitudes[0] == pytest.approx(3e-6, rel=1e-6)


@named
def test_two_lines_are_two(shape: str) -> None:
    found = fit_spectrum(FIELD, spectrum(shape, [(0.14, 0.02), (0.25, 0.03)], 0.01, 1), SHAPES[shape])
    assert [line.center for line in found.lines] == pytest.approx([0.14, 0.25], abs=5e-4)
    assert [line.fwhm for line in found.lines] == pytest.approx([0.02, 0.03], abs=1.5e-3)


@named
def test_noise_alone_shows_no_line(shape: str) -> None:
    # by chance BIC falls by 10 in less than one spectrum in 1000 even after a search over 60 places
    found = [fit_spectrum(FIELD, spectrum(shape, [], 0.1, seed), SHAPES[shape]) for seed in range(15)]
    assert [len(fit.lines) for fit in found] == [0] * 15
    assert all(fit.strongest is None for fit in found)


def smoothed(correlation: float, seed: int) -> Array:
    """Noise behind a time constant; drift where the correlation is 1."""
    steps = np.random.default_rng(seed).standard_normal(FIELD.size)
    return np.asarray(lfilter([1.0], [1.0, -correlation], steps))


@pytest.mark.parametrize("correlation", [0.5, 0.9, 1.0])
def test_smoothed_noise_and_drift_show_no_line_either(correlation: float) -> None:
    fits = [fit_spectrum(FIELD, smoothed(correlation, seed), SHAPES["symmetric+antisymmetric"]) for seed in range(10)]
    assert sum(len(fit.lines) > 0 for fit in fits) <= 1  # of 10, at 1 % each


def test_lines_that_overlap_are_told_apart() -> None:
    found = fit_spectrum(FIELD, spectrum("lorentzian", [(0.19, 0.03), (0.208, 0.03)], 0.005, 2), SHAPES["lorentzian"])
    assert [line.center for line in found.lines] == pytest.approx([0.19, 0.208], abs=1e-3)
    assert [line.fwhm for line in found.lines] == pytest.approx([0.03, 0.03], abs=2e-3)
    assert found.overlapping


def test_three_lines_are_three_and_the_strongest_is_the_resonance() -> None:
    shape = "symmetric+antisymmetric"
    signal = spectrum(shape, [(0.12, 0.02), (0.28, 0.02)], 0.01, 3) + spectrum(shape, [(0.2, 0.02)], 0.0, 0, 6e-6)
    found = fit_spectrum(FIELD, signal, SHAPES[shape])
    assert [line.center for line in found.lines] == pytest.approx([0.12, 0.2, 0.28], abs=1e-3)
    assert found.strongest is found.lines[1]
    assert len(fit_spectrum(FIELD, signal, SHAPES[shape], Search(most=1)).lines) == 1


def test_a_curved_background_is_no_line() -> None:
    signal = spectrum("lorentzian", [(0.2, 0.03)], 0.02, 5) + 1.5e-6 * np.square((FIELD - 0.2) / 0.15)
    found = fit_spectrum(FIELD, signal, SHAPES["lorentzian"])
    assert found.order == 2
    assert len(found.lines) == 1
    assert found.lines[0].fwhm == pytest.approx(0.03, abs=4 * found.lines[0].fwhm_stderr)


def test_a_wrong_sample_is_set_aside() -> None:
    signal = spectrum("lorentzian", [(0.2, 0.03)], 0.02, 6)
    signal[40] += 9e-6
    found = fit_spectrum(FIELD, signal, SHAPES["lorentzian"])
    assert found.set_aside == 1
    assert len(found.lines) == 1
    assert found.lines[0].fwhm == pytest.approx(0.03, abs=4 * found.lines[0].fwhm_stderr)


def test_a_line_of_a_sweep_through_zero_stands_at_either_sign() -> None:
    field = FIELD - 0.2
    signal = sum(
        sign * LINE_SHAPES["lorentzian"](field, sign * 0.08, 0.02)[0] for sign in (-1.0, 1.0)
    ) + 0.02 * np.random.default_rng(7).standard_normal(field.size)
    found = fit_spectrum(field, np.asarray(signal), SHAPES["lorentzian"])
    assert [line.center for line in found.resonances(field)] == pytest.approx([-0.08, 0.08], abs=1e-3)
    assert len(found.resonances(field + 1.0)) == 1


def test_noise_that_grows_with_the_power() -> None:
    power = 0.02 + LINE_SHAPES["lorentzian"](FIELD, 0.2, 0.03)[0]
    noisy = power * 10.0 ** (0.02 * np.random.default_rng(8).standard_normal(FIELD.size))  # 0.2 dB
    line = fit_spectrum(FIELD, np.asarray(noisy), SHAPES["lorentzian"], Search(proportional=True)).lines[0]
    assert line.fwhm == pytest.approx(0.03, abs=4 * line.fwhm_stderr)
    assert line.fwhm_stderr < 0.02 * line.fwhm


def test_a_shape_that_does_not_fit_is_rejected() -> None:
    gauss = np.exp(-np.square((FIELD - 0.2) / 0.03))
    noise = 0.01 * np.random.default_rng(9).standard_normal(FIELD.size)
    assert fit_spectrum(FIELD, gauss + noise, SHAPES["lorentzian"], Search(most=1)).whiteness[1] < 1e-6
    right = fit_spectrum(FIELD, spectrum("lorentzian", [(0.2, 0.03)], 0.01, 9), SHAPES["lorentzian"], Search(most=1))
    assert right.whiteness[1] > 1e-3


def test_errors_know_of_smoothed_noise() -> None:
    signal = LINE_SHAPES["lorentzian"](FIELD, 0.2, 0.03)[0] + 0.02 * smoothed(0.9, 10)
    found = fit_spectrum(FIELD, np.asarray(signal), SHAPES["lorentzian"])
    assert found.correlation == pytest.approx(0.9, abs=0.1)  # √((1 − ρ²)/151) = 0.035
    line = found.lines[0]
    assert abs(line.fwhm - 0.03) < 4 * line.fwhm_stderr


@named
def test_errors_of_centre_and_width_hold(shape: str) -> None:
    count, truth = 30, np.array([0.2, 0.03])
    fits = [
        fit_spectrum(FIELD, spectrum(shape, [(0.2, 0.03)], 0.05, 1000 + seed), SHAPES[shape], Search(most=1))
        for seed in range(count)
    ]
    pulls = np.array([_pull(fit, truth) for fit in fits])
    z = float(norm.isf(0.001 / 18))  # two-sided, for mean, width and coverage of two numbers in three shapes
    assert np.all(np.abs(pulls.mean(axis=0)) < z / np.sqrt(count))
    # noise that looks correlated by chance, by 1/√151, makes errors larger by half of that: 4 %
    assert np.all(np.abs(pulls.std(axis=0, ddof=1) - 1.0) < z / np.sqrt(2 * count) + 0.04)
    inside = np.count_nonzero(np.abs(pulls) < 1.0, axis=0)
    assert np.all(inside >= binom.ppf(0.001 / 18, count, 0.6827))


def test_halved_errors_are_found_out() -> None:
    count, truth = 30, np.array([0.2, 0.03])
    fits = [
        fit_spectrum(FIELD, spectrum("lorentzian", [(0.2, 0.03)], 0.05, seed), SHAPES["lorentzian"], Search(most=1))
        for seed in range(count)
    ]
    widths = 2.0 * np.array([_pull(fit, truth) for fit in fits]).std(axis=0, ddof=1)
    assert np.all(np.abs(widths - 1.0) > float(norm.isf(0.001 / 18)) / np.sqrt(2 * count) + 0.04)


def _pull(fit: SpectrumFit, truth: Array) -> Array:
    line = fit.strongest
    assert line is not None
    return np.asarray((np.array([line.center, line.fwhm]) - truth) / [line.center_stderr, line.fwhm_stderr])


def test_the_area_is_that_of_both_parts() -> None:
    found = fit_spectrum(
        FIELD, spectrum("symmetric+antisymmetric", [(0.2, 0.03)], 1e-6, 3), SHAPES["symmetric+antisymmetric"]
    )
    assert found.lines[0].integrated[0] == pytest.approx(0.5 * np.pi * np.hypot(3e-6, 1.8e-6) * 0.03, rel=1e-4)
    assert found.lines[0].integrated[1] > 0


def test_many_samples_are_fitted_as_few() -> None:
    field = np.linspace(0.05, 0.35, 6001)
    noise = 0.1 * np.random.default_rng(12).standard_normal(field.size)
    line = fit_spectrum(field, LINE_SHAPES["lorentzian"](field, 0.2, 0.03)[0] + noise, SHAPES["lorentzian"]).lines[0]
    assert line.fwhm == pytest.approx(0.03, abs=4 * line.fwhm_stderr)
    assert line.fwhm_stderr < 6e-4  # noise of 10 % over 600 samples a width leaves about 1 % of it


def test_units_do_not_matter() -> None:
    signal = spectrum("lorentzian", [(0.2, 0.03)], 0.02, 4)
    tesla, oersted = (
        fit_spectrum(FIELD, signal, SHAPES["lorentzian"]),
        fit_spectrum(1e4 * FIELD, 1e6 * signal, SHAPES["lorentzian"]),
    )
    assert oersted.lines[0].fwhm == pytest.approx(1e4 * tesla.lines[0].fwhm, rel=1e-6)  # both ends to 1e-12 of χ²
    assert oersted.lines[0].fwhm_stderr == pytest.approx(1e4 * tesla.lines[0].fwhm_stderr, rel=1e-5)
    assert oersted.evidence == pytest.approx(tesla.evidence, abs=1e-3)


@pytest.mark.parametrize("x", [np.linspace(0, 1, 11), np.zeros(50)])
def test_what_is_no_spectrum_is_refused(x: Array) -> None:
    with pytest.raises(ValueError, match="a spectrum needs 12 samples"):
        fit_spectrum(x, np.ones_like(x), SHAPES["lorentzian"])
