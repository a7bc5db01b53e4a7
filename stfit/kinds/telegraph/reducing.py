"""One trace, from its file to its dwell times: levels, route, rates, checks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.kinds.telegraph import checks
from stfit.kinds.telegraph.checks import Check
from stfit.kinds.telegraph.dead_time import missed_event_estimate
from stfit.kinds.telegraph.files import RawTrace, TraceFile, open_trace
from stfit.kinds.telegraph.first_look import LONGEST_RISE, rise_time, settled_thresholds
from stfit.kinds.telegraph.hidden_markov import HmmEnd, HmmFit, fit_hmm, innovation_correlation
from stfit.kinds.telegraph.levels import Levels, Thresholds, find_levels
from stfit.kinds.telegraph.rates import TraceRates
from stfit.kinds.telegraph.segmentation import Segmentation, segment, stretches
from stfit.kinds.telegraph.spectrum import MachlupFit, fit_machlup
from stfit.physics.telegraph import dwell_times_from_chain

Array = npt.NDArray[np.float64]

_WINDOW: Final = (1024, 1 << 20)  # samples over which the baseline is followed, of a short and of a long record
_WINDOWS: Final = 50  # in a record
_CLEAR_DRIFT: Final = 0.02  # of the step
_HELD: Final = 2_000_000  # samples that the hidden Markov model may hold in memory, to find a drift
_SPECTRAL_DWELLS: Final = 640.0  # pairs of them in a record, ten in each of its segments
_SPECTRAL_SAMPLES: Final = 4096


@final
@dataclass(frozen=True)
class TraceTask:
    """A trace and how it is to be read. current: A, by which a voltage is divided. dead_time: s, of the instrument.

    traces: how many are judged together, among which the checks share the false alarms they may raise.
    """

    file: TraceFile
    current: float
    ap_high: bool
    method: str
    dead_time: float | None = None
    traces: int = 1


@final
@dataclass(frozen=True)
class ReducedTrace:
    """A trace, reduced. Arrays of shape (2,) are P, AP.

    scale: of a sample into ohm; of numbers without a unit, its sign. order: which of (low, high) P and AP are. rates:
    None where the trace gives none, failure then says why. segmentation: by thresholds, whatever the route.
    """

    task: TraceTask
    raw: RawTrace
    scale: float
    order: tuple[int, int]
    levels: Levels | None
    thresholds: Thresholds | None
    segmentation: Segmentation | None
    hmm: HmmFit | None
    rates: TraceRates | None
    checks: tuple[Check, ...]
    failure: str = ""

    @property
    def usable(self) -> bool:
        """Whether there are rates."""
        return self.rates is not None

    @property
    def verdict(self) -> str:
        """The gravest of the checks."""
        return checks.worst(self.checks)


def reduce_trace(task: TraceTask) -> ReducedTrace:
    """Read a trace and reduce it; InputError where it cannot be read, or holds what is no number."""
    raw = open_trace(task.file)
    scale = raw.measures.per_ohm(task.current, task.file.path.name)
    order = (0, 1) if (scale > 0) == task.ap_high else (1, 0)
    parts = stretches(raw.samples)
    _refuse_infinite(parts, task.file.path.name)
    if np.ptp(parts.astype(float)) == 0.0:
        failure = "All samples are alike."
        flat = Check("two levels", checks.FAILED, failure)
        return ReducedTrace(task, raw, scale, order, None, None, None, None, None, (flat,), failure)
    levels = find_levels(parts.ravel())
    found = checks.level_check(levels, raw.samples.size)
    if found.verdict == checks.FAILED:
        return ReducedTrace(task, raw, scale, order, levels, None, None, None, None, (found,), found.sentence)
    thresholds = settled_thresholds(levels, parts)
    window = float(np.clip(raw.samples.size / _WINDOWS, *_WINDOW))
    limits = (thresholds.lower, thresholds.upper)
    pair = (levels.low, levels.high)
    segmentation = segment(raw.samples, pair, limits, window=window, name=task.file.path.name)
    transitions = float(segmentation.chain[1].sum())
    route = task.method
    if route == "auto" and task.dead_time is not None:
        route = "threshold"  # which sees single dwells
    if route == "auto":
        route = "threshold" if checks.thresholds_fit(thresholds, transitions) else "hmm"
    base = ReducedTrace(task, raw, scale, order, levels, thresholds, segmentation, None, None, (found,))
    judged = checks.threshold_check(thresholds, transitions, route)
    return _by_threshold(base, judged, parts) if route == "threshold" else _by_hmm(base, judged)


def reason_of(asked: str, fit: bool) -> str:
    """Why a route was taken, a sentence."""
    if asked != "auto":
        return f'The analysis asks for method = "{asked}".'
    if fit:
        return "The levels are far enough apart for thresholds."
    return "The levels overlap: thresholds would make or miss too many transitions."


def _refuse_infinite(parts: npt.NDArray[Any], name: str) -> None:
    if parts.dtype.kind == "f" and not np.all(np.isfinite(parts)):
        raise InputError(Problem(name, "samples that are finite numbers", "NaN or infinity among them"))


def _by_threshold(base: ReducedTrace, judged: Check, parts: npt.NDArray[Any]) -> ReducedTrace:
    segmentation, levels, thresholds = base.segmentation, base.levels, base.thresholds
    assert segmentation is not None and levels is not None and thresholds is not None  # noqa: S101, PT018
    order = list(base.order)
    names = [("P", "AP")[base.order.index(state)] for state in (0, 1)]
    steps, counts = segmentation.chain
    tau = segmentation.dwell_times()
    fit = judged.verdict == checks.PASSED
    shortest = float(np.min(tau[np.isfinite(tau)], initial=LONGEST_RISE))
    every = [
        *base.checks,
        checks.third_level_check(levels, int(counts.sum()), segmentation.size),
        judged,
        checks.transition_check(counts[order].astype(float)),
        checks.bandwidth_check(np.where(np.isfinite(tau), tau, np.inf), rise_time(parts, levels, thresholds, shortest)),
        checks.drift_check(segmentation.drift, levels.high - levels.low),
        checks.stationarity_check(segmentation, names, base.task.traces),
        checks.shape_check(segmentation, names, base.task.traces),
    ]
    if np.any(np.isnan(tau)):
        failure = "The trace switches too fast for its sampling interval: neighbouring samples are independent."
        return _with(base, None, None, every, failure)
    if base.task.dead_time is not None:
        return _by_missed_events(base, every)
    log_tau, covariance = _chain_estimate(steps, counts)
    interval = np.log(base.raw.sample_interval)
    rates = TraceRates(
        log_tau[order] + interval,
        covariance[np.ix_(order, order)],
        "threshold",
        reason_of(base.task.method, fit),
        counts[order].astype(float),
    )
    every.append(checks.spectrum_check(_spectrum(base, rates), rates, base.task.traces))
    return _with(base, None, rates, every, "")


def _spectrum(base: ReducedTrace, rates: TraceRates) -> MachlupFit | None:
    """Machlup's spectrum of the record, or of its first part; None where it cannot hold enough dwells."""
    samples = base.raw.samples[:_HELD]
    tau = np.exp(rates.log_tau)
    if (
        samples.size * base.raw.sample_interval < _SPECTRAL_DWELLS * float(tau.sum())
        or samples.size < _SPECTRAL_SAMPLES
    ):
        return None
    return fit_machlup(samples, base.raw.sample_interval, float(tau[1] / tau.sum()))


