"""What the figures of a trace show, as numbers small enough to be stored: record, excerpt, histogram, dwells, rates."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph.excerpts import baseline_along, excerpt_of, levels_of, of_all, whole_record
from stfit.kinds.telegraph.hidden_markov import chain_of
from stfit.kinds.telegraph.reduced import ReducedTrace
from stfit.kinds.telegraph.segmentation import labelled, lengths_of_bins

Array = npt.NDArray[np.float64]

_POINTS: Final = 500  # of an excerpt
_BARS: Final = 96
_INTERVALS: Final = 16  # of the record, whose rates are drawn
_DIGITS: Final = 5  # of the range of the numbers


def panels(trace: ReducedTrace) -> dict[str, Any]:
    """Numbers of the panels of a trace, in SI units (levels in ohm, times in s), JSON types only."""
    if trace.rates is None and trace.segmentation is None:
        return {}
    samples = of_all(trace)
    start, stop, where = excerpt_of(trace, samples)
    shown = {"record": _record(trace), "excerpt": _excerpt(trace, samples, start, stop), "histogram": _histogram(trace)}
    shown["excerpt"]["where"] = where
    if trace.hmm is not None or trace.segmentation is None:  # which counts no dwells
        return shown
    return {**shown, "survival": _survival(trace), "rates": _rates(trace)}


def _record(trace: ReducedTrace) -> dict[str, Any]:
    """The whole record as a band, with both levels; blocks without a sample are left out."""
    found = whole_record(trace)
    kept = np.isfinite(found["low"])
    scales = {"time": 1.0}
    return {name: _plain(values[kept] * scales.get(name, trace.scale)) for name, values in found.items()}


def _excerpt(trace: ReducedTrace, samples: npt.NDArray[Any], start: int, stop: int) -> dict[str, Any]:
    """Samples of a stretch, as read, with the state each was taken for; missing ones are left out."""
    part = np.asarray(samples[start:stop], dtype=float)
    levels = levels_of(trace)
    state = np.where(_in_ap(trace, part), levels[1], levels[0]) + baseline_along(trace, start, stop)
    kept = np.flatnonzero(np.isfinite(part))[:: max(1, part.size // _POINTS)]
    time = kept * trace.raw.sample_interval
    return {
        "time": _plain(time - time[:1].sum()),
        "value": _plain(np.asarray(trace.raw.samples[start:stop])[kept].astype(float) * trace.scale),
        "state": _plain(state[kept] * trace.scale),
        "begin": start * trace.raw.sample_interval,
        "end": stop * trace.raw.sample_interval,
    }


def _in_ap(trace: ReducedTrace, part: Array) -> npt.NDArray[np.bool_]:
    """Which samples of a stretch are taken for AP."""
    if trace.hmm is not None and trace.rates is not None:
        chain, x = chain_of(trace.hmm, (part,), trace.raw.sample_interval)
        return chain.in_second(x) > 0.5
    thresholds = trace.thresholds
    assert thresholds is not None  # noqa: S101
    return np.asarray(labelled(part, (thresholds.lower, thresholds.upper)) == trace.order[1])


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
    """Numbers with as many digits as tell them apart."""
    span = float(np.ptp(values)) if values.size else 0.0
    more = int(np.ceil(np.log10(np.max(np.abs(values)) / span))) if span > 0.0 else 0
    return [float(f"{value:.{_DIGITS + min(more, 15 - _DIGITS)}g}") for value in values]
