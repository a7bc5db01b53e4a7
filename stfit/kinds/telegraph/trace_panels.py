"""What the figures of a trace show, as numbers small enough to be stored: excerpt, histogram, survival, rates."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph.hidden_markov import chain_of
from stfit.kinds.telegraph.reduced import ReducedTrace
from stfit.kinds.telegraph.segmentation import labelled, lengths_of_bins
from stfit.kinds.telegraph.wandering import Baseline

Array = npt.NDArray[np.float64]

_POINTS: Final = 500  # of an excerpt
_DWELLS: Final = 12.0  # that it shows
_SHORTEST: Final = 120  # samples
_BARS: Final = 96
_INTERVALS: Final = 16  # of the record, whose rates are drawn
_DIGITS: Final = 5


def panels(trace: ReducedTrace) -> dict[str, Any]:
    """Numbers of the four panels of a trace, in SI units (levels in ohm, times in s), JSON types only."""
    if trace.rates is None and trace.segmentation is None:
        return {}
    shown = {"excerpt": _excerpt(trace), "histogram": _histogram(trace)}
    if trace.hmm is not None or trace.segmentation is None:  # which counts no dwells
        return shown
    return {**shown, "survival": _survival(trace), "rates": _rates(trace)}


def _excerpt(trace: ReducedTrace) -> dict[str, Any]:
    """Samples about the middle of the record with the state they were taken for; missing ones are left out."""
    record = trace.record
    clean = record.parts[0] if len(record.parts) == 1 else np.concatenate(record.parts)
    transitions = trace.segmentation.chain[1].sum() if trace.segmentation is not None else 0.0
    if trace.hmm is not None:
        transitions = trace.hmm.transitions.sum()
    length = int(min(clean.size, max(_SHORTEST, _DWELLS * clean.size / (float(transitions) + 1.0))))
    start = (clean.size - length) // 2
    part = np.asarray(clean[start : start + length], dtype=float)
    in_ap, levels = _states(trace, part)
    base = record.baseline.along(start, start + length) if isinstance(record.baseline, Baseline) else 0.0
    state = np.where(in_ap, levels[1], levels[0]) + base
    kept = np.flatnonzero(np.isfinite(part))[:: max(1, length // _POINTS)]
    value = np.asarray(trace.raw.samples[start : start + length])[kept].astype(float)
    time = kept * trace.raw.sample_interval
    return {
        "time": _plain(time - time[:1].sum()),
        "value": _plain(value * trace.scale),
        "state": _plain(state[kept] * trace.scale),
    }


def _states(trace: ReducedTrace, part: Array) -> tuple[npt.NDArray[np.bool_], Array]:
    """Which samples of a stretch are taken for AP, and the levels of P and AP."""
    if trace.hmm is not None and trace.rates is not None:
        chain, x = chain_of(trace.hmm, (part,), trace.raw.sample_interval)
        return chain.in_second(x) > 0.5, trace.hmm.levels
    thresholds, levels = trace.thresholds, trace.levels
    assert thresholds is not None and levels is not None  # noqa: S101, PT018
    states = labelled(part, (thresholds.lower, thresholds.upper))
    return np.asarray(states == trace.order[1]), np.array([levels.low, levels.high])[list(trace.order)]


def _histogram(trace: ReducedTrace) -> dict[str, Any]:
    """The density of the samples, and that of the two Gaussians at the same values."""
    levels = trace.levels
    assert levels is not None  # noqa: S101
    group = max(1, levels.centres.size // _BARS)
    size = levels.centres.size // group * group
    centres = levels.centres[:size].reshape(-1, group).mean(axis=1)
    width = (levels.centres[1] - levels.centres[0]) * group
    density = levels.counts[:size].reshape(-1, group).sum(axis=1) / levels.counts.sum() / width
    gaussians = levels.two.density(centres)[list(trace.order)]
    scale = abs(trace.scale)
    return {
        "value": _plain(centres * trace.scale),
        "density": _plain(density / scale),
        "P": _plain(gaussians[0] / scale),
        "AP": _plain(gaussians[1] / scale),
    }


def _survival(trace: ReducedTrace) -> dict[str, Any]:
    """The share of complete dwells that are longer than a time, for each state."""
    segmentation = trace.segmentation
    assert segmentation is not None  # noqa: S101
    lengths = lengths_of_bins() * trace.raw.sample_interval
    found: dict[str, Any] = {}
    for name, state in zip(("P", "AP"), trace.order, strict=True):
        bins = segmentation.bins[state]
        filled = np.flatnonzero(bins)
        longer = bins.sum() - np.cumsum(bins) + bins  # at least as long
        found[name] = {"time": _plain(lengths[filled]), "share": _plain(longer[filled] / max(bins.sum(), 1))}
        if trace.rates is not None:
            found[name]["tau"] = float(np.exp(trace.rates.log_tau[("P", "AP").index(name)]))
    return found


def _rates(trace: ReducedTrace) -> dict[str, Any]:
    """Transitions a second out of each state along the record, with their counting errors."""
    segmentation = trace.segmentation
    assert segmentation is not None  # noqa: S101
    size = segmentation.steps.shape[1]
    groups = (
        np.minimum(np.arange(size) * _INTERVALS // max(size, 1), _INTERVALS - 1)
        if size >= _INTERVALS
        else np.arange(size)
    )
    number = int(groups[-1]) + 1
    duration = trace.raw.samples.size * trace.raw.sample_interval
    found: dict[str, Any] = {"time": _plain((np.arange(number) + 0.5) / number * duration)}
    for name, state in zip(("P", "AP"), trace.order, strict=True):
        steps = np.bincount(groups, weights=segmentation.steps[state], minlength=number)
        counts = np.bincount(groups, weights=segmentation.transitions[state], minlength=number)
        time = np.maximum(steps, 1.0) * trace.raw.sample_interval
        found[name] = {"rate": _plain(counts / time), "error": _plain(np.sqrt(np.maximum(counts, 1.0)) / time)}
    return found


def _plain(values: Array) -> list[float]:
    return [float(f"{value:.{_DIGITS}g}") for value in values]
