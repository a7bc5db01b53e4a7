"""Pulses and ramps."""

import numpy as np
import pytest
from scipy.integrate import quad

from stfit.constants import BOLTZMANN
from stfit.physics import activation, switching
from stfit.physics.transport import PRINTED

LN_TAU_0, T, I_C = -20.7, 295.0, 1.4e-3
KT = BOLTZMANN * T
ENERGY = 45 * KT
SLOPE, LN_RATE_0, RAMP_RATE, START = 30.0, -18.0, 2.0, 0.1  # in units of mA, s: mode at ln(30·2/e^-18)/30 = 0.736


def test_probability_keeps_its_digits_at_both_ends() -> None:
    y = np.array([-700.0, -40.0, 0.0, 3.0, 60.0])  # ln(t_p/τ)
    np.testing.assert_allclose(
        switching.switching_probability(1.0, -y),
        [np.exp(-700.0), np.exp(-40.0), -np.expm1(-1.0), -np.expm1(-np.exp(3.0)), 1.0],
        rtol=1e-15,  # one rounding; 1 − x/2 differs from 1 by less
    )


def test_log_probability_is_finite_at_any_dwell_time() -> None:
    log_dwell_time = np.array([1e4, 40.0, 0.0, -3.0, -1e4])
    # ln P → −ln τ for rare switching, −e^{−t/τ} for certain one.
    expected = [-1e4, -40.0, np.log(-np.expm1(-1.0)), np.log1p(-np.exp(-np.exp(3.0))), 0.0]
    np.testing.assert_allclose(switching.log_switching_probability(1.0, log_dwell_time), expected, rtol=1e-15, atol=0)


def test_log_probability_has_no_seam_at_ln_2() -> None:
    y = np.log(np.log(2.0)) + np.array([-1e-9, 1e-9])
    logs = switching.log_switching_probability(1.0, -y)
    np.testing.assert_allclose(logs, -np.log(2.0), rtol=0, atol=1.5e-9)  # d ln P/dy = ln 2 there
    assert logs[1] > logs[0]


def test_stay_is_the_complement() -> None:
    log_dwell_time = np.linspace(-2.0, 3.0, 7)
    stay = switching.log_stay_probability(1.0, log_dwell_time)
    np.testing.assert_allclose(stay, -np.exp(-log_dwell_time), rtol=1e-14)
    np.testing.assert_allclose(np.exp(stay), 1.0 - switching.switching_probability(1.0, log_dwell_time), atol=1e-15)
    assert np.isfinite(switching.log_stay_probability(1.0, -1e4))


@pytest.mark.parametrize("pulse_width", [1e-6, 1e-3, 1.0])
def test_half_switching_current_switches_half(pulse_width: float) -> None:
    current = switching.half_switching_current(I_C, ENERGY, T, pulse_width, LN_TAU_0)
    log_dwell_time = activation.log_dwell_time(LN_TAU_0, ENERGY * (1.0 - current / I_C), T)
    # ln τ ~ 20 is known to 20 ε, and P_sw follows it with slope ln 2/2.
    assert switching.switching_probability(pulse_width, log_dwell_time) == pytest.approx(0.5, abs=5e-15)


def test_measured_critical_current_dwells_the_measurement_time() -> None:
    current = switching.measured_critical_current(I_C, ENERGY, T, 0.3, LN_TAU_0)
    log_dwell_time = activation.log_dwell_time(LN_TAU_0, ENERGY * (1.0 - current / I_C), T)
    assert log_dwell_time == pytest.approx(np.log(0.3), abs=1e-13)  # ε of 45 k_BT, a few times
    printed = switching.measured_critical_current(I_C, 2 * ENERGY, T, 0.3, LN_TAU_0, PRINTED)
    assert printed == pytest.approx(current, rel=1e-14)


def test_long_measurement_at_zero_temperature_gives_the_critical_current() -> None:
    assert switching.measured_critical_current(I_C, ENERGY, 0.0, 1e3, LN_TAU_0) == I_C


