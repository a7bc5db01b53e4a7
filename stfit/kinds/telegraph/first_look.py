"""Stretches of a trace looked at before it is reduced: thresholds for its dwell times, the speed of its instrument."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph.levels import Levels, Thresholds, best_thresholds, thresholds_at
from stfit.kinds.telegraph.segmentation import labelled

_START_WIDTH: Final = 0.2  # of the step, half the hysteresis that the first look takes
_LOOKS: Final = 3  # at the dwell times, before the thresholds are settled
_FEWEST_STEPS: Final = 20  # whose mean is taken
_ABRUPT: Final = 0.6  # of a step, from one sample to the next
_ABRUPTLY: Final = 0.5  # share of the transitions that are, of an instrument that is fast
_FEW_ABRUPT: Final = 0.3  # share of the transitions
LONGEST_RISE: Final = 64
_RISE: Final = (
    8,
    LONGEST_RISE,
)  # samples on both sides of a transition, at least and at most, whose mean shows its speed


def settled_thresholds(levels: Levels, parts: npt.NDArray[Any]) -> Thresholds:
    """Thresholds for dwell times that are found with them, in a few looks at parts of the record."""
    thresholds = thresholds_at(levels, _START_WIDTH, (1.0, 1.0))
    for _ in range(_LOOKS):
        dwell = _rough_dwells(parts, (thresholds.lower, thresholds.upper))
        thresholds = best_thresholds(levels, dwell)
    return thresholds


def _rough_dwells(parts: npt.NDArray[Any], limits: tuple[float, float]) -> tuple[float, float]:
    """Mean dwell of the low and the high state in samples, from the transitions in some stretches."""
    states = np.stack([labelled(part, limits) for part in parts])
    changes = max(int(np.count_nonzero(np.diff(states, axis=1))) / 2.0, 0.5)
    high = int(np.count_nonzero(states))
    return max((states.size - high) / changes, 1.0), max(high / changes, 1.0)


def rise_time(parts: npt.NDArray[Any], levels: Levels, thresholds: Thresholds, dwell: float) -> float | None:
    """10–90 % time of the mean step about transitions between long dwells, in samples; None where there are too few.

    Where no dwell is long, and few transitions are made from one sample to the next, a step takes all of a dwell.
    """
    reach = int(np.clip(dwell, *_RISE))
    sums, number, every, abrupt = np.zeros(2 * reach), 0, 0, 0
    offsets = np.arange(-reach, reach)
    for part in parts:
        states = labelled(part, (thresholds.lower, thresholds.upper)).astype(np.int16)
        at = np.flatnonzero(np.diff(states)) + 1
        every += at.size
        leap = np.abs(np.diff(part[np.clip(at[:, None] + np.arange(-2, 2), 0, part.size - 1)].astype(float), axis=1))
        abrupt += int(np.count_nonzero(leap.max(axis=1, initial=0.0) > _ABRUPT * (levels.high - levels.low)))
        gaps = np.diff(np.concatenate([[0], at, [states.size]]))
        alone = at[(gaps[:-1] > reach) & (gaps[1:] > reach)]
        rising = 2 * states[alone] - 1
        windows = part[alone[:, None] + offsets].astype(float)
        middle = 0.5 * (levels.low + levels.high)
        sums += ((windows - middle) * rising[:, None]).sum(axis=0)
        number += alone.size
    if number < _FEWEST_STEPS:
        return dwell if every > _FEWEST_STEPS and abrupt < _FEW_ABRUPT * every else None
    shape = sums / number / (levels.high - levels.low) + 0.5
    inside = (shape > 0.1) & (shape < 0.9)
    rise = float(np.count_nonzero(inside))
    return min(rise, 1.0) if abrupt > _ABRUPTLY * every else rise
