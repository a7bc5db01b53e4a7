"""Where both levels of a record wander or jump together: one offset a block, found without labelling any sample.

A label that is taken from the offset before cannot confirm it: each block is asked for its likelihood at every offset
of a grid, whatever its share of either level, and the likeliest path through all blocks is taken (Viterbi), in which a
drift costs by its length and a jump costs no more than a fixed price. A block in one state is as likely at two offsets
a step apart; its neighbours decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph.levels import Levels

Array = npt.NDArray[np.float64]

_BLOCKS: Final = (6, 192)  # fewest and most in a record
_SHORTEST: Final = 128  # samples of a block
_FINEST: Final = 0.25  # noises, between offsets of the grid
_MOST_OFFSETS: Final = 6000
_CHANGE: Final = 6.0  # ln L that any change from block to block costs: the mean of a block scatters
_PER_STEP: Final = 6.0  # ln L that a drift by one step costs beside
_JUMP: Final = 14.0  # ln L that a jump costs, however large
_LEAST_GAIN: Final = 20.0  # ln L of the path over one offset for all
_SHARES: Final = (0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99)  # of the high level in a block
_BETWEEN: Final = 0.05  # of the samples of a block may lie between its levels: an instrument may be slow
_ELSEWHERE: Final = 1e-3  # share of samples that may lie anywhere
_MOST_JUMPS: Final = 6  # of a baseline; what jumps oftener is a level of its own
_FAR, _MOST_ELSEWHERE = 6.0, 0.15  # noises off both levels, and the share of such samples: two levels are too few
_JUMPED: Final = 0.25  # of the step from block to block: a jump, not a drift
_STAYS: Final = 4  # blocks that a baseline stays where it jumped to, at least
_LEAST: Final = 0.08  # of the step, below which nothing depends on it
_ROUNDS: Final = 20  # of the estimate of each block's own offset
_EVERY: Final = 1 << 20  # samples of a block that are looked at, at most
_ENOUGH: Final = 1024  # samples of a block, whose levels they show to a few hundredths of the noise
_CLEAR: Final = (3.0, 0.02)  # noises between levels of a block, and the share of its rarer one, by which it shows two
_ALIKE: Final = 0.1  # of the step, by which blocks and record may differ


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


def levels_of_blocks(samples: npt.NDArray[Any], levels: Levels) -> tuple[float, float, float] | None:
    """Step and noises of both levels where blocks of a record agree on them and the whole does not; else None.

    Levels that jump or wander are smeared in the histogram of a record, in those of short blocks they are not.
    """
    edges = _block_edges(samples.size)
    found = [_two_gaussians(_finite(samples[a:b])[:: max(1, (b - a) // _ENOUGH)]) for a, b in pairwise(edges)]
    clear = np.array([each for each in found if each is not None])
    if clear.shape[0] < _BLOCKS[0] // 2:
        return None
    step, low, high = np.median(clear, axis=0)
    spread = 1.4826 * float(np.median(np.abs(clear[:, 0] - step)))
    noise = float(np.hypot(low, high) / np.sqrt(2.0))
    whole = levels.high - levels.low
    if spread > 2.0 * _ALIKE * step or (abs(whole / step - 1.0) < _ALIKE and levels.noise < 1.3 * noise):
        return None
    return float(step), float(low), float(high)


def _finite(part: npt.NDArray[Any]) -> Array:
    values = np.asarray(part[:_EVERY], dtype=float)
    return np.asarray(values[np.isfinite(values)])


def _block_edges(size: int) -> npt.NDArray[np.int64]:
    number = int(np.clip(size // _SHORTEST, *_BLOCKS))
    return np.linspace(0, size, number + 1).astype(np.int64)


def _two_gaussians(values: Array) -> tuple[float, float, float] | None:
    """Step and deviations of the two Gaussians in a block; None where it does not show two."""
    if values.size < _SHORTEST // 2 or np.ptp(values) == 0.0:
        return None
    cut = float(np.mean(np.quantile(values, [0.02, 0.98])))
    mean, width, share = np.zeros(2), np.ones(2), np.array([0.5, 0.5])
    span = float(np.ptp(values))
    member = np.stack([values <= cut, values > cut]).astype(float)
    for _ in range(_ROUNDS):
        mass = member.sum(axis=1) + 1e-9
        mean = (member @ values) / mass
        width = np.sqrt((member * (values - mean[:, None]) ** 2).sum(axis=1) / mass) + 1e-12 * span
        share = mass / mass.sum()
        density = share[:, None] / width[:, None] * np.exp(-0.5 * ((values - mean[:, None]) / width[:, None]) ** 2)
        member = density / (density.sum(axis=0) + _BETWEEN / span)
    step = float(mean[1] - mean[0])
    if step < _CLEAR[0] * float(np.hypot(*width) / np.sqrt(2.0)) or float(share.min()) < _CLEAR[1]:
        return None
    return step, float(width[0]), float(width[1])


def baseline_of(samples: npt.NDArray[Any], step: float, noise: tuple[float, float]) -> Baseline | None:
    """The baseline of a record, shape (n,), NaN where samples are missing; None where it stays where it is.

    step: between the levels. noise: of the low and the high one. None too for one that jumps too often to be one.
    """
    edges = _block_edges(samples.size)
    blocks = [_finite(samples[a:b]) for a, b in pairwise(edges)]
    if edges.size - 1 < _BLOCKS[0] or any(block.size == 0 for block in blocks):
        return None
    every = np.concatenate([block[:: max(1, block.size // 4096)] for block in blocks])
    low, high = np.quantile(every, [1e-4, 1.0 - 1e-4])
    width = max(_FINEST * min(noise), (high - low + 2.0 * step) / _MOST_OFFSETS)
    grid = np.arange(low - step, high + 0.5 * width, width)  # of the low level
    value = _likelihoods(blocks, grid, step, noise)
    path, gain = _best_path(value, width / step)
    if gain < _LEAST_GAIN:
        return None
    rough = _with_both_levels(_without_visits(grid[path], step), blocks, step)
    jumped = np.flatnonzero(np.abs(np.diff(rough)) > _JUMPED * step)
    if jumped.size > _MOST_JUMPS or _elsewhere(blocks, rough, step, noise) > _MOST_ELSEWHERE:
        return None
    offset = rough.copy()
    if step > _CLEAR[0] * max(noise):
        own = np.empty(rough.size)
        ends = [0, *(np.flatnonzero(np.diff(rough) != 0.0) + 1), rough.size]
        for start, stop in pairwise(ends):  # of blocks at one place together: one alone may hold few dwells
            own[start:stop] = _own_offset(np.concatenate(blocks[start:stop]), float(rough[start]), step, noise)
        offset = np.where(np.abs(own - rough) < _JUMPED * step, own, rough)
    if np.ptp(offset) < _LEAST * step:
        return None
    offset = offset - np.median(offset)
    return _knots(samples, edges, offset, jumped, (float(np.median(rough)), step, noise))


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


def _with_both_levels(rough: Array, blocks: list[Array], step: float) -> Array:
    """Offsets without the jumps to pieces that show one level only: the record dwells at another level there."""
    found = rough.copy()
    ends = [0, *(np.flatnonzero(np.abs(np.diff(rough)) > _JUMPED * step) + 1), rough.size]
    before = None
    for start, stop in pairwise(ends):
        inner = range(start + 1, stop - 1) if stop - start > _STAYS else range(start, stop)  # jumps lie in blocks
        high = [np.count_nonzero(blocks[k] > rough[k] + 0.5 * step) / blocks[k].size for k in inner]
        if min(np.mean(high), 1.0 - np.mean(high)) < _CLEAR[1]:
            found[start:stop] = np.nan if before is None else before
        else:
            before = found[stop - 1]
    first = found[np.isfinite(found)]
    return np.where(np.isfinite(found), found, first[0]) if first.size else rough


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
    """The low level of blocks near `at`: samples far off both levels have no weight."""
    share = 0.5
    for _ in range(_ROUNDS):
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
