"""What a laboratory adds to a trace: third levels, wandering baselines, hum, glitches, a narrow range, gaps.

Pure functions of samples (n,) in one unit, those of the levels; a generator decides where something happens, and the
same generator does it again. `simulated` puts them together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.physics.telegraph import averaged_telegraph, low_passed_telegraph

Array = npt.NDArray[np.float64]

_SPARE: Final = 6.0  # standard deviations of the number of dwells, that are drawn beyond its mean


@final
@dataclass(frozen=True)
class Jump:
    """A step of the baseline. at: share of the record. height: in the unit of the samples."""

    at: float
    height: float


@final
@dataclass(frozen=True)
class Hum:
    """A sine of any phase. frequency: Hz. amplitude: in the unit of the samples."""

    frequency: float
    amplitude: float


@final
@dataclass(frozen=True)
class Glitches:
    """Spikes anywhere in a record: how many, of how many samples each, and their height."""

    number: int
    height: float
    samples: int = 1


@final
@dataclass(frozen=True)
class ThirdLevel:
    """Visits to another level. height: above P. share: of the time. dwell: mean length of a visit, s."""

    height: float
    share: float
    dwell: float


@final
@dataclass(frozen=True)
class Gaps:
    """Stretches without samples anywhere in a record: how many, of how many samples each."""

    number: int
    samples: int


@final
@dataclass(frozen=True)
class ReadOut:
    """How an instrument follows a signal. All in sampling intervals.

    memory: time constant of a single-pole low-pass, 0 for none. exposure: the time before each sample of whose signal
    it is the mean, as in a camera's frame; 0 for a sample of an instant.
    """

    memory: float = 0.0
    exposure: float = 0.0


def two_state(samples: int, tau: Array, read_out: ReadOut, rng: np.random.Generator) -> Array:
    """A signal that jumps between 0 and 1 in continuous time, as the instrument reads it.

    Parameters
    ----------
    samples : int
        How many.
    tau : Array
        Mean dwells at 0 and at 1, shape (2,), in sampling intervals.
    read_out : ReadOut
        Of the instrument.
    rng : numpy.random.Generator
        Draws the dwells and the first state, from the stationary ones.

    Returns
    -------
    Array
        Shape (samples,), between 0 and 1.
    """
    expected = 2.0 * samples / float(tau.sum())
    pairs = int(0.5 * expected + _SPARE * np.sqrt(0.5 * expected) * max(tau) / tau.mean() + 20)
    dwells = rng.exponential(np.tile(tau, pairs))
    first = int(rng.random() * tau.sum() > tau[0])
    changes = np.cumsum(dwells[first:])
    if read_out.exposure:
        return averaged_telegraph(changes, first, (read_out.memory, read_out.exposure), samples)
    if read_out.memory:
        return low_passed_telegraph(changes, first, read_out.memory, samples)
    in_one = (np.searchsorted(changes, np.arange(samples), side="right") + first) % 2
    return in_one.astype(float)


def visited(
    signal: Array, third: ThirdLevel, clock: tuple[float, ReadOut], low: float, rng: np.random.Generator
) -> Array:
    """The signal with visits to a third level; low: that of P. clock: sampling interval (s), and how it is read."""
    interval, read_out = clock
    away = third.dwell / interval
    tau = np.array([away * (1.0 - third.share) / third.share, away])
    return signal + two_state(signal.size, tau, read_out, rng) * (low + third.height - signal)


def jumps_of(size: int, jumps: Sequence[Jump]) -> Array:
    """The baseline of a record that jumps, shape (size,)."""
    steps = np.zeros(size)
    for jump in jumps:
        steps[min(int(jump.at * size), size - 1)] += jump.height
    return np.cumsum(steps)


def random_walk(size: int, spread: float, rng: np.random.Generator) -> Array:
    """A baseline that wanders, shape (size,): its end is off its beginning with the standard deviation `spread`."""
    return np.asarray(spread / np.sqrt(size) * np.cumsum(rng.standard_normal(size)))


def hum_of(size: int, sample_interval: float, lines: Sequence[Hum], rng: np.random.Generator) -> Array:
    """Sines of any phase, shape (size,); sample_interval: s."""
    time = sample_interval * np.arange(size)
    found = np.zeros(size)
    for line in lines:
        found += line.amplitude * np.sin(2.0 * np.pi * (line.frequency * time + rng.random()))
    return found


def with_glitches(samples: Array, glitches: Glitches, rng: np.random.Generator) -> Array:
    """The samples with spikes on top of them."""
    found = samples.copy()
    found[_stretches(samples.size, glitches.number, glitches.samples, rng)] += glitches.height
    return found


def with_gaps(samples: Array, gaps: Gaps, rng: np.random.Generator) -> Array:
    """The samples with NaN where they are missing."""
    found = samples.copy()
    found[_stretches(samples.size, gaps.number, gaps.samples, rng)] = np.nan
    return found


def _stretches(size: int, number: int, length: int, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Places of all samples of stretches that begin anywhere in a record, once each."""
    starts = rng.integers(0, max(size - length, 0) + 1, number)
    return np.unique(np.minimum(starts[:, None] + np.arange(min(length, size)), size - 1))
