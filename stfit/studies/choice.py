"""Which points of many to measure: those that leave the least variance of one quantity (c-optimal, by exchange)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_RIDGE = 1e-9  # of a unit information: what stands for the little that is known along a null direction
_ROUNDS = 10  # of exchange; two or three are enough


def chosen(base: Array, pool: Array, gradient: Array, count: int) -> list[int]:
    """Indices of `count` points (one may stand several times), in the order of the pool.

    base: information there is, (p, p). pool: information of each point, (m, p, p). gradient: of the quantity whose
    variance is to be small, (p,). Greedy, then each point exchanged for a better one until none is better: a local
    optimum, as exchange algorithms give (Fedorov, Theory of Optimal Experiments, 1972).
    """
    size = np.sqrt(np.diag(base + np.sum(pool, axis=0)))
    size = np.where(size > 0, size, 1.0)
    scale = np.outer(size, size)
    known = base / scale + _RIDGE * np.eye(size.size)
    offers, along = pool / scale, gradient / size
    picked: list[int] = []
    for _ in range(count):
        picked.append(_best(known + offers[picked].sum(axis=0), offers, along)[0])
    for _ in range(_ROUNDS):
        if not _exchange(picked, known, offers, along):
            break
    return sorted(picked)


def _exchange(picked: list[int], known: Array, offers: Array, along: Array) -> bool:
    """Replace each point by the best one; whether any was replaced."""
    changed = False
    for place in range(len(picked)):
        others = [*picked[:place], *picked[place + 1 :]]
        left = known + offers[others].sum(axis=0)
        best, variance = _best(left, offers, along)
        if variance < (1.0 - 1e-9) * _variances(left + offers[picked[place]][None], along)[0]:
            picked[place], changed = best, True
    return changed


def _best(known: Array, offers: Array, along: Array) -> tuple[int, float]:
    variances = _variances(known + offers, along)
    best = int(np.argmin(variances))
    return best, float(variances[best])


def _variances(information: Array, along: Array) -> Array:
    moved = np.linalg.solve(information, np.broadcast_to(along[:, None], (*information.shape[:-1], 1)))
    return np.asarray(np.sum(along * moved[..., 0], axis=-1))
