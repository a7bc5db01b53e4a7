"""How the walkers of an ensemble move: each half by what the other half knows of the posterior, all at once.

A move takes walkers, shape (n, p), and the others, shape (m, p), and gives what it proposes, shape (n, p), with the
logarithm of the ratio of the densities of the way back and the way there, shape (n,).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Random = np.random.RandomState  # what emcee holds its stream in
Proposal = Callable[[Array, Array, Random], tuple[Array, Array]]

_FREEDOM: Final = 5.0  # of Student's t: tails heavier than any posterior here has inside its bounds
_JITTER: Final = 1e-5  # of a step of differential evolution: no walker stays on a lattice
_LEAST: Final = 1e-12  # of the variance of a scaled coordinate, below which the others are taken as flat


def differential(walkers: Array, others: Array, random: Random) -> tuple[Array, Array]:
    """A step along the difference of two others (ter Braak 2006, doi:10.1007/s11222-006-8769-1); symmetric."""
    count, dimension = walkers.shape
    first, second = _pairs(others.shape[0], count, random)
    length = 2.38 / np.sqrt(2.0 * dimension) * (1.0 + _JITTER * random.standard_normal((count, 1)))
    return walkers + length * (others[first] - others[second]), np.zeros(count)


def global_t(walkers: Array, others: Array, random: Random) -> tuple[Array, Array]:
    """A fresh point of Student's t with the mean and the covariance of the others.

    Given the others, an independence sampler: where the posterior is nearly normal, most points are taken, and a walker
    forgets where it was within a step or two. Bounds only cost acceptance.
    """
    count, dimension = walkers.shape
    centre, root = _mean_and_root(others)
    normal = random.standard_normal((count, dimension))
    radius = np.sqrt(_FREEDOM / random.chisquare(_FREEDOM, size=(count, 1)))
    there = normal * radius
    here = np.linalg.solve(root, (walkers - centre).T).T
    return centre + there @ root.T, _log_t(here, dimension) - _log_t(there, dimension)


def _log_t(standard: Any, dimension: int) -> Array:
    """ln density of Student's t at standardised points, up to a constant."""
    return np.asarray(-0.5 * (_FREEDOM + dimension) * np.log1p(np.sum(np.square(standard), axis=-1) / _FREEDOM))


def _mean_and_root(points: Array) -> tuple[Array, Array]:
    """Mean of the points and a root of their covariance, with a floor where they hardly spread."""
    centre = np.mean(points, axis=0)
    away = points - centre
    scale = np.sqrt(np.mean(np.square(away), axis=0))
    scale = np.where(scale > 0, scale, 1.0)
    scaled = away / scale
    correlation = scaled.T @ scaled / points.shape[0]
    size, vectors = np.linalg.eigh(correlation)
    return centre, scale[:, None] * vectors * np.sqrt(np.maximum(size, _LEAST))


def _pairs(size: int, count: int, random: Random) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Two different ones of `size`, `count` times."""
    first = random.randint(size, size=count)
    second = random.randint(size - 1, size=count)
    return first, second + (second >= first)
