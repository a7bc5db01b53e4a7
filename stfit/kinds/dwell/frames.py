"""Were durations counted in frames? Single dwells that are all multiples of one step are not exponential."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_FEWEST: Final = 20  # durations: by chance all of them lie so near multiples of a step once in 10²⁰
_FEWEST_VALUES: Final = 3  # among them
_OFF: Final = 0.05  # of the step: how far a duration may lie off its multiple, for the rounding in a file
_ROUNDING: Final = 1e-9  # of the longest duration: differences below it are those of floating-point numbers
_FIRST_MULTIPLES: Final = 50.0  # steps, up to which the smallest difference finds the multiples
_LARGEST_SHIFT: Final = 1.0 / 3.0  # of a standard error, by which half a step may move ln τ


def frame_that_matters(duration: Array, setting: npt.NDArray[np.intp]) -> float | None:
    """The step (s) of which all durations (s) are multiples; None where there is none, or no dwell time depends on it.

    duration, setting: of each event, the latter the row of its state and setting; shape (events,).
    """
    step = common_step(duration)
    if step is None:
        return None
    n = np.bincount(setting).astype(float)
    relative = 0.5 * step * n / np.bincount(setting, weights=duration)
    return step if np.sqrt(np.sum(n * relative**2)) >= _LARGEST_SHIFT else None


def common_step(duration: Array) -> float | None:
    """The step (s) of which all durations (s), shape (events,), are multiples; None where there is none."""
    distinct = np.unique(duration)
    gaps = np.diff(distinct, prepend=0.0)
    gaps = gaps[gaps > _ROUNDING * distinct[-1]]
    if duration.size < _FEWEST or distinct.size < _FEWEST_VALUES:
        return None
    step = float(np.min(gaps))
    for reach in (_FIRST_MULTIPLES * step, np.inf):  # near multiples tell the step well enough to count the far ones
        near = distinct[distinct <= reach]
        multiples = np.rint(near / step)
        if not np.any(multiples):
            return None
        step = float(near @ multiples / (multiples @ multiples))
    off = np.abs(distinct / step - np.rint(distinct / step))
    return step if np.all(off < _OFF) else None
