"""Where both levels of a record wander or jump together: one offset a block, found without labelling any sample.

A label that is taken from the offset before cannot confirm it: each block is asked for its likelihood at every offset
of a grid, whatever its share of either level, and the likeliest path through all blocks is taken (Viterbi), in which a
drift costs by its length and a jump costs no more than a fixed price. A block in one state is as likely at two offsets
a step apart; its neighbours decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from stfit.kinds.telegraph.blocks import BLOCKS, CLEAR, block_edges, finite

Array = npt.NDArray[np.float64]

_FINEST: Final = 0.25  # noises, between offsets of the grid
_MOST_OFFSETS: Final = 6000
_CHANGE: Final = 6.0  # ln L that any change from block to block costs: the mean of a block scatters
_PER_STEP: Final = 6.0  # ln L that a drift by one step costs beside
_JUMP: Final = 14.0  # ln L that a jump costs, however large
_LEAST_GAIN: Final = (20.0, 2.5e-3)  # ln L of the path over one offset for all, at least and a sample: levels and
# noises of a histogram are not exact, so that a path follows the states a little
_SHARES: Final = (0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99)  # of the high level in a block
_ELSEWHERE: Final = 1e-3  # share of samples that may lie anywhere
_MOST_JUMPS: Final = 6  # of a baseline; what jumps oftener is a level of its own
_FAR, _MOST_ELSEWHERE = 6.0, 0.15  # noises off both levels, and the share of such samples: two levels are too few
_JUMPED: Final = 0.25  # of the step from block to block: a jump, not a drift
_LAGS: Final = 24  # samples, over which the noise may be correlated
_UNCORRELATED: Final = 0.03
_COLOURED: Final = 1.3  # samples of memory, from which the noise is not taken for white
_STAYS: Final = 4  # blocks that a baseline stays where it jumped to, at least
_LEAST: Final = 0.08  # of the step, below which nothing depends on it
_ROUNDS: Final = 20  # of the estimate of each block's own offset
_RAREST: Final = (0.002, 0.1)  # share of a level by which a piece shows it, in little and in much noise


class Course(Enum):
    """What a baseline does that is not followed; the value is the sentence that reports print."""

    STAYED = "The baseline stayed where it was."
    JUMPS = f"The levels jump together more than {_MOST_JUMPS} times: no baseline follows, and the states may be wrong."
    UNJUDGED = "The record does not show two levels clearly enough for its baseline to be judged."


@final
@dataclass(frozen=True)
class Baseline:
    """Offset of both levels along a record: straight between knots, with jumps.

    at: samples, rising, shape (k,); offset: at them, shape (k,), in the unit of the samples; two knots one sample apart
    are a jump. jumps: how many there are.
    """

    at: Array
    offset: Array
    jumps: int

    @property
    def moved(self) -> float:
        """From its lowest to its highest place."""
        return float(np.ptp(self.offset))

    def along(self, start: int, stop: int) -> Array:
        """The offset at samples start to stop."""
        return np.asarray(np.interp(np.arange(start, stop), self.at, self.offset))


def baseline_of(samples: npt.NDArray[Any], step: float, noise: tuple[float, float]) -> Baseline | Course:
    """The baseline of a record, shape (n,), NaN where samples are missing; else why there is none to follow.

    step: between the levels. noise: of the low and the high one.
    """
    edges = block_edges(samples.size)
    blocks = [finite(samples[a:b]) for a, b in pairwise(edges)]
    if sum(block.size > 0 for block in blocks) < BLOCKS[0]:
        return Course.UNJUDGED
    every = np.concatenate([block[:: max(1, block.size // 4096)] for block in blocks])
    low, high = np.quantile(every, [1e-4, 1.0 - 1e-4])
    width = max(_FINEST * min(noise), (high - low + 2.0 * step) / _MOST_OFFSETS)
    grid = np.arange(low - step, high + 0.5 * width, width)  # of the low level
    grid = grid + _off_the_grid(_likelihoods([every], grid, step, noise)[0]) * width
    value = _likelihoods(blocks, grid, step, noise)
    path, gain = _best_path(value, width / step)
    least = max(_LEAST_GAIN[0], _LEAST_GAIN[1] * sum(block.size for block in blocks))
    if gain >= least and (memory := _memory(blocks, grid[path], step, noise)) > _COLOURED:
        path, gain = _best_path(value / memory, width / step)  # so many samples tell as much as one of white noise
    if gain < least:
        return Course.STAYED
    rough = _with_both_levels(_without_visits(grid[path], step), blocks, step, noise)
    jumped = np.flatnonzero(np.abs(np.diff(rough)) > _JUMPED * step)
    if _elsewhere(blocks, rough, step, noise) > _MOST_ELSEWHERE:
        return Course.UNJUDGED
    if jumped.size > _MOST_JUMPS:
        return Course.JUMPS
    offset = rough.copy()
    if step > CLEAR[0] * max(noise):
        own = np.empty(rough.size)
        ends = [0, *(np.flatnonzero(np.diff(rough) != 0.0) + 1), rough.size]
        for start, stop in pairwise(ends):  # of blocks at one place together: one alone may hold few dwells
            own[start:stop] = _own_offset(np.concatenate(blocks[start:stop]), float(rough[start]), step, noise)
        offset = np.where(np.abs(own - rough) < _JUMPED * step, own, rough)
    if np.ptp(offset) < _LEAST * step:
        return Course.STAYED
    offset = offset - np.median(offset)
    return _knots(samples, edges, offset, jumped, (float(np.median(rough)), step, noise))


def _memory(blocks: list[Array], offsets: Array, step: float, noise: tuple[float, float]) -> float:
    """For how many samples the noise about the nearer level remembers itself, 1 for white noise: 1 + 2 Σ ρ_k.

    Samples far off both levels are of other levels, not of the noise.
    """
    found = []
    for block, at in zip(blocks, offsets, strict=True):
        if block.size <= _LAGS:
            continue
        off = block - at
        off -= step * (off > 0.5 * step)
        off[np.abs(off) > _FAR * min(noise)] = 0.0
        off -= off.mean()
        products = [float(off[: off.size - lag] @ off[lag:]) for lag in range(_LAGS + 1)]
        found.append(np.array(products[1:]) / max(products[0], 1e-300))
    if not found:
        return 1.0
    correlation = np.median(found, axis=0)
    end = int(np.argmax(np.append(correlation, 0.0) <= _UNCORRELATED))
    return float(1.0 + 2.0 * correlation[:end].sum())


def _off_the_grid(value: Array) -> float:
    """Where between the points of a grid the maximum lies, from −1/2 to 1/2: a path between two would look like one."""
    top = int(np.clip(np.argmax(value), 1, value.size - 2))
    before, at, after = value[top - 1 : top + 2]
    return float(np.clip(0.5 * (before - after) / min(before - 2.0 * at + after, -1e-9), -0.5, 0.5))


def _elsewhere(blocks: list[Array], rough: Array, step: float, noise: tuple[float, float]) -> float:
    """Share of the samples that are far off both levels."""
    far = total = 0
    for block, at in zip(blocks, rough, strict=True):
        off = block - at
        far += int(np.count_nonzero((np.abs(off) > _FAR * noise[0]) & (np.abs(off - step) > _FAR * noise[1])))
        total += block.size
    return far / total


def _without_visits(rough: Array, step: float) -> Array:
    """Offsets of the blocks without jumps that are taken back soon: these are visits to another level."""
    found = rough.copy()
    for length in range(1, _STAYS):
        for start in range(1, found.size - length):
            before, after = found[start - 1], found[start + length]
            inside = found[start : start + length]
            if abs(after - before) < _JUMPED * step and np.all(np.abs(inside - before) > _JUMPED * step):
                inside[:] = before
    return found


def _with_both_levels(rough: Array, blocks: list[Array], step: float, noise: tuple[float, float]) -> Array:
    """Offsets without the jumps to pieces that show one level only: the record dwells at another level there."""
    found = rough.copy()
    rarest = float(np.clip(ndtr(-0.5 * step / max(noise)), *_RAREST))
    ends = [0, *(np.flatnonzero(np.abs(np.diff(rough)) > _JUMPED * step) + 1), rough.size]
    before = None
    for start, stop in pairwise(ends):
        inner = range(start + 1, stop - 1) if stop - start > _STAYS else range(start, stop)  # jumps lie in blocks
        high = _share_of_high(np.concatenate([blocks[k] - rough[k] for k in inner]), step, noise)
        if min(high, 1.0 - high) < rarest:
            found[start:stop] = np.nan if before is None else before
        else:
            before = found[stop - 1]
    first = found[np.isfinite(found)]
    return np.where(np.isfinite(found), found, first[0]) if first.size else rough


def _share_of_high(off: Array, step: float, noise: tuple[float, float]) -> float:
    """The likeliest share of the high level among samples `off` above the low one; 0 of none."""
    share = 0.5 if off.size else 0.0
    low = np.exp(-0.5 * (off / noise[0]) ** 2) / noise[0] + _ELSEWHERE / step
    high = np.exp(-0.5 * ((off - step) / noise[1]) ** 2) / noise[1] + _ELSEWHERE / step
    for _ in range(_ROUNDS if off.size else 0):
        share = float(np.mean(share * high / (share * high + (1.0 - share) * low)))
    return share


def _log_density(off: Array, share: float, step: float, noise: tuple[float, float]) -> Array:
    """ln of the density of samples `off` above the low level, a few of them anywhere within two steps."""
    low = (1.0 - share) / noise[0] * np.exp(-0.5 * (off / noise[0]) ** 2)
    high = share / noise[1] * np.exp(-0.5 * ((off - step) / noise[1]) ** 2)
    return np.asarray(np.log((low + high) / np.sqrt(2.0 * np.pi) + _ELSEWHERE / (2.0 * step)))


def _likelihoods(blocks: list[Array], grid: Array, step: float, noise: tuple[float, float]) -> Array:
    """ln L of each block at each offset of the low level, at the best share of the high one; (blocks, offsets)."""
    width = float(grid[1] - grid[0])
    size = grid.size + int(np.ceil(step / width)) + 8
    start = grid[0] - 4.0 * width
    counts = np.stack(
        [np.bincount(np.clip(((b - start) / width).astype(np.int64), 0, size - 1), minlength=size) for b in blocks]
    ).astype(float)
    reach = np.arange(-size, size, dtype=np.float64) * width
    length = 1 << int(np.ceil(np.log2(3 * size)))
    spectrum = np.fft.rfft(counts, length, axis=1)
    best = np.full((len(blocks), grid.size), -np.inf)
    for share in _SHARES:
        kernel = np.fft.rfft(_log_density(reach + 0.5 * width, share, step, noise), length)
        # Σ_j counts_j f(x_j − offset): a correlation, offset i at lag i + 4 − size
        value = np.fft.irfft(spectrum * np.conj(kernel), length, axis=1)
        lag = (np.arange(grid.size) + 4 - size) % length
        best = np.maximum(best, np.take(value, lag, axis=1))
    return best


def _best_path(value: Array, steps: float) -> tuple[npt.NDArray[np.intp], float]:
    """The likeliest path over offsets `steps` of a step apart, and its gain over the best single one."""
    cost = _PER_STEP * steps * np.arange(value.shape[1])
    score, origins = value[0], []
    for block in value[1:]:
        up, up_from = _running_best(score + cost)
        down, down_from = (each[::-1] for each in _running_best((score - cost)[::-1]))
        down_from = value.shape[1] - 1 - down_from
        jump = int(np.argmax(score))
        stay = np.arange(score.size)
        choices = np.stack(
            [score, up - cost - _CHANGE, down + cost - _CHANGE, np.full(score.size, score[jump] - _JUMP)]
        )
        which = np.argmax(choices, axis=0)
        origins.append(np.choose(which, [stay, up_from, down_from, np.full(score.size, jump)]))
        score = choices[which, np.arange(score.size)] + block
    path = [int(np.argmax(score))]
    for origin in origins[::-1]:
        path.append(int(origin[path[-1]]))
    return np.array(path[::-1]), float(score.max() - value.sum(axis=0).max())


def _running_best(values: Array) -> tuple[Array, npt.NDArray[np.int64]]:
    """The largest value so far, and where it was."""
    best = np.maximum.accumulate(values)
    fresh = np.where(values == best, np.arange(values.size), 0)
    return best, np.maximum.accumulate(fresh)


def _own_offset(block: Array, at: float, step: float, noise: tuple[float, float]) -> float:
    """The low level of blocks near `at`: samples far off both levels have no weight; `at` where there are none."""
    share = 0.5
    for _ in range(_ROUNDS if block.size else 0):
        off = block - at
        low = np.exp(-0.5 * (off / noise[0]) ** 2) / noise[0]
        high = np.exp(-0.5 * ((off - step) / noise[1]) ** 2) / noise[1]
        both = low * (1 - share) + high * share + _ELSEWHERE / step
        weight = np.stack([low * (1 - share) / both / noise[0] ** 2, high * share / both / noise[1] ** 2])
        total = float(weight.sum())
        if total <= 0.0:
            return at
        share = float(np.clip((high * share / both).mean(), _SHARES[0], _SHARES[-1]))
        change = float((weight[0] @ off + weight[1] @ (off - step)) / total)
        at += change
        if abs(change) < 1e-3 * min(noise):
            break
    return at


def _knots(
    samples: npt.NDArray[Any],
    edges: npt.NDArray[np.int64],
    offset: Array,
    jumped: npt.NDArray[np.intp],
    template: tuple[float, float, tuple[float, float]],
) -> Baseline:
    """Straight between the middles of the blocks, level up to a jump, which lies where the samples say.

    A block in the midst of a jump, with one before it and one after it, has no offset of its own.
    """
    low, step, noise = template
    at, value = 0.5 * (edges[1:] + edges[:-1]), offset
    jumps = np.split(jumped, np.flatnonzero(np.diff(jumped) > 1) + 1) if jumped.size else []
    kept, knots = np.ones(offset.size, dtype=bool), []
    for places in jumps:
        first, last = int(places[0]), int(places[-1]) + 1
        kept[first + 1 : last] = False
        start, stop = int(edges[first]), int(edges[last + 1])
        part = np.asarray(samples[start:stop], dtype=float) - low
        before, after = (_log_density(part - offset[i], 0.5, step, noise) for i in (first, last))
        change = start + int(np.argmax(np.concatenate([[0.0], np.nancumsum(before - after)])))
        kept[first] = kept[first] and at[first] < change - 1
        kept[last] = at[last] > change
        knots += [(change - 1.0, offset[first]), (float(change), offset[last])]
    every = sorted([*zip(at[kept].tolist(), value[kept].tolist(), strict=True), *knots])
    return Baseline(np.array([x for x, _ in every]), np.array([y for _, y in every]), len(jumps))
