"""Traces that stay in one state: a dwell that was not seen to end, at a level that other traces of the index tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph import verdicts
from stfit.kinds.telegraph.levels import Levels, Mixture, thresholds_at
from stfit.kinds.telegraph.rates import TraceRates
from stfit.kinds.telegraph.reduced import ReducedTrace
from stfit.kinds.telegraph.segmentation import merged, segment
from stfit.kinds.telegraph.verdicts import Check

Array = npt.NDArray[np.float64]

_NEAREST: Final = 3  # traces, at the nearest drives, whose levels are taken
_ALIKE: Final = 0.2  # of the step, by which their levels may differ, and a trace may be off its level
_CLEAR: Final = 5.0  # noises between the levels: a visit to the other one would be seen
_NOISE: Final = 3.0  # by which factor the noise may be another one
_BINS: Final = 96  # of the histogram that is shown
_HYSTERESIS: Final = 0.2  # of the step, half of it
_UNSEEN: Final = 10.0  # error of ln τ of a state in which the trace never is
_SENTENCE: Final = (
    "The trace stays at the level that {state} has in the traces at the nearest drives: a dwell that was not seen to "
    "end."
)


def with_levels_of_others(reduced: Sequence[ReducedTrace]) -> list[ReducedTrace]:
    """The traces of an index; those that show one level, which is one of those that others show, have rates too."""
    known = [trace for trace in reduced if trace.usable and trace.resistances is not None]
    return [_in_one_state(trace, known) or trace for trace in reduced]


def _in_one_state(trace: ReducedTrace, known: Sequence[ReducedTrace]) -> ReducedTrace | None:
    """The trace as a censored dwell; None where it has rates, other faults, or no level that others show."""
    values = np.concatenate([part[np.isfinite(part)] for part in trace.record.floats()] or [np.zeros(0)])
    if trace.usable or trace.segmentation is not None or trace.hmm is not None or not trace.record.unbroken(1.0):
        return None
    beside = sorted((other for other in known if _comparable(trace, other)), key=lambda other: _apart(trace, other))
    pairs = np.array([other.resistances for other in beside[:_NEAREST]])
    if not pairs.size:
        return None
    p, ap = np.median(pairs, axis=0)
    if np.max(np.ptp(pairs, axis=0)) > _ALIKE * abs(ap - p):
        return None
    two = np.array([trace.shown.sample(float(p)), trace.shown.sample(float(ap))])[list(trace.order)]
    mean, noise, step = float(values.mean()), float(values.std()), float(two[1] - two[0])
    usual = max(_noise(other) for other in beside[:_NEAREST]) / abs(trace.scale)
    as_usual = usual / _NOISE <= noise <= usual * _NOISE  # a channel without a device has another noise
    if np.min(np.abs(two - mean)) > _ALIKE * step or _CLEAR * noise > step or not as_usual:
        return None
    return _censored(trace, two, max(noise, 1e-3 * step), beside[0])


def _comparable(trace: ReducedTrace, other: ReducedTrace) -> bool:
    return trace.shown.unit == other.shown.unit and trace.task.ap_high == other.task.ap_high


def _noise(trace: ReducedTrace) -> float:
    """Of the samples, in the unit in which they are shown."""
    return 0.0 if trace.levels is None or trace.levels.noiseless else trace.levels.noise * abs(trace.scale)


def _apart(trace: ReducedTrace, other: ReducedTrace) -> float:
    return abs(trace.task.drive - other.task.drive)


def _censored(trace: ReducedTrace, two: Array, noise: float, other: ReducedTrace) -> ReducedTrace:
    """The trace at two levels (low, high); other: from which ln τ of a state that it never shows is begun."""
    mixture = Mixture(np.array([0.5, 0.5]), two, np.full(2, noise), 0.0)
    edges = np.linspace(1.5 * two[0] - 0.5 * two[1], 1.5 * two[1] - 0.5 * two[0], _BINS + 1)
    counts = np.histogram(np.concatenate(trace.record.floats()), edges)[0].astype(float)
    levels = Levels(mixture, mixture, mixture, 0.5 * (edges[1:] + edges[:-1]), counts)
    thresholds = thresholds_at(levels, _HYSTERESIS, (float(trace.record.size), float(trace.record.size)))
    limits = (thresholds.lower, thresholds.upper)
    found = merged([segment(part, limits, name=trace.task.name) for part in trace.record.unbroken(1.0)])
    order, interval = list(trace.order), trace.raw.sample_interval
    steps, left = (each[order].astype(float) for each in found.chain)
    assert other.rates is not None  # noqa: S101
    log_tau = np.where(
        steps > 0, np.log(np.maximum(steps, 1.0) / np.maximum(left, 0.5)) + np.log(interval), other.rates.log_tau
    )
    error = np.where(steps > 0, 1.0 / np.sqrt(np.maximum(left, 0.5)), _UNSEEN)
    sentence = _SENTENCE.format(state=("P", "AP")[int(np.argmax(steps))])
    rates = TraceRates(log_tau, np.diag(error**2), "threshold", sentence, left)
    kept = tuple(check for check in trace.checks if check.name != "two levels")
    return replace(
        trace,
        record=replace(trace.record, levels=levels),
        thresholds=thresholds,
        segmentation=found,
        rates=rates,
        checks=(*kept, Check("two levels", verdicts.PASSED, sentence)),
        failure="",
    )
