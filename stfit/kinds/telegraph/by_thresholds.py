"""Dwell times of a trace whose levels are so far apart that thresholds tell the state of every sample."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph import checks, record_checks
from stfit.kinds.telegraph.dead_time import missed_event_estimate
from stfit.kinds.telegraph.rates import TraceRates
from stfit.kinds.telegraph.reduced import ReducedTrace, reason_of
from stfit.kinds.telegraph.segmentation import segment
from stfit.kinds.telegraph.spectrum import spectrum_of
from stfit.kinds.telegraph.verdicts import Check
from stfit.physics.telegraph import dwell_times_from_chain

Array = npt.NDArray[np.float64]


def by_thresholds(base: ReducedTrace, judged: Check, rise: float | None) -> ReducedTrace:
    """Rates of a segmented trace; judged: whether thresholds suit it. rise: 10–90 % time of a step, samples."""
    segmentation, levels = base.segmentation, base.levels
    assert segmentation is not None and levels is not None  # noqa: S101, PT018
    order = list(base.order)
    steps, counts = segmentation.chain
    tau = segmentation.dwell_times()
    found = base.judged(
        judged,
        checks.transition_check(counts[order].astype(float)),
        checks.bandwidth_check(np.where(np.isfinite(tau), tau, np.inf), rise),
        record_checks.drift_check(base.record.baseline, levels.high - levels.low),
        checks.stationarity_check(segmentation, base.names, base.task.traces),
        checks.shape_check(segmentation, base.names, base.task.traces),
        checks.last_dwell_check(segmentation, base.names),
    )
    if np.any(np.isnan(tau)):
        return found.failed(
            "The trace switches too fast for its sampling interval: neighbouring samples are independent."
        )
    if base.task.dead_time is not None:
        return _by_missed_events(found, float(np.min(tau)))
    log_tau, covariance = _chain_estimate(steps, counts)
    rates = TraceRates(
        log_tau[order] + np.log(base.raw.sample_interval),
        covariance[np.ix_(order, order)],
        "threshold",
        reason_of(base.task.method, "The levels are far enough apart for thresholds."),
        counts[order].astype(float),
    )
    spectrum = checks.spectrum_check(spectrum_of(base.record, base.raw.sample_interval, rates), rates, base.task.traces)
    return replace(found, rates=rates).judged(spectrum)


def _by_missed_events(base: ReducedTrace, shortest_dwell: float) -> ReducedTrace:
    """Rates from the dwells that the instrument resolves."""
    counted, thresholds, dead_time = base.segmentation, base.thresholds, base.task.dead_time
    assert counted is not None and thresholds is not None and dead_time is not None  # noqa: S101, PT018
    most = int(counted.complete.sum())
    limits = (thresholds.lower, thresholds.upper)
    every = [
        segment(part, limits, most_dwells=most, name=base.task.name) for part in base.record.unbroken(shortest_dwell)
    ]
    found = missed_event_estimate(every, dead_time / base.raw.sample_interval)
    # dwells that the instrument did not resolve are missing and slow edges are there, which the likelihood knows
    kept = tuple(check for check in base.checks if check.name not in ("bandwidth", "exponential dwells"))
    base = replace(base, checks=kept)
    if found is None:
        return base.failed("The dwells longer than the dead time do not determine the mean dwell times.")
    order, (log_tau, covariance, counts) = list(base.order), found
    rates = TraceRates(
        log_tau[order] + np.log(base.raw.sample_interval),
        covariance[np.ix_(order, order)],
        "threshold",
        f"A dead time of {dead_time:g} s is declared: thresholds find the dwells, and τ follows by exact likelihood.",
        counts[order].astype(float),
    )
    return replace(base, rates=rates)


def _chain_estimate(steps: npt.NDArray[np.int64], counts: npt.NDArray[np.int64]) -> tuple[Array, Array]:
    """ln τ in samples of low and high and its covariance, from the chain; half a transition where there is none.

    The shares of transitions are independent, with p(1 − p)/n; the derivatives are taken by differences.
    """
    change = np.clip(np.maximum(counts, 0.5) / steps, 1e-300, 0.499)
    change = np.where(counts > 0, counts / steps, change)
    variance = change * (1.0 - change) / steps

    def log_tau(shares: Array) -> Array:
        return np.asarray(np.log(dwell_times_from_chain(1.0 - shares[0], 1.0 - shares[1], 1.0)))

    columns = []
    for state in (0, 1):
        nudge = np.zeros(2)
        nudge[state] = 1e-6 * change[state] * (1.0 - change.sum())
        columns.append((log_tau(change + nudge) - log_tau(change - nudge)) / (2.0 * nudge[state]))
    slopes = np.stack(columns, axis=1)
    return log_tau(change), slopes @ np.diag(variance) @ slopes.T
