"""Whether a record dwells at more than two levels: a hidden chain of as many levels as the samples ask for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from stfit.kinds.telegraph.levels import Levels
from stfit.physics.compiled import compiled

Array = npt.NDArray[np.float64]

MOST: Final = 5  # levels
_HELD: Final = 1 << 16  # samples that are looked at
_BLOCK: Final = 1 << 12  # samples, of a longer record
_OFF: Final = 3.0  # noises off both levels
_ROUNDS: Final = 30
_SETTLED: Final = 0.2  # gain of ln L a round
_LEAST_GAIN: Final = 40.0  # of 2 ln L by one more level
_SHORTEST: Final = 2.5  # samples that the record stays at a level
_RAREST: Final = 2e-4  # share of the samples at a level
_APART: Final = 1.5  # noises between levels
_HINT: Final = 12.0  # of 2 ln L, by which a third Gaussian improves the histogram: worth a chain
_BESIDE: Final = (-1.0, 0.5, 2.0)  # steps above the low level, where more levels are looked for
_compiled = compiled("contract")


@final
@dataclass(frozen=True)
class Ladder:
    """Levels at which a record dwells, rising. Arrays of shape (levels,).

    level: in the unit of the samples. share: of the samples. dwell: mean stay, samples. noise: one for all.
    """

    level: Array
    share: Array
    dwell: Array
    noise: float

    @property
    def several(self) -> bool:
        """Whether there are more than two."""
        return self.level.size > 2

    @property
    def most_frequent(self) -> tuple[int, int]:
        """The two levels at which most samples are."""
        first, second = sorted(np.argsort(self.share)[-2:].tolist())
        return first, second

    def nearest(self, samples: npt.NDArray[Any]) -> npt.NDArray[np.int8]:
        """The level nearest to each sample, shape (n,)."""
        middles = 0.5 * (self.level[1:] + self.level[:-1])
        return np.searchsorted(middles, samples).astype(np.int8)

    def mistaken(self, pair: tuple[int, int]) -> float:
        """Visits to two levels that noise feigns where the record dwells at others, over the true ones; the larger."""
        others = [place for place in range(self.level.size) if place not in pair]
        ratio = []
        for own in pair:
            apart = np.abs(self.level[others] - self.level[own]) / self.noise
            feigned = float(np.sum(self.share[others] * ndtr(-0.5 * apart)))
            ratio.append(feigned * float(self.dwell[own] / max(self.share[own], 1e-12)))
        return max(ratio)

    def on_the_way(self, rise: float) -> bool:
        """Whether all levels between the outermost are what slow steps pass through; rise: 10–90 % of one, samples."""
        return bool(np.all(self.dwell[1:-1] < rise))

    def pair(self, first: float, second: float) -> tuple[int, int] | None:
        """The two levels nearest to two values; None where they are one, or far from both."""
        near = [int(np.argmin(np.abs(self.level - value))) for value in (first, second)]
        reach = 0.5 * float(np.min(np.diff(self.level)))
        off = max(abs(float(self.level[place]) - value) for place, value in zip(near, (first, second), strict=True))
        return None if near[0] == near[1] or off > reach else (min(near), max(near))


@_compiled
def _densities(sample: float, means: Array, weight: float, found: Array) -> float:
    """Densities of a sample by level over the largest, and ln of that; 1 and 0 where it is missing."""
    if np.isnan(sample):
        found[:] = 1.0
        return 0.0
    nearest = np.inf
    for j in range(means.size):
        nearest = min(nearest, (sample - means[j]) ** 2)
    for j in range(means.size):
        found[j] = np.exp(-0.5 * weight * ((sample - means[j]) ** 2 - nearest))
    return float(-0.5 * weight * nearest)


@_compiled
def _add_sample(sample: float, ahead: Any, future: Array, sums: Any) -> None:
    """Add a sample to Σγ, Σγz and Σγz² of the levels."""
    total = 0.0
    for j in range(future.size):
        total += ahead[j] * future[j]
    for j in range(future.size):
        gamma = ahead[j] * future[j] / total
        sums[0, j] += gamma
        sums[1, j] += gamma * sample
        sums[2, j] += gamma * sample * sample


@_compiled
def _add_pair(ahead: Any, change: Array, density: Array, future: Array, room: Any) -> None:
    """Add a pair of neighbours to the transitions, and carry `future` from the second to the first.

    ahead: forward probabilities at the first. room: the transitions, (k, k); room for (k, k) and for (k,).
    """
    transitions, pairs, before = room
    total = scale = 0.0
    for i in range(future.size):
        before[i] = 0.0
        for j in range(future.size):
            onward = change[i, j] * density[j] * future[j]
            pairs[i, j] = ahead[i] * onward
            before[i] += onward
            total += pairs[i, j]
        scale += before[i]
    for i in range(future.size):
        for j in range(future.size):
            transitions[i, j] += pairs[i, j] / total
        future[i] = before[i] / scale


@_compiled
def _expected(z: Any, means: Array, weight: float, change: Array, room: Any) -> float:
    """Forward–backward over samples z, NaN where missing; returns ln L but for a constant.

    room: forward probabilities, (n, k); transitions, (k, k); Σγ, Σγz and Σγz², (3, k).
    """
    ahead, transitions, sums = room
    size = means.size
    state, density, before = np.full(size, 1.0 / size), np.empty(size), np.empty(size)
    value = 0.0
    for t in range(z.size):
        value += _densities(z[t], means, weight, density)
        for j in range(size):
            before[j] = 0.0
            for i in range(size):
                before[j] += state[i] * change[i, j]
            before[j] = (state[j] if t == 0 else before[j]) * density[j]
        total = 0.0
        for j in range(size):
            total += before[j]
        for j in range(size):
            state[j] = before[j] / total
            ahead[t, j] = state[j]
        value += np.log(total)
    future, pairs = np.ones(size), np.empty((size, size))
    for t in range(z.size - 1, -1, -1):
        _densities(z[t], means, weight, density)
        if not np.isnan(z[t]):
            _add_sample(z[t], ahead[t], future, sums)
        if t > 0:
            _add_pair(ahead[t - 1], change, density, future, (transitions, pairs, before))
    return value


@final
@dataclass(frozen=True)
class _Chain:
    value: float
    means: Array
    noise: float
    change: Array
    share: Array

    @property
    def dwell(self) -> Array:
        return np.asarray(1.0 / np.maximum(1.0 - np.diag(self.change), 1e-12))


def _climbed(z: Array, means: Array, noise: float, change: Array) -> _Chain:
    size, value = means.size, -np.inf
    number = float(np.count_nonzero(np.isfinite(z)))
    share = np.full(size, 1.0 / size)
    ahead = np.empty((z.size, size))
    for _ in range(_ROUNDS):
        transitions, sums = np.zeros((size, size)), np.zeros((3, size))
        before, value = (
            value,
            _expected(z, means, noise**-2.0, change, (ahead, transitions, sums)) - number * np.log(noise),
        )
        share = sums[0] / number
        if value - before < _SETTLED:
            break
        weight = np.maximum(sums[0], 1e-9)
        means = sums[1] / weight
        noise = float(np.sqrt(max(float(np.sum(sums[2] - weight * means**2)) / number, 1e-12)))
        change = (transitions + 1e-6) / (transitions + 1e-6).sum(axis=1, keepdims=True)
    return _Chain(value, means, noise, change, share)


def ladder_of(samples: npt.NDArray[Any], levels: Levels) -> Ladder:
    """The levels of a record, shape (n,), NaN where samples are missing; two of them where no more are asked for.

    A level counts where the record stays at it, apart from the others, and the likelihood of the chain asks for it: a
    slow step or a rare spike is none.
    """
    two = np.array([levels.low, levels.high])
    step = float(np.diff(two)[0])
    plain = Ladder(two, levels.two.weight, np.full(2, np.nan), levels.noise)
    if levels.noiseless or 2.0 * (levels.three.log_likelihood - levels.two.log_likelihood) < _HINT:
        return plain
    z = _worth_a_look(samples, levels)
    best = _climbed(z, two, levels.noise, _with_stay(2, 30.0))
    size = 2
    while size < MOST:
        size += 1
        places = [best.means[0] + at * step for at in _BESIDE] + list(levels.three.mean)
        tried = [_one_more(z, best, place) for place in places if np.min(np.abs(best.means - place)) > best.noise]
        good = [each for each in tried if 2.0 * (each.value - best.value) > _LEAST_GAIN and _credible(each)]
        if not good:
            break
        best = max(good, key=lambda each: each.value)
    if best.means.size == 2:
        return plain
    order = np.argsort(best.means)
    found = Ladder(best.means[order], best.share[order], best.dwell[order], best.noise)
    return found if z.size == samples.size else replace(found, share=_shares(samples, found))


def _blocks(samples: npt.NDArray[Any]) -> Iterator[Array]:
    for start in range(0, samples.size, _BLOCK):
        yield np.asarray(samples[start : start + _BLOCK], dtype=float)


def _worth_a_look(samples: npt.NDArray[Any], levels: Levels) -> Array:
    """A record of moderate length whole; of a longer one, blocks all along it and those with most off both levels."""
    if samples.size <= _HELD:
        return np.ascontiguousarray(samples, dtype=float)
    low, high = levels.two.deviation * _OFF
    strange = [
        np.count_nonzero((np.abs(block - levels.low) > low) & (np.abs(block - levels.high) > high))
        for block in _blocks(samples)
    ]
    number = _HELD // _BLOCK // 2
    even = np.linspace(0, len(strange) - 1, number).astype(np.intp)
    places = np.union1d(even, np.argsort(strange, kind="stable")[-number:])
    return np.concatenate([np.asarray(samples[k * _BLOCK : (k + 1) * _BLOCK], dtype=float) for k in places])


def _shares(samples: npt.NDArray[Any], ladder: Ladder) -> Array:
    """Shares of the samples at each level in the whole record: of those nearest to it, less what noise takes there."""
    size = ladder.level.size
    counts = np.zeros(size)
    for block in _blocks(samples):
        counts += np.bincount(ladder.nearest(block[np.isfinite(block)]), minlength=size)
    middles = 0.5 * (ladder.level[1:] + ladder.level[:-1])
    below = ndtr((middles[:, None] - ladder.level) / ladder.noise)
    nearest = np.diff(below, axis=0, prepend=np.zeros((1, size)), append=np.ones((1, size)))
    shares = np.maximum(np.linalg.solve(nearest, counts), 0.0)
    return np.asarray(shares / max(shares.sum(), 1.0))


def _with_stay(size: int, dwell: float) -> Array:
    found = np.full((size, size), 1.0 / dwell / max(size - 1, 1))
    np.fill_diagonal(found, 1.0 - 1.0 / dwell)
    return found


def _one_more(z: Array, chain: _Chain, place: float) -> _Chain:
    size = chain.means.size + 1
    change = _with_stay(size, 20.0)
    change[:-1, :-1] = 0.99 * chain.change
    change[:-1, -1] = 0.01
    return _climbed(z, np.append(chain.means, place), chain.noise, change)


def _credible(chain: _Chain) -> bool:
    apart = np.diff(np.sort(chain.means))
    return bool(
        np.min(apart) > _APART * chain.noise and np.min(chain.dwell) > _SHORTEST and np.min(chain.share) > _RAREST
    )
