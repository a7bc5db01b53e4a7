"""Are single dwells exponential? A test of shape that knows their means were estimated.

The statistic is Moran's: D = Σ_settings n_i [ln x̄_i − mean(ln x)_i], the log-likelihood ratio against a gamma law
(P. A. P. Moran, Rev. Int. Stat. Inst. 19, 27, 1951). It does not depend on the means. Large for mixtures of
exponentials, small where short dwells are missing. Its first three cumulants are known exactly.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import digamma, gammainc, gammaincc, polygamma

from stfit.kinds.dwell.events import DwellEvents
from stfit.kinds.dwell.missed import MissedDwellEvents

Array = npt.NDArray[np.float64]


class ShapeTest(NamedTuple):
    """statistic: D over its expectation, 1 for exponential dwells; p_value: two-sided; None where too few dwells."""

    statistic: float | None
    p_value: float | None


def exponential_shape_test(events: DwellEvents | MissedDwellEvents) -> ShapeTest:
    """Moran's test over all settings with at least 2 complete dwells; censored dwells are left out.

    With a dead time each dwell is replaced by what its exact law makes exponential (−ln of the survival), at the dwell
    times of its own setting: one mean a state and setting is estimated there too.
    """
    complete = ~events.censored
    length = events.duration if isinstance(events, DwellEvents) else events.exposure
    duration, setting = length[complete], events.setting[complete]
    size = events.reduced.n.size
    n = np.bincount(setting, minlength=size).astype(float)
    tested = n >= 2
    if not np.any(tested):
        return ShapeTest(None, None)
    safe = np.where(tested, n, 1.0)
    mean = np.bincount(setting, weights=duration, minlength=size) / safe
    mean_log = np.bincount(setting, weights=np.log(duration), minlength=size) / safe
    statistic = float(np.sum((n * (np.log(np.where(tested, mean, 1.0)) - mean_log))[tested]))
    expectation, variance, third = _cumulants(n[tested])
    return ShapeTest(statistic / expectation, _two_sided(statistic - expectation, variance, third))


def _cumulants(n: Array) -> tuple[float, float, float]:
    """Mean, variance and third cumulant of D for exponential dwells, n a setting.

    ln x̄ and ln x̄ − mean(ln x) are independent (Basu), so cumulants of mean(ln x) are those of ln x̄ plus (−1)^k those
    of the difference.
    """
    first = (digamma(n) - np.log(n)) - digamma(1.0)
    second = polygamma(1, 1) / n - polygamma(1, n)
    third = polygamma(2, n) - polygamma(2, 1) / n**2
    return float(np.sum(n * first)), float(np.sum(n**2 * second)), float(np.sum(n**3 * third))


def _two_sided(excess: float, variance: float, third: float) -> float:
    """Twice the smaller tail of the shifted gamma law with these three moments."""
    shape = 4.0 * variance**3 / third**2
    scale = third / (2.0 * variance)
    standard = excess / scale + shape
    if standard <= 0.0:
        return 0.0
    return float(min(1.0, 2.0 * min(gammainc(shape, standard), gammaincc(shape, standard))))
