"""A trace through a Schmitt trigger, in constant memory: counts of its sampled chain, and statistics of its dwells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
from scipy.special import spence

from stfit.errors import InputError, Problem
from stfit.kinds.telegraph import trace_kernels as kernels
from stfit.physics.telegraph import dwell_times_from_chain

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

PIECES: Final = 64  # of a record, whose counts are kept apart
_CHUNK: Final = 1 << 21  # samples copied at a time where they are not of a type that the kernel takes
_FEWEST: Final = 16  # samples
_DIRECT: Final = ("float32", "float64", "int16")
_EXACT_LENGTHS: Final = np.arange(kernels.EXACT + 1)  # samples, of the bins that hold one length each
_HARMONIC: Final = np.concatenate([[0.0, 0.0], np.cumsum(1.0 / np.arange(1, kernels.EXACT))])  # 1 + … + 1/(d − 1)


@final
@dataclass(frozen=True)
class Segmentation:
    """A segmented trace. Arrays of shape (2, …) are by state, low and high.

    steps: pairs of neighbouring samples that begin in the state; transitions: those that end in the other one; both
    shape (2, pieces). first, last: samples of the first and of the last dwell, which are censored; first_state,
    last_state. complete: number of dwells between them; total: their samples; harmonic: Σ of 1 + 1/2 + … + 1/(d − 1)
    over their lengths d. bins: how many are of each length, see `lengths_of_bins`. baseline: drift at the end of each
    piece, shape (pieces,), extremes of it: drift. dwells: lengths of the complete dwells in turn, beginning with
    `first_state`'s other, where asked for.
    """

    size: int
    first_state: int
    last_state: int
    first: int
    last: int
    steps: Counts
    transitions: Counts
    complete: Counts
    total: Array
    harmonic: Array
    bins: Counts
    dwells: Counts

    @property
    def chain(self) -> tuple[Counts, Counts]:
        """Steps out of the states and transitions among them, of the whole record, each of shape (2,)."""
        return self.steps.sum(axis=1), self.transitions.sum(axis=1)

    @property
    def naive(self) -> Array:
        """Mean length of the complete dwells, samples, shape (2,); NaN where there is none. Short ones are missed."""
        counted = np.maximum(self.complete, 1)
        return np.asarray(np.where(self.complete > 0, self.total / counted, np.nan))

    def dwell_times(self) -> Array:
        """τ of low and high in samples, from the chain; NaN where it switches too fast, inf without a switch."""
        steps, transitions = self.chain
        if np.any(steps == 0):
            return np.full(2, np.nan)
        change = transitions / steps
        if change.sum() >= 1.0:
            return np.full(2, np.nan)
        if np.any(transitions == 0):
            return np.where(transitions == 0, np.inf, 1.0 / np.maximum(change, 1e-300))
        return np.array(dwell_times_from_chain(1.0 - change[0], 1.0 - change[1], 1.0))

    def shape_excess(self) -> tuple[Array, Array]:
        """Whether the dwells of each state are geometric: a statistic and its standard normal value, both (2,).

        The score against a negative binomial law, whose shape is 1 for geometric dwells: Σ H(d − 1) + n ln p with
        p = n/Σd. Its variance with p estimated is n [Li₂(q) − q], q = 1 − p; for q → 1 it is Moran's for exponential
        ones. Negative for a mixture of dwell times, positive where short dwells are missing. NaN for no dwells.
        """
        n = np.maximum(self.complete, 1).astype(float)
        p = np.where(self.total > 0, n / np.maximum(self.total, 1.0), 1.0)
        q = 1.0 - p
        variance = n * (spence(p) - q)  # scipy's spence(p) is Li₂(1 − p)
        excess = self.harmonic + n * np.log(p)
        usable = (self.complete > 1) & (variance > 0)
        z = np.where(usable, excess / np.sqrt(np.where(usable, variance, 1.0)), np.nan)
        return np.where(usable, excess / n, np.nan), z


def lengths_of_bins() -> Array:
    """The shortest length (samples) that belongs to each bin of `Segmentation.bins`."""
    index = np.arange(kernels.BINS, dtype=float)
    return np.where(index <= 64, index, np.ceil(2.0 ** (6.0 + (index - 65.0) / 8.0)))


def segment(
    samples: npt.NDArray[Any],
    thresholds: tuple[float, float],
    *,
    most_dwells: int = 0,
    name: str = "trace",
) -> Segmentation:
    """Segment a trace, shape (n,), of any real type, memory-mapped or not.

    thresholds: lower and upper, in the numbers of the samples. most_dwells: how many lengths to keep. InputError names
    the first sample that is no finite number.
    """
    if samples.ndim != 1 or samples.size < _FEWEST:
        raise InputError(Problem(name, f"a trace of {_FEWEST} samples or more", f"shape {samples.shape}"))
    carried = np.zeros(kernels.INTEGERS, dtype=np.int64)
    numbers = np.zeros(kernels.FLOATS)
    bins, dwells = np.zeros((2, kernels.BINS), dtype=np.int64), np.zeros(most_dwells, dtype=np.int64)
    carried[kernels.STATE] = first_state = int(float(samples[0]) > 0.5 * (thresholds[0] + thresholds[1]))
    settings = np.array(thresholds, dtype=float)
    ends = np.unique(np.linspace(0, samples.size, PIECES + 1).astype(int))
    snapshots = [np.zeros((2, 2), dtype=np.int64)]
    for start, stop in pairwise(ends):
        _pass(samples[start:stop], settings, (carried, numbers, bins, dwells), name)
        snapshots.append(_snapshot(carried))
    counts = np.diff(np.array(snapshots), axis=0).transpose(1, 2, 0)
    counts[0, carried[kernels.STATE], -1] -= 1  # no step begins at the last sample
    transitions = counts[1].sum(axis=1)
    complete = transitions.copy()
    complete[first_state] -= transitions.sum() > 0
    last = int(carried[kernels.SEEN] - carried[kernels.SINCE])
    return Segmentation(
        size=samples.size,
        first_state=first_state,
        last_state=int(carried[kernels.STATE]),
        first=int(carried[kernels.FIRST]) or last,
        last=last,
        steps=counts[0],
        transitions=counts[1],
        complete=complete,
        total=numbers[kernels.SUM_LOW : kernels.SUM_HIGH + 1] + bins[:, : kernels.EXACT + 1] @ _EXACT_LENGTHS,
        harmonic=numbers[kernels.HARMONIC_LOW : kernels.HARMONIC_HIGH + 1] + bins[:, : kernels.EXACT + 1] @ _HARMONIC,
        bins=bins,
        dwells=dwells[: carried[kernels.WRITTEN]],
    )


def merged(parts: Sequence[Segmentation]) -> Segmentation:
    """Stretches of a record, segmented each by itself, as one; the longer ends are the first and the last dwell."""
    if len(parts) == 1:
        return parts[0]
    longest = max(parts, key=lambda part: part.last)
    return Segmentation(
        size=sum(part.size for part in parts),
        first_state=longest.first_state,
        last_state=longest.last_state,
        first=min(part.first for part in parts),
        last=longest.last,
        steps=np.concatenate([part.steps for part in parts], axis=1),
        transitions=np.concatenate([part.transitions for part in parts], axis=1),
        complete=np.sum([part.complete for part in parts], axis=0),
        total=np.sum([part.total for part in parts], axis=0),
        harmonic=np.sum([part.harmonic for part in parts], axis=0),
        bins=np.sum([part.bins for part in parts], axis=0),
        dwells=np.concatenate([part.dwells for part in parts]),
    )


def _pass(samples: npt.NDArray[Any], settings: Array, book: tuple[Any, ...], name: str) -> None:
    """A piece of the trace through the kernel, which takes it as it lies where it can."""
    direct = samples.dtype.name in _DIRECT and samples.dtype.isnative and samples.flags.c_contiguous
    for start in range(0, samples.size, samples.size if direct else _CHUNK):
        chunk = samples if direct else np.ascontiguousarray(samples[start : start + _CHUNK], dtype=np.float64)
        whole = chunk.dtype.kind == "i"
        middle = 0.5 * (settings[0] + settings[1])
        origin = chunk.dtype.type(round(middle) if whole else middle)
        # a plain array over the same memory: a memory map is no type that the kernel knows
        kernels.scan(chunk.view(np.ndarray), origin, settings, whole, book)
        broken = int(book[0][kernels.BROKEN])
        if broken:
            raise InputError(Problem(f"{name}, from sample {broken}", "finite numbers", "NaN or infinity"))


def _snapshot(carried: Counts) -> Counts:
    """Samples in each state and transitions out of it, so far; shape (2, 2)."""
    seen = int(carried[kernels.SEEN])
    high = int(carried[kernels.HIGH]) + (seen - int(carried[kernels.SINCE])) * int(carried[kernels.STATE])
    return np.array([[seen - high, high], [carried[kernels.UPS], carried[kernels.DOWNS]]])


def stretches(samples: npt.NDArray[Any], most: int = 1 << 20, number: int = 64) -> npt.NDArray[Any]:
    """Stretches evenly along a trace, shape (number, length), that stand for the whole; (1, n) of a short one."""
    if samples.size <= most:
        return np.asarray(samples).reshape(1, -1)
    length = most // number
    starts = np.linspace(0, samples.size - length, number).astype(int)
    return np.stack([np.asarray(samples[start : start + length]) for start in starts])


def labelled(stretch: npt.NDArray[Any], thresholds: tuple[float, float]) -> npt.NDArray[np.int8]:
    """The state of every sample of a stretch, shape (n,), 0 low, 1 high."""
    values = np.ascontiguousarray(stretch, dtype=np.float64)
    states = np.empty(values.size, dtype=np.int8)
    start = int(values[0] > 0.5 * (thresholds[0] + thresholds[1])) if values.size else 0
    kernels.label(values, thresholds[0], thresholds[1], start, states)
    return states
