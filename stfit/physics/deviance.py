"""Signed-root deviance residuals of the exponential and the binomial law, with derivatives where they are 0/0.

A deviance is 2[ln L(saturated) − ln L(prediction)], so the sum of squared residuals is −2 ln L up to a constant and
least squares of these residuals is maximum likelihood (McCullagh & Nelder, Generalized Linear Models, section 2.4).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import Jet, value_of

Array = npt.NDArray[np.float64]

_SERIES_BELOW = 0.25  # |v|; 14 terms of the series then leave a relative error below 1e-18
_SERIES = 1.0 / np.cumprod(np.arange(3.0, 17.0))  # 2/k! for k = 3, 4, …
LARGEST_EXPONENT: Final = 600.0  # exp(709) overflows; the rest is room for counts, times and sums of squares


def exponential_excess(v: Array) -> Array:
    """e^v − 1 − v, without cancellation near v = 0; shape of v."""
    v = np.asarray(v, dtype=float)
    near = np.clip(v, -_SERIES_BELOW, _SERIES_BELOW)
    tail = np.zeros_like(near)
    for coefficient in _SERIES[::-1]:
        tail += coefficient
        tail *= near
    series = 0.5 * near**2 * (1.0 + tail)
    return np.asarray(np.where(np.abs(v) <= _SERIES_BELOW, series, np.expm1(v) - v))


def exponential_root(u: Array) -> Array:
    """Signed root of 2(e^u − 1 − u), the deviance of one exponential dwell; u = ln(observed mean/dwell time)."""
    return np.asarray(np.sign(u) * np.sqrt(2.0 * exponential_excess(u)))


def exponential_root_slope(u: Array, root: Array) -> Array:
    """Derivative of `exponential_root`, whose value is `root`; 1 at u = 0, where the quotient would be 0/0."""
    safe = np.where(u == 0.0, 1.0, root)
    return np.asarray(np.where(u == 0.0, 1.0, np.expm1(u) / safe))


def exponential_residuals(n: Array, total_time: Array, log_dwell_time: Any) -> Any:
    """Residuals of n transitions in total_time (s) against ln τ; shape (..., rows).

    Positive where the observed dwells are longer than τ. A row with n = 0 has residual √(2t/τ).
    """
    counted, root_n = n > 0, np.sqrt(n)
    u = np.minimum(np.log(total_time / np.where(counted, n, 1.0)) - value_of(log_dwell_time), LARGEST_EXPONENT)
    root, half = exponential_root(u), np.exp(0.5 * u)
    residuals = np.where(counted, root_n * root, np.sqrt(2.0) * half)
    if not isinstance(log_dwell_time, Jet):
        return residuals
    slope = -np.where(counted, root_n * exponential_root_slope(u, root), np.sqrt(0.5) * half)
    return log_dwell_time.compose(residuals, slope, None)


def exponential_log_likelihood(n: Array, total_time: Array, log_dwell_time: Any) -> Any:
    """Rows of −n ln τ − t/τ; an array or a Jet of the shape of log_dwell_time."""
    eta = value_of(log_dwell_time)
    exposure = total_time * np.exp(np.minimum(-eta, LARGEST_EXPONENT))
    rows = -n * eta - exposure
    return log_dwell_time.compose(rows, exposure - n, -exposure) if isinstance(log_dwell_time, Jet) else rows


def binomial_residuals(n: Array, n_switched: Array, log_exposure: Any) -> Any:
    """Residuals of n_switched of n pulses against ln(t_p/τ), where P = 1 − exp(−t_p/τ); shape (..., rows).

    Positive where more switched than predicted.
    """
    eta, stayed = value_of(log_exposure), n - n_switched
    log_switch, exposure = _log_probabilities(eta)
    # k − nP as k(1−P) − (n−k)P, whose digits survive where P is nearly 1
    excess = n_switched * np.exp(-exposure) - stayed * np.exp(log_switch)
    deviance = 2.0 * (_poisson_half(n_switched, n, log_switch) + _poisson_half(stayed, n, -exposure))
    residuals = np.asarray(np.sign(excess) * np.sqrt(deviance))
    if not isinstance(log_exposure, Jet):
        return residuals
    # excess/residual is 0/0 where data and prediction agree; it tends to the binomial standard deviation there
    close = np.abs(excess) <= 1e-7 * np.minimum(n_switched, stayed)
    safe = np.where(close | (residuals == 0.0), 1.0, residuals)
    ratio = np.where(close, np.sqrt(n * np.exp(log_switch - exposure)), excess / safe)
    slope = -np.exp(np.minimum(eta - log_switch, LARGEST_EXPONENT)) * ratio
    return log_exposure.compose(residuals, slope, None)


def binomial_log_likelihood(n: Array, n_switched: Array, log_exposure: Any) -> Any:
    """Rows of k ln P − (n−k) t_p/τ with P = 1 − exp(−t_p/τ); an array or a Jet of the shape of log_exposure."""
    eta, stayed = value_of(log_exposure), n - n_switched
    log_switch, exposure = _log_probabilities(eta)
    lost = np.where(stayed > 0, stayed * exposure, 0.0)
    rows = np.asarray(n_switched * log_switch - lost)
    if not isinstance(log_exposure, Jet):
        return rows
    # d ln P/d eta = (t_p/τ) e^(−t_p/τ)/P, from 1 (short pulses) to 0 (long ones)
    slope = np.exp(eta - exposure - log_switch)
    curvature = slope * (1.0 - exposure - slope)
    return log_exposure.compose(rows, n_switched * slope - lost, n_switched * curvature - lost)


def _log_probabilities(eta: Array) -> tuple[Array, Array]:
    """ln P and −ln(1−P) = t_p/τ for eta = ln(t_p/τ)."""
    exposure = np.exp(np.minimum(eta, LARGEST_EXPONENT))
    # below e^-37 P equals its exposure to the last digit, and the logarithm is known without expm1
    log_switch = np.where(eta < -37.0, eta, np.log(-np.expm1(-np.exp(np.clip(eta, -37.0, LARGEST_EXPONENT)))))
    return log_switch, exposure


def _poisson_half(count: Array, n: Array, log_probability: Array) -> Array:
    """count·(e^v − 1 − v) with v = ln(expected/count): half a Poisson deviance; the expected number where count is 0.

    The two halves of a binomial deviance are two of these (Loader's decomposition), each without cancellation.
    """
    counted = count > 0
    # where n is 0 so is the count, and v does not matter
    v = log_probability + np.log(np.where(n > 0, n, 1.0) / np.where(counted, count, 1.0))
    return np.asarray(np.where(counted, count * exponential_excess(v), n * np.exp(log_probability)))