def _by_missed_events(base: ReducedTrace, every: list[Check]) -> ReducedTrace:
    """Rates from the dwells that the instrument resolves."""
    counted, thresholds, levels, dead_time = base.segmentation, base.thresholds, base.levels, base.task.dead_time
    assert counted is not None and thresholds is not None and levels is not None and dead_time is not None  # noqa: S101, PT018
    window = float(np.clip(base.raw.samples.size / _WINDOWS, *_WINDOW))
    segmentation = segment(
        base.raw.samples,
        (levels.low, levels.high),
        (thresholds.lower, thresholds.upper),
        window=window,
        most_dwells=int(counted.complete.sum()),
        name=base.task.file.path.name,
    )
    found = missed_event_estimate(segmentation, dead_time / base.raw.sample_interval)
    # dwells that the instrument did not resolve are missing and slow edges are there, which the likelihood knows
    kept = [check for check in every if check.name not in ("bandwidth", "exponential dwells")]
    if found is None:
        failure = "The dwells longer than the dead time do not determine the mean dwell times."
        return _with(base, None, None, kept, failure)
    order, (log_tau, covariance, counts) = list(base.order), found
    rates = TraceRates(
        log_tau[order] + np.log(base.raw.sample_interval),
        covariance[np.ix_(order, order)],
        "threshold",
        f"A dead time of {dead_time:g} s is declared: thresholds find the dwells, and τ follows by exact likelihood.",
        counts[order].astype(float),
    )
    return _with(base, None, rates, kept, "")


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


