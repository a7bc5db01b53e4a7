"""Where the walkers start: about the optimum, wider than the posterior, and along what the data leave open."""

from __future__ import annotations

from itertools import product
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from stfit.backends.optimum import Optimum
from stfit.errors import InputError, Problem
from stfit.objective.natural import NaturalCoordinates
from stfit.objective.prior import Prior

Array = npt.NDArray[np.float64]

WIDER: Final = 2.0  # than the standard errors
_DROP: Final = 50.0  # of ln posterior below the best, at which a mirror image still counts and walkers may still start
_DROP_BY: Final = 10.0  # more for each coordinate: a normal at twice its width loses 2 in the mean, and 8 at times
_EXPECTED_DROP: Final = 4.0  # for each coordinate, twice what a normal loses in the mean
_BATCHES: Final = 200
_BATCH: Final = 1000
_CROWD: Final = 20  # candidates for each walker that starts without a covariance
_NEAREST: Final = 40.0  # halvings of the way from the prior to the start


class Target(Protocol):
    """What a sampler knows of a fit: the density of its coordinates, vectorised over leading axes."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coordinates."""
        ...

    @property
    def prior(self) -> Prior:
        """What is believed before the data; its ends bound the coordinates."""
        ...

    def log_posterior(self, x: Array) -> Array:
        """ln posterior up to a constant at x of shape (..., p); −∞ outside the bounds."""
        ...

    def natural_coordinates(self, x: Array, errors: Array) -> tuple[NaturalCoordinates, ...]:
        """Coordinates in one of which the posterior about x, standard errors of shape (p,), has straight ridges."""
        ...


def finite_log_posterior(target: Target, x: Array) -> Array:
    """ln posterior, −∞ where it is no number."""
    with np.errstate(all="ignore"):  # walkers try everything, and what has no finite value is not taken
        value = target.log_posterior(x)
    return np.asarray(np.where(np.isnan(value), -np.inf, value))


def straightest(target: Target, optimum: Optimum, rng: np.random.Generator) -> NaturalCoordinates:
    """The candidate in which most of the walkers that start wide find the posterior; the first of equals."""
    covariance = optimum.covariance
    errors = np.zeros(optimum.x.size) if covariance is None else np.sqrt(np.diag(covariance))
    candidates = target.natural_coordinates(optimum.x, errors)
    if covariance is None or len(candidates) == 1:
        return candidates[0]
    best, itself = finite_log_posterior(target, optimum.x), np.ones((1, optimum.x.size))
    found = []
    for natural in candidates:
        values = finite_log_posterior(target, _drawn(target, optimum, natural, itself, rng))
        found.append(np.count_nonzero(values >= best - _EXPECTED_DROP * optimum.x.size))
    return candidates[int(np.argmax(found))]


def mirrors(target: Target, x: Array, natural: NaturalCoordinates) -> Array:
    """Signs, shape (images, p), that coordinates may take on without losing the posterior; the first is all 1.

    λ and β enter Eq. 27 as λ/β: where neither is known by its sign, both may change theirs. Coordinates in logarithms
    never cross zero, so such images are visited by their own step.
    """
    prior = target.prior
    either = np.flatnonzero(natural.logarithm & (prior.lower < 0) & (prior.upper > 0))
    signs = np.ones((2**either.size, x.size))
    signs[:, either] = list(product((1.0, -1.0), repeat=either.size))
    value = finite_log_posterior(target, signs * x)
    return np.asarray(signs[value >= value[0] - _DROP])


def starting_walkers(
    target: Target, optimum: Optimum, natural: NaturalCoordinates, walkers: int, rng: np.random.Generator
) -> Array:
    """Over-dispersed starts with a finite posterior inside the bounds, shape (walkers, p).

    From the covariance of the optimum, twice as wide; along null directions over the range of the prior. Where there is
    no covariance, from the prior, drawn nearer to the optimum by a random number of halvings. InputError where the
    posterior has no finite value to be found.
    """
    images = mirrors(target, optimum.x, natural)
    best = float(finite_log_posterior(target, optimum.x))
    least = best - _DROP - _DROP_BY * optimum.x.size if np.isfinite(best) else -np.inf
    found, values = np.zeros((0, optimum.x.size)), np.zeros(0)
    for _ in range(_BATCHES):
        x = _drawn(target, optimum, natural, images, rng)
        value = finite_log_posterior(target, x)
        found, values = (np.concatenate(pair) for pair in ((found, x), (values, value)))
        near = np.isfinite(values) & (values >= least)
        if optimum.covariance is not None and np.count_nonzero(near) >= walkers:
            return np.asarray(found[near][:walkers])
        if optimum.covariance is None and np.count_nonzero(near) >= _CROWD * walkers:
            return np.asarray(found[near][np.argsort(values[near], kind="stable")[:walkers]])  # the farthest
    # nowhere near the best: the highest there are
    highest = np.argsort(-values, kind="stable")[:walkers]
    if np.count_nonzero(np.isfinite(values)) < walkers:
        raise InputError(Problem("the posterior", "a finite value near the start of the fit", "none"))
    return np.asarray(found[highest])


def _drawn(target: Target, optimum: Optimum, natural: NaturalCoordinates, images: Array, rng: Any) -> Array:
    """A batch of candidates, shape (n, p)."""
    if optimum.covariance is None:
        nearer = 0.5 ** rng.uniform(0.0, _NEAREST, (_BATCH, 1))
        return np.asarray(optimum.x + nearer * (target.prior.draw(rng, _BATCH) - optimum.x))
    bend = natural.jacobian(optimum.x)
    root = WIDER * bend @ _root(optimum.covariance)
    y = natural.of(optimum.x) + rng.standard_normal((_BATCH, root.shape[1])) @ root.T
    null = bend @ (optimum.directions.scales[:, None] * optimum.directions.null)
    if null.shape[1]:
        reach = _reach(null, natural.of(target.prior.draw(rng, _BATCH)))
        y = y + rng.uniform(-WIDER, WIDER, (_BATCH, null.shape[1])) * reach @ null.T
    signs = np.sign(optimum.x) * images[rng.integers(images.shape[0], size=_BATCH)]
    with np.errstate(over="ignore"):
        return np.asarray(natural.back(y, signs))


def _reach(null: Array, believed: Array) -> Array:
    """How far each null direction, shape (p, k), leads before a coordinate has moved by its prior's deviation."""
    deviation = np.std(believed, axis=0)[:, None]
    size = np.abs(null)
    taking_part = size > 1e-6 * np.max(size, axis=0)
    return np.asarray(np.min(np.where(taking_part, deviation / np.where(taking_part, size, 1.0), np.inf), axis=0))


def _root(covariance: Array) -> Array:
    """A square root of a covariance that may be singular, shape (p, p)."""
    deviation = np.sqrt(np.diag(covariance))
    deviation = np.where(deviation > 0, deviation, 1.0)
    size, vectors = np.linalg.eigh(covariance / np.outer(deviation, deviation))
    return np.asarray(deviation[:, None] * vectors * np.sqrt(np.maximum(size, 0.0)))
