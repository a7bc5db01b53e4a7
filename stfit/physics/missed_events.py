"""Dwell times seen with a dead time, exactly: the missed-events problem of two states.

A dwell shorter than the dead time ξ joins the one before. An observed dwell in state 1 runs from the start of a dwell
of at least ξ there to the start of the next of at least ξ in state 2: Hawkes, Jalali & Colquhoun, Phil. Trans. R. Soc.
A 332, 511 (1990), doi:10.1098/rsta.1990.0129, and B 337, 383 (1992), doi:10.1098/rstb.1992.0116, for one state of each
kind. With α = 1/τ, β = 1/τ_other, k = α + β and u = t − ξ its density is f(t) = R(u) α e^{−βξ},

    R(u) = Σ_m (−αβ e^{−βξ})^m h_m(u − mξ) over mξ < u,   h_m of transform (s + β)/[s(s + k)]^{m+1},

exactly, and R(u) → e^{su}/W'(s) at the real root s of W(s) = s + α − αβ(1 − e^{−(s+β)ξ})/(s + β) for many dead times.
All functions take arrays or Jets (τ and the dead time in s), and broadcast.
"""

from __future__ import annotations

from math import factorial
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.special import hyp1f1

from stfit.derivatives import elementwise, value_of

Array = npt.NDArray[np.float64]

EXACT: Final = 6  # dead times beyond the first up to which the series is summed; then the asymptotic form

_NEWTON = 60


def log_density(u: Array, tau: Any, tau_other: Any, dead_time: Array) -> Any:
    """ln f of an observed dwell t = ξ + u (1/s), exact; 0 ≤ u ≤ 6 ξ, s, one dead time above 0 each."""
    return np.log(_series(u, tau, tau_other, dead_time, 0)) + _log_rate(tau, tau_other, dead_time)


def log_survival(u: Array, tau: Any, tau_other: Any, dead_time: Array) -> Any:
    """ln of the probability that an observed dwell is longer than ξ + u, exact; 0 ≤ u ≤ 6 ξ."""
    return np.log1p(-_series(u, tau, tau_other, dead_time, 1) * np.exp(_log_rate(tau, tau_other, dead_time)))


def tail(tau: Any, tau_other: Any, dead_time: Array) -> tuple[Any, Any]:
    """(ln a, r): the density a e^{−ru} for u beyond some dead times; the survival is its integral, (a/r) e^{−ru}."""
    root, slope = _root(tau, tau_other, dead_time)
    return _log_rate(tau, tau_other, dead_time) - np.log(slope), -root


def _log_rate(tau: Any, tau_other: Any, dead_time: Array) -> Any:
    """ln(α e^{−βξ}): rate of leaving for a dwell that is seen."""
    return -np.log(tau) - dead_time / tau_other


def _series(u: Array, tau: Any, tau_other: Any, dead_time: Array, integrals: int) -> Any:
    """R(u), or its integral from 0 to u (integrals = 1)."""
    alpha, beta = 1.0 / tau, 1.0 / tau_other
    k = alpha + beta
    factor = -alpha * beta * np.exp(-beta * dead_time)
    power: Any = 1.0
    result: Any = 0.0
    for m in range(EXACT + 1):
        v = np.maximum(u - m * dead_time, 0.0)
        if not np.any(v > 0) and m > 0:
            break
        # s/[s(s+k)]^{m+1} and β/[s(s+k)]^{m+1}, over s^integrals
        term = _power_law(m + integrals, m + 1, v, k) + beta * _power_law(m + 1 + integrals, m + 1, v, k)
        result = result + power * (term * (u >= m * dead_time))
        power = power * factor
    return result


def _power_law(a: int, b: int, v: Array, k: Any) -> Any:
    """The function of transform s^{−a}(s + k)^{−b}: v^{a+b−1}/(a+b−1)! M(b, a+b, −kv), Kummer's M."""
    size = a + b
    ratios = (b / size, b * (b + 1) / (size * (size + 1.0)))

    def kummer(x: Array) -> Array:
        return np.asarray(np.exp(-x) * hyp1f1(a, size, x))  # all terms positive

    def first(x: Array) -> Array:
        return np.asarray(-ratios[0] * np.exp(-x) * hyp1f1(a, size + 1, x))

    def second(x: Array) -> Array:
        return np.asarray(ratios[1] * np.exp(-x) * hyp1f1(a, size + 2, x))

    return elementwise(k * v, kummer, first, second) * (v ** (size - 1) / factorial(size - 1))


def _root(tau: Any, tau_other: Any, dead_time: Array) -> tuple[Any, Any]:
    """The real root s < 0 of W(s), and W'(s)."""
    alpha, beta = 1.0 / tau, 1.0 / tau_other
    a, b = value_of(alpha), value_of(beta)
    s = np.zeros(np.broadcast_shapes(a.shape, b.shape, np.shape(dead_time)))
    for _ in range(_NEWTON):  # W grows and is concave, W(0) > 0: after the first step from above, from below
        step = _characteristic(s, a, b, dead_time) / _slope(s, a, b, dead_time)
        s = s - step
        if np.all(np.abs(step) <= 1e-15 * (a + b)):
            break
    slope = _slope(s, a, b, dead_time)
    root: Any = s
    for _ in range(2):  # the first of these steps brings the derivatives of the root, the other the second ones
        root = root - _characteristic(root, alpha, beta, dead_time) / slope
    return root, _slope(root, alpha, beta, dead_time)


def _characteristic(s: Any, alpha: Any, beta: Any, dead_time: Array) -> Any:
    """W(s)."""
    return s + alpha - alpha * beta * dead_time * _mean_power((s + beta) * dead_time, 0)


def _slope(s: Any, alpha: Any, beta: Any, dead_time: Array) -> Any:
    """W'(s)."""
    return 1.0 - alpha * beta * dead_time**2 * _mean_power((s + beta) * dead_time, 1)


def _mean_power(y: Any, n: int) -> Any:
    """(−1)^n ∫_0^1 x^n e^{−xy} dx, the n-th derivative of (1 − e^{−y})/y."""

    def moment(m: int) -> Any:
        return lambda x: (-1.0) ** m * hyp1f1(m + 1, m + 2, -x) / (m + 1)

    return elementwise(y, moment(n), moment(n + 1), moment(n + 2))
