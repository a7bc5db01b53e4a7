"""Samples that show neither level: what is no number, glitches far off both levels, a converter's end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph.levels import Levels, find_levels
from stfit.kinds.telegraph.memory_fit import LEAST_GAIN, two_levels
from stfit.kinds.telegraph.segmentation import stretches
from stfit.units import LARGEST

Array = npt.NDArray[np.float64]

_INNER: Final = (0.01, 0.99)  # quantiles between which both levels are looked for
_BEYOND: Final = 1.0  # their distance, by which a glitch lies beyond them: more than a step and the noise
_BLOCKS: Final = 32  # of a record, each of which is asked for two levels
_SHORTEST: Final = 256  # samples of a block
_ENOUGH: Final = 0.25  # of the blocks show two
_FEWEST_VISITS: Final = 3.0  # to each level: a baseline jumps less often
_SEARCHED: Final = 1 << 13  # samples whose order is looked at
_PART: Final = 1 << 22  # samples that are looked at at once
_FEWEST_VALUES: Final = 8  # distinct ones, below which none of them is where a converter ends
_AT_THE_END: Final = 10.0  # times as many samples on the outermost value as on the next


@final
@dataclass(frozen=True)
class Screened:
    """A record whose useless samples are missing.

    samples: shape (n,), as they are stored where none is missing, else floats with NaN for the missing ones. absent:
    how many were no finite numbers, or beyond any converter. glitches: how many lie far off both levels. saturated:
    share of the samples at the largest or smallest value, where a converter ends there; else 0.
    """

    samples: npt.NDArray[Any]
    absent: int = 0
    glitches: int = 0
    saturated: float = 0.0

    @property
    def missing(self) -> int:
        """How many samples are missing."""
        return self.absent + self.glitches


def screened(samples: npt.NDArray[Any]) -> Screened:
    """Set aside the samples of a record, shape (n,), that show neither level.

    A glitch lies farther beyond the inner 98 % of the samples than these are wide, where those 98 % show two levels by
    themselves, here and there along the record or in the order of the samples: a state in which few samples are, beside
    one level, is no glitch, also where that level jumps or drifts.
    """
    parts = stretches(samples).ravel()
    usable = parts[_usable(parts)].astype(float)
    if usable.size == 0:
        return Screened(samples, absent=int(samples.size))
    low, high = np.quantile(usable, _INNER)
    reach = _BEYOND * (high - low)
    limits = (float(low - reach), float(high + reach))
    inner = usable[(usable >= limits[0]) & (usable <= limits[1])]
    if inner.size < usable.size and not (_two_here_and_there(inner) or _two_in_time(samples, limits)):
        limits = (-np.inf, np.inf)
    absent = glitches = 0
    masks = []
    for start in range(0, samples.size, _PART):
        part = samples[start : start + _PART]
        usable_here = _usable(part)
        inside = usable_here & (part >= limits[0]) & (part <= limits[1])
        absent += int(np.count_nonzero(~usable_here))
        glitches += int(np.count_nonzero(usable_here & ~inside))
        masks.append(inside)
    saturated = _saturated(inner)
    if absent + glitches == 0:
        return Screened(samples, saturated=saturated)
    single = samples.dtype.kind == "f" and samples.dtype.itemsize <= 4
    kept = np.where(np.concatenate(masks), samples, np.nan).astype(np.float32 if single else np.float64)
    return Screened(kept, absent, glitches, saturated)


def _usable(part: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    if part.dtype.kind != "f":
        return np.ones(part.shape, dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(part) <= LARGEST)


def _two_here_and_there(values: Array) -> bool:
    """Whether enough blocks of a record show two levels: a jump of the baseline lies in one block, a drift in none."""
    number = int(np.clip(values.size // _SHORTEST, 1, _BLOCKS))
    wanted = max(2, int(np.ceil(_ENOUGH * number))) if number > 1 else 1
    shown = 0
    for block in np.array_split(values, number):
        shown += bool(block.size > 1 and np.ptp(block) > 0.0 and told_apart(find_levels(block)))
        if shown == wanted:
            return True
    return False


def _two_in_time(samples: npt.NDArray[Any], limits: tuple[float, float]) -> bool:
    """Whether the order of the samples within limits shows two levels that their histogram does not."""
    part = samples[:_SEARCHED].astype(float)
    part[~(_usable(part) & (part >= limits[0]) & (part <= limits[1]))] = np.nan
    if np.count_nonzero(np.isfinite(part)) < _SHORTEST:
        return False
    found = two_levels((part,), 1.0, (0, 1))
    return found is not None and found[1] > LEAST_GAIN and float(found[0].transitions.min()) > _FEWEST_VISITS


def told_apart(levels: Levels) -> bool:
    """Whether the histogram alone shows two levels."""
    return levels.gain > 30.0 and levels.snr > 2.0 and float(np.min(levels.two.weight)) > 0.005


def _saturated(values: Array) -> float:
    """Share of the samples at the outermost value, where far fewer have the next one; 0 where there are few values."""
    found, counts = np.unique(values, return_counts=True)
    if found.size < _FEWEST_VALUES:
        return 0.0
    ends = [
        counts[0] if counts[0] > _AT_THE_END * counts[1] else 0,
        counts[-1] if counts[-1] > _AT_THE_END * counts[-2] else 0,
    ]
    return float(max(ends) / values.size) if max(ends) > _AT_THE_END else 0.0
