"""Amplitudes, linewidths and line shapes of ferromagnetic resonance."""

import numpy as np
import pytest
from scipy.integrate import quad

from stfit.errors import OutsideValidityError
from stfit.physics import activation, fluctuations
from stfit.physics.fluctuations import MAPPINGS

CURRENT = np.array([-2e-3, 0.0, 1e-3])
SLOPE = 800.0
X = np.linspace(-3.0, 5.0, 801)
CENTER, FWHM, AREA = 1.0, 0.6, 2.5


@pytest.mark.parametrize(
    ("name", "power", "linewidth"), [("power", 1.0, 0.0), ("damping", 1.0, 1.0), ("peak", 0.5, 0.5)]
)
def test_exponential_mappings(name: str, power: float, linewidth: float) -> None:
    mapping = MAPPINGS[name]
    assert mapping.name == name
    np.testing.assert_allclose(mapping.log_power_ratio(CURRENT, SLOPE), -power * SLOPE * CURRENT, rtol=1e-15)
    np.testing.assert_allclose(mapping.log_linewidth_ratio(CURRENT, SLOPE), linewidth * SLOPE * CURRENT, rtol=1e-15)


def test_peak_mapping_is_eq_32_on_the_peak() -> None:
    peak = MAPPINGS["peak"]
    change = peak.log_power_ratio(CURRENT, SLOPE) - peak.log_linewidth_ratio(CURRENT, SLOPE)
    np.testing.assert_allclose(change, fluctuations.log_amplitude_ratio(CURRENT, SLOPE), rtol=1e-15)


def test_torque_keeps_power_times_width() -> None:
    torque = MAPPINGS["torque"]
    I_c = 4e-3
    width = torque.log_linewidth_ratio(CURRENT, -1.0 / I_c)
    np.testing.assert_allclose(np.exp(width), 1.0 - CURRENT / I_c, rtol=1e-15)
    np.testing.assert_array_equal(torque.log_power_ratio(CURRENT, -1.0 / I_c), -width)


def test_torque_ends_at_the_critical_current() -> None:
    with pytest.raises(OutsideValidityError, match="at or beyond the critical one"):
        MAPPINGS["torque"].log_power_ratio(CURRENT, -1000.0)


@pytest.mark.parametrize("measure", fluctuations.FWHM_OVER_WIDTH)
def test_width_measures_convert_both_ways(measure: str) -> None:
    there = fluctuations.convert_linewidth(3.0, "fwhm", measure)
    assert fluctuations.convert_linewidth(there, measure, "fwhm") == pytest.approx(3.0, rel=1e-15)


def test_hwhm_is_half_and_an_unknown_measure_is_refused() -> None:
    assert fluctuations.convert_linewidth(3.0, "fwhm", "hwhm") == 1.5
    with pytest.raises(OutsideValidityError, match="'sigma' is no measure of a linewidth; there are fwhm, hwhm"):
        fluctuations.convert_linewidth(3.0, "sigma", "fwhm")


def test_linewidths_add_and_grow_with_frequency() -> None:
    assert fluctuations.linewidth(3.0, 1.5) == 4.5
    widths = fluctuations.field_linewidth(np.array([0.0, 10e9]), 0.01, 1.76e11, 2e-3)
    np.testing.assert_allclose(widths, [2e-3, 2e-3 + 4 * np.pi * 0.01 * 10e9 / 1.76e11], rtol=1e-15)


def test_lorentzian_has_its_integral_peak_and_width() -> None:
    def line(x: float) -> float:
        return float(fluctuations.lorentzian(x, CENTER, FWHM, AREA))

    area, error = quad(line, -np.inf, np.inf, epsabs=1e-10)
    assert area == pytest.approx(AREA, abs=max(error, 1e-9))
    assert line(CENTER) == pytest.approx(fluctuations.peak_power(AREA, FWHM), rel=1e-15)
    assert line(CENTER + FWHM / 2) == pytest.approx(line(CENTER) / 2, rel=1e-15)


def test_derivative_line_is_the_derivative_with_its_peak_to_peak() -> None:
    step = 1e-5
    rise = fluctuations.lorentzian(X + step, CENTER, FWHM, AREA) - fluctuations.lorentzian(X - step, CENTER, FWHM, AREA)
    line = fluctuations.derivative_lorentzian(X, CENTER, FWHM, AREA)
    # h²/6 of the third derivative, 24 peaks/(FWHM/2)³, is 4e-8; rounding ε·peak/h is 6e-11.
    np.testing.assert_allclose(line, rise / (2 * step), rtol=0, atol=5e-8)
    fine = np.linspace(CENTER - FWHM, CENTER + FWHM, 240_001)
    shape = fluctuations.derivative_lorentzian(fine, CENTER, FWHM, AREA)
    peak_to_peak = fine[shape.argmin()] - fine[shape.argmax()]
    expected = fluctuations.convert_linewidth(FWHM, "fwhm", "peak-to-peak")
    assert peak_to_peak == pytest.approx(expected, abs=1e-5)  # two grid steps


def test_mixed_line_is_symmetric_plus_antisymmetric() -> None:
    mixed = fluctuations.symmetric_antisymmetric(X, CENTER, FWHM, 1.5, 0.4)
    mirrored = fluctuations.symmetric_antisymmetric(2 * CENTER - X, CENTER, FWHM, 1.5, 0.4)
    pure = 1.5 * fluctuations.lorentzian(X, CENTER, FWHM, AREA) / fluctuations.peak_power(AREA, FWHM)
    np.testing.assert_allclose((mixed + mirrored) / 2, pure, rtol=1e-13)  # a few ε·(x − center)/FWHM
    half = fluctuations.symmetric_antisymmetric(CENTER + FWHM / 2, CENTER, FWHM, 0.0, 0.4)
    assert half == pytest.approx(0.2, rel=1e-14)


def test_hopping_noise_counts_the_hops_both_ways() -> None:
    n_P, _ = activation.equilibrium_populations(2.0, 0.5)
    assert fluctuations.hopping_noise_strength(n_P, 2.0, 0.5) == pytest.approx(2 / (2.0 + 0.5), rel=1e-15)
