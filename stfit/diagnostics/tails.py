"""Tail probabilities of a statistic, from simulated values or from the χ² law, never from rounding noise."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import gammainc, gammaincc

from stfit.diagnostics.groups import NO_DEVIANCE

Array = npt.NDArray[np.float64]

COUNTED: Final = 20  # values beyond the observed one, from which their number gives p (Besag & Clifford,
# Biometrika 78, 301, 1991)
_IMPOSSIBLE: Final = 1e-3  # p of a misfit that no freedom is left for, below which it is one


def upper_tail(replicas: Array, observed: float) -> float:
    """P(statistic ≥ observed): counted where enough replicas reach it, else from a gamma law with their moments.

    A count of 0 among 999 could not tell p = 0.001 from p = 10⁻²⁰; the sum of many squared residuals is close to a
    scaled χ², whose tail can.
    """
    reached = int(np.count_nonzero(replicas >= observed))
    mean, variance = float(np.mean(replicas)), float(np.var(replicas, ddof=1))
    if reached >= COUNTED or variance <= 0.0:
        return (reached + 1.0) / (replicas.size + 1.0)
    return float(gammaincc(mean**2 / variance, observed * mean / variance))


def lower_tail(replicas: Array, observed: float) -> float:
    """P(statistic ≤ observed), as `upper_tail`."""
    reached = int(np.count_nonzero(replicas <= observed))
    mean, variance = float(np.mean(replicas)), float(np.var(replicas, ddof=1))
    if reached >= COUNTED or variance <= 0.0:
        return (reached + 1.0) / (replicas.size + 1.0)
    return float(gammainc(mean**2 / variance, observed * mean / variance))


def exponential_tail(replicas: Array, observed: float) -> float:
    """P(statistic ≥ observed): counted where enough replicas reach it, else continued from the largest of them as e^−x.

    For statistics such as Anderson and Darling's, whose far tail is that of their largest part, a squared normal; a
    gamma law with their moments would fall too fast there. For lighter tails p is too large, if anything.
    """
    reached = int(np.count_nonzero(replicas >= observed))
    largest = np.sort(replicas)[-COUNTED:]
    excess = float(np.mean(largest - largest[0]))
    if reached >= COUNTED or excess <= 0.0:
        return (reached + 1.0) / (replicas.size + 1.0)
    return COUNTED / (replicas.size + 1.0) * float(np.exp(-(observed - largest[0]) / excess))


def deviance_tail(replicas: Array, observed: float, freedom: float) -> float | None:
    """P(deviance ≥ observed) of simulated deviances (replicas,); None where it could not be another one.

    freedom: that the rows bring. Where all replicas are alike, zero for instance, and the data are not, the χ² law of
    these rows judges in their place.
    """
    floored, value = np.maximum(replicas, NO_DEVIANCE), max(observed, NO_DEVIANCE)
    usual = float(np.median(floored))
    if np.ptp(floored) > NO_DEVIANCE and max(usual, value) > NO_DEVIANCE:
        return upper_tail(floored, value)
    if value > usual + NO_DEVIANCE:
        return float(gammaincc(max(freedom, 1.0) / 2, value / 2))
    return None


def chi_square_tail(deviance: float, left: float, freedom: float) -> float | None:
    """P(deviance ≥ observed) of the χ² law with the degrees of freedom that are left; None where none is.

    The deviance of the best fit is at most that of the truth, a χ² with the freedom of the rows: where that excludes
    the observed one, the data reject the fit though it leaves no freedom.
    """
    if left >= 1.0:
        return float(gammaincc(left / 2, deviance / 2))
    bound = float(gammaincc(max(freedom, 1.0) / 2, deviance / 2))
    return bound if bound < _IMPOSSIBLE else None
