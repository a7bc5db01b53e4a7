"""Are ranks uniform? The empirical distribution function within simultaneous bands.

Säilynoja, Bürkner & Vehtari, Stat. Comput. 32, 32 (2022), doi:10.1007/s11222-022-10090-6: the pointwise level of
binomial bands is adjusted until all points together lie inside with the wanted probability, which is computed exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, final

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import gammaln
from scipy.stats import binom

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

POINTS: Final = 20  # at which the distribution function is compared
_PRECISION: Final = 1e-2  # of ln(pointwise level)


@final
@dataclass(frozen=True)
class Band:
    """Fewest and most ranks below each point, shape (points,), with all inside in 1 − false_alarm of uniform sets."""

    points: Array
    lowest: Counts
    highest: Counts


def band(ranks: int, false_alarm: float, points: int = POINTS) -> Band:
    """The simultaneous band of `ranks` uniform ranks at 1/points, 2/points, …, 1 − 1/points."""
    at = np.arange(1, points) / points
    level = _pointwise_level(ranks, false_alarm, points)
    return Band(at, *_limits(ranks, at, level))


def counts_below(ranks: Counts, most: int, points: int = POINTS) -> Counts:
    """How many ranks lie below each point of the band; ranks: integers from 0 to `most`; points divides most + 1."""
    if (most + 1) % points:
        raise ValueError(f"{points} points do not divide {most + 1} possible ranks")
    edges = np.arange(1, points) * ((most + 1) // points)
    return np.searchsorted(np.sort(ranks), edges, side="left").astype(np.int64)


def inside_probability(ranks: int, lowest: Counts, highest: Counts) -> float:
    """The probability that the counts of uniform ranks lie between the limits at all points; limits: (points − 1,).

    Counts are a Markov chain: of the ranks not below one point, a binomial number is below the next.
    """
    points = lowest.size + 1
    count = np.arange(ranks + 1)
    more = count[None, :] - count[:, None]  # of shape (count at the last point, at this)
    upward = more >= 0
    ways = _log_factorial(ranks - count)[:, None] - _log_factorial(ranks - count) - _log_factorial(np.abs(more))
    probability = np.zeros(ranks + 1)
    probability[0] = 1.0
    for i, (low, high) in enumerate(zip(lowest, highest, strict=True)):
        chance = 1.0 / (points - i)
        log_step = ways + more * np.log(chance) + (ranks - count) * np.log1p(-chance)
        step = np.exp(np.where(upward, log_step, -np.inf))
        probability = np.where((count >= low) & (count <= high), probability @ step, 0.0)
    return float(np.sum(probability))


def _log_factorial(count: Counts) -> Array:
    return np.asarray(gammaln(count + 1.0))


def _limits(ranks: int, at: Array, level: float) -> tuple[Counts, Counts]:
    return (
        np.asarray(binom.ppf(level / 2.0, ranks, at)).astype(np.int64),
        np.asarray(binom.isf(level / 2.0, ranks, at)).astype(np.int64),
    )


@lru_cache(maxsize=64)
def _pointwise_level(ranks: int, false_alarm: float, points: int) -> float:
    """The largest pointwise level whose limits hold all points with probability 1 − false_alarm or more."""
    at = np.arange(1, points) / points

    def excess(log_level: float) -> float:
        return inside_probability(ranks, *_limits(ranks, at, float(np.exp(log_level)))) - (1.0 - false_alarm)

    # between Bonferroni's level, which is inside, and the pointwise one, which is not
    low, high = float(np.log(false_alarm / (points - 1))), float(np.log(false_alarm))
    if excess(high) >= 0.0:
        return false_alarm
    crossing = brentq(excess, low, high, xtol=_PRECISION)
    return float(np.exp(crossing - _PRECISION))
