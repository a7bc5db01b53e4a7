"""Switching statistics under pulses and current ramps (the experiments behind Eq. 28), from the dwell times of Eq. 27.

All of it needs times ≫ τ0 (pulse widths, time spent near the switching current): a state is left by activation.
Currents of a ramp are counted along it (so they rise), `slope` is a = |s_i|: the rate out of the state is
k(I) = k0 e^{aI}, Gompertz's law of mortality.
"""

from __future__ import annotations

from math import factorial
from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.constants import BOLTZMANN
from stfit.derivatives import elementwise
from stfit.physics.transport import CONSISTENT, Convention, Quantity

Array = npt.NDArray[np.float64]

_CEILING: Final = 300.0  # e^300 stays finite when squared; no exponent beyond it changes a probability
_LN_2: Final = float(np.log(2.0))
_EULER: Final = float(np.euler_gamma)


def switching_probability(pulse_width: Quantity, log_dwell_time: Quantity) -> Quantity:
    """P_sw = 1 − exp(−t_p/τ), exact where it is tiny.

    pulse_width: t_p ≫ τ0, s; log_dwell_time: ln(τ/s) at the current of the pulse.
    """
    return elementwise(_log_exposure(pulse_width, log_dwell_time), _switched, _switched_slope, _switched_curvature)


def log_switching_probability(pulse_width: Quantity, log_dwell_time: Quantity) -> Quantity:
    """ln P_sw, finite at any dwell time; arguments as `switching_probability`."""
    return elementwise(_log_exposure(pulse_width, log_dwell_time), _log_switched, _ln_slope, _ln_curvature)


def log_stay_probability(pulse_width: Quantity, log_dwell_time: Quantity) -> Quantity:
    """ln(1 − P_sw) = −t_p/τ; arguments as `switching_probability`."""
    return -_bounded_exp(_log_exposure(pulse_width, log_dwell_time))


def log_dwell_time_as_read(
    pulse_width: Quantity, log_dwell_time: Quantity, visibility: Quantity, floor: Quantity
) -> Quantity:
    """ln of the dwell time (s) that a perfect read-out would need to show the same share of switched pulses.

    That share is P = floor + (visibility − floor)(1 − exp(−t_p/τ)): what is read as switched where every pulse
    switched, and where none did.

    Parameters
    ----------
    pulse_width : array, shape (rows,)
        t_p in s.
    log_dwell_time : array, shape (..., rows)
        ln(τ/s).
    visibility : array, shape (..., 1)
        Above `floor`, below 1.
    floor : array, shape (..., 1)
        From 0.

    Returns
    -------
    array, shape (..., rows)
        ln t_p − ln(−ln(1 − P)); a Jet where an argument is one.
    """
    share = floor + (visibility - floor) * switching_probability(pulse_width, log_dwell_time)
    return np.log(pulse_width) - np.log(-np.log1p(-share))


def _log_exposure(pulse_width: Quantity, log_dwell_time: Quantity) -> Quantity:
    return np.log(pulse_width) - log_dwell_time


def _exposure(y: Array) -> Array:
    return np.exp(np.minimum(y, _CEILING))


def _bounded_exp(y: Quantity) -> Quantity:
    return elementwise(y, _exposure, _exposure, _exposure)


def _switched(y: Array) -> Array:
    return -np.expm1(-_exposure(y))


def _switched_slope(y: Array) -> Array:
    x = _exposure(y)
    return x * np.exp(-x)


def _switched_curvature(y: Array) -> Array:
    x = _exposure(y)
    return (1.0 - x) * x * np.exp(-x)


def _log_switched(y: Array) -> Array:
    x = _exposure(y)
    likely = np.log1p(-np.exp(-np.maximum(x, _LN_2)))
    return np.where(x > _LN_2, likely, y + np.log(_mean_decay(np.minimum(x, _LN_2))))


def _ln_slope(y: Array) -> Array:
    x = _exposure(y)
    return np.exp(-x) / _mean_decay(x)  # x/(e^x − 1)


def _ln_curvature(y: Array) -> Array:
    g, x = _ln_slope(y), _exposure(y)
    return g * (1.0 - x - g)


def half_switching_current(
    I_c: Quantity,
    energy: Quantity,
    temperature: Quantity,
    pulse_width: Quantity,
    ln_tau_0: Quantity,
    convention: Convention = CONSISTENT,
) -> Quantity:
    """I_50 = I_c[1 − (k_BT/E) ln(t_p/(τ0 ln 2))], A: the current of P_sw = 1/2, for t_p ≫ τ0."""
    return measured_critical_current(I_c, energy, temperature, pulse_width / _LN_2, ln_tau_0, convention)


def measured_critical_current(
    I_c: Quantity,
    energy: Quantity,
    temperature: Quantity,
    measurement_time: Quantity,
    ln_tau_0: Quantity,
    convention: Convention = CONSISTENT,
) -> Quantity:
    """I = I_c[1 − (k_BT/E) ln(t_m/τ0)], A: where τ is the measurement time t_m ≫ τ0 (Eq. 28 at finite temperature).

    I_c: linear-extrapolated, A; energy: E of the state left, J; temperature: K; ln_tau_0: ln(τ0/s).
    """
    thermal = convention.thermal * BOLTZMANN * temperature / energy
    return I_c * (1.0 - thermal * (np.log(measurement_time) - ln_tau_0))


