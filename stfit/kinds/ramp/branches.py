"""The two branches of a hysteresis loop, R_P(I) and R_AP(I), and which of them each sample lies on."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, final

import numpy as np
import numpy.typing as npt
from scipy.ndimage import median_filter

Array = npt.NDArray[np.float64]
States = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]

_CELLS: Final = 32  # of the range of the current
_IN_A_CELL: Final = 12  # samples, at least
_IN_A_PART: Final = 2  # samples, without which a level of a cell is no branch
_TWO: Final = 5.0  # standard deviations between the means of two levels: a flat distribution cut in two has 3.5
_SAME_GAP: Final = 0.25  # by which the distance of the branches may change from a cell to the next
_BEYOND: Final = 2.0  # cells behind its last sample up to which a branch is continued
_ON: Final = 6.0  # widths of the noise from a branch within which a sample lies on it
_NEAR: Final = 0.25  # of the distance of the branches, likewise: a branch is not known better between its knots
_MAD: Final = 1.4826  # standard deviations of a normal distribution in its median absolute deviation


@final
@dataclass(frozen=True)
class Branches:
    """The samples on two branches.

    Parameters
    ----------
    state : States
        0 on the low branch, 1 on the high one, shape (samples,). Samples on neither take the branch that is reached
        next, so that a state is left where its branch is left.
    between : Flags
        Samples far from both branches, shape (samples,).
    noise : float
        Standard deviation about the branches, ohm.
    separation : float
        Least distance of the branches over the currents at which both have samples, in units of the noise; 0 where
        there is one branch.
    """

    state: States
    between: Flags
    noise: float
    separation: float


def two_branches(current: Array, resistance: Array) -> Branches:
    """The branches of R(I), followed from where both states occur to where one is left.

    Nothing is assumed of how a branch bends: the range of the current is cut into cells, in some of which the samples
    lie on two levels, and the levels of neighbouring cells are joined.

    Parameters
    ----------
    current, resistance : Array
        A and ohm, shape (samples,), in the order in which they were measured. One wrong reading between others is
        left out of the levels.

    Returns
    -------
    Branches
        With separation 0 where no cell has two levels.
    """
    steady = median_filter(resistance, 3, mode="nearest")
    levels = _joined(_cells(current, steady))
    if levels is None:
        return _single(resistance)
    low, high = (_along(current, knots) for knots in levels)
    distances = np.abs(resistance - np.stack([low, high]))
    upper = distances[1] < distances[0]
    off = np.min(distances, axis=0)
    noise = float(_MAD * np.median(off))
    both = np.isfinite(levels[0][1]) & np.isfinite(levels[1][1])
    gap = (levels[1][1] - levels[0][1])[both]
    apart = float(np.min(gap))
    # without noise (a simulated loop) any distance is far
    separation = max(apart, 0.0) / noise if noise > 0 else (np.inf if apart > 0 else 0.0)
    between = off > np.maximum(_ON * noise, _NEAR * float(np.median(gap)))
    return Branches(_reached_next(upper, between).astype(np.int8), between, noise, separation)


def held(state: States, samples: int, ends: Flags) -> tuple[States, Rows]:
    """The states with changes left out that hold for fewer than some samples.

    What happened behind the end of a sweep is not known: a change just before it counts.

    Parameters
    ----------
    state : States
        0 or 1, shape (samples,), in the order in which they were measured.
    samples : int
        For which a state must hold; 1 takes every change.
    ends : Flags
        The last samples of sweeps from which the next one does not go on, shape (samples,).

    Returns
    -------
    state : States
        Shape (samples,).
    left_out : Rows
        First samples of the excursions that were left out, shape (excursions,).
    """
    first = np.append(0, np.flatnonzero((np.diff(state) != 0) | ends[:-1]) + 1)
    length = np.diff(np.append(first, state.size))
    long = (length >= samples) | ends[first + length - 1]
    # a short run keeps the state of the last long one of its sweeps, those before all long ones that of the first
    run, part = np.arange(first.size), np.cumsum(ends)[first] - ends[first]
    before = np.maximum.accumulate(np.where(long, run, -1))
    after = np.minimum.accumulate(np.where(long, run, first.size - 1)[::-1])[::-1]
    kept = state[first][np.where((before >= 0) & (part[np.maximum(before, 0)] == part), before, after)]
    return np.repeat(kept, length).astype(np.int8), first[kept != state[first]]


Knots = tuple[Array, Array]


def _cells(current: Array, resistance: Array) -> tuple[Array, Array, Array]:
    """Of each cell of the current in order: middle current, level, and level of the high branch where there are two.

    Shapes (cells,), (cells, 2), (cells, 2): of a cell with one level the second column is NaN.
    """
    count = int(np.clip(current.size // _IN_A_CELL, 2, _CELLS))
    edges = np.linspace(np.min(current), np.max(current), count + 1)
    cell = np.clip(np.searchsorted(edges, current, side="right") - 1, 0, count - 1)
    order = np.lexsort((resistance, cell))
    bounds = np.searchsorted(cell[order], np.arange(count + 1))
    at, level = np.full((count, 2), np.nan), np.full((count, 2), np.nan)
    for number, (begin, end) in enumerate(pairwise(bounds.tolist())):
        if begin == end:
            continue
        cut = _cut(resistance[order[begin:end]])
        parts = [order[begin:end]] if cut is None else [order[begin : begin + cut], order[begin + cut : end]]
        for place, part in enumerate(parts):
            at[number, place], level[number, place] = np.median(current[part]), np.median(resistance[part])
    filled = np.isfinite(level[:, 0])
    return edges[:-1][filled] + 0.5 * (edges[1] - edges[0]), at[filled], level[filled]


def _cut(ordered: Array) -> int | None:
    """Where ordered values part into two groups that are far apart for their widths, or None."""
    size = ordered.size
    if size < 2 * _IN_A_PART:
        return None
    from_middle = ordered - np.mean(ordered)
    counts = np.arange(1, size)
    sums, squares = np.cumsum(from_middle)[:-1], np.cumsum(np.square(from_middle))
    within = squares[-1] - np.square(sums) / counts - np.square(sums) / (size - counts)  # about both means
    allowed = slice(_IN_A_PART - 1, size - _IN_A_PART)
    cut = int(np.argmin(within[allowed])) + _IN_A_PART
    distance = -sums[cut - 1] / cut - sums[cut - 1] / (size - cut)
    width = np.sqrt(max(float(within[cut - 1]), 0.0) / size)
    rounding = 1e-9 * float(np.max(np.abs(ordered)))
    return cut if distance > max(_TWO * width, rounding) else None


def _joined(cells: tuple[Array, Array, Array]) -> tuple[Knots, Knots] | None:
    """Knots (current, level) of the low and the high branch in every cell, NaN where a branch has no samples there."""
    middle, at, level = cells
    both = np.isfinite(level[:, 1])
    if not np.any(both):
        return None
    gaps = np.where(both, level[:, 1] - level[:, 0], 0.0)
    seed = int(np.argmax(np.where(gaps >= np.median(gaps[both]), -np.abs(gaps - np.median(gaps[both])), -np.inf)))
    knots, places = np.full_like(level, np.nan), np.full_like(at, np.nan)
    knots[seed], places[seed] = level[seed], at[seed]
    for outwards in (range(seed + 1, middle.size), range(seed - 1, -1, -1)):
        gap = gaps[seed]
        for number in outwards:
            expected = np.array([_continued(middle, knots[:, branch], number, outwards.step) for branch in (0, 1)])
            if both[number] and abs(gaps[number] - gap) < _SAME_GAP * gap:
                knots[number], places[number], gap = level[number], at[number], gaps[number]
                continue
            found = level[number][np.isfinite(level[number])]
            known = np.isfinite(knots[number - outwards.step])  # the branches of the cell before
            off = np.abs(found[:, None] - expected)
            off[off > 0.5 * gap] = np.inf
            off[:, ~known] = np.where(np.isfinite(off[:, known]).any(), np.inf, off[:, ~known])
            if np.any(np.isfinite(off)):
                part, branch = np.unravel_index(int(np.argmin(off)), off.shape)
                knots[number, branch], places[number, branch] = level[number, part], at[number, part]
    return (places[:, 0], knots[:, 0]), (places[:, 1], knots[:, 1])


def _continued(middle: Array, knots: Array, number: int, step: int) -> float:
    """The level of a branch in a cell from the two cells before it that have one, straight on."""
    earlier = np.flatnonzero(np.isfinite(knots[:number] if step > 0 else knots[number + 1 :]))
    known = earlier[-2:] if step > 0 else earlier[:2] + number + 1
    if known.size < 2:
        return float(knots[known[0]])
    near, far = (known[-1], known[0]) if step > 0 else (known[0], known[-1])
    slope = (knots[near] - knots[far]) / (middle[near] - middle[far])
    return float(knots[near] + slope * (middle[number] - middle[near]))


def _along(current: Array, knots: Knots) -> Array:
    """A branch at each current, straight between its knots and a little beyond; infinite where it has no samples."""
    here = np.isfinite(knots[1])
    at, level = knots[0][here], knots[1][here]
    order = np.argsort(at)
    at, level = at[order], level[order]
    found = np.interp(current, at, level)
    if at.size > 1:
        for end, inner in ((0, 1), (-1, -2)):
            slope = (level[end] - level[inner]) / (at[end] - at[inner])
            outside = current < at[0] if end == 0 else current > at[-1]
            found[outside] = level[end] + slope * (current[outside] - at[end])
    reach = _BEYOND * np.ptp(current) / _CELLS if at.size < 2 else _BEYOND * float(np.median(np.diff(at)))
    found[(current < at[0] - reach) | (current > at[-1] + reach)] = np.inf
    return found


def _reached_next(upper: Flags, between: Flags) -> Flags:
    """The side of each sample, of samples on neither branch that of the next which lies on one."""
    places = np.where(between, upper.size, np.arange(upper.size))
    following = np.minimum.accumulate(places[::-1])[::-1]
    last = int(np.max(np.flatnonzero(~between), initial=0))
    return np.asarray(upper[np.minimum(following, last)])


def _single(resistance: Array) -> Branches:
    """All samples on one branch."""
    noise = float(_MAD * np.median(np.abs(resistance - np.median(resistance))))
    size = resistance.size
    return Branches(np.zeros(size, dtype=np.int8), np.zeros(size, dtype=np.bool_), noise, 0.0)
