"""Passes over the samples of a trace, compiled by numba (import this module where it is needed only).

A Schmitt trigger: the low state ends where a sample lies above the upper threshold, the high one where a sample lies
below the lower. A block of samples in which none does is passed with one vectorised count; only a block in which one
does is walked through sample by sample, without a branch.
"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.physics.compiled import compiled

Array = npt.NDArray[np.float64]

BLOCK: Final = 128  # samples passed at once where no threshold is crossed
EXACT: Final = 64  # samples up to which each length of a dwell has a bin of its own
_PER_OCTAVE: Final = 8
BINS: Final = EXACT + 1 + 57 * _PER_OCTAVE
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
    if length <= EXACT:
        return length
    return EXACT + 1 + int(_PER_OCTAVE * (math.log2(length) - 6.0))


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
def _end_dwells(at: int, places: Any, number: int, book: Any) -> None:
    """Book the dwells that end before samples at + places[0], …: the first of a record is censored, others complete."""
    carried, numbers, bins, dwells = book
    state, since, high = carried[STATE], carried[SINCE], 0
    carried[UPS + state] += (number + 1) // 2
    carried[UPS + 1 - state] += number // 2
    first = 0
    if carried[FIRST] == 0:
        first = 1
        carried[FIRST] = at + places[0] - since
        high += state * carried[FIRST]
        since, state = at + places[0], 1 - state
    for k in range(first, number):
        position = at + places[k]
        length = position - since
        high += state * length
        if length <= EXACT:  # what it adds to the sums follows from its bin
            bins[state, length] += 1
        else:
            bins[state, bin_of(length)] += 1
            numbers[HARMONIC_LOW + state] += harmonic(float(length - 1))
            numbers[SUM_LOW + state] += length
        if carried[WRITTEN] < dwells.size:
            dwells[carried[WRITTEN]] = length
            carried[WRITTEN] += 1
        since, state = position, 1 - state
    carried[HIGH] += high
    carried[STATE], carried[SINCE] = state, since


@_compiled
def scan(x: Any, origin: Any, settings: Array, whole: bool, book: Any) -> None:
    """One chunk of a trace through the trigger; everything that is known of the trace so far is carried along.

    x: shape (n,). origin: a number of the type of x near the low level. settings: lower and upper threshold, in the
    numbers of x. whole: whether x holds integers. book: the integers that are carried along, (9,) int64; the floats,
    (4,), to which dwells of more than EXACT samples add; the numbers of dwells by bin, (2, BINS) int64; room for the
    lengths of complete dwells, in turn, as many as fit. Stops at the first block with a sample that is no finite
    number.
    """
    carried = book[0]
    limits = np.empty(2, dtype=x.dtype)
    room = (np.empty(BLOCK, dtype=np.int8), np.empty(BLOCK, dtype=np.int8), np.empty(BLOCK, dtype=np.int64))
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
            _step_through(block, at, limits, book, room)
        carried[SEEN] = at + (stop - start)


@_compiled
def _step_through(block: Any, at: int, limits: Any, book: Any, room: Any) -> None:
    """A block from sample `at` on, in which a threshold is crossed. room: three arrays of BLOCK whole numbers."""
    lower, upper, number = limits[0], limits[1], 0
    keeps, raises, places = room
    for i in range(block.size):
        keeps[i] = block[i] >= lower
        raises[i] = block[i] > upper
    state = book[0][STATE]
    for i in range(block.size):  # no branch, which fast switching would make hard to foresee
        after = (state & keeps[i]) | raises[i]
        places[number] = i
        number += after ^ state
        state = after
    _end_dwells(at, places, number, book)


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
