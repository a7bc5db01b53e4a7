"""Passes over the samples of a hidden two-state chain, compiled by numba (import this module where it is needed only).

Every pass is linear in the forward vector a(j) = p(samples so far, state j now), kept unnormalised for sixteen samples
at a time: two fused multiplications a state and sample, no division, one logarithm in sixteen samples. The emission
enters as its ratio e^E of the two states, E = e0 + e1 z + e2 z²; the pair of weights is (1, e^E) over the larger of
them, so that nothing overflows at any signal-to-noise ratio.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph.emission import Emission
from stfit.physics.compiled import compiled

Array = npt.NDArray[np.float64]

_BLOCK = 256  # samples whose exponentials are taken together
_GROUP = 16  # samples between normalisations; (1e-12)^16, the most that the forward vector can shrink, is no underflow
_FARTHEST = 700.0  # |E| beyond which the rarer state's weight is e^-700: no digit of any sum
_LOG2_E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10  # n·high is exact for |n| < 2^20
_ROUNDER = 6755399441055744.0  # 1.5·2^52: adding it leaves the nearest integer in the low bits of the sum
_TAYLOR = tuple(1.0 / math.factorial(k) for k in range(14))
_compiled = compiled("contract")  # reordering would undo the rounding trick of the exponential


@_compiled
def weigh(samples: Any, emission: Emission, work: Array, sums: Array) -> None:
    """Emission weights of at most 256 samples, and sums over them.

    work: shape (4, 256); on return row 0 holds z, rows 1 and 2 the weights of states 0 and 1. sums: shape (3, 256);
    Σz, Σz² and Σmax(E, 0) are added, lane by lane.
    """
    shift, factor, exponent = emission
    z, first, second, exponentials = work[0], work[1], work[2], work[3]
    bits = exponentials.view(np.int64)
    e0, e1, e2 = exponent[0], exponent[1], exponent[2]
    size = samples.size
    for i in range(size):
        z[i] = (samples[i] - shift) * factor
    for i in range(size):
        sums[0, i] += z[i]
        sums[1, i] += z[i] * z[i]
        power = e0 + z[i] * (e1 + z[i] * e2)
        sums[2, i] += max(power, 0.0)
        first[i] = power
    for i in range(size):  # e^y = 2^n e^r with |r| <= ln 2/2: thirteen Taylor terms leave a rounding
        y = max(-abs(first[i]), -_FARTHEST)
        rounded = y * _LOG2_E + _ROUNDER
        exponentials[i] = rounded
        n = rounded - _ROUNDER
        r = (y - n * _LN2_HIGH) - n * _LN2_LOW
        c = _TAYLOR[12]
        c = c * r + _TAYLOR[11]
        c = c * r + _TAYLOR[10]
        c = c * r + _TAYLOR[9]
        c = c * r + _TAYLOR[8]
        c = c * r + _TAYLOR[7]
        c = c * r + _TAYLOR[6]
        c = c * r + _TAYLOR[5]
        c = c * r + _TAYLOR[4]
        c = c * r + _TAYLOR[3]
        c = c * r + _TAYLOR[2]
        c = c * r + 1.0
        second[i] = c * r + 1.0
    for i in range(size):
        bits[i] = (bits[i] + 1023) << 52  # 2^n
    for i in range(size):
        rarer = second[i] * exponentials[i]
        second[i] = rarer if first[i] <= 0.0 else 1.0
        first[i] = rarer if first[i] > 0.0 else 1.0


@_compiled
def forward(samples: Any, emission: Emission, stay: Array, state: Array, sums: Array) -> None:
    """Carry the forward vector over a stretch of samples, one transition before each.

    stay: (p00, p01, p10, p11). state: (a0, a1, ln of what was divided out), changed in place. sums: as in `weigh`.
    """
    work = np.empty((4, _BLOCK))
    p00, p01, p10, p11 = stay[0], stay[1], stay[2], stay[3]
    a0, a1, log_scale = state[0], state[1], state[2]
    for start in range(0, samples.size, _BLOCK):
        block = samples[start : start + _BLOCK]
        weigh(block, emission, work, sums)
        first, second = work[1], work[2]
        for group in range(0, block.size, _GROUP):
            for i in range(group, min(group + _GROUP, block.size)):
                w0, w1 = first[i], second[i]
                b0 = (w0 * p00) * a0 + (w0 * p10) * a1
                a1 = (w1 * p01) * a0 + (w1 * p11) * a1
                a0 = b0
            scale = a0 + a1
            log_scale += math.log(scale)
            a0 /= scale
            a1 /= scale
    state[0], state[1], state[2] = a0, a1, log_scale


@_compiled
def _change(w0: float, w1: float, stay: Array, a: Array, old: tuple[Array, Array], new: tuple[Array, Array]) -> None:
    """One transition and emission of the forward vector a and of the moments, `old` into `new` (linear, square)."""
    t, m = old
    t_next, m_next = new
    c00, c10, c01, c11 = w0 * stay[0], w0 * stay[2], w1 * stay[1], w1 * stay[3]
    a0, a1 = a[0], a[1]
    for k in range(6):
        for j in range(k, 6):
            m_next[0, k, j] = c00 * m[0, k, j] + c10 * m[1, k, j]
            m_next[1, k, j] = c01 * m[0, k, j] + c11 * m[1, k, j]
        t_next[0, k] = c00 * t[0, k] + c10 * t[1, k]
        t_next[1, k] = c01 * t[0, k] + c11 * t[1, k]
    for k in range(3):  # one more transition 1→0, in statistic 2
        m_next[0, k, 2] += c10 * t[1, k]
    for k in range(2, 6):
        m_next[0, 2, k] += c10 * t[1, k]
    for k in range(2):  # one more transition 0→1, in statistic 1
        m_next[1, k, 1] += c01 * t[0, k]
    for k in range(1, 6):
        m_next[1, 1, k] += c01 * t[0, k]
    m_next[0, 2, 2] += c10 * a1
    m_next[1, 1, 1] += c01 * a0
    t_next[0, 2] += c10 * a1
    t_next[1, 1] += c01 * a0
    a[0] = c00 * a0 + c10 * a1
    a[1] = c01 * a0 + c11 * a1


@_compiled
def _count(z: float, added: Array, a: Array, t: Array, m: Array) -> None:
    """One more sample in state 1: statistics 3, 4 and 5 grow by 1, z and z². added: room for three numbers."""
    added[0], added[1], added[2] = 1.0, z, z * z
    for k in range(3):
        for j in range(4 + k):
            m[1, j, 3 + k] += added[k] * t[1, j]
        for j in range(k, 3):
            m[1, 3 + k, 3 + j] += added[k] * (t[1, 3 + j] + added[j] * a[1])
    for k in range(3):
        t[1, 3 + k] += added[k] * a[1]


@_compiled
def _recentre(state: Array, mean: Array, shift: Array, t: Array, m: Array) -> None:
    """Normalise the forward vector, and move the first moments into the mean. shift: room for six numbers."""
    scale = state[0] + state[1]
    state[2] += math.log(scale)
    state[0] /= scale
    state[1] /= scale
    for k in range(6):
        t[0, k] /= scale
        t[1, k] /= scale
        shift[k] = t[0, k] + t[1, k]
        mean[k] += shift[k]
    for s in range(2):
        for k in range(6):
            for j in range(k, 6):
                moved = shift[k] * t[s, j] + shift[j] * t[s, k] - shift[k] * shift[j] * state[s]
                m[s, k, j] = m[s, k, j] / scale - moved
    for s in range(2):
        for k in range(6):
            t[s, k] -= shift[k] * state[s]


@_compiled
def moments(samples: Any, emission: Emission, stay: Array, state: Array, statistics: Any, sums: Array) -> None:
    """`forward`, with the conditional mean and covariance of the sufficient statistics given all samples so far.

    statistics: three arrays, all changed in place. The mean, shape (6,); by present state, the first and second moments
    of the statistics about the mean times the forward vector, shapes (2, 6) and (2, 6, 6) (of the second ones the upper
    triangle); recentred with every normalisation, so that they stay exact over any length.
    """
    mean, linear, square = statistics
    work, room, added = np.empty((4, _BLOCK)), np.empty(6), np.empty(3)
    now = (linear.copy(), square.copy())
    then = (linear.copy(), square.copy())
    for start in range(0, samples.size, _BLOCK):
        block = samples[start : start + _BLOCK]
        weigh(block, emission, work, sums)
        for i in range(block.size):
            _change(work[1, i], work[2, i], stay, state, now, then)
            now, then = then, now
            _count(work[0, i], added, state, now[0], now[1])
            if i % _GROUP == _GROUP - 1 or i == block.size - 1:
                _recentre(state, mean, room, now[0], now[1])
    linear[:] = now[0]
    square[:] = now[1]
