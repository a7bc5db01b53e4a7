"""Were durations counted in frames? Single dwells that are all multiples of one step are not exponential."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.errors import CellProblem, TableError
from stfit.results.numbers import format_rounded

Array = npt.NDArray[np.float64]

_FEWEST: Final = 20  # durations: by chance all of them lie so near multiples of a step once in 10²⁰
_FEWEST_VALUES: Final = 3  # among them
_OFF: Final = 0.05  # of the step: how far a duration may lie off its multiple, for the rounding in a file
_ROUNDING: Final = 1e-9  # of the longest duration: differences below it are those of floating-point numbers
_FIRST_MULTIPLES: Final = 50.0  # steps, up to which the smallest difference finds the multiples
_SAME_FRAME: Final = 0.01  # relative
_LARGEST_SHIFT: Final = 1.0 / 3.0  # of a standard error, by which half a step may move ln τ


def frames_that_matter(duration: Array, setting: npt.NDArray[np.intp]) -> Array | None:
    """The frame (s) of each row; None where durations have none, or no dwell time depends on it.

    duration, setting: of each event, the latter the row of its state and setting; shape (events,). Rows with few
    durations have the frame of the others. TableError where rows have different frames and some have none that is seen.
    """
    n = np.bincount(setting).astype(float)
    total = np.bincount(setting, weights=duration)
    own = [common_step(duration[setting == row]) for row in range(n.size)]
    seen = np.array([np.nan if step is None else step for step in own])
    shared = common_step(duration)
    if shared is not None and not np.any(np.abs(seen / shared - 1.0) > _SAME_FRAME):
        seen = np.full(n.size, shared)
    shift = np.sqrt(np.nansum(n * (0.5 * seen * n / total) ** 2))
    if not shift >= _LARGEST_SHIFT:
        return None
    if np.any(np.isnan(seen)):
        event = int(np.flatnonzero(np.isnan(seen[setting]))[0])
        expected = "one frame for all durations of a table, or a [[measurement]] with its own table for each"
        steps = ", ".join(dict.fromkeys(format_rounded(step, "s", 4) for step in seen if np.isfinite(step)))
        found = f"multiples of {steps} at other settings, but not here"
        raise TableError([CellProblem(event, "duration", expected, found)])
    return seen


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