def test_ramp_survival_is_the_gompertz_law() -> None:
    current = np.linspace(START, 0.9, 9)
    rate = np.exp(LN_RATE_0)
    expected = -rate / (SLOPE * RAMP_RATE) * (np.exp(SLOPE * current) - np.exp(SLOPE * START))
    survival = switching.ramp_log_survival(current, SLOPE, LN_RATE_0, RAMP_RATE, START)
    np.testing.assert_allclose(survival, expected, rtol=1e-13)  # exponents up to 27 carry 27 ε
    assert survival[0] == 0.0


def test_a_rate_that_ignores_the_current_gives_exponential_waiting() -> None:
    current = np.array([0.1, 0.5, 2.0])
    flat = switching.ramp_log_survival(current, 0.0, 0.3, RAMP_RATE, START)
    np.testing.assert_allclose(flat, -np.exp(0.3) * (current - START) / RAMP_RATE, rtol=1e-14)
    nearly = switching.ramp_log_survival(current, 1e-9, 0.3, RAMP_RATE, START)
    np.testing.assert_allclose(nearly, flat, rtol=3e-9)  # 1 + aI


def test_density_is_that_of_the_survival() -> None:
    def density(current: float) -> float:
        return float(np.exp(switching.ramp_log_density(current, SLOPE, LN_RATE_0, RAMP_RATE, START)))

    until, error = quad(density, START, 0.7, epsabs=1e-12)
    survival = switching.ramp_log_survival(0.7, SLOPE, LN_RATE_0, RAMP_RATE, START)
    assert until == pytest.approx(-np.expm1(survival), abs=error + 1e-13)


def test_mode_mean_and_width_of_the_switching_currents() -> None:
    mode = switching.ramp_mode(SLOPE, LN_RATE_0, RAMP_RATE)
    near = switching.ramp_log_density(mode + np.array([-1e-4, 0.0, 1e-4]), SLOPE, LN_RATE_0, RAMP_RATE, START)
    assert near.argmax() == 1

    def moment(power: int) -> float:
        def weighed(current: float) -> float:
            log_density = switching.ramp_log_density(current, SLOPE, LN_RATE_0, RAMP_RATE, START)
            return float(current**power * np.exp(log_density))

        return quad(weighed, START, mode + 0.2, points=[float(mode)], epsabs=1e-12)[0]

    mean = moment(1)
    # The start cuts off a share η = e^{−a(mode − start)} = 5e-9, times a few 1/a.
    assert switching.ramp_mean(SLOPE, LN_RATE_0, RAMP_RATE) == pytest.approx(mean, abs=1e-8)
    assert switching.ramp_std(SLOPE) == pytest.approx(np.sqrt(moment(2) - mean**2), abs=1e-7)


def test_quantiles_undo_the_survival() -> None:
    probability = np.array([0.0, 1e-12, 0.1, 0.5, 0.999])
    current = switching.ramp_quantile(probability, SLOPE, LN_RATE_0, RAMP_RATE, START)
    survival = switching.ramp_log_survival(current, SLOPE, LN_RATE_0, RAMP_RATE, START)
    # I − I_start is small against I where little has switched: ε·a·I/(1 − e^{−a(I−I_start)}) of the exponent.
    np.testing.assert_allclose(-np.expm1(survival), probability, rtol=1e-9, atol=1e-20)
    assert current[0] == START


def test_quantiles_of_hardly_any_rate_do_not_overflow() -> None:
    current = switching.ramp_quantile(np.array([0.5]), SLOPE, -5e3, RAMP_RATE, START)
    # The median is ln(ln 2) above the mode in units of 1/a.
    mode = switching.ramp_mode(SLOPE, -5e3, RAMP_RATE)
    assert current[0] == pytest.approx(mode + np.log(np.log(2.0)) / SLOPE, rel=1e-13)
