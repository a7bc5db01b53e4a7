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

_compiled = compiled("contract", "reassoc")


@_compiled
def _innovation(z: Any, t: int, skip: int, slopes: Array) -> float:
    """z(t) less what the samples before it say of it; infinite where it, or one of these, is missing."""
    if t < skip or not math.isfinite(z[t]):
        return math.inf
    found = z[t]
    for k in range(slopes.size):
        if not math.isfinite(z[t - 1 - k]):
            return math.inf
        found -= slopes[k] * z[t - 1 - k]
    return float(found)


@_compiled
def forward(z: Any, span: Any, model: Any, state: Array, kept: Any) -> float:
    """Carry the probabilities of the states over samples span[0] to span[1]; ln of their density given those before.

    z: a stretch of samples, NaN where missing. span: first and last sample, samples at the beginning that have no
    density. model: means of the innovation by state, shape (S,); slopes on the samples before, (memory,); ln of the
    noise by present level, (2,); probabilities of level → level, (2, 2). state: (S,), changed in place. kept: arrays
    of shape (samples, S) for the probabilities given all samples so far, and for the densities over their largest.
    """
    means, slopes, log_noise, change = model
    probabilities, densities = kept
    size = means.size
    half = size // 2
    ahead, power = np.empty(size), np.empty(size)
    log_density = 0.0
    for t in range(span[0], span[1]):
        if t == 0:
            for j in range(size):
                ahead[j] = state[j]
        else:
            for j in range(size):
                i = j >> 1
                ahead[j] = (state[i] + state[i + half]) * change[i & 1, j & 1]
        innovation = _innovation(z, t, span[2], slopes)
        row = t - span[0]
        if math.isinf(innovation):
            for j in range(size):
                densities[row, j] = 1.0
        else:
            top = -math.inf
            for j in range(size):
                off = (innovation - means[j]) * math.exp(-log_noise[j & 1])
                power[j] = -0.5 * off * off - log_noise[j & 1]
                top = max(top, power[j])
            for j in range(size):
                densities[row, j] = math.exp(power[j] - top)
            log_density += top
        total = 0.0
        for j in range(size):
            state[j] = ahead[j] * densities[row, j]
            total += state[j]
        log_density += math.log(total)
        for j in range(size):
            state[j] /= total
            probabilities[row, j] = state[j]
    return log_density


@_compiled
def backward(z: Any, span: Any, model: Any, future: Array, kept: Any, sums: Any) -> None:
    """The same samples backwards, with the sums that the likelihood of samples and states together needs.

    future: (S,), what the samples to come say of the state at the last one; changed in place. kept: as `forward` left
    it; on return the probabilities are those given all samples. sums: by state the
    number of samples with a density, (S,), and their z(t), z(t − 1), …, (S, memory + 1); products of these in the
    second level and in both, (2, memory + 1, memory + 1); transitions, (2, 2); first states, (S,).
    """
    _, slopes, _, change = model
    probabilities, densities = kept
    counts, firsts_of, products, transitions, first = sums
    size, memory = counts.size, slopes.size
    mask = size - 1
    posterior, before = np.empty(size), np.empty(size)
    for t in range(span[1] - 1, span[0] - 1, -1):
        row = t - span[0]
        total = 0.0
        for j in range(size):
            posterior[j] = probabilities[row, j] * future[j]
            total += posterior[j]
        for j in range(size):
            posterior[j] /= total
            probabilities[row, j] = posterior[j]
        if t == 0:
            for j in range(size):
                first[j] += posterior[j]
        else:
            for j in range(size):
                transitions[(j >> 1) & 1, j & 1] += posterior[j]
        if not math.isinf(_innovation(z, t, span[2], slopes)):
            high = 0.0
            for j in range(size):
                counts[j] += posterior[j]
                for k in range(memory + 1):
                    firsts_of[j, k] += posterior[j] * z[t - k]
                if j & 1:
                    high += posterior[j]
            for k in range(memory + 1):
                for m in range(k, memory + 1):
                    product = z[t - k] * z[t - m]
                    products[0, k, m] += high * product
                    products[1, k, m] += product
        if t > 0:
            scale = 0.0
            for i in range(size):
                j = (i << 1) & mask
                before[i] = (
                    change[i & 1, 0] * densities[row, j] * future[j]
                    + change[i & 1, 1] * densities[row, j + 1] * future[j + 1]
                )
                scale += before[i]
            for i in range(size):
                future[i] = before[i] / scale


@_compiled
def chances(z: Any, skip: int, model: Any, state: Array, found: Array) -> None:
    """Probability of a smaller sample than each one given all before it; NaN where there is none; found: shape (n,)."""
    means, slopes, log_noise, change = model
    size = means.size
    half = size // 2
    ahead = np.empty(size)
    for t in range(z.size):
        for j in range(size):
            i = j >> 1
            ahead[j] = state[j] if t == 0 else (state[i] + state[i + half]) * change[i & 1, j & 1]
        innovation = _innovation(z, t, skip, slopes)
        found[t] = math.nan
        if not math.isinf(innovation):
            below, top = 0.0, -math.inf
            for j in range(size):
                off = (innovation - means[j]) * math.exp(-log_noise[j & 1])
                below += ahead[j] * 0.5 * math.erfc(-off / math.sqrt(2.0))
                top = max(top, -0.5 * off * off - log_noise[j & 1])
            for j in range(size):
                off = (innovation - means[j]) * math.exp(-log_noise[j & 1])
                ahead[j] *= math.exp(-0.5 * off * off - log_noise[j & 1] - top)
            found[t] = below
        total = 0.0
        for j in range(size):
            total += ahead[j]
        for j in range(size):
            state[j] = ahead[j] / total
