"""Damped Newton descents inside bounds, with exact second derivatives, from points near a known optimum."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
# value, gradient (p,) and Hessian (p, p) at x of shape (p,)
Expansion = Callable[[Array], tuple[float, Array, Array]]

FARTHEST: Final = 1e3  # natural sizes (k_BT, a factor e, l/L_θθ itself) between a best fit and the walls of a search
FLATTEST: Final = 1e-6  # curvature along a step of about one standard error, below which a direction counts as flat
_SETTLED: Final = 1e-9  # expected gain of one more step, at which a descent ends
_CONVERGED: Final = 1e-5  # the same, below which a descent has converged though no step lowers the value any more
_LONGEST: Final = 1.0  # step, in natural sizes: in standard errors a way back into a narrow valley is long
_MOST_STEPS: Final = 40
_MOST_DAMPED: Final = 1e10
_VAGUEST: Final = 1e-2  # least curvature by natural sizes: a step of one standard error is at most 10 of these


@final
@dataclass(frozen=True)
class Box:
    """Coordinates between bounds, and steps in them.

    columns: shape (p, p), steps of about one standard error each, of natural size where the data see none. scales:
    natural sizes, shape (p,). walls: mask of the lower, then of the upper bounds that only end a search, shape (2, p).
    """

    lower: Array
    upper: Array
    columns: Array
    scales: Array
    walls: Mask | None = None

    @classmethod
    def around(cls, x: Array, bounds: tuple[Array, Array], columns: Array, scales: Array) -> Box:
        """The bounds, walled off FARTHEST natural sizes from x: nothing is to be learned beyond."""
        ends = np.array([x - FARTHEST * scales, x + FARTHEST * scales])
        walls = np.array([ends[0] > bounds[0], ends[1] < bounds[1]])
        lower, upper = np.maximum(ends[0], bounds[0]), np.minimum(ends[1], bounds[1])
        return cls(lower, upper, columns, scales, walls)

    def at_wall(self, x: Array) -> bool:
        """Whether a point lies near a wall: beyond a third of the way there."""
        if self.walls is None:
            return False
        near = 2.0 / 3.0 * FARTHEST * self.scales
        return bool(np.any(self.walls[0] & (x - self.lower < near)) or np.any(self.walls[1] & (self.upper - x < near)))

    def pushed(self, x: Array, gradient: Array) -> Mask:
        """Coordinates at a bound that a descent along −gradient would leave."""
        return ((x <= self.lower) & (gradient > 0)) | ((x >= self.upper) & (gradient < 0))

    def moving(self, held: Mask) -> Array:
        """The steps that leave the held coordinates where they are, shape (p, k)."""
        if not np.any(held):
            return self.columns
        _, singular, transposed = np.linalg.svd(self.columns[held], full_matrices=True)
        rank = int(np.count_nonzero(singular > 1e-12 * singular[0])) if singular.size else 0
        basis = self.columns @ transposed[rank:].T
        basis[held] = 0.0  # but for rounding
        return np.asarray(basis)

    def excess(self, step: Array) -> float:
        """How much too long a step (in coordinates) is; at most 1 where it is not."""
        return float(np.max(np.abs(step / self.scales), initial=0.0)) / _LONGEST

    def advance(self, x: Array, step: Array) -> Array:
        """x + step, cut short where the first coordinate meets its bound."""
        with np.errstate(divide="ignore", invalid="ignore"):
            room = np.where(step > 0, self.upper - x, self.lower - x) / step
        room = np.where(step == 0.0, np.inf, np.maximum(room, 0.0))
        first = float(np.min(room, initial=np.inf))
        if first >= 1.0:
            return np.clip(x + step, self.lower, self.upper)
        there = x + first * step
        met = room <= first * (1.0 + 1e-12)
        there[met] = np.where(step > 0, self.upper, self.lower)[met]
        return np.clip(there, self.lower, self.upper)


def whitening(hessian: Array, scales: Array) -> Array:
    """Steps of one standard error along the principal axes of a Hessian, shape (p, p); scales: natural sizes."""
    curvatures, axes = np.linalg.eigh(hessian * np.outer(scales, scales))
    return np.asarray(scales[:, None] * axes / np.sqrt(np.maximum(np.abs(curvatures), _VAGUEST)))


@final
@dataclass(frozen=True)
class Descent:
    """Where a descent ended."""

    x: Array
    value: float
    converged: bool


def descend(function: Expansion, start: Array, box: Box) -> Descent:
    """The minimum of a function downhill of `start`, inside the box.

    Newton steps with the curvatures' absolute values, and Marquardt's damping until a step lowers the value. Never
    throws: where the function is not finite it takes shorter steps, and says so if none helps.
    """
    x = np.clip(start, box.lower, box.upper)
    value, gradient, hessian = function(x)
    damping = 0.0
    if not finite(value, gradient, hessian):
        return Descent(x, np.inf, converged=False)
    for _ in range(_MOST_STEPS):
        basis = box.moving(box.pushed(x, gradient))
        step, gain = _newton_step(basis, gradient, hessian, damping)
        step = step / max(1.0, box.excess(step))
        if gain < _SETTLED:
            return Descent(x, value, converged=damping < 1.0 or gain * damping < _CONVERGED)
        there = box.advance(x, step)
        found = function(there)
        if finite(*found) and found[0] < value:
            x, (value, gradient, hessian) = there, found
            damping = damping / 10.0 if damping > 1e-3 else 0.0
        elif damping > _MOST_DAMPED:
            return Descent(x, value, converged=gain < _CONVERGED)
        elif damping == 0.0 and gain < _CONVERGED:  # rounding
            return Descent(x, value, converged=True)
        else:
            damping = max(10.0 * damping, 1e-2)
    return Descent(x, value, converged=False)


def finite(value: float, gradient: Array, hessian: Array) -> bool:
    """Whether an expansion can be used."""
    return bool(np.isfinite(value) and np.all(np.isfinite(gradient)) and np.all(np.isfinite(hessian)))


def _newton_step(basis: Array, gradient: Array, hessian: Array, damping: float) -> tuple[Array, float]:
    """The step in coordinates, and the gain it promises."""
    slope = basis.T @ gradient
    if slope.size == 0:
        return np.zeros_like(gradient), 0.0
    curvatures, axes = np.linalg.eigh(basis.T @ hessian @ basis)
    along = axes.T @ slope
    stiffness = np.maximum(np.abs(curvatures), FLATTEST) + damping
    step = -(basis @ (axes @ (along / stiffness)))
    return step, 0.5 * float(along @ (along / stiffness))
