"""All spectra of a measurement together: their shape, a time constant, complex signals, maps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from scipy.signal import lfilter

from stfit.kinds.resonance.line_fit import Search, fit_spectrum, refit_spectrum
from stfit.kinds.resonance.measured import LineSearch, MeasuredSpectrum
from stfit.kinds.resonance.read_spectra import without_delay
from stfit.kinds.resonance.spectra import fit_spectra
from stfit.kinds.resonance.spectra_words import words
from stfit.physics.line_shapes import SHAPES, LineShape
from stfit.results.fit_tests import LINE_SMOOTHING

Array = npt.NDArray[np.float64]
FIELD = np.linspace(0.1, 0.3, 201)  # T
ONE = Search(most=1, orders=(0, 1))
FAST = LineSearch("symmetric+antisymmetric", most=1, orders=(0,))


def line(shape: LineShape, center: float, fwhm: float, phase: float = 0.5, gaussian: float = 0.0) -> Array:
    turned = np.exp(-1j * phase) * shape.response(FIELD - center, fwhm, gaussian).value
    return np.asarray(0.2 + turned.real)


def noise(seed: int, size: float, correlation: float = 0.0) -> Array:
    steps = np.random.default_rng(seed).standard_normal(FIELD.size + 100)
    return np.asarray(size * lfilter([np.sqrt(1.0 - correlation**2)], [1.0, -correlation], steps)[100:])


def series(seed: int, correlation: float, size: float, *, smoothed: int) -> list[MeasuredSpectrum]:
    """Three lines of 20 mT with smoothed noise; smoothed: 1 for lines of a sweep up too, −1 for one down."""
    found = []
    for place in range(3):
        signal = line(SHAPES["symmetric+antisymmetric"], 0.18 + 0.01 * place, 0.02)
        if smoothed:
            own = signal[::smoothed]
            own = lfilter([1.0 - correlation], [1.0, -correlation], own, zi=[correlation * own[0]])[0]
            signal = np.asarray(own[::smoothed])
        own_noise = noise(10 * seed + place, size, correlation)[:: smoothed or 1]
        found.append(MeasuredSpectrum(f"{place}", FIELD, signal + own_noise))
    return found


@pytest.mark.parametrize("direction", [1, pytest.param(-1, marks=pytest.mark.slow)])
def test_lines_that_a_time_constant_smoothed_are_those_before_it(direction: int) -> None:
    found = fit_spectra(series(1, 0.85, 0.01, smoothed=direction), FAST)
    assert found.smoothing is not None
    assert np.sign(found.smoothing.pole) == direction
    assert abs(found.smoothing.pole) == pytest.approx(0.85, abs=0.05)
    lines = [fit.lines[0] for fit in found.fits]
    pulls = [(one.fwhm - 0.02) / one.fwhm_stderr for one in lines]
    pulls += [(one.center - 0.18 - 0.01 * place) / one.center_stderr for place, one in enumerate(lines)]
    assert np.max(np.abs(pulls)) < 4.0


@pytest.mark.slow
def test_lines_that_nothing_smoothed_stay_as_they_are() -> None:
    found = fit_spectra(series(2, 0.9, 0.01, smoothed=0), FAST)
    assert found.smoothing is not None
    assert found.smoothing.pole == 0.0
    assert found.smoothing.p_value > 1e-3
    assert not any(fit.pole for fit in found.fits)


def test_lines_of_which_nothing_tells_whether_they_are_smoothed_are_doubtful() -> None:
    spectra = series(5, 0.9, 0.1, smoothed=0)
    found = fit_spectra(spectra, FAST)
    p_values = {name: p_value for name, _, p_value in found.tests}
    assert p_values[LINE_SMOOTHING] < 0.01
    assert any("smoothed_lines = true or false" in one for one in words(spectra, found, "T"))
    told = fit_spectra(spectra, replace(FAST, smoothed=False))
    assert LINE_SMOOTHING not in {name for name, *_ in told.tests}


@pytest.mark.parametrize("amplitude", [0.005, 0.02])
def test_a_modulation_broadens_no_line_whose_amplitude_is_known(amplitude: float) -> None:
    shape = LineShape(2, derivative=True, modulation=amplitude)
    found = fit_spectrum(FIELD, line(shape, 0.2, 0.02) + noise(4, 0.01), shape, ONE).lines[0]
    assert abs(found.fwhm - 0.02) < 4 * found.fwhm_stderr
    plain = fit_spectrum(FIELD, line(shape, 0.2, 0.02) + noise(4, 0.01), SHAPES["derivative"], ONE).lines[0]
    assert plain.fwhm > 0.02 + 5 * plain.fwhm_stderr


@pytest.mark.parametrize("name", ["voigt", "voigt-derivative"])
def test_a_voigt_profile_has_a_lorentzian_width_and_a_gaussian_one(name: str) -> None:
    signal = line(SHAPES[name], 0.2, 0.02, gaussian=0.03) + noise(5, 0.002)
    found = fit_spectrum(FIELD, signal, SHAPES[name], ONE)
    assert abs(found.lines[0].fwhm - 0.02) < 4 * found.lines[0].fwhm_stderr
    assert found.gaussian == pytest.approx(0.03, rel=0.05)
    parent = "derivative" if SHAPES[name].derivative else "symmetric+antisymmetric"
    spectra = [MeasuredSpectrum("a", FIELD, signal)]
    wrong = fit_spectra(spectra, LineSearch(parent, most=1, orders=(0,)))
    assert (wrong.choice.rival, wrong.tests[-1][2] < 1e-3) == (name, True)
    assert any("Gaussian ones are 30" in one for one in words(spectra, replace(wrong, fits=(found,)), "T"))


@pytest.mark.parametrize("sense", [1, -1])
def test_a_complex_line_has_one_width_in_both_parts(sense: int) -> None:
    value = (0.3 - 0.2j) + np.exp(0.7j) * SHAPES["symmetric+antisymmetric"].response(FIELD - 0.2, 0.02).value
    signal = value + noise(6, 0.02) + 1j * noise(7, 0.02)
    spectrum = MeasuredSpectrum("a", FIELD, signal if sense == 1 else np.conj(signal))
    (fit,) = fit_spectra([spectrum], replace(FAST, shape=None)).fits
    (found,) = fit.lines
    assert abs(found.fwhm - 0.02) < 4 * found.fwhm_stderr
    # the second part tells as much as the first: √2 less error than that of one channel
    alone = fit_spectrum(FIELD, signal.real, SHAPES["symmetric+antisymmetric"], ONE).lines[0]
    assert found.fwhm_stderr == pytest.approx(alone.fwhm_stderr / np.sqrt(2.0), rel=0.15)
    assert found.phase[0] == pytest.approx(0.7, abs=4 * found.phase[1])


@pytest.mark.parametrize("turns", [0.3, 7.0, 120.0])
def test_a_cable_turns_no_phase(turns: float) -> None:
    frequency = np.linspace(2e9, 12e9, 201)
    background = np.exp(0.4j) * (1.0 + 0.1 * np.linspace(-1, 1, 201))
    resonance = 0.5 * SHAPES["symmetric+antisymmetric"].response(frequency - 6e9, 0.8e9).value
    seen = (background + resonance) * np.exp(-2j * np.pi * turns * np.linspace(0, 1, 201))
    left = without_delay(frequency, seen)
    # a line of half the background turns the phase by less than π/6 on either side
    assert np.ptp(np.unwrap(np.angle(left))) < np.pi


def test_a_map_carries_its_lines_on() -> None:
    spectra = []
    for place in range(24):
        center = 0.15 + 0.003 * place if place < 20 else 0.25
        height = 0.0 if place == 12 else 1.0
        signal = height * line(SHAPES["lorentzian"], center, 0.02) + noise(20 + place, 0.02)
        spectra.append(MeasuredSpectrum(f"{place}", FIELD, signal))
    found = fit_spectra(spectra, FAST)
    assert [len(fit.lines) for fit in found.fits] == [int(place != 12) for place in range(24)]
    widths = [(fit.lines[0].fwhm - 0.02) / fit.lines[0].fwhm_stderr for fit in found.fits if fit.lines]
    assert np.max(np.abs(widths)) < 4.5  # of 23
    assert refit_spectrum(FIELD, spectra[12].signal, found.fits[11]) is None
