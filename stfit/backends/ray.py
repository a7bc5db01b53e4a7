"""One side of a profile: how a quantity moves outwards from the best fit, and how such a side may end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import final

import numpy as np
import numpy.typing as npt

from stfit.backends.level import towards
from stfit.backends.newton import Box, Descent, Expansion

Array = npt.NDArray[np.float64]


class State(Enum):
    """How one side of a profile ends: the key that is stored and the sentence that a report prints."""

    CLOSED = ("closed", "The data close the interval on this side.")
    OPEN = ("open", "The deviance never rises to this level: the data leave the interval open on this side.")
    LIMIT = ("limit", "The quantity reaches the end of its range before the deviance rises to this level.")
    AT_BOUND = ("at-bound", "The best fit lies at its bound on this side.")
    FAILED = ("failed", "The end could not be found: the likelihood has no usable curvature there.")

    def __init__(self, key: str, sentence: str) -> None:
        self.key = key
        self.sentence = sentence


@final
@dataclass(frozen=True)
class Found:
    """An end: value of the quantity and the point x, shape (p,), where closed or at the end of its range.

    level: the rise in deviance. multiplier: ν at the end, in standard errors of the quantity. lower: a point of lower
    cost than the best fit's.
    """

    state: State
    value: float | None
    x: Array | None
    multiplier: float = 0.0
    level: float = 0.0
    lower: Array | None = None


@final
@dataclass(frozen=True)
class Ray:
    """One side of the profile of a quantity. rise: the cost above the best fit's. sign: +1 for the upper side."""

    rise: Expansion
    quantity: Expansion
    box: Box
    best: Array
    sign: float

    @cached_property
    def start(self) -> tuple[float, Array]:
        """The quantity and its gradient at the best fit."""
        value, gradient, _ = self.quantity(self.best)
        return value, gradient

    @cached_property
    def inner_steps(self) -> Array:
        """Steps that leave alone the coordinates at a bound that the likelihood, or the quantity, pushes against."""
        gradient = self.rise(self.best)[1]
        leaving = self.box.pushed(self.best, self.sign * self.start[1])  # which the quantity takes off its bound
        pushed = self.box.pushed(self.best, gradient) & ~leaving
        basis = self.box.moving(pushed)
        blocked = self.box.pushed(self.best, -self.sign * basis @ (basis.T @ self.start[1]))
        return self.box.moving(pushed | blocked)

    @cached_property
    def is_blocked(self) -> bool:
        """Whether the quantity cannot move outwards from the best fit, because of bounds."""
        inner = float(np.linalg.norm(self.inner_steps.T @ self.start[1]))
        return inner <= 1e-9 * float(np.linalg.norm(self.box.columns.T @ self.start[1]))

    @cached_property
    def unit(self) -> float:
        """A standard error of the quantity."""
        inner = float(np.linalg.norm(self.inner_steps.T @ self.start[1]))
        return inner if inner > 0 else float(np.linalg.norm(self.box.columns.T @ self.start[1]))

    def outwards(self, x: Array) -> tuple[float, Array, Array]:
        """How far the quantity has moved outwards, in standard errors, with derivatives."""
        value, gradient, hessian = self.quantity(x)
        factor = self.sign / self.unit
        return factor * (value - self.start[0]), factor * gradient, factor * hessian

    def distances(self, x: Array) -> list[tuple[float, Array, Array]]:
        """`outwards`, as the one quantity of a ray."""
        return [self.outwards(x)]

    def value_at(self, distance: float) -> float:
        """The quantity at a distance in standard errors."""
        return self.start[0] + self.sign * self.unit * distance

    def predicted(self, level: float) -> tuple[Array, float]:
        """The end of a quadratic likelihood, and its multiplier."""
        z = float(np.sqrt(level))
        direction = self.inner_steps @ (self.inner_steps.T @ self.start[1]) * (self.sign / self.unit)
        return self.box.advance(self.best, z * direction), z

    def towards(self, target: float, start: Array) -> tuple[Descent, float, float]:
        """The best fit near a target distance: the descent, its distance and its rise in cost."""
        end, found, rise = towards(self, np.array([target]), start)
        return end, float(found[0]), rise
