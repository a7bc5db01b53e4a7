"""The common value of several estimates of one quantity, and whether they agree on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, final

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, minimize_scalar
from scipy.special import gammaincc

Array = npt.NDArray[np.float64]
Numbers = Sequence[float] | Array

AGREE_FROM: Final = 0.01  # p-values as for the goodness of a fit
DOUBTFUL_FROM: Final = 0.001
TENSION: Final = "in tension"
DIFFER: Final = "differ"  # what two devices may do
_DOUBLINGS: Final = 60
_LEAST_OWN: Final = 1e-6  # share of a variance that an estimate keeps as its own, where a quote makes up nearly all


@final
@dataclass(frozen=True)
class Common:
    """The value that independent estimates share, in their unit.

    low, high: of its 68 % interval. chi2, dof, p_value: of the hypothesis that there is one. verdict: "agree",
    "hardly agree", "in tension", or "differ" where the results are not of one device. pulls: of each estimate,
    (estimate − value) over its error on that side.
    """

    value: float
    low: float
    high: float
    chi2: float
    dof: int
    p_value: float
    verdict: str
    pulls: tuple[float, ...]


def common_value(values: Numbers, lows: Numbers, highs: Numbers) -> Common:
    """The value at the least χ² of two or more estimates with 68 % intervals, low < value < high.

    χ²(x) = Σ ((x − x_i)/σ_i(x))² with the error of the side on which x lies, going over from one to the other inside
    the interval in a straight line (the procedure of the Particle Data Group, doi:10.1103/PhysRevD.110.030001, section
    5.2.3). With equal sides it is the weighted mean. ValueError for fewer than two or an interval without width.
    """
    x, down, up = np.array(values), np.array(values) - np.array(lows), np.array(highs) - np.array(values)
    if x.size < 2 or np.any(down <= 0) or np.any(up <= 0):
        raise ValueError("a common value needs two estimates or more, each inside its interval")

    def chi2(at: float) -> float:
        return float(np.sum(_pulls(x, down, up, at) ** 2))

    value, least = _least(chi2, x)
    reach = float(np.min(np.minimum(down, up)))
    low, high = (_crossing(lambda at: chi2(at) - least - 1.0, value, sign * reach) for sign in (-1.0, 1.0))
    p_value = float(gammaincc(0.5 * (x.size - 1), 0.5 * least))
    verdict = "agree" if p_value >= AGREE_FROM else "hardly agree" if p_value >= DOUBTFUL_FROM else TENSION
    pulls = tuple(_pulls(x, down, up, value).tolist())
    return Common(value, low, high, least, x.size - 1, p_value, verdict, pulls)


def common_value_with_shared_errors(
    values: Numbers, lows: Numbers, highs: Numbers, shared: Sequence[Sequence[float]] | Array
) -> Common:
    """The common value of estimates of which several take a constant from one quote.

    Parameters
    ----------
    values, lows, highs : sequence of float
        The estimates with the ends of their 68 % intervals, shape (estimates,), low < value < high.
    shared : sequence of sequence of float
        By how much each estimate moves with one standard error of each quoted constant, with its sign, in the unit of
        the estimates, shape (constants, estimates); 0 for an estimate that does not take it from that quote.

    Returns
    -------
    Common
        The value, χ² and pulls rest on what is independent in each error, so that a quote cannot pull two estimates
        apart or make them agree. The interval is wider by what the quotes move the value, in quadrature. For equal
        shifts this is generalised least squares.

    Raises
    ------
    ValueError
        As `common_value`.
    """
    x, shifts = np.array(values), np.atleast_2d(np.array(shared))
    down, up = x - np.array(lows), np.array(highs) - x
    if shifts.size == 0 or not np.any(shifts):
        return common_value(values, lows, highs)
    total = np.sum(np.square(shifts), axis=0)
    mean = 0.5 * (down + up)
    own = np.sqrt(np.maximum(1.0 - total / np.square(mean), _LEAST_OWN))
    found = common_value(x.tolist(), (x - own * down).tolist(), (x + own * up).tolist())
    weight = np.square(1.0 / (own * mean))
    moved = float(np.sum(np.square(shifts @ (weight / np.sum(weight)))))
    low, high = (found.value + s * np.hypot(abs(end - found.value), np.sqrt(moved)) for s, end in _ends(found))
    return replace(found, low=float(low), high=float(high))


def _ends(found: Common) -> tuple[tuple[float, float], tuple[float, float]]:
    return (-1.0, found.low), (1.0, found.high)


def _pulls(x: Array, down: Array, up: Array, at: float) -> Array:
    """(x_i − at)/σ_i(at): up where `at` lies above the interval, down below it, in between in proportion."""
    share = np.clip((at - x + down) / (down + up), 0.0, 1.0)
    return np.asarray((x - at) / (down + share * (up - down)))


def _least(chi2: Callable[[float], float], x: Array) -> tuple[float, float]:
    """Where χ² is least; it may have a minimum near each estimate, so every gap between two is searched."""
    ends = np.unique(x)
    if ends.size == 1:
        return float(ends[0]), 0.0
    found = [
        minimize_scalar(chi2, bounds=(a, b), method="bounded", options={"xatol": 1e-9 * (b - a)})
        for a, b in pairwise(ends.tolist())
    ]
    best = min(found, key=lambda entry: float(entry.fun))
    return float(best.x), float(best.fun)


def _crossing(height: Callable[[float], float], start: float, step: float) -> float:
    """Where χ² has risen by 1, beyond `start` in the direction of `step`: it grows without end."""
    for _ in range(_DOUBLINGS):
        if height(start + step) > 0.0:
            return float(brentq(height, start, start + step, xtol=1e-12 * abs(step)))
        step *= 2.0
    raise ValueError("an error without end")
