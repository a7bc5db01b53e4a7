"""Passes over the samples of a hidden chain that an instrument with memory shows, compiled by numba.

A state is the present level and those of the M samples before: bit k of its number is the level k samples ago. Import
this module where it is needed only.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from stfit.physics.compiled import compiled

Array = npt.NDArray[np.float64]

_compiled = compiled("contract")  # infinities and NaN stand for missing samples


@_compiled
def _innovation(z: Any, t: int, past: Any, slopes: Array) -> float:
    """z(t) less what the samples before it say of it; infinite where it, or one of these, is missing.

    past: samples at the beginning that have no density, and samples before each that must be there.
    """
    if t < past[0] or not math.isfinite(z[t]):
        return math.inf
    for k in range(past[1]):
        if not math.isfinite(z[t - 1 - k]):
            return math.inf
    found = z[t]
    for k in range(slopes.size):
        found -= slopes[k] * z[t - 1 - k]
    return float(found)


@_compiled
def _ahead(t: int, change: Array, state: Array, found: Array) -> None:
    """Probabilities of the states at sample t given the samples before it."""
    half = state.size // 2
    for j in range(state.size):
        i = j >> 1
        found[j] = state[j] if t == 0 else (state[i] + state[i + half]) * change[i & 1, j & 1]


@_compiled
def _weigh(innovation: float, means: Array, log_noise: Array, precision: Array, densities: Any) -> float:
    """Densities of an innovation by state over the largest of them, and ln of that; 1 and 0 of a missing one.

    precision: one over the noise.
    """
    if math.isinf(innovation):
        densities[:] = 1.0
        return 0.0
    top = -math.inf
    for j in range(means.size):
        off = (innovation - means[j]) * precision[j & 1]
        densities[j] = -0.5 * off * off - log_noise[j & 1]
        top = max(top, densities[j])
    for j in range(means.size):
        densities[j] = math.exp(densities[j] - top)
    return top


@_compiled
def _filtered(ahead: Array, densities: Any, state: Array) -> float:
    """The state given the present sample too; ln of what was divided out, −inf where no state is possible."""
    total = 0.0
    for j in range(state.size):
        state[j] = ahead[j] * densities[j]
        total += state[j]
    if not total > 0.0:
        return -math.inf
    for j in range(state.size):
        state[j] /= total
    return math.log(total)


@_compiled
def forward(z: Any, span: Any, model: Any, state: Array, kept: Any) -> float:
    """Carry the probabilities of the states over samples span[0] to span[1]; ln of their density given those before.

    z: a stretch of samples, NaN where missing. span: first and last sample, and what of the past a density needs, see
    `_innovation`. model: means of the innovation by state, shape (S,); slopes on the samples before, (memory,); ln of
    the noise by present level, (2,); probabilities of level → level, (2, 2). state: (S,), changed in place. kept:
    arrays of shape (samples, S) for the probabilities given all samples so far, and for the densities over their
    largest.
    """
    means, slopes, log_noise, change = model
    probabilities, densities = kept
    ahead, precision = np.empty(means.size), np.exp(-log_noise)
    log_density = 0.0
    for t in range(span[0], span[1]):
        row = t - span[0]
        _ahead(t, change, state, ahead)
        log_density += _weigh(_innovation(z, t, span[2], slopes), means, log_noise, precision, densities[row])
        log_density += _filtered(ahead, densities[row], state)
        probabilities[row] = state
    return log_density


@_compiled
def _book(z: Any, t: int, posterior: Any, sums: Any) -> None:
    """Add a sample that has a density to the sums."""
    counts, lagged, products = sums
    high = 0.0
    for j in range(counts.size):
        counts[j] += posterior[j]
        high += posterior[j] * (j & 1)
        for k in range(lagged.shape[1]):
            lagged[j, k] += posterior[j] * z[t - k]
    for k in range(lagged.shape[1]):
        for m in range(k, lagged.shape[1]):
            product = z[t - k] * z[t - m]
            products[0, k, m] += high * product
            products[1, k, m] += product


@_compiled
def _step_back(change: Array, densities: Any, future: Array, before: Array) -> None:
    """What the samples from the present one on say of the state before it."""
    mask, scale = future.size - 1, 0.0
    for i in range(future.size):
        j = (i << 1) & mask
        before[i] = change[i & 1, 0] * densities[j] * future[j] + change[i & 1, 1] * densities[j + 1] * future[j + 1]
        scale += before[i]
    for i in range(future.size):  # where no state is possible, the likelihood is 0 whatever stands here
        future[i] = before[i] / scale if scale > 0.0 else 1.0


@_compiled
def backward(z: Any, span: Any, model: Any, future: Array, kept: Any, sums: Any) -> None:
    """The same samples backwards, with the sums that the likelihood of samples and states together needs.

    future: (S,), what the samples to come say of the state at the last one; changed in place. kept: as `forward` left
    it; on return the probabilities are those given all samples. sums: by state the number of samples with a density,
    (S,), and their z(t), z(t − 1), …, (S, memory + 1); products of these in the second level and in both,
    (2, memory + 1, memory + 1); transitions, (2, 2); first states, (S,).
    """
    _, slopes, _, change = model
    probabilities, densities = kept
    counts, lagged, products, transitions, first = sums
    before = np.empty(counts.size)
    for t in range(span[1] - 1, span[0] - 1, -1):
        posterior = probabilities[t - span[0]]
        _filtered(future, posterior, before)
        posterior[:] = before
        if t == 0:
            first += posterior
            return
        for j in range(before.size):
            transitions[(j >> 1) & 1, j & 1] += posterior[j]
        if not math.isinf(_innovation(z, t, span[2], slopes)):
            _book(z, t, posterior, (counts, lagged, products))
        _step_back(change, densities[t - span[0]], future, before)


@_compiled
def chances(z: Any, past: Any, model: Any, state: Array, found: Array) -> None:
    """Probability of a smaller sample than each one given all before it; NaN where there is none; found: shape (n,)."""
    means, slopes, log_noise, change = model
    ahead, densities, precision = np.empty(means.size), np.empty(means.size), np.exp(-log_noise)
    for t in range(z.size):
        _ahead(t, change, state, ahead)
        innovation = _innovation(z, t, past, slopes)
        found[t] = math.nan
        if not math.isinf(innovation):
            found[t] = 0.0
            for j in range(means.size):
                off = (innovation - means[j]) * precision[j & 1]
                found[t] += ahead[j] * 0.5 * math.erfc(-off / math.sqrt(2.0))
        _weigh(innovation, means, log_noise, precision, densities)
        _filtered(ahead, densities, state)
