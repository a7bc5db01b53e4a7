"""Simulated telegraph traces: exponential dwells in continuous time, sampled, with white noise."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


def telegraph(
    n: int, tau: tuple[float, float], *, snr: float, seed: int, noise: tuple[float, float] = (1.0, 1.0)
) -> Array:
    """n samples of levels 0 and snr, dwell times tau in samples; the first state drawn from the stationary ones."""
    rng = np.random.default_rng(seed)
    pairs = int(1.2 * n / sum(tau) + 6 * np.sqrt(n / sum(tau)) + 20)
    dwells = rng.exponential(np.tile(tau, pairs))
    first = int(rng.random() * sum(tau) > tau[0])
    if first:
        dwells = dwells[1:]
    state = (np.searchsorted(np.cumsum(dwells), np.arange(n), side="right") + first) % 2
    samples: Array = state * snr + np.where(state == 0, *noise) * rng.standard_normal(n)
    return samples