def ramp_log_hazard(current: Quantity, slope: Quantity, ln_rate_0: Quantity, ramp_rate: Quantity) -> Quantity:
    """ln of the switching rate per ampere, k(I)/İ; current: A, slope: 1/A, ln_rate_0: −ln(τ(0)/s), ramp_rate: A/s."""
    return ln_rate_0 + slope * current - np.log(ramp_rate)


def ramp_log_survival(
    current: Quantity, slope: Quantity, ln_rate_0: Quantity, ramp_rate: Quantity, start: Quantity
) -> Quantity:
    """ln of the probability to reach `current` (A) unswitched, −(k0/(aİ))(e^{aI} − e^{aI_start}); a = 0 included."""
    rise = current - start
    rate = _bounded_exp(ramp_log_hazard(current, slope, ln_rate_0, ramp_rate))
    return -rate * rise * elementwise(slope * rise, _mean_decay, _mean_decay_slope, _mean_decay_curvature)


def ramp_log_density(
    current: Quantity, slope: Quantity, ln_rate_0: Quantity, ramp_rate: Quantity, start: Quantity
) -> Quantity:
    """ln of the density of switching currents, ln(1/A)."""
    hazard = ramp_log_hazard(current, slope, ln_rate_0, ramp_rate)
    return hazard + ramp_log_survival(current, slope, ln_rate_0, ramp_rate, start)


def ramp_log_exposure(log_dwell_time_start: Quantity, log_dwell_time_end: Quantity, duration: Array) -> Quantity:
    """ln ∫dt/τ over a step of a ramp, along which ln τ changes linearly; 1 − exp(−that integral) switch in it.

    log_dwell_time_start, log_dwell_time_end: ln(τ/s) at the ends of the step; duration: s, ≫ τ0. The integral is
    (duration/τ_end)·(1 − e^{−x})/x with x = ln τ_start − ln τ_end.
    """
    fall = log_dwell_time_start - log_dwell_time_end
    return np.log(duration) - log_dwell_time_end + elementwise(fall, _log_decay, _log_decay_slope, _log_decay_curvature)


def ramp_mode(slope: Quantity, ln_rate_0: Quantity, ramp_rate: Quantity) -> Quantity:
    """The most probable switching current ln(aİ/k0)/a, A, where it lies above the start of the ramp; slope > 0."""
    return (np.log(slope) + np.log(ramp_rate) - ln_rate_0) / slope


def ramp_mean(slope: Quantity, ln_rate_0: Quantity, ramp_rate: Quantity) -> Quantity:
    """Mean switching current, mode − 0.5772/a, A, of a ramp that starts several 1/a below the mode."""
    return ramp_mode(slope, ln_rate_0, ramp_rate) - _EULER / slope


def ramp_std(slope: Quantity) -> Quantity:
    """Standard deviation of the switching current, π/(a√6), A, as for `ramp_mean`: the width alone gives |s|."""
    return np.pi / (np.sqrt(6.0) * slope)


def ramp_quantile(
    probability: Array, slope: Quantity, ln_rate_0: Quantity, ramp_rate: Quantity, start: Quantity
) -> Array:
    """The current (A) before which a share `probability` in [0, 1) has switched; arrays only, slope > 0."""
    with np.errstate(divide="ignore"):  # at probability 0 the logarithm is −∞ and the current that of the start
        log_needed = np.log(-np.log1p(-np.asarray(probability, dtype=float)))
    log_start = ramp_log_hazard(start, slope, ln_rate_0, ramp_rate) - np.log(slope)
    current: Array = start + np.logaddexp(0.0, log_needed - log_start) / slope
    return current


# φ(x) = (1 − e^{−x})/x = ∫₀¹ e^{−xt} dt, with its derivatives: series where the closed forms are 0/0. 22 terms leave
# 1/23! < 1e-22 at |x| = 1.
_SERIES: Final = np.polynomial.Polynomial([(-1) ** n / factorial(n + 1) for n in range(22)])
_SERIES_SLOPE: Final = _SERIES.deriv()
_SERIES_CURVATURE: Final = _SERIES.deriv(2)


def _mean_decay(x: Array) -> Array:
    x = np.maximum(x, -_CEILING)
    return np.divide(-np.expm1(-x), x, out=np.ones_like(x), where=x != 0.0)


def _mean_decay_slope(x: Array) -> Array:
    x = np.maximum(x, -_CEILING)
    far = np.where(np.abs(x) < 1.0, 1.0, x)
    closed = (np.exp(-far) - _mean_decay(far)) / far
    return np.where(np.abs(x) < 1.0, _SERIES_SLOPE(np.clip(x, -1.0, 1.0)), closed)


def _mean_decay_curvature(x: Array) -> Array:
    x = np.maximum(x, -_CEILING)
    far = np.where(np.abs(x) < 1.0, 1.0, x)
    closed = -(np.exp(-far) + 2.0 * _mean_decay_slope(far)) / far
    return np.where(np.abs(x) < 1.0, _SERIES_CURVATURE(np.clip(x, -1.0, 1.0)), closed)


def _log_decay(x: Array) -> Array:
    return np.where(x < -_CEILING, -x - np.log(np.maximum(-x, 1.0)), np.log(_mean_decay(x)))


def _log_decay_slope(x: Array) -> Array:
    return np.where(x < -_CEILING, -1.0 - 1.0 / np.minimum(x, -1.0), _mean_decay_slope(x) / _mean_decay(x))


def _log_decay_curvature(x: Array) -> Array:
    bent = _mean_decay_curvature(x) / _mean_decay(x) - _log_decay_slope(x) ** 2
    return np.where(x < -_CEILING, 1.0 / np.maximum(x**2, 1.0), bent)
