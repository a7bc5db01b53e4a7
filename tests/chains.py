"""Chains: independent draws of a known law in the shape of a sampler's, and short runs of the sampler."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from stfit.backends.budget import Budget
from stfit.backends.chain import Chain, Ended
from stfit.backends.ensemble import sample
from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.objective import Objective
from tests import builders

Array = npt.NDArray[np.float64]

SHORT = Budget(ensembles=2, walkers=32, steps=200, target=10**9)


def chain_of(objective: Objective, draws: Array, *, ended: Ended = Ended.RESOLVED) -> Chain:
    """draws: coordinates, shape (ensembles, steps, walkers, p)."""
    acceptance = np.full(draws.shape[0], 0.4)
    return Chain(objective.names, draws, objective.log_posterior(draws), 100, 7, acceptance, 1.0, ended)


def normal_chain(
    objective: Objective, optimum: Optimum, *, seed: int, shape: tuple[int, int, int] = (4, 250, 16)
) -> Chain:
    """Independent draws of the normal law of a fit, inside the bounds; along null directions they wander a little."""
    assert optimum.covariance is not None
    found = optimum.directions
    along = found.null * found.scales[:, None]
    covariance = optimum.covariance + 0.01 * along @ along.T
    rng = np.random.default_rng(seed)
    # too many, of which those inside the bounds stay: the law cut off at the bounds
    drawn = rng.multivariate_normal(optimum.x, covariance, size=20 * int(np.prod(shape)), method="svd")
    inside = np.all((drawn > objective.prior.lower) & (drawn < objective.prior.upper), axis=1)
    return chain_of(objective, drawn[inside][: np.prod(shape)].reshape(*shape, -1))


def autoregressive(rng: np.random.Generator, phi: float, *shape: int) -> Array:
    """AR(1) series of unit variance along the second axis: x_t = φ x_{t−1} + √(1−φ²) noise; τ = (1+φ)/(1−φ)."""
    noise: Any = rng.standard_normal(shape)
    series = np.empty(shape)
    series[:, 0] = noise[:, 0]
    for step in range(1, shape[1]):
        series[:, step] = phi * series[:, step - 1] + np.sqrt(1.0 - phi**2) * noise[:, step]
    return series


def few_counts(seed: int) -> tuple[Objective, Optimum]:
    """A device with five dwells a row, and its fit."""
    grid = builders.grid(temperatures=(260.0, 310.0), currents=(-8e-3, -2e-3, 3e-3, 9e-3))
    objective = builders.objective(builders.dwell_times(grid, n=5, seed=seed))
    return objective, minimise(objective)


@cache
def device() -> tuple[Objective, Optimum, Chain]:
    """A device at four temperatures, of which everything is identified, and a short chain of it by the sampler."""
    return _sampled(builders.objective(builders.dwell_times(builders.grid(), n=300, seed=1)), 64, 500)


@cache
def one_temperature() -> tuple[Objective, Optimum, Chain]:
    """The same at one temperature and with β unknown: slopes are identified, and little else."""
    constants = {"delta_R": "0.110 ± 0.004 ohm", "temperature": "295 ± 1 K"}
    measured = builders.dwell_times(builders.grid((295.0,)), n=300, seed=1)
    return _sampled(builders.objective(measured, device=constants), 64, 500)


def _sampled(objective: Objective, walkers: int, steps: int) -> tuple[Objective, Optimum, Chain]:
    optimum = minimise(objective)
    budget = Budget(ensembles=4, walkers=walkers, steps=steps, target=10**9)
    return objective, optimum, sample(objective, optimum, seed=20251, budget=budget)
