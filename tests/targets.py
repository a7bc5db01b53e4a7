"""Densities in closed form that a sampler takes in place of an objective."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from stfit.backends.optimum import Optimum
from stfit.models.parameters import Parameter
from stfit.objective import FitParameter
from stfit.objective.information import Directions
from stfit.objective.natural import NaturalCoordinates
from stfit.objective.prior import Prior, prior_of
from stfit.results import Status

Array = npt.NDArray[np.float64]


def uniform_prior(lower: Array, upper: Array) -> Prior:
    """A box."""
    parameters = [
        Parameter(f"x{i}", f"x{i}", "", f"x{i}", "", 0.5 * (low + high), low, high)
        for i, (low, high) in enumerate(zip(lower.tolist(), upper.tolist(), strict=True))
    ]
    return prior_of([FitParameter(p, p.start, p.lower, p.upper) for p in parameters])


def plain(dimension: int) -> NaturalCoordinates:
    """The coordinates as they are."""
    none = np.zeros(dimension, dtype=bool)
    return NaturalCoordinates(none, none)


@dataclass(frozen=True)
class NormalTarget:
    """A normal law of any covariance inside a box."""

    mean: Array
    covariance: Array
    half_width: float = 1e3

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"x{i}" for i in range(self.mean.size))

    @property
    def prior(self) -> Prior:
        return uniform_prior(self.mean - self.half_width, self.mean + self.half_width)

    def log_posterior(self, x: Array) -> Array:
        away = x - self.mean
        inside = np.all(np.abs(away) <= self.half_width, axis=-1)
        value = -0.5 * np.einsum("...i,ij,...j->...", away, np.linalg.inv(self.covariance), away)
        return np.where(inside, value, -np.inf)

    def natural_coordinates(self, x: Array, errors: Array) -> tuple[Any, ...]:
        return (plain(self.mean.size),)


@dataclass(frozen=True)
class BentTarget:
    """Independent laws of four coordinates that are sampled as ln|a|, b/t, ln t and ln|m|.

    a: normal, 8 ± 1. b: normal, 0.5 ± 0.05. t: normal, 300 ± 30. m: |m| normal, 5 ± 0.5, of either sign.
    volume: whether the coordinates know how they stretch space; a sampler without draws something else.
    """

    volume: bool = True

    @property
    def names(self) -> tuple[str, ...]:
        return ("a", "b", "t", "m")

    @property
    def prior(self) -> Prior:
        return uniform_prior(np.array([-100.0, -10.0, 1.0, -100.0]), np.array([100.0, 10.0, 1e4, 100.0]))

    def log_posterior(self, x: Array) -> Array:
        sizes = np.concatenate([x[..., :3], np.abs(x[..., 3:])], axis=-1)
        standard = (sizes - np.array([8.0, 0.5, 300.0, 5.0])) / np.array([1.0, 0.05, 30.0, 0.5])
        inside = np.all((x >= self.prior.lower) & (x <= self.prior.upper), axis=-1)
        return np.where(inside, -0.5 * np.sum(np.square(standard), axis=-1), -np.inf)

    def natural_coordinates(self, x: Array, errors: Array) -> tuple[Any, ...]:
        natural = NaturalCoordinates(np.array([True, False, True, True]), np.array([False, True, False, False]), 2)
        return (natural if self.volume else _WithoutVolume(natural),)


@dataclass(frozen=True)
class _WithoutVolume:
    """Coordinates that forget how they stretch space."""

    inner: NaturalCoordinates

    @property
    def logarithm(self) -> npt.NDArray[np.bool_]:
        return self.inner.logarithm

    def of(self, x: Array) -> Array:
        return self.inner.of(x)

    def back(self, y: Array, signs: Array) -> Array:
        return self.inner.back(y, signs)

    def jacobian(self, x: Array) -> Array:
        return self.inner.jacobian(x)

    def log_volume(self, y: Array) -> Array:
        return np.zeros(y.shape[:-1])


def optimum_at(x: Any, covariance: Array | None, null: Array | None = None) -> Optimum:
    """The end of a fit at x, with unit scales; null: null directions as columns."""
    x = np.asarray(x, dtype=float)
    none = np.zeros((x.size, 0))
    directions = Directions(
        tuple(f"x{i}" for i in range(x.size)), np.ones(x.size), none if null is None else null, none, np.ones(x.size)
    )
    return Optimum(x, Status.CONVERGED, covariance, directions, np.zeros(x.size, dtype=bool), 0.0, 1)
