"""The maximum of a hidden chain with memory, and how much memory the samples ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph.hidden_markov import HmmEnd, HmmFit
from stfit.kinds.telegraph.memory_chain import MOST_MEMORY, MemoryChain, one_level
from stfit.kinds.telegraph.rates import TraceRates
from stfit.kinds.telegraph.uphill import newton_step, uphill

Array = npt.NDArray[np.float64]

_ROUNDS: Final = 40  # of expectation–maximisation, before Newton's steps
_ENOUGH: Final = 0.5  # gain of ln L a round, below which these begin
_STEPS: Final = 15
_SETTLED: Final = 1e-4  # expected gain of ln L
_FLATTEST: Final = 1e-9  # curvature over the largest
_LONGEST: Final = 0.5
_NUDGE: Final = 1e-4  # of the coordinates, for the slopes of the gradient
_SHORTEST_DWELL: Final = 0.1  # samples
_LEAST_MORE: Final = 20.0  # of 2 ln L beyond what BIC asks, for more memory, a second noise, a second level
LEAST_GAIN: Final = 30.0  # of 2 ln L beyond what BIC asks, by a second level
_STARTS: Final = (5.0, 30.0, 200.0, 1500.0)  # samples: dwell times tried


def fit_memory(chain: MemoryChain, x: Array, sample_interval: float) -> HmmFit:
    """Climb to the maximum from coordinates x; sample_interval: s.

    Expectation–maximisation, then Newton's steps whose Hessian is the slope of the exact gradient.
    """
    value = -np.inf
    for _ in range(_ROUNDS):
        before, value = value, chain.log_likelihood(x)
        if value - before < _ENOUGH:
            break
        x = chain.improved(x)
    end, steps = HmmEnd.NOT_CONVERGED, 0
    while steps < _STEPS:
        steps += 1
        value, gradient, _ = chain.gradient(x)
        if (lost := _lost(chain, x)) is not None:
            end = lost
            break
        hessian = _hessian(chain, x, gradient)
        move, gain = newton_step(gradient, hessian, _LONGEST, _FLATTEST)
        if gain < _SETTLED:
            x = x + move
            end = HmmEnd.CONVERGED
            break
        there = uphill(chain.log_likelihood, x, move, value)
        if there is None:
            break
        x = there
    return _result(chain, x, sample_interval, end, steps)


def refitted(fit: HmmFit, parts: Sequence[Array], sample_interval: float) -> HmmFit:
    """The same model on other samples, begun at its maximum."""
    if fit.chain is None:
        raise TypeError("a plain chain has no model with memory")
    x = np.concatenate([fit.x[:2] - np.log(sample_interval), fit.x[2:]])
    return fit_memory(replace(fit.chain, parts=tuple(parts)), x, sample_interval)


def _hessian(chain: MemoryChain, x: Array, gradient: Array | None = None) -> Array:
    """Slopes of the gradient; central ones where none at x is given."""
    rows = []
    for nudge in _NUDGE * np.eye(x.size):
        if gradient is None:
            rows.append((chain.gradient(x + nudge)[1] - chain.gradient(x - nudge)[1]) / (2.0 * _NUDGE))
        else:
            rows.append((chain.gradient(x + nudge)[1] - gradient) / _NUDGE)
    found = np.array(rows)
    return 0.5 * (found + found.T)


def _lost(chain: MemoryChain, x: Array) -> HmmEnd | None:
    """Where a climb has left the region in which the model means something."""
    samples = sum(part.size for part in chain.parts)
    if max(x[:2]) > np.log(1e3 * samples):
        return HmmEnd.NO_TRANSITIONS
    if min(x[:2]) < np.log(_SHORTEST_DWELL):
        return HmmEnd.TOO_FAST
    step, noise = x[3 : 4 + chain.memory], np.exp(x[4 + 2 * chain.memory :])
    if np.max(np.abs(step)) < 1e-3 * np.max(noise) or np.min(noise) < 1e-6:
        return HmmEnd.ONE_LEVEL
    return None


def _result(chain: MemoryChain, x: Array, sample_interval: float, end: HmmEnd, steps: int) -> HmmFit:
    covariance = np.full((x.size, x.size), np.nan)
    value, _, sums = chain.gradient(x)
    if end is HmmEnd.CONVERGED:
        curvature, axes = np.linalg.eigh(-_hessian(chain, x))
        if curvature[0] > 0:
            covariance = np.asarray((axes / curvature) @ axes.T)
    slope = _slopes(chain.levels, x)
    log_tau = x[:2] + np.log(sample_interval)
    transitions = sums.transitions[[0, 1], [1, 0]]
    total = float(sums.counts.sum())
    return HmmFit(
        rates=TraceRates(log_tau, covariance[:2, :2], "hmm", "", transitions),
        levels=chain.levels(x),
        levels_stderr=np.sqrt(np.maximum(np.diag(slope @ covariance @ slope.T), 0.0)),
        noise=chain.noise(x),
        log_likelihood=value,
        names=("ln tau P", "ln tau AP"),
        x=np.concatenate([log_tau, x[2:]]),
        covariance=covariance,
        transitions=transitions,
        occupation=float(sums.counts[1::2].sum() / max(total, 1.0)),
        end=end,
        steps=steps,
        chain=chain,
        memory=chain.memory,
    )


def _slopes(function: Callable[[Array], Array], x: Array) -> Array:
    return np.stack(
        [(function(x + h) - function(x - h)) / (2.0 * _NUDGE) for h in _NUDGE * np.eye(x.size)],
        axis=1,
    )


def best_memory(
    parts: Sequence[Array], sample_interval: float, start: tuple[Array, Array, float], most: int = MOST_MEMORY
) -> HmmFit:
    """The chain with as much memory as the samples ask for, and one noise or two: by BIC, with a margin.

    start: ln τ (samples), levels, both of P and AP, and noise.
    """
    log_tau, levels, noise = start
    shift = float(levels.mean())
    chain = MemoryChain(tuple(parts), shift, noise, needed=most)
    best = fit_memory(chain, chain.start(log_tau, levels, noise), sample_interval)
    for memory in range(1, most + 1):
        found = _wider(best, memory, False, sample_interval)
        if not _asked_for(found, best):
            if memory > best.memory + 1:
                break
            continue
        best = found
    apart = _wider(best, best.memory, True, sample_interval)
    return apart if _asked_for(apart, best) else best


def _wider(fit: HmmFit, memory: int, separate: bool, sample_interval: float) -> HmmFit:
    """The fit with more memory or noises, started at one with less."""
    narrow = fit.chain
    if narrow is None:
        raise TypeError("a fit without memory has no chain to start from")
    chain = replace(narrow, memory=memory, separate=separate)
    x = np.concatenate([fit.x[:2] - np.log(sample_interval), fit.x[2:]])
    return fit_memory(chain, chain.widened(x, narrow.memory, narrow.separate), sample_interval)


def _asked_for(wide: HmmFit, narrow: HmmFit) -> bool:
    """Whether BIC prefers the wider model by a margin."""
    if wide.end is not HmmEnd.CONVERGED or not np.all(np.isfinite(wide.rates.covariance)):
        return False
    more = wide.x.size - narrow.x.size
    assert wide.chain is not None  # noqa: S101
    return narrow.end is not HmmEnd.CONVERGED or _gain(wide, narrow) > _LEAST_MORE + more * np.log(wide.chain.samples)


def _gain(wide: HmmFit, narrow: HmmFit) -> float:
    return 2.0 * (wide.log_likelihood - narrow.log_likelihood)


def two_levels(parts: Sequence[Array], sample_interval: float, order: tuple[int, int]) -> tuple[HmmFit, float] | None:
    """The chain from the quantiles of a record whose histogram shows one level; None where none converges.

    order: which of (low, high) P and AP are. The second number is what 2 ln L gains by the second level beyond what BIC
    asks, against one level whose noise is white or coloured, whichever is better.
    """
    values = np.concatenate(parts)
    levels, noise = np.nanquantile(values, [0.1, 0.9])[list(order)], 0.7 * float(np.nanstd(values))
    chain = MemoryChain(tuple(parts), float(levels.mean()), noise)
    tried = [chain.start(np.log([tau, tau]), levels, noise) for tau in _STARTS if tau < values.size]
    start = max(tried, key=chain.log_likelihood)
    found = best_memory(parts, sample_interval, (start[:2], levels, noise), most=1)
    if found.end is not HmmEnd.CONVERGED or found.chain is None:
        return None
    penalty = np.log(found.chain.samples)
    models = [one_level(parts, memory, drift) for memory in range(MOST_MEMORY + 1) for drift in (0, 3)]
    alone = max(2.0 * value - penalty * number for value, number in models)
    return found, float(2.0 * found.log_likelihood - penalty * found.x.size - alone)
