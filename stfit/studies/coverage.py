"""Pulls and coverages over simulated devices, and the bands that they must lie in.

The band of every figure is z times its Monte-Carlo error, z two-sided at 0.001/(number of comparisons), so that all
comparisons of one set together alarm falsely once in a thousand seeds. Of a coverage it is the exact binomial one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, final

import numpy as np
import numpy.typing as npt
from scipy.stats import binom, norm

from stfit.results import Estimate, Interval

Array = npt.NDArray[np.float64]

NOMINAL: Final[Mapping[str, float]] = {"ci68": 0.6826894921370859, "ci95": 0.95}
FALSE_ALARM: Final = 0.001


class Judgement(StrEnum):
    """What simulation says of an interval or of a standard error."""

    HOLDS = "holds"
    TOO_NARROW = "too narrow"
    TOO_WIDE = "too wide"
    BIASED = "biased"
    UNTESTED = "not tested"


@final
@dataclass(frozen=True)
class Coverage:
    """How often the intervals of one kind and level held the truth. of: devices that gave such an interval.

    lowest, highest: of `inside`, were the intervals right.
    """

    interval: str
    level: str
    inside: int
    of: int
    lowest: int
    highest: int

    @property
    def covered(self) -> float:
        """The fraction, NaN where no device gave an interval."""
        return self.inside / self.of if self.of else float("nan")

    @property
    def error(self) -> float:
        """Monte-Carlo error of the fraction, were the interval right."""
        nominal = NOMINAL[self.level]
        return float(np.sqrt(nominal * (1.0 - nominal) / self.of)) if self.of else float("nan")

    @property
    def judgement(self) -> Judgement:
        """Whether the fraction is one that right intervals give."""
        if self.of == 0:
            return Judgement.UNTESTED
        if self.inside < self.lowest:
            return Judgement.TOO_NARROW
        return Judgement.TOO_WIDE if self.inside > self.highest else Judgement.HOLDS


@final
@dataclass(frozen=True)
class Pulls:
    """(estimate − truth)/error of one quantity over devices that gave both, shape (n,), and the z of their bands."""

    values: Array
    z: float

    @property
    def mean(self) -> float:
        """0 without bias; NaN without devices."""
        return float(np.mean(self.values)) if self.values.size else float("nan")

    @property
    def width(self) -> float:
        """1 where the standard errors are right; NaN of fewer than two devices."""
        return float(np.std(self.values, ddof=1)) if self.values.size > 1 else float("nan")

    @property
    def mean_error(self) -> float:
        """Monte-Carlo error of the mean, were the pulls standard normal."""
        return 1.0 / float(np.sqrt(max(self.values.size, 1)))

    @property
    def width_error(self) -> float:
        """Monte-Carlo error of the width, likewise."""
        return 1.0 / float(np.sqrt(2 * max(self.values.size, 1)))

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        """What is wrong with them; HOLDS alone where nothing is."""
        if self.values.size < 2:
            return (Judgement.UNTESTED,)
        wrong = [Judgement.BIASED] if abs(self.mean) > self.z * self.mean_error else []
        if abs(self.width - 1.0) > self.z * self.width_error:
            wrong.append(Judgement.TOO_NARROW if self.width > 1.0 else Judgement.TOO_WIDE)
        return tuple(wrong) or (Judgement.HOLDS,)


def critical_z(comparisons: int) -> float:
    """Two-sided at 0.001/comparisons."""
    return float(norm.isf(FALSE_ALARM / comparisons / 2))


def band(level: str, of: int, comparisons: int) -> tuple[int, int]:
    """The fewest and the most of `of` devices that right intervals cover, at 0.001/comparisons two-sided (binomial)."""
    tail = FALSE_ALARM / comparisons / 2
    return int(binom.ppf(tail, of, NOMINAL[level])), int(binom.isf(tail, of, NOMINAL[level]))


def coverage(
    found: Sequence[Estimate], truths: Sequence[float], interval: str, level: str, comparisons: int
) -> Coverage:
    """How often the intervals of `level` hold the truths, among the estimates that have one of this kind.

    found, truths: one a device. What falls back on another kind of interval gives none of this.
    """
    given = [
        (_interval(e, level), truth) for e, truth in zip(found, truths, strict=True) if e.interval in (interval, "")
    ]
    inside = [covers(ends, truth) for ends, truth in given if ends is not None]
    lowest, highest = band(level, len(inside), comparisons)
    return Coverage(interval, level, sum(inside), len(inside), lowest, highest)


def covers(ends: Interval, truth: float) -> bool:
    """Whether the truth lies inside; an end that is None is open."""
    low, high = ends
    return (low is None or low <= truth) and (high is None or truth <= high)


def pull(estimate: Estimate, truth: float, origin: float | None = None) -> float:
    """(estimate − truth)/error, NaN where the fit gives none.

    origin: where the logarithm begins in which the quantity has its interval, and so its pull: 0 for ln q, −1 for
    ln(1 + q), None where it has none.
    """
    if estimate.value is None or not estimate.stderr:
        return float("nan")
    if origin is None:
        return (estimate.value - truth) / estimate.stderr
    ratio = (estimate.value - origin) / (truth - origin)
    return float(np.log(ratio) * abs(estimate.value - origin) / estimate.stderr) if ratio > 0 else float("nan")


def _interval(estimate: Estimate, level: str) -> Interval | None:
    return estimate.ci68 if level == "ci68" else estimate.ci95
