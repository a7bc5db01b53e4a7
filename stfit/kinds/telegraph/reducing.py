"""One trace, from its file to its dwell times: levels, route, rates, checks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph import checks, record_checks, verdicts
from stfit.kinds.telegraph.by_chain import by_chain
from stfit.kinds.telegraph.by_thresholds import by_thresholds
from stfit.kinds.telegraph.files import open_trace
from stfit.kinds.telegraph.first_look import LONGEST_RISE, rise_time, settled_thresholds
from stfit.kinds.telegraph.memory_fit import LEAST_GAIN, refitted, two_levels
from stfit.kinds.telegraph.record import SHORTEST, Record, prepared
from stfit.kinds.telegraph.reduced import ReducedTrace, TraceTask
from stfit.kinds.telegraph.segmentation import merged, segment
from stfit.kinds.telegraph.several_levels import Ladder, ladder_of
from stfit.kinds.telegraph.verdicts import Check

_SEARCHED: Final = 1 << 16  # samples in which a chain looks for two levels that the histogram does not show
_SURE: Final = 100.0  # of 2 ln L: among records with less, the ones that show two levels are no fair sample
Array = npt.NDArray[np.float64]

_SPARSE: Final = f"So many samples are missing that nowhere {SHORTEST} follow each other at the two levels."
_SLOW: Final = 1.0  # samples of a step: beyond, the instrument's response is part of the model


def reduce_trace(task: TraceTask) -> ReducedTrace:
    """Read a trace, or the bursts of one, and reduce it; InputError where it cannot be read."""
    raws = [open_trace(file) for file in task.files]
    raw = raws[0] if len(raws) == 1 else replace(raws[0], samples=np.concatenate([each.samples for each in raws]))
    record = prepared(
        [part for each in raws for part in each.parts], raw.sample_interval, sum(each.gaps.lacking for each in raws)
    )
    shown = raw.measures.shown(task.current, task.voltage, task.name)
    order = (0, 1) if shown.rising == task.ap_high else (1, 0)
    base = ReducedTrace(task, raw, shown, order, record)
    base = base.judged(
        *record_checks.sample_checks(record), *record_checks.burst_checks(record, len(raws), raw.sample_interval)
    )
    if (usable := record.size - record.missing) < SHORTEST:
        failure = f"The trace has {usable} samples that can be used, fewer than {SHORTEST}."
        return base.failed(failure, Check("two levels", verdicts.FAILED, failure))
    if record.levels is None:
        failure = "All samples are alike."
        return base.failed(failure, Check("two levels", verdicts.FAILED, failure))
    told = record_checks.level_check(record.levels, record.size)
    if told.verdict == verdicts.FAILED:
        return _by_evidence(base, told)
    return _by_route(base.judged(told), ladder_of(_one_stretch(record), record.levels))


def _by_evidence(base: ReducedTrace, told: Check) -> ReducedTrace:
    """A trace whose histogram shows one level: the order of its samples in time may show two."""
    if not base.task.searched or base.task.method == "threshold" or base.task.dead_time is not None:
        return base.failed(told.sentence, told)
    parts = tuple(part[:_SEARCHED] for part in base.record.floats())
    found = two_levels(parts, base.raw.sample_interval, base.order)
    if found is None or found[1] < LEAST_GAIN:
        return base.failed(told.sentence, told)
    fit, gain = found
    if base.record.size > _SEARCHED:
        fit = refitted(fit, base.record.floats(), base.raw.sample_interval)
    sentence = (
        f"Two levels, {fit.snr:.3g} times the noise apart, by the order of the samples (2 ln L grows by {gain:.0f})."
    )
    sure = gain > _SURE
    sentence += "" if sure else " That is little: of such records those are seen whose dwells happen to look long."
    base = base.judged(Check("two levels", verdicts.PASSED if sure else verdicts.DOUBTFUL, sentence))
    return by_chain(base, None, "The levels overlap: the histogram alone does not show them.", fit)


def _by_route(base: ReducedTrace, ladder: Ladder) -> ReducedTrace:
    """A trace with the levels of a ladder: two of them are analysed, by thresholds or by the chain."""
    task = base.task
    if _sparse(base.record):
        return base.failed(_SPARSE, Check("two levels", verdicts.FAILED, _SPARSE))
    base, rise = _segmented(base)
    slow = rise is not None and rise > _SLOW and ladder.on_the_way(rise)
    asked = None
    if task.levels is not None or (ladder.several and not slow):
        if task.levels is not None:
            asked = ladder.pair(*(base.shown.sample(each) for each in task.levels))
        pair = ladder.most_frequent if task.levels is None else asked
        if pair is None:
            seen = ", ".join(f"{value * base.scale:.6g}" for value in ladder.level)
            at = f"{seen} {base.shown.unit or 'ohm'}"
            failure = f"The key levels names resistances at which the record does not dwell; it dwells at {at}."
            return base.failed(failure, Check("two levels", verdicts.FAILED, failure))
        if ladder.several:
            base = replace(base, record=base.record.at_levels(ladder, pair))
            if _sparse(base.record):
                return base.failed(_SPARSE, Check("two levels", verdicts.FAILED, _SPARSE))
            base, rise = _segmented(base)
            slow = rise is not None and rise > _SLOW
    third = record_checks.third_level_check(None if slow and ladder.several else ladder, base.scale, asked)
    base = base.judged(third)
    thresholds, segmentation = base.thresholds, base.segmentation
    assert thresholds is not None and segmentation is not None  # noqa: S101, PT018
    transitions = float(segmentation.chain[1].sum())
    fit = checks.thresholds_fit(thresholds, transitions)
    # thresholds see the single dwells that a dead time speaks of
    route = task.method if task.method != "auto" else "threshold" if task.dead_time or (fit and not slow) else "hmm"
    judged = checks.threshold_check(thresholds, transitions, route)
    if route == "threshold":
        return by_thresholds(base, judged, rise)
    words = "The levels overlap: thresholds would make or miss too many transitions."
    if fit and rise is not None:
        words = f"A step takes {rise:.2g} samples: the response of the instrument is part of the model."
    return by_chain(base, judged, words)


def _sparse(record: Record) -> bool:
    """Whether so many samples are missing that no stretch of a record is left."""
    return record.levels is None or not record.unbroken(1.0)


def _segmented(base: ReducedTrace) -> tuple[ReducedTrace, float | None]:
    """The trace with its thresholds and its segmentation, and the 10–90 % time of a step in samples."""
    record, levels, name = base.record, base.record.levels, base.task.name
    assert levels is not None  # noqa: S101
    looked_at = record.looked_at()
    thresholds = settled_thresholds(levels, looked_at)
    limits = (thresholds.lower, thresholds.upper)
    shortest = 1.0 if record.complete else _shorter(segment(looked_at[0], limits, name=name).dwell_times(), 1.0)
    segmentation = merged([segment(part, limits, name=name) for part in record.unbroken(shortest)])
    reach = _shorter(segmentation.dwell_times(), LONGEST_RISE)
    rise = rise_time(looked_at, levels, thresholds, reach)
    return replace(base, thresholds=thresholds, segmentation=segmentation), rise


def _shorter(dwell: Array, otherwise: float) -> float:
    """The shorter of two dwell times that are known."""
    return float(np.min(dwell[np.isfinite(dwell)], initial=np.inf)) if np.any(np.isfinite(dwell)) else otherwise


def _one_stretch(record: Record) -> npt.NDArray[Any]:
    return record.parts[0] if len(record.parts) == 1 else np.concatenate(record.parts)
