"""The two levels of a trace, from the histogram of its samples: a mixture of Gaussians, its rivals, its thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

Array = npt.NDArray[np.float64]

_BINS: Final = 512
_OUTER: Final = 2e-5  # quantiles beyond which samples are counted in the outermost bins
_ROUNDS: Final = 300
_SETTLED: Final = 1e-8  # gain of the mean ln L a round
_NARROWEST: Final = 0.5  # bins: no Gaussian is narrower than the histogram tells
_POSITIONS: Final = 71  # of the thresholds that are tried
_USUAL: Final = 0.2  # of the step, half a hysteresis that noise of no exact Gaussian shape does not cross
_AS_GOOD: Final = 1.05
_NEGLIGIBLE: Final = 1e-4  # of ln τ
_FIRST: Final = 4096  # samples, among which noise shows more than two values
_NOISELESS: Final = 1e-3  # of the step: the noise of a record that has none
_WIDEST: Final = 0.45  # of the step: no threshold is nearer than the rest to its level


@final
@dataclass(frozen=True)
class Mixture:
    """Gaussians whose sum describes the histogram, by rising mean. Arrays of shape (k,), in the unit of the samples."""

    weight: Array
    mean: Array
    deviation: Array
    log_likelihood: float

    def density(self, x: Array) -> Array:
        """The density of each, weighted, shape (k, len(x))."""
        z = (x - self.mean[:, None]) / self.deviation[:, None]
        return np.asarray(self.weight[:, None] * np.exp(-0.5 * z**2) / (np.sqrt(2.0 * np.pi) * self.deviation[:, None]))


@final
@dataclass(frozen=True)
class Levels:
    """What the histogram tells. one, two, three: the fits with as many Gaussians; three started where two fail most.

    centres, counts: the histogram, shape (bins,).
    """

    one: Mixture
    two: Mixture
    three: Mixture
    centres: Array
    counts: Array

    @property
    def low(self) -> float:
        """The lower level."""
        return float(self.two.mean[0])

    @property
    def high(self) -> float:
        """The higher level."""
        return float(self.two.mean[1])

    @property
    def noise(self) -> float:
        """Root mean square of the two noises."""
        return float(np.sqrt(np.mean(self.two.deviation**2)))

    @property
    def snr(self) -> float:
        """Step over noise."""
        return (self.high - self.low) / self.noise

    @property
    def noiseless(self) -> bool:
        """Whether the record has two values only."""
        return self.centres.size == 2

    @property
    def gain(self) -> float:
        """2 ln of the likelihood of two Gaussians over that of one."""
        return 2.0 * (self.two.log_likelihood - self.one.log_likelihood)


def find_levels(samples: npt.NDArray[np.generic]) -> Levels:
    """Fit one, two and three Gaussians to the samples, shape (m,), finite and not all alike."""
    values = np.asarray(samples, dtype=float)
    distinct = np.unique(values[:_FIRST])
    distinct = np.unique(values) if distinct.size <= 2 else distinct
    if distinct.size == 2:
        return _digital(distinct, values)
    edges = _edges(values)
    counts = np.histogram(np.clip(values, edges[0], edges[-1]), edges)[0].astype(float)
    centres = 0.5 * (edges[1:] + edges[:-1])
    one = _climb(centres, counts, np.ones((1, centres.size)))
    starts = [_split(centres, at) for at in (_otsu(centres, counts), *_tails(centres, counts))]
    two = max((_climb(centres, counts, start) for start in starts), key=lambda found: found.log_likelihood)
    excess = counts / counts.sum() - two.density(centres).sum(axis=0) * (centres[1] - centres[0])
    third = int(np.argmax(excess / np.sqrt(counts / counts.sum() + 1.0 / counts.sum())))
    three = _climb(centres, counts, _with_third(centres, two, third))
    return Levels(one, two, three, centres, counts)


def _digital(distinct: Array, values: Array) -> Levels:
    """Two values and no noise: each level is one of them, in a bin of its own."""
    step = float(distinct[1] - distinct[0])
    counts = np.array([np.count_nonzero(values == value) for value in distinct], dtype=float)
    width = _NOISELESS * step
    shares = counts / values.size
    two = Mixture(shares, distinct, np.full(2, width), float(counts @ np.log(shares / width)))
    mean = float(values.mean())
    spread = max(float(values.std()), width)
    one = Mixture(np.ones(1), np.array([mean]), np.array([spread]), -values.size * float(np.log(spread)))
    three = Mixture(
        np.append(shares, 0.0), np.append(distinct, distinct[1] + step), np.full(3, width), two.log_likelihood
    )
    return Levels(one, two, three, distinct, counts)


def _edges(values: Array) -> Array:
    """Of the bins: fewer for short records; of counts, each holds the same number of whole numbers."""
    low, high = np.quantile(values, [_OUTER, 1.0 - _OUTER])
    if not high > low:
        low, high = float(values.min()), float(values.max())
    low, high = low - 0.02 * (high - low), high + 0.02 * (high - low)
    wanted = float((high - low) / np.clip(values.size / 20, 32, _BINS))
    steps = np.diff(np.unique(values[: 1 << 14]))
    finest = float(steps.min()) if steps.size else wanted
    width = finest * max(1.0, round(wanted / finest))
    start = values[0] + finest * (np.floor((low - values[0]) / finest) - 0.5)
    return np.asarray(start + width * np.arange(int(np.ceil((high - start) / width)) + 1))


def _otsu(centres: Array, counts: Array) -> float:
    """The cut with the largest variance between its two sides (Otsu, IEEE Trans. SMC 9, 62, 1979)."""
    below = np.cumsum(counts)[:-1]
    moment = np.cumsum(counts * centres)
    above = counts.sum() - below
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (moment[:-1] / below - (moment[-1] - moment[:-1]) / above) ** 2
    cut = int(np.nanargmax(between))
    return float(0.5 * (centres[cut] + centres[cut + 1]))


def _tails(centres: Array, counts: Array) -> tuple[float, float]:
    """Cuts for a state that is rare: five deviations of the bulk from the median, on either side."""
    share = np.cumsum(counts) / counts.sum()
    quartiles = np.interp([0.25, 0.5, 0.75], share, centres)
    width = 5.0 * (quartiles[2] - quartiles[0]) / 1.349
    span = centres[1] - centres[0]
    return (
        float(max(quartiles[1] - width, centres[0] + span)),
        float(min(quartiles[1] + width, centres[-1] - span)),
    )


def _split(centres: Array, cut: float) -> Array:
    above = (centres > cut).astype(float)
    return np.stack([1.0 - above, above]) * 0.998 + 0.001


def _with_third(centres: Array, two: Mixture, third: int) -> Array:
    density = two.density(centres)
    width = 0.5 * float(np.min(two.deviation))
    extra = np.exp(-0.5 * ((centres - centres[third]) / width) ** 2) * float(np.max(density)) * 0.1
    every = np.vstack([density, extra]) + 1e-300
    return np.asarray(every / every.sum(axis=0))


def _climb(centres: Array, counts: Array, share: Array) -> Mixture:
    """Expectation–maximisation from the shares of each Gaussian in each bin, shape (k, bins)."""
    total, narrowest = counts.sum(), _NARROWEST * (centres[1] - centres[0])
    before = -np.inf
    for _ in range(_ROUNDS):
        mass = np.maximum(share @ counts, 1e-12)
        mean = share @ (counts * centres) / mass
        spread = (share * (centres - mean[:, None]) ** 2) @ counts / mass
        found = Mixture(mass / total, mean, np.maximum(np.sqrt(spread), narrowest), before)
        density = found.density(centres) + 1e-300
        both = density.sum(axis=0)
        after = float(counts @ np.log(both) / total)
        share = density / both
        if after - before < _SETTLED:
            break
        before = after
    order = np.argsort(mean)
    return Mixture(found.weight[order], mean[order], found.deviation[order], after * total)


@final
@dataclass(frozen=True)
class Thresholds:
    """A Schmitt trigger for two levels, and what it gets wrong.

    false: by transitions that noise makes, missed: by dwells too short to reach the far threshold, shift: by late
    switching; each in ln τ.
    """

    lower: float
    upper: float
    false: float
    missed: float
    shift: float

    @property
    def bias(self) -> float:
        """At most so much is ln τ off."""
        return self.false + self.missed + self.shift


def thresholds_at(levels: Levels, half_width: float, dwell: tuple[float, float]) -> Thresholds:
    """Thresholds `half_width` (of the step) about the middle; dwell: mean of the low and the high state, in samples."""
    low, high, (noise_low, noise_high) = levels.low, levels.high, levels.two.deviation
    middle = low + (high - low) * noise_low / (noise_low + noise_high)
    upper, lower = middle + half_width * (high - low), middle - half_width * (high - low)
    false = dwell[0] * ndtr((low - upper) / noise_low) + dwell[1] * ndtr((lower - high) / noise_high)
    late_high, late_low = ndtr((upper - high) / noise_high), ndtr((low - lower) / noise_low)
    missed = _missed(late_high, dwell[1]) + _missed(late_low, dwell[0])
    stretched = _stretched(dwell)
    delay = abs(late_high / max(1.0 - late_high, 1e-9) - late_low / max(1.0 - late_low, 1e-9)) / min(dwell)
    return Thresholds(
        float(lower), float(upper), float(stretched * false), float(stretched * missed), float(stretched * delay)
    )


def best_thresholds(levels: Levels, dwell: tuple[float, float]) -> Thresholds:
    """The thresholds that get least wrong; where many are as good, a hysteresis of two fifths of the step."""
    widths = np.linspace(0.0, _WIDEST, _POSITIONS)
    tried = [thresholds_at(levels, float(width), dwell) for width in widths]
    good = max(_AS_GOOD * min(found.bias for found in tried), _NEGLIGIBLE)
    usable = [index for index, found in enumerate(tried) if found.bias <= good]
    return tried[min(usable, key=lambda index: abs(float(widths[index]) - _USUAL))]


def _stretched(dwell: tuple[float, float]) -> float:
    """By how much ln τ moves more than ln of the counts, where many transitions fall between two samples."""
    both = min(1.0 / dwell[0] + 1.0 / dwell[1], 0.95)
    return float(both / ((1.0 - both) * -np.log1p(-both)))


def _missed(late: float, dwell: float) -> float:
    """Share of geometric dwells of which no sample reaches the far threshold: Σ P(k) late^k."""
    stay = 1.0 - 1.0 / max(dwell, 1.0)
    return (1.0 - stay) * late / (1.0 - stay * late)
