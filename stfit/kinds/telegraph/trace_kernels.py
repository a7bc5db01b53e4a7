"""Passes over the samples of a trace, compiled by numba (import this module where it is needed only).

A Schmitt trigger: the low state ends where a sample lies above the upper threshold, the high one where a sample lies
below the lower. A block of samples in which none does is passed with one vectorised count; only a block in which one
does is looked at again, in small parts and at last sample by sample.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.physics.compiled import compiled

Array = npt.NDArray[np.float64]

BLOCK: Final = 128  # samples passed at once where no threshold is crossed
_PART: Final = 16  # of a block in which one is
_EXACT: Final = 64  # samples up to which each length of a dwell has a bin of its own
_PER_OCTAVE: Final = 8
BINS: Final = _EXACT + 1 + 57 * _PER_OCTAVE
_EULER: Final = 0.5772156649015329

# places in the integers and in the floats that are carried from chunk to chunk
STATE, SINCE, SEEN, HIGH, FIRST, BROKEN, WRITTEN = range(7)
UPS, DOWNS = 7, 8  # transitions out of the low and out of the high state
INTEGERS: Final = 9
HARMONIC_LOW, HARMONIC_HIGH, SUM_LOW, SUM_HIGH = range(4)
FLOATS: Final = 4
_compiled = compiled("reassoc", "nsz", "contract")  # sums may be reordered; NaN stays NaN, by which it is found


@_compiled
def harmonic(k: float) -> float:
    """1 + 1/2 + … + 1/k, to 1e-12."""
    if k < 32:
        found = 0.0
        for j in range(1, int(k) + 1):
            found += 1.0 / j
        return found
    return math.log(k) + _EULER + 0.5 / k - 1.0 / (12.0 * k * k) + 1.0 / (120.0 * k**4)


@_compiled
def bin_of(length: int) -> int:
    """Bin of a dwell of `length` samples: of its own up to 64, then eight an octave."""
    if length <= _EXACT:
        return length
    return _EXACT + 1 + int(_PER_OCTAVE * (math.log2(length) - 6.0))


@_compiled
def _any_above(part: Any, limit: Any) -> bool:
    found = False
    for i in range(part.size):
        found |= part[i] > limit
    return found


@_compiled
def _any_below(part: Any, limit: Any) -> bool:
    found = False
    for i in range(part.size):
        found |= part[i] < limit
    return found


@_compiled
def _passed_low(part: Any, limit: Any, origin: Any) -> tuple[bool, Any]:
    """Whether any sample lies above the limit, and the sum of the samples above `origin`, by which NaN is found.

    The type of float32 samples suffices for the sum of a block.
    """
    found, total = False, np.float32(0.0)
    for i in range(part.size):
        found |= part[i] > limit
        total += np.float32(part[i] - origin)
    return found, total


@_compiled
def _passed_high(part: Any, limit: Any, origin: Any) -> tuple[bool, Any]:
    """The same for samples below the limit."""
    found, total = False, np.float32(0.0)
    for i in range(part.size):
        found |= part[i] < limit
        total += np.float32(part[i] - origin)
    return found, total


@_compiled
def _end_dwell(position: int, book: Any) -> None:
    """Book the dwell that ends before `position`: the first of a record is censored, all others are complete."""
    carried, numbers, bins, dwells = book
    state = carried[STATE]
    length = position - carried[SINCE]
    if state == 1:
        carried[HIGH] += length
    if carried[FIRST] == 0:
        carried[FIRST] = length
    else:
        numbers[HARMONIC_LOW + state] += harmonic(float(length - 1))
        numbers[SUM_LOW + state] += length
        bins[state, bin_of(length)] += 1
        if carried[WRITTEN] < dwells.size:
            dwells[carried[WRITTEN]] = length
            carried[WRITTEN] += 1
    carried[UPS + state] += 1
    carried[STATE] = 1 - state
    carried[SINCE] = position


@_compiled
def scan(x: Any, origin: Any, settings: Array, whole: bool, book: Any) -> None:
    """One chunk of a trace through the trigger; everything that is known of the trace so far is carried along.

    x: shape (n,). origin: a number of the type of x near the low level. settings: lower and upper threshold, in the
    numbers of x. whole: whether x holds integers. book: the integers that are carried along, (9,) int64; the floats,
    (4,); the numbers of dwells by bin, (2, BINS) int64; room for the lengths of complete dwells, in turn, as many as
    fit. Stops at the first block with a sample that is no finite number.
    """
    carried = book[0]
    limits = np.empty(2, dtype=x.dtype)
    # of whole numbers, those above a limit are those above the whole number below it
    limits[0] = math.ceil(settings[0]) if whole else settings[0]
    limits[1] = math.floor(settings[1]) if whole else settings[1]
    for start in range(0, x.size, BLOCK):
        stop = min(start + BLOCK, x.size)
        block, at = x[start:stop], carried[SEEN]
        if carried[STATE] == 1:
            crossed, total = _passed_high(block, limits[0], origin)
        else:
            crossed, total = _passed_low(block, limits[1], origin)
        if not math.isfinite(total):
            carried[BROKEN] = at + 1
            return
        if crossed:
            _step_through(block, at, limits, book)
        carried[SEEN] = at + (stop - start)


@_compiled
def _step_through(block: Any, at: int, limits: Any, book: Any) -> None:
    """A block, which begins at sample `at`, in which a threshold is crossed."""
    for start in range(0, block.size, _PART):
        part = block[start : start + _PART]
        state = book[0][STATE]
        if not (_any_below(part, limits[0]) if state == 1 else _any_above(part, limits[1])):
            continue
        for i in range(part.size):
            if (part[i] < limits[0]) if state == 1 else (part[i] > limits[1]):
                _end_dwell(at + start + i, book)
                state = 1 - state


@_compiled
def label(x: Any, lower: float, upper: float, state: int, states: Any) -> None:
    """The state of every sample of a stretch, 0 (low) or 1, from a state before it; `states`: int8, shape of x."""
    for i in range(x.size):
        if state == 0:
            if x[i] > upper:
                state = 1
        elif x[i] < lower:
            state = 0
        states[i] = state
