"""Gauss–Newton steps: the quickest way from a start that is near the optimum."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.objective.information import RANK_TOLERANCE
from stfit.objective.problem import FitProblem

Array = npt.NDArray[np.float64]

_LONGEST_STEP: Final = 1.0  # in natural sizes
_MOST_STEPS: Final = 12
_ROUNDED: Final = 1e-12  # of the sum of squares: a step that promises less may lead up by rounding


def gauss_newton(
    problem: FitProblem, x: Array, scales: Array, held: tuple[int, ...], tolerance: float, most: int = _MOST_STEPS
) -> tuple[Array, int] | None:
    """Undamped steps until one promises less than `tolerance` of the sum of squares; None where they find no way.

    Parameters
    ----------
    problem : Problem
        Its residuals and their derivatives.
    x : Array
        Coordinates to start from, shape (p,).
    scales : Array
        Natural size of each coordinate, shape (p,).
    held : tuple of int
        Coordinates that stay.
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
    lower, upper = problem.bounds
    free = np.array([i for i in range(x.size) if i not in held], dtype=np.intp)
    residuals = problem.residuals(x)
    for evaluations in range(1, 1 + min(most, _MOST_STEPS)):
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
