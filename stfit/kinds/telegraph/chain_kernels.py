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
_CARRIED = 28  # by state: the forward vector, first moments of six statistics, upper triangle of their second ones
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
def _change(w0: float, w1: float, stay: Array, both: tuple[Array, Array], kept: tuple[Array, Array]) -> None:
    """One transition and emission of what is carried along. kept: room for (7,), (7,)."""
    v, u = both
    up, down = kept
    c00, c10, c01, c11 = w0 * stay[0], w0 * stay[2], w1 * stay[1], w1 * stay[3]
    for i in range(7):
        up[i] = c01 * v[i]
        down[i] = c10 * u[i]
    for i in range(_CARRIED):
        x, y = v[i], u[i]
        v[i] = c00 * x + c10 * y
        u[i] = c01 * x + c11 * y
    v[3] += down[0]  # one more transition 1→0, in statistic 2
    v[9] += down[1]
    v[14] += down[2]
    v[18] += 2.0 * down[3] + down[0]
    for i in range(3):
        v[19 + i] += down[4 + i]
    u[2] += up[0]  # one more transition 0→1, in statistic 1
    u[8] += up[1]
    u[13] += 2.0 * up[2] + up[0]
    for i in range(4):
        u[14 + i] += up[3 + i]


@_compiled
def _count(z: float, u: Array) -> None:
    """One more sample in state 1: statistics 3, 4 and 5 grow by 1, z and z²."""
    square = z * z
    a, t3, t4, t5 = u[0], u[4], u[5], u[6]
    for j in range(3):  # products with statistics 0, 1 and 2
        t, at = u[1 + j], (10, 15, 19)[j]
        u[at] += t
        u[at + 1] += z * t
        u[at + 2] += square * t
    u[22] += 2.0 * t3 + a
    u[23] += z * (t3 + a) + t4
    u[24] += square * (t3 + a) + t5
    u[25] += z * (2.0 * t4 + z * a)
    u[26] += square * (t4 + z * a) + z * t5
    u[27] += square * (2.0 * t5 + square * a)
    u[4] += a
    u[5] += z * a
    u[6] += square * a


@_compiled
def _recentre(state: Array, mean: Array, both: tuple[Array, Array], shift: Array) -> None:
    """Normalise the forward vector, and move the first moments into the mean. shift: room for six numbers."""
    v, u = both
    scale = v[0] + u[0]
    state[2] += math.log(scale)
    inverse = 1.0 / scale
    for i in range(_CARRIED):
        v[i] *= inverse
        u[i] *= inverse
    for k in range(6):
        shift[k] = v[1 + k] + u[1 + k]
        mean[k] += shift[k]
    for w in both:
        at = 7
        for k in range(6):
            for j in range(k, 6):
                w[at] -= shift[k] * w[1 + j] + shift[j] * w[1 + k] - shift[k] * shift[j] * w[0]
                at += 1
        for k in range(6):
            w[1 + k] -= shift[k] * w[0]


@_compiled
def moments(samples: Any, emission: Emission, stay: Array, state: Array, statistics: Any, sums: Array) -> None:
    """`forward`, with the conditional mean and covariance of the sufficient statistics given all samples so far.

    statistics: two arrays, changed in place. The mean, shape (6,); by present state, shape (2, 28), the forward vector
    and, times it, the first and second moments of the statistics about the mean (of the second ones the upper triangle,
    row by row); recentred with every normalisation, so that they stay exact over any length. The forward vector in
    `state` is not read.
    """
    mean, carried = statistics
    both = (carried[0], carried[1])
    work, shift, kept = np.empty((4, _BLOCK)), np.empty(6), (np.empty(7), np.empty(7))
    for start in range(0, samples.size, _BLOCK):
        block = samples[start : start + _BLOCK]
        weigh(block, emission, work, sums)
        for i in range(block.size):
            _change(work[1, i], work[2, i], stay, both, kept)
            _count(work[0, i], both[1])
            if i % _GROUP == _GROUP - 1 or i == block.size - 1:
                _recentre(state, mean, both, shift)