def _by_hmm(base: ReducedTrace, judged: Check) -> ReducedTrace:
    levels, segmentation = base.levels, base.segmentation
    assert levels is not None and segmentation is not None  # noqa: S101, PT018
    samples, order = base.raw.samples, list(base.order)
    start = tuple(np.array([levels.low, levels.high])[order])
    moved = (segmentation.drift[1] - segmentation.drift[0]) / (levels.high - levels.low)
    drifts = moved > _CLEAR_DRIFT and samples.size <= _HELD
    options: dict[str, Any] = {"baseline_order": 3 if drifts else 0}
    interval = base.raw.sample_interval
    found, options = _better_noise(samples, interval, (float(start[0]), float(start[1])), levels.noise, options)
    rates = replace(found.rates, reason=reason_of(base.task.method, fit=False))
    if found.end is not HmmEnd.CONVERGED or not np.all(np.isfinite(rates.covariance)):
        failure = f"The hidden Markov model found {found.end.value}."
        failed = Check("hidden Markov model", checks.FAILED, failure)
        return _with(base, found, None, [*base.checks, judged, failed], failure)
    half = samples.size // 2
    near = (float(found.levels[0]), float(found.levels[1]))
    halves = [
        fit_hmm(part, interval, near, float(found.noise[0]), **options) for part in (samples[:half], samples[half:])
    ]
    ended = all(part.end is HmmEnd.CONVERGED for part in halves)
    log_tau = np.array([part.rates.log_tau if ended else [np.nan, np.nan] for part in halves])
    variance = np.array([np.diag(part.rates.covariance) for part in halves])
    every = [
        *base.checks,
        checks.third_level_check(levels, int(found.transitions.sum()), samples.size),
        judged,
        checks.transition_check(found.transitions),
        checks.bandwidth_check(np.exp(found.rates.log_tau) / interval, None),
        checks.halves_check(log_tau, variance, base.task.traces),
        checks.spectrum_check(_spectrum(base, found.rates), found.rates, base.task.traces),
    ]
    if samples.size <= _HELD:
        flat = samples if found.baseline is None else samples - found.baseline
        correlation = innovation_correlation(flat, interval, found)
        every.append(checks.white_noise_check(correlation, samples.size, base.task.traces))
    return _with(base, found, rates, every, "")


def _better_noise(
    samples: Array, interval: float, start: tuple[float, float], noise: float, options: dict[str, Any]
) -> tuple[HmmFit, dict[str, Any]]:
    """The fit with one noise for both states, or with one for each where BIC prefers that, and how to repeat it."""
    one = fit_hmm(samples, interval, start, noise, **options)
    apart = options | {"separate_noise": True}
    two = fit_hmm(samples, interval, start, noise, **apart)
    gain = 2.0 * (two.log_likelihood - one.log_likelihood)
    if two.end is HmmEnd.CONVERGED and (one.end is not HmmEnd.CONVERGED or gain > np.log(samples.size)):
        return two, apart
    return one, options


def _with(
    base: ReducedTrace, hmm: HmmFit | None, rates: TraceRates | None, every: list[Check], failure: str
) -> ReducedTrace:
    return ReducedTrace(
        base.task,
        base.raw,
        base.scale,
        base.order,
        base.levels,
        base.thresholds,
        base.segmentation,
        hmm,
        rates,
        tuple(every),
        failure,
    )
