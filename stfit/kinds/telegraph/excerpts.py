"""Where to look in a trace: the whole record as a band, and the stretch in which its states are most in doubt."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph.reduced import ReducedTrace
from stfit.kinds.telegraph.wandering import Baseline

Array = npt.NDArray[np.float64]

_DWELLS: Final = 12.0  # that an excerpt shows
_SHORTEST: Final = 120  # samples
_WINDOWS: Final = 512  # stretches of a record that are compared
_LOOKED_AT: Final = 1024  # samples of each
_STANDS_OUT: Final = 6.0  # standard deviations of the mean square of as many samples
_BLOCKS: Final = 240  # of a record, whose spread is drawn
_INNER: Final = (0.02, 0.98)  # quantiles of the samples of a block


def of_all(trace: ReducedTrace) -> npt.NDArray[Any]:
    """The samples of a trace as they were analysed, bursts one after the other, shape (n,)."""
    parts = trace.record.parts
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def levels_of(trace: ReducedTrace) -> Array:
    """The levels of P and AP in the unit of the samples, shape (2,)."""
    if trace.hmm is not None and trace.rates is not None:
        return trace.hmm.levels
    levels = trace.levels
    assert levels is not None  # noqa: S101
    return np.array([levels.low, levels.high])[list(trace.order)]


def baseline_along(trace: ReducedTrace, start: int, stop: int) -> Array | float:
    """What was taken off both levels at samples start to stop."""
    baseline = trace.record.baseline
    return baseline.along(start, stop) if isinstance(baseline, Baseline) else 0.0


def excerpt_of(trace: ReducedTrace, samples: npt.NDArray[Any]) -> tuple[int, int, str]:
    """First and last sample of an excerpt of some dwells, and why it stands there, a sentence.

    It is the stretch whose samples lie farthest off both levels, where one stands out, else the middle.
    """
    transitions = trace.segmentation.chain[1].sum() if trace.segmentation is not None else 0.0
    if trace.hmm is not None:
        transitions = trace.hmm.transitions.sum()
    length = int(min(samples.size, max(_SHORTEST, _DWELLS * samples.size / (float(transitions) + 1.0))))
    starts = np.linspace(0, samples.size - length, max(1, min(_WINDOWS, samples.size // length))).astype(int)
    off = np.array([_off_levels(samples[at : at + length], levels_of(trace)) for at in starts])
    seen = off[np.isfinite(off)]
    usual = float(np.median(seen)) if seen.size else 0.0
    spread = np.sqrt(2.0 / min(length, _LOOKED_AT)) + 1.4826 * float(np.median(np.abs(seen - usual))) / max(
        usual, 1e-300
    )
    if seen.size > 1 and usual > 0.0 and float(seen.max()) > usual * (1.0 + _STANDS_OUT * spread):
        start = int(starts[int(np.nanargmax(off))])
        return start, start + length, "where the samples lie farthest off both levels"
    start = (samples.size - length) // 2
    return start, start + length, "in the middle of the record"


def _off_levels(window: npt.NDArray[Any], levels: Array) -> float:
    """Mean square of the distance from the nearer level; NaN of missing samples alone."""
    values = np.asarray(window[:: max(1, window.size // _LOOKED_AT)], dtype=float)
    values = values[np.isfinite(values)]
    return float(np.mean(np.min((values[:, None] - levels) ** 2, axis=1))) if values.size else float("nan")


def whole_record(trace: ReducedTrace) -> dict[str, Array]:
    """The record in blocks: time of each, s, the range of most of its samples as read, and both levels there."""
    raw = trace.raw.samples
    edges = np.unique(np.linspace(0, raw.size, _BLOCKS + 1).astype(int))
    ranges = np.array([_range(raw[a:b]) for a, b in pairwise(edges)])
    middles = 0.5 * (edges[:-1] + edges[1:])
    base = np.array([np.mean(baseline_along(trace, int(at), int(at) + 1)) for at in middles])
    p, ap = levels_of(trace)
    return {
        "time": middles * trace.raw.sample_interval,
        "low": ranges[:, 0],
        "high": ranges[:, 1],
        "P": p + base,
        "AP": ap + base,
    }


def _range(block: npt.NDArray[Any]) -> tuple[float, float]:
    values = np.asarray(block[:: max(1, block.size // _LOOKED_AT)], dtype=float)
    values = values[np.isfinite(values)]
    if values.size == 0:
        return float("nan"), float("nan")
    low, high = np.quantile(values, _INNER)
    return float(low), float(high)
