"""What a real detector shows of two-state noise: dead time, bandwidth, sampling, spectrum. Times in s, rates in 1/s."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy

from stfit.physics.transport import Quantity

Array = npt.NDArray[np.float64]

_NEWTON = 60
_DRAWN_ONE_BY_ONE = 2e5  # transitions of a chain, above which it is drawn from its binomial limit
_MOST_MISSED = 9.0  # dead time over the other dwell time: 8,000 missed in one; only a fit that failed expects more


def apparent_mean_dwell(tau: Quantity, tau_other: Quantity, dead_time: Quantity) -> Quantity:
    """Mean observed dwell τ' = (τ + τ_other) e^{ξ/τ_other} − τ_other, s.

    A dwell in either state shorter than the dead time ξ ≥ 0 joins the one before.
    """
    return tau + (tau + tau_other) * np.expm1(dead_time / tau_other)


def apparent_dwell_variance(tau: Quantity, tau_other: Quantity, dead_time: Quantity) -> Quantity:
    """Variance of the observed dwells, s²: below τ'², since they are not exponential (std/mean 0.83 at ξ = 0.3 τ).

    The sum of the first dwell and of a geometric number of missed ones; written so that ξ = 0 gives τ².
    """
    missed = np.expm1(dead_time / tau_other)  # mean number of missed dwells in one observed
    both = tau + tau_other
    spread = missed * (tau**2 + tau_other**2)
    return tau**2 + spread + (1.0 + missed) * both * (missed * both - 2.0 * dead_time)


def dwell_times_behind(
    mean: npt.NDArray[np.float64], mean_other: npt.NDArray[np.float64], dead_time: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """(τ, τ_other) whose observed means these are (s, above the dead time); NaN where no dwell times give them.

    Newton steps in ln τ from the observed means, so the slower of two solutions where there are two.
    """
    seen = np.array([mean, mean_other])
    x = np.log(np.maximum(seen - dead_time, 1e-3 * dead_time))
    least = np.log(np.maximum(dead_time, 1e-300) / 20.0)
    for _ in range(_NEWTON):
        tau = np.exp(x)
        other = tau[::-1]
        grown = np.exp(dead_time / other)
        apparent = (tau + other) * grown - other
        own = tau * grown / apparent  # derivatives of ln τ' in ln τ and ln τ_other
        cross = (other * (grown - 1.0) - (tau + other) * (dead_time / other) * grown) / apparent
        missing = np.log(seen / apparent)
        determinant = own[0] * own[1] - cross[0] * cross[1]
        step = (own[::-1] * missing - cross * missing[::-1]) / np.where(determinant == 0.0, 1.0, determinant)
        x = np.maximum(x + np.clip(step, -0.5, 0.5), least)
        if np.max(np.abs(step)) < 1e-12:
            break
    tau, other = np.exp(x)
    found = [apparent_mean_dwell(tau, other, dead_time) / mean, apparent_mean_dwell(other, tau, dead_time) / mean_other]
    good = np.all(np.abs(np.array(found) - 1.0) < 1e-9, axis=0)
    return np.where(good, tau, np.nan), np.where(good, other, np.nan)


def draw_apparent_dwells(
    tau: npt.NDArray[np.float64],
    tau_other: npt.NDArray[np.float64],
    dead_time: npt.NDArray[np.float64],
    rng: np.random.Generator,
) -> npt.NDArray[np.float64]:
    """One observed dwell (s) for each element, shape (dwells,): a seen dwell, and those joined to it by missed ones."""
    missed = rng.geometric(np.exp(-np.minimum(dead_time / tau_other, _MOST_MISSED))) - 1
    each = np.repeat(np.arange(tau.size), missed)
    ratio = dead_time[each] / tau_other[each]
    short = -tau_other[each] * np.log1p(rng.random(each.size) * np.expm1(-ratio))  # exponential, below the dead time
    return dead_time + tau * rng.gamma(missed + 1.0) + np.bincount(each, weights=short, minlength=tau.size)


def low_passed_telegraph(changes: Array, first: int, memory: float, samples: int) -> Array:
    """What a single-pole low-pass makes of a signal that jumps between 0 and 1, at the samples 0, 1, …; exact.

    changes: times of the jumps; memory: time constant of the filter; in sampling intervals. first: 0 or 1, at which the
    signal begins, settled. A jump of ±1 at t adds ±(1 − e^{−(n − t)/memory}) to sample n.
    """
    inside = changes[changes <= samples - 1]
    jump = (1.0 - 2.0 * first) * (1.0 - 2.0 * (np.arange(inside.size) % 2))
    after = np.ceil(inside).astype(np.intp)
    decay = float(np.exp(-1.0 / memory))
    level = float(first) + np.cumsum(np.bincount(after, weights=jump, minlength=samples).astype(float))
    risen = -jump * np.expm1((inside - after) / memory)
    driven = np.bincount(after, weights=risen, minlength=samples).astype(float)
    driven[1:] += (1.0 - decay) * level[:-1]
    driven[0] += first
    return np.asarray(scipy.signal.lfilter([1.0], [1.0, -decay], driven))


def averaged_telegraph(changes: Array, first: int, instrument: tuple[float, float], samples: int) -> Array:
    """Means of a signal that jumps between 0 and 1 over the exposure before each of the samples 0, 1, …; exact.

    changes, first: as of `low_passed_telegraph`. instrument: time constant of the low-pass before it (0 for none) and
    exposure, in sampling intervals. Behind the low-pass y of x, ∫y = ∫x − memory Δy.
    """
    memory, exposure = instrument
    knots = np.concatenate([[0.0], changes])
    inside = (first + np.arange(changes.size)) % 2  # in which state each dwell is
    integral = np.concatenate([[0.0], np.cumsum(np.diff(knots) * inside)])
    after = (first + changes.size) % 2

    def until(time: Array) -> Array:
        outside = np.where(time < 0.0, first * time, np.where(time > knots[-1], after * (time - knots[-1]), 0.0))
        return np.asarray(np.interp(time, knots, integral) + outside)

    time = np.arange(samples, dtype=float)
    area = until(time) - until(time - exposure)
    if memory:
        ends = (low_passed_telegraph(changes + delay, first, memory, samples) for delay in (0.0, exposure))
        area -= memory * (next(ends) - next(ends))
    return np.asarray(area / exposure)


def low_passed_noise(white: Array, memory: float) -> Array:
    """White noise of standard deviation 1 as a single-pole low-pass leaves it, of the same standard deviation."""
    decay = float(np.exp(-1.0 / memory))
    driven = np.sqrt(1.0 - decay**2) * white
    driven[0] = white[0]
    return np.asarray(scipy.signal.lfilter([1.0], [1.0, -decay], driven))


def change_probabilities(tau_1: Quantity, tau_2: Quantity, sample_interval: Quantity) -> tuple[Quantity, Quantity]:
    """(p12, p21): the probabilities that two samples Δt apart show different states, for dwell times τ1, τ2."""
    both = 1.0 / tau_1 + 1.0 / tau_2
    changed = -np.expm1(-both * sample_interval) / both
    return changed / tau_1, changed / tau_2


def stay_probabilities(tau_1: Quantity, tau_2: Quantity, sample_interval: Quantity) -> tuple[Quantity, Quantity]:
    """(p11, p22): the probabilities that two samples Δt apart show the same state, for dwell times τ1, τ2."""
    change_1, change_2 = change_probabilities(tau_1, tau_2, sample_interval)
    return 1.0 - change_1, 1.0 - change_2


def dwell_times_from_chain(p11: Quantity, p22: Quantity, sample_interval: Quantity) -> tuple[Quantity, Quantity]:
    """(τ1, τ2) from the stay probabilities of the sampled chain; needs p11 + p22 > 1, p11 < 1 and p22 < 1.

    k1 + k2 = −ln(p11 + p22 − 1)/Δt, k1 = (k1 + k2)(1 − p11)/(2 − p11 − p22).
    """
    change_1, change_2 = 1.0 - p11, 1.0 - p22
    both = -np.log1p(-(change_1 + change_2)) / sample_interval
    per_rate = (change_1 + change_2) / both
    return per_rate / change_1, per_rate / change_2


def machlup_spectrum(frequency: Quantity, tau_1: Quantity, tau_2: Quantity, step: Quantity) -> Quantity:
    """One-sided S(f) = 4 ΔV²/{(τ1+τ2)[(1/τ1+1/τ2)² + (2πf)²]}, V²/Hz for a step ΔV in V; f > 0, Hz.

    Machlup, J. Appl. Phys. 25, 341 (1954), doi:10.1063/1.1721637.
    """
    both = 1.0 / tau_1 + 1.0 / tau_2
    return 4.0 * step**2 / ((tau_1 + tau_2) * (both**2 + (2.0 * np.pi * frequency) ** 2))


def draw_chain(steps: int, change: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Steps out of each state and transitions, of one sampled chain in its stationary state; arrays of shape (2,)."""
    share = change[::-1] / max(change.sum(), 1e-300)
    expected = float(steps * share[0] * change[0])
    if expected > _DRAWN_ONE_BY_ONE or np.any(change < 1e-15):
        n = np.rint(steps * share)
        return n, rng.binomial(n.astype(np.int64), np.clip(change, 0.0, 1.0)).astype(float)
    pairs = int(expected + 12.0 * np.sqrt(expected) + 12)
    first = int(rng.random() > share[0])
    order = np.array([first, 1 - first])
    lengths = rng.geometric(np.tile(change[order], (pairs, 1))).ravel()
    ends = np.cumsum(lengths)
    done = int(np.searchsorted(ends, steps, side="right"))  # dwells, each with its transition, within the steps
    left = steps - (int(ends[done - 1]) if done else 0)
    inside = np.zeros(2)
    changed = np.zeros(2)
    for place in (0, 1):
        inside[order[place]] = lengths[place:done:2].sum()
        changed[order[place]] = len(range(place, done, 2))
    inside[order[done % 2]] += left
    return inside, changed
