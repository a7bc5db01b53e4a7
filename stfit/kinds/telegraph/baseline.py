"""A polynomial drift of both levels, found together with the hidden chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from stfit.kinds.telegraph.chain_kernels import smooth
from stfit.kinds.telegraph.hidden_chain import HiddenChain

Array = npt.NDArray[np.float64]

_MOST_ROUNDS = 50
_SETTLED = 1e-3  # of the noise over √n: a change of the baseline that no result can show


def without_baseline(
    samples: npt.NDArray[Any],
    chain: HiddenChain,
    x: Array,
    order: int,
    climb: Callable[[HiddenChain, Array], Array],
) -> tuple[Array, Array, HiddenChain, Array]:
    """Samples without their drift, the drift, and the chain and coordinates that belong to it.

    climb: the maximum over the chain, from coordinates to start from. Expectation–maximisation: the polynomial (without
    constant) that best fits what the samples leave over the expected level, in turn with the maximum over the chain;
    its fixed point is the joint maximum where both levels have one noise. The errors quoted take the drift as known; it
    is nearly orthogonal to the dwell times.
    """
    time = np.linspace(-1.0, 1.0, samples.size)
    powers = np.polynomial.legendre.legvander(time, order)[:, 1:]
    projector = np.linalg.pinv(powers - powers.mean(axis=0))
    flat, drift = np.asarray(samples, dtype=float), np.zeros(samples.size)
    for _ in range(_MOST_ROUNDS):
        x = climb(chain, x)
        in_ap = state_probabilities(chain, x)
        expected = chain.shift + chain.scale * (x[2] + (x[3] - x[2]) * in_ap)
        left = flat - expected
        change = (powers - powers.mean(axis=0)) @ (projector @ left)
        drift, flat = drift + change, flat - change
        chain = HiddenChain(flat, chain.shift, chain.scale)
        if np.max(np.abs(change)) < _SETTLED * chain.scale * np.exp(x[4]) / np.sqrt(samples.size):
            break
    return flat, drift, chain, x


def state_probabilities(chain: HiddenChain, x: Array) -> Array:
    """Probability of AP at every sample given the whole trace, shape (n,) (forward–backward, held in memory)."""
    return np.asarray(smooth(np.ascontiguousarray(chain.samples, dtype=float), *chain.numbers(x)))
