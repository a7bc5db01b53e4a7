"""Descents of −ln L: undamped Gauss–Newton steps, the quickest way from a start near the optimum; Fisher's scoring."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.objective.information import RANK_TOLERANCE
from stfit.objective.problem import FitProblem

Array = npt.NDArray[np.float64]

_LONGEST_STEP: Final = 1.0  # of scoring and of Gauss–Newton, in natural sizes
_SCORED: Final = 1e-4  # twice the gain of ln L that ends scoring: Newton is quicker then, and a replica good enough
_LEAST_DAMPED, _MOST_DAMPED = 1e-12, 1e8  # of the information: next to nothing; no step that matters is left
_MOST_SCORED: Final = 100  # steps of scoring
_MOST_UNDAMPED: Final = 12  # steps of Gauss–Newton
_ROUNDED: Final = 1e-12  # of the sum of squares: a step that promises less may lead up by rounding


@final
@dataclass(frozen=True)
class Scaled:
    """A problem in coordinates divided by their natural sizes, shape (p,); those in `held` stay where they are."""

    problem: FitProblem
    scales: Array
    held: tuple[int, ...]

    @cached_property
    def free(self) -> list[int]:
        """The coordinates that vary."""
        return [i for i in range(self.scales.size) if i not in self.held]


def score(scaled: Scaled, x: Array) -> tuple[Array, int]:
    """Fisher's scoring, until a step promises next to nothing, and the costs it took; for what is no sum of squares.

    A Newton step with the expected information, which unlike the curvature is never negative, by at most the natural
    size of a coordinate, and shortened by Marquardt's damping until it lowers the cost.
    """
    problem, scales, free = scaled.problem, scaled.scales, scaled.free
    lower, upper = problem.bounds
    cost, damping, evaluations = problem.cost(x), _LEAST_DAMPED, 1
    for _ in range(_MOST_SCORED):
        root = (problem.sensitivity(x) * scales)[:, free]
        gradient = (problem.gradient(x) * scales)[free]
        information = root.T @ root
        damped = information + damping * np.diag(np.diag(information))
        step = np.zeros_like(x)
        step[free] = np.linalg.lstsq(damped, gradient, rcond=None)[0]
        if step[free] @ gradient < _SCORED or damping > _MOST_DAMPED:
            break
        step /= max(1.0, float(np.max(np.abs(step))) / _LONGEST_STEP)
        there = np.clip(x - step * scales, lower, upper)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a step may lead where nothing is finite
            found = problem.cost(there)
        evaluations += 1
        lowers = found < cost
        damping = max(damping / 10.0, _LEAST_DAMPED) if lowers else max(10.0 * damping, 1e-3)
        x, cost = (there, found) if lowers else (x, cost)
    return x, evaluations


def gauss_newton(scaled: Scaled, x: Array, tolerance: float, most: int = _MOST_UNDAMPED) -> tuple[Array, int] | None:
    """Undamped steps until one promises less than `tolerance` of the sum of squares; None where they find no way.

    Parameters
    ----------
    scaled : Scaled
        The residuals and their derivatives.
    x : Array
        Coordinates to start from, shape (p,).
    tolerance : float
        Of the sum of squares.
    most : int
        Residual vectors that may be computed.

    Returns
    -------
    (Array, int) or None
        Coordinates, shape (p,), and how many residual vectors they took. None where a step leads up, or far (beyond
        the natural size of a coordinate), or to a bound.
    """
    problem, scales, free = scaled.problem, scaled.scales, scaled.free
    lower, upper = problem.bounds
    residuals = problem.residuals(x)
    for evaluations in range(1, 1 + min(most, _MOST_UNDAMPED)):
        root = (problem.jacobian(x) * scales)[:, free]
        triangle, rotated = _triangle(root, residuals)
        if not np.all(np.abs(np.diag(triangle)) > RANK_TOLERANCE * np.max(np.abs(triangle), initial=1e-300)):
            return None
        step = np.linalg.solve(triangle, rotated)
        least, promised = residuals @ residuals, rotated @ rotated
        if promised < tolerance * least:
            return x, evaluations
        there = x.copy()
        there[free] -= step * scales[free]
        if np.max(np.abs(step)) > _LONGEST_STEP or np.any(there <= lower) or np.any(there >= upper):
            return None
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a step may lead where nothing is finite
            found = problem.residuals(there)
        if not found @ found < least:
            return (x, evaluations) if promised < _ROUNDED * least else None
        x, residuals = there, found
    return None


def _triangle(root: Array, residuals: Array) -> tuple[Array, Array]:
    """R and Qᵀ·residuals of root = QR; too few rows leave R with a zero on its diagonal."""
    if root.shape[0] < root.shape[1]:
        return np.zeros((root.shape[1], root.shape[1])), np.zeros(root.shape[1])
    q, r = np.linalg.qr(root)
    return r, q.T @ residuals
