"""Dwell times of a trace by a hidden Markov chain: with white noise, or with the memory that the instrument shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph import checks, record_checks, verdicts
from stfit.kinds.telegraph.hidden_markov import HmmEnd, HmmFit, fit_noises, fit_part, innovations
from stfit.kinds.telegraph.memory_fit import best_memory, refitted
from stfit.kinds.telegraph.record import Record
from stfit.kinds.telegraph.reduced import ReducedTrace, reason_of
from stfit.kinds.telegraph.spectrum import spectrum_of
from stfit.kinds.telegraph.verdicts import Check

Array = npt.NDArray[np.float64]

_HELD: Final = 2_000_000  # samples whose innovations are looked at
_LOOKED_AT: Final = 4096  # samples, whose values show the steps of a converter
_COLOURED: Final = 1 << 20  # samples that a chain with memory takes from a longer record
_SLOW: Final = 0.2  # rise over dwell, beyond which the memory of a chain is too short for the response
_RISE: Final = 2.2  # time constants of a low-pass, ln 9
_COLOUR: Final = (4.0, 0.01)  # errors of a correlation of innovations, and its size, from which memory is tried


def by_chain(base: ReducedTrace, judged: Check | None, words: str, begun: HmmFit | None = None) -> ReducedTrace:
    """Rates by the chain that the samples ask for.

    judged: whether thresholds suit the trace. words: why the chain is taken. begun: a fit to begin with, where the
    histogram shows no levels.
    """
    interval, record = base.raw.sample_interval, base.record
    found, scores = _with_memory(begun or _white(base), record, interval)
    every = [] if judged is None else [judged]
    if found.end is not HmmEnd.CONVERGED or not np.all(np.isfinite(found.rates.covariance)):
        failure = f"The hidden Markov model found {found.end.value}."
        return replace(base, hmm=found).failed(failure, *every, Check("hidden Markov model", verdicts.FAILED, failure))
    rates = replace(found.rates, reason=reason_of(base.task.method, words))
    base = replace(base, hmm=found, rates=rates)
    step = float(abs(found.levels[1] - found.levels[0]))
    every += [
        record_checks.resolution_check(_first(record, _LOOKED_AT)[0], step),
        checks.transition_check(found.transitions),
        checks.bandwidth_check(np.exp(rates.log_tau) / interval, _rise(found), _SLOW),
        record_checks.drift_check(record.baseline, step),
        checks.halves_check(*_halves(found, record, interval), base.task.traces),
    ]
    if found.memory == 0:
        every.append(checks.spectrum_check(spectrum_of(record, interval, rates), rates, base.task.traces))
    every.append(checks.innovation_check(scores, found.memory, base.task.traces))
    return base.judged(*every)


def _rise(found: HmmFit) -> float | None:
    """10–90 % time of a step, samples, of the response that the chain has; None of one without."""
    if found.chain is None or found.memory == 0:
        return None
    return _RISE * max(found.chain.delay(found.x), 0.0)


def _first(record: Record, most: int) -> tuple[Array, ...]:
    """The stretches of a record up to so many samples."""
    found, left = [], most
    for part in record.parts:
        if left > 0:
            found.append(np.asarray(part[:left], dtype=float))
            left -= part.size
    return tuple(found)


def _white(base: ReducedTrace) -> HmmFit:
    """The chain with white noise about the levels of the histogram."""
    record, levels = base.record, base.levels
    assert levels is not None  # noqa: S101
    start = np.array([levels.low, levels.high])[list(base.order)]
    if record.complete:
        near = (float(start[0]), float(start[1]))
        return fit_noises(record.parts[0], base.raw.sample_interval, near, levels.noise)
    dwell = np.full(2, 30.0) if base.segmentation is None else _rough(base.segmentation.dwell_times())[list(base.order)]
    return best_memory(record.floats(), base.raw.sample_interval, (np.log(dwell), start, levels.noise), most=0)


def _rough(dwell: Array) -> Array:
    return np.where(np.isfinite(dwell), np.maximum(dwell, 2.0), 30.0)


def _with_memory(found: HmmFit, record: Record, interval: float) -> tuple[HmmFit, Array]:
    """The chain with memory, where the innovations are correlated and the samples ask for it; and the innovations."""
    if found.end is not HmmEnd.CONVERGED:
        return found, np.empty(0)
    looked_at = _first(record, _HELD)
    scores = innovations(looked_at, interval, found)
    correlated = max(_COLOUR[0] / np.sqrt(max(scores.size, 1)), _COLOUR[1])
    if found.memory > 1 or abs(checks.neighbours(scores)) < correlated:
        return found, scores
    start = (found.rates.log_tau - np.log(interval), found.levels, float(np.sqrt(np.mean(found.noise**2))))
    wider = best_memory(_first(record, _COLOURED), interval, start)
    if wider.end is HmmEnd.CONVERGED and wider.memory > found.memory:
        return wider, innovations(looked_at, interval, wider)
    return found, scores


def _halves(found: HmmFit, record: Record, interval: float) -> tuple[Array, Array]:
    """ln τ and its variances from each half of the record alone, both of shape (2 halves, 2 states)."""
    every = [_of_half(part, interval, found) for part in _in_two(record)]
    ended = all(part.end is HmmEnd.CONVERGED for part in every)
    log_tau = np.array([part.rates.log_tau if ended else [np.nan, np.nan] for part in every])
    return log_tau, np.array([np.diag(part.rates.covariance) for part in every])


def _in_two(record: Record) -> tuple[tuple[npt.NDArray[Any], ...], ...]:
    if len(record.parts) > 1:
        half = len(record.parts) // 2
        return record.parts[:half], record.parts[half:]
    half = record.size // 2
    return (record.parts[0][:half],), (record.parts[0][half:],)


def _of_half(parts: tuple[npt.NDArray[Any], ...], interval: float, whole: HmmFit) -> HmmFit:
    """The same model on half of the record, begun at that of the whole."""
    chain = whole.chain
    if chain is None:
        return fit_part(parts[0], interval, whole)
    return refitted(whole, [np.asarray(part[:_COLOURED], dtype=float) for part in parts], interval)
