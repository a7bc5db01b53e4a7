"""The maximum of a hidden chain with memory, and how much memory the samples ask for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph.hidden_markov import HmmEnd, HmmFit
from stfit.kinds.telegraph.memory_chain import MOST_MEMORY, MemoryChain, one_level
from stfit.kinds.telegraph.rates import TraceRates
from stfit.kinds.telegraph.uphill import newton_step, uphill

Array = npt.NDArray[np.float64]

_ROUNDS: Final = 40  # of expectation–maximisation, before Newton's steps
_ENOUGH: Final = 0.5  # gain of ln L a round, below which these begin
_STEPS: Final = 30
_SETTLED: Final = 1e-6  # expected gain of ln L by a step that is the last
_DISAPPOINTING: Final = 0.3  # of the gain that a step promised
_BEGINNINGS: Final = (1 << 15, 1 << 18)  # samples, whose maximum a longer record is climbed from
_FEWEST: Final = 20.0  # transitions in them
_FLATTEST: Final = 1e-9  # curvature over the largest
_LONGEST: Final = 0.5
_NUDGE: Final = 1e-4  # of the coordinates, for the slopes of the gradient
_SHORTEST_DWELL: Final = 0.1  # samples
_LEAST_MORE: Final = 20.0  # of 2 ln L beyond what BIC asks, for more memory, a second noise, a second level
LEAST_GAIN: Final = 30.0  # of 2 ln L beyond what BIC asks, by a second level
_STARTS: Final = (5.0, 30.0, 200.0, 1500.0)  # samples: dwell times tried


@final
@dataclass(frozen=True)
class _Summit:
    """Where a climb ended: coordinates, ln L, its Hessian, of which a climb knows no more than it needs."""

    chain: MemoryChain
    x: Array
    value: float
    hessian: Array | None
    end: HmmEnd
    steps: int

    @property
    def reached(self) -> bool:
        """Whether it is a maximum."""
        return self.end is HmmEnd.CONVERGED and self.hessian is not None and np.linalg.eigvalsh(self.hessian)[-1] < 0.0


def refitted(fit: HmmFit, parts: Sequence[Array], sample_interval: float) -> HmmFit:
    """The same model on other samples, begun at its maximum."""
    if fit.chain is None:
        raise TypeError("a plain chain has no model with memory")
    chain = replace(fit.chain, parts=tuple(parts))
    x = np.concatenate([fit.x[:2] - np.log(sample_interval), fit.x[2:]])
    information = np.linalg.pinv(fit.covariance, hermitian=True) * chain.samples / fit.chain.samples
    found = _climb(chain, x, -information)
    return _result(found if found.reached else _maximum(chain, x), sample_interval)


def _maximum(chain: MemoryChain, x: Array) -> _Summit:
    """The maximum from coordinates x; a long record is climbed from the maximum of its beginning."""
    samples = sum(part.size for part in chain.parts)
    for length in _BEGINNINGS:
        if samples < 2 * length:
            break
        beginning = chain.begun(length)
        found = _climb(beginning, x)
        transitions = length / float(np.exp(found.x[:2]).sum())
        if found.reached and found.hessian is not None and transitions > _FEWEST:
            there = _climb(chain, found.x, found.hessian * (chain.samples / max(beginning.samples, 1)))
            if there.reached:
                return there
    return _climb(chain, x)


def _climb(chain: MemoryChain, x: Array, hessian: Array | None = None) -> _Summit:
    """Newton's steps by exact gradients to the maximum.

    hessian: of ln L near the maximum, such as that of a part of the samples. Without one, expectation–maximisation
    leads near it, and the Hessian is the slope of the gradient. Either is corrected by what each step shows (Broyden,
    Fletcher, Goldfarb, Shanno) and is found anew where a step disappoints.
    """
    if hessian is None:
        x = _nearer(chain, x)
    fresh = False
    value, gradient, _ = chain.gradient(x)
    for step in range(1, _STEPS + 1):
        if (lost := _lost(chain, x)) is not None:
            return _Summit(chain, x, value, None, lost, step)
        if hessian is None:
            hessian, fresh = _hessian(chain, x, gradient), True
        move, gain = newton_step(gradient, hessian, _LONGEST, _FLATTEST)
        if gain < _SETTLED:
            return _Summit(chain, x + move, value + gain, hessian, HmmEnd.CONVERGED, step)
        there = uphill(chain.log_likelihood, x, move, value) if fresh else x + move
        if there is None:
            break
        after, slope, _ = chain.gradient(there)
        disappointing = after < value or after - value < _DISAPPOINTING * min(gain, 1.0)
        hessian = None if disappointing else _corrected(hessian, there - x, slope - gradient)
        if fresh or after >= value:
            x, value, gradient = there, after, slope
        fresh = False
    return _Summit(chain, x, value, None, HmmEnd.NOT_CONVERGED, _STEPS)


def _nearer(chain: MemoryChain, x: Array) -> Array:
    """Rounds of expectation–maximisation, as long as they gain much."""
    value = -np.inf
    for _ in range(_ROUNDS):
        before, value = value, chain.log_likelihood(x)
        if value - before < _ENOUGH:
            break
        x = chain.improved(x)
    return x


def _corrected(hessian: Array, move: Array, change: Array) -> Array:
    """The Hessian that takes a move into the change of the gradient along it."""
    bend, along = hessian @ move, float(move @ change)
    if not (along < 0.0 and move @ bend < 0.0):
        return hessian
    return np.asarray(hessian + np.outer(change, change) / along - np.outer(bend, bend) / float(move @ bend))


def _hessian(chain: MemoryChain, x: Array, gradient: Array) -> Array:
    """Slopes of the gradient, which is `gradient` at x."""
    found = np.array([(chain.gradient(x + nudge)[1] - gradient) / _NUDGE for nudge in _NUDGE * np.eye(x.size)])
    return np.asarray(0.5 * (found + found.T))


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


def _result(summit: _Summit, sample_interval: float) -> HmmFit:
    """A fit with errors from the observed information at the maximum."""
    chain, x, end = summit.chain, summit.x, summit.end
    covariance = np.full((x.size, x.size), np.nan)
    value, gradient, sums = chain.gradient(x)
    if end is HmmEnd.CONVERGED:
        curvature, axes = np.linalg.eigh(-_hessian(chain, x, gradient))
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
        steps=summit.steps,
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
    best = _maximum(chain, chain.start(log_tau, levels, noise))
    for memory in range(1, most + 1):
        found = _wider(best, memory, False)
        if not _asked_for(found, best):
            if memory > best.chain.memory + 1:
                break
            continue
        best = found
    apart = _wider(best, best.chain.memory, True)
    return _result(apart if _asked_for(apart, best) else best, sample_interval)


def _wider(narrow: _Summit, memory: int, separate: bool) -> _Summit:
    """The maximum with more memory or noises, sought from one with less."""
    chain = replace(narrow.chain, memory=memory, separate=separate)
    return _maximum(chain, chain.widened(narrow.x, narrow.chain.memory, narrow.chain.separate))


def _asked_for(wide: _Summit, narrow: _Summit) -> bool:
    """Whether BIC prefers the wider model by a margin."""
    if not wide.reached:
        return False
    more = wide.x.size - narrow.x.size
    gain = 2.0 * (wide.value - narrow.value)
    return narrow.end is not HmmEnd.CONVERGED or gain > _LEAST_MORE + more * np.log(wide.chain.samples)


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
