"""Dwell times of a two-state trace whose levels may overlap: the maximum of the hidden chain's exact likelihood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import Any, final

import numpy as np
import numpy.typing as npt

from stfit.errors import OutsideValidityError
from stfit.kinds.telegraph.hidden_chain import Expected, HiddenChain
from stfit.kinds.telegraph.memory_chain import MemoryChain
from stfit.kinds.telegraph.rates import TraceRates
from stfit.kinds.telegraph.uphill import newton_step, uphill

Array = npt.NDArray[np.float64]

_FEWEST = 16  # samples
_STRETCHES = (1 << 16, 1 << 20)  # samples of the stretches on which a long trace is fitted first
_ENOUGH = 20.0  # transitions in it that make its maximum a good start for the whole
_STARTS = (2.0, 8.0, 32.0, 128.0, 512.0, 4096.0, 65536.0)  # samples: dwell times tried, those below the record's length
_LONGEST_STEP = np.array([1.5, 1.5, 1.0, 1.0, 0.5, 0.5])  # in ln τ, levels in units of the noise, ln noise
_SHORTEST_DWELL = 0.1  # samples: the chain forgets its state between two samples, and no rate can be told
_MOST_STEPS = 100
_FLATTEST = 1e-8  # curvature over the largest
_SETTLED = 1e-6  # expected gain of ln L by a Newton step that is the last: what is left is 1e-6 of an error
_PARTS_SETTLED = 1e-3  # the same for a part of a record: what is left is 1e-3 of an error
_LIKELY = 0.5  # of the gain that BIC asks for, by the slopes at one noise, from which two noises are fitted


class HmmEnd(Enum):
    """How a fit ended; the value is the sentence that reports print."""

    CONVERGED = "converged"
    NO_TRANSITIONS = "no maximum: the trace shows no transition that the likelihood needs"
    TOO_FAST = "no maximum: the dwell times are too short for the sampling interval"
    ONE_LEVEL = "no maximum: the two levels, or the noise of one of them, ran together"
    NOT_CONVERGED = "the maximum was not reached"


@final
@dataclass(frozen=True)
class HmmFit:
    """The maximum of the likelihood. Arrays of shape (2,) are P, AP.

    rates: with the covariance of ln τ from the observed information. levels, noise: in the unit of the samples, and
    their errors. names, x, covariance: all coordinates, ln τ (s), levels, ln noise (one or two), shape (p,), (p, p).
    transitions: expected numbers of P→AP and AP→P given the samples. memory: of the instrument, in samples;
    chain: the model with memory or gaps, None of a plain one.
    """

    rates: TraceRates
    levels: Array
    levels_stderr: Array
    noise: Array
    log_likelihood: float
    names: tuple[str, ...]
    x: Array
    covariance: Array
    transitions: Array
    occupation: float  # share of the samples in AP
    end: HmmEnd
    steps: int
    chain: MemoryChain | None = None
    memory: int = 0

    @property
    def separate_noise(self) -> bool:
        """Whether each level has a noise of its own."""
        return self.chain.separate if self.chain is not None else self.x.size == 6

    @property
    def snr(self) -> float:
        """Step between the levels over the noise (root mean square of the two)."""
        return float(abs(self.levels[1] - self.levels[0]) / np.sqrt(np.mean(self.noise**2)))


def fit_hmm(
    samples: npt.NDArray[Any],
    sample_interval: float,
    levels: tuple[float, float],
    noise: float,
    *,
    separate_noise: bool = False,
) -> HmmFit:
    """Fit dwell times, levels and noise to a uniformly sampled trace by maximum likelihood.

    samples: shape (n,), finite, real; memory-mapped traces pass in chunks. sample_interval: s. levels: of P and AP, to
    start from. noise: standard deviation, to start from. separate_noise: a noise of its own for each level. Reliable
    for dwell times from 3 samples and levels 1.5 noises apart; white noise, an instrument faster than the sampling and
    levels that stay where they are are assumed (`innovations` tell). OutsideValidityError where levels or noise make no
    start.
    """
    _check(samples, sample_interval, levels, noise)
    start = np.array([0.0, 0.0, *levels, *np.log([noise] * (1 + separate_noise))])
    chain, x = _start(samples, start)
    return _result(chain, _climb(chain, x), sample_interval)


def fit_noises(samples: npt.NDArray[Any], sample_interval: float, levels: tuple[float, float], noise: float) -> HmmFit:
    """`fit_hmm` with one noise for both states, or with one for each where BIC prefers that.

    The slopes at the maximum with one noise say what two would gain: they are fitted where that may be enough.
    """
    _check(samples, sample_interval, levels, noise)
    chain, x = _start(samples, np.array([0.0, 0.0, *levels, np.log(noise)]))
    summit = _climb(chain, x)
    one = _result(chain, summit, sample_interval)
    if one.end is not HmmEnd.CONVERGED:
        two = fit_hmm(samples, sample_interval, levels, noise, separate_noise=True)
        return two if two.end is HmmEnd.CONVERGED else one
    needed = float(np.log(samples.size))
    apart = np.append(summit.x, summit.x[4])
    gain = newton_step(*chain.slopes(apart, summit.expected), _LONGEST_STEP, _FLATTEST)[1]
    if 2.0 * gain < _LIKELY * needed:
        return one
    two = _result(chain, _climb(chain, apart), sample_interval)
    better = two.end is HmmEnd.CONVERGED and 2.0 * (two.log_likelihood - one.log_likelihood) > needed
    return two if better else one


def fit_part(samples: npt.NDArray[Any], sample_interval: float, whole: HmmFit) -> HmmFit:
    """The same model on a part of its record, shape (n,), begun at its maximum."""
    shift, scale = float(whole.levels.mean()), float(whole.noise[0])
    x = whole.x.copy()
    x[:2] -= np.log(sample_interval)
    x[2:4] = (x[2:4] - shift) / scale
    x[4:] -= np.log(scale)
    chain = HiddenChain(samples, shift, scale)
    return _result(chain, _climb(chain, x, _PARTS_SETTLED), sample_interval)


def log_likelihood(
    samples: npt.NDArray[Any], sample_interval: float, log_tau: Array, levels: Array, noise: Array
) -> float:
    """Exact ln p(samples) of the two-state chain; log_tau (s), levels and noise of P and AP, shape (2,)."""
    chain = HiddenChain(samples, float(np.mean(levels)), float(noise[0]))
    z = (np.asarray(levels) - chain.shift) / chain.scale
    return chain.log_likelihood(
        np.concatenate([np.asarray(log_tau) - np.log(sample_interval), z, np.log(noise / noise[0])])
    )


def innovations(parts: Sequence[Array], sample_interval: float, fit: HmmFit) -> Array:
    """Normal scores of the samples' chances given all samples before: independent if the model holds.

    parts: stretches, NaN where samples are missing, which have none; held in memory.
    """
    chain, x = chain_of(fit, parts, sample_interval)
    return chain.scores(x)


def chain_of(fit: HmmFit, parts: Sequence[Array], sample_interval: float) -> tuple[MemoryChain, Array]:
    """The model of a fit for stretches of samples, and its coordinates."""
    x = np.concatenate([fit.x[:2] - np.log(sample_interval), fit.x[2:]])
    if fit.chain is not None:
        return replace(fit.chain, parts=parts), x
    chain = MemoryChain(parts, float(fit.levels[0]), float(fit.noise[0]), separate=fit.separate_noise)
    x = chain.start(x[:2], fit.levels, float(fit.noise[0]))
    x[4:] = np.log(fit.noise[: x.size - 4] / chain.scale)
    return chain, x


def _check(samples: npt.NDArray[Any], sample_interval: float, levels: tuple[float, float], noise: float) -> None:
    if samples.ndim != 1 or samples.size < _FEWEST:
        raise OutsideValidityError(
            f"a hidden Markov model needs a trace of {_FEWEST} or more samples; found shape {samples.shape}"
        )
    for what, value in (("sample interval", sample_interval), ("noise", noise), ("step", abs(levels[1] - levels[0]))):
        if not (np.isfinite(value) and value > 0):
            raise OutsideValidityError(f"a hidden Markov model needs a positive {what}; found {value:g}")


def _start(samples: npt.NDArray[Any], start: Array) -> tuple[HiddenChain, Array]:
    """The chain in units of the noise, and coordinates to climb from: the best of some dwell times, on a stretch."""
    shift, scale = float(start[2:4].mean()), float(np.exp(start[4]))
    x = np.concatenate([start[:2], (start[2:4] - shift) / scale, start[4:] - start[4]])
    whole = HiddenChain(samples, shift, scale)
    for length in _STRETCHES:
        stretch = HiddenChain(samples[:length], shift, scale)
        tried = [np.log(tau) for tau in _STARTS if tau < samples.size]
        x[:2] = max(tried, key=lambda log_tau: stretch.log_likelihood(np.concatenate([[log_tau, log_tau], x[2:]])))
        if samples.size <= length:
            break
        found = _climb(stretch, x, _PARTS_SETTLED)
        if found.end is HmmEnd.CONVERGED and found.expected.mean[1] > _ENOUGH:
            return whole, found.x
    return whole, x


@final
@dataclass(frozen=True)
class Summit:
    """Where a climb ended: coordinates and ln L; its Hessian and what was expected a last small step before."""

    x: Array
    end: HmmEnd
    steps: int
    value: float
    hessian: Array
    expected: Expected


def _climb(chain: HiddenChain, x: Array, settled: float = _SETTLED) -> Summit:
    """Newton steps with the exact Hessian, damped where it is not that of a maximum, and shortened until ln L grows.

    settled: gain of ln L that a last step, which is taken unseen, may promise.
    """
    longest = _LONGEST_STEP[: x.size]
    for step in range(_MOST_STEPS):
        expected = chain.expected(x)
        gradient, hessian = chain.slopes(x, expected)
        here = partial(Summit, steps=step, hessian=hessian, expected=expected)
        if (ended := _lost(chain, x)) is not None:
            return here(x, end=ended, value=expected.value)
        if not np.all(np.isfinite(hessian)):
            return here(x, end=HmmEnd.NOT_CONVERGED, value=expected.value)
        move, gain = newton_step(gradient, hessian, longest, _FLATTEST)
        if gain < settled:
            return here(x + move, end=HmmEnd.CONVERGED, value=expected.value + gain)
        there = uphill(chain.log_likelihood, x, move, expected.value)
        if there is None:
            return here(x, end=HmmEnd.NOT_CONVERGED, value=expected.value)
        x = there
    return here(x, end=HmmEnd.NOT_CONVERGED, value=expected.value)


def _lost(chain: HiddenChain, x: Array) -> HmmEnd | None:
    """Where a climb has left the region in which the model means something."""
    if max(x[:2]) > np.log(1e3 * chain.samples.size):
        return HmmEnd.NO_TRANSITIONS
    if min(x[:2]) < np.log(_SHORTEST_DWELL):
        return HmmEnd.TOO_FAST
    if abs(x[3] - x[2]) < 1e-3 * np.exp(max(x[4:])) or min(x[4:]) < -12.0:
        return HmmEnd.ONE_LEVEL
    return None


def _result(chain: HiddenChain, summit: Summit, sample_interval: float) -> HmmFit:
    x, statistics = summit.x, summit.expected.mean
    units = np.array([1.0, 1.0, chain.scale, chain.scale, *np.ones(x.size - 4)])
    covariance = _inverse(-summit.hessian) * np.outer(units, units)
    levels = chain.shift + chain.scale * x[2:4]
    log_noise = x[4:] + np.log(chain.scale)
    log_tau = x[:2] + np.log(sample_interval)
    noises = ("ln noise",) if x.size == 5 else ("ln noise P", "ln noise AP")
    return HmmFit(
        rates=TraceRates(log_tau, covariance[:2, :2], "hmm", "the levels overlap", statistics[1:3]),
        levels=levels,
        levels_stderr=np.sqrt(np.diag(covariance)[2:4]),
        noise=np.exp(log_noise) * np.ones(2),
        log_likelihood=summit.value,
        names=("ln tau P", "ln tau AP", "level P", "level AP", *noises),
        x=np.concatenate([log_tau, levels, log_noise]),
        covariance=covariance,
        transitions=statistics[1:3],
        occupation=float(statistics[3] / chain.samples.size),
        end=summit.end,
        steps=summit.steps,
    )


def _inverse(information: Array) -> Array:
    """The covariance; NaN where the information is not that of a maximum."""
    curvature, axes = np.linalg.eigh(information)
    if not curvature[0] > 0:
        return np.full(information.shape, np.nan)
    return np.asarray((axes / curvature) @ axes.T)
