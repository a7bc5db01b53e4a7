"""Newton steps towards the maximum of a likelihood, with its exact Hessian."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_MOST_HALVINGS: Final = 30
_ROUNDING: Final = 1e-13  # of ln L


def newton_step(gradient: Array, hessian: Array, longest: Array | float, flattest: float) -> tuple[Array, float]:
    """The step uphill, damped where the curvature is not that of a maximum.

    Parameters
    ----------
    gradient, hessian
        Of ln L, shapes (p,) and (p, p).
    longest
        Longest step of each coordinate, shape (p,), or of all.
    flattest
        Least curvature that counts, over the largest.

    Returns
    -------
    step : Array
        Shape (p,).
    gain : float
        Of ln L, that is to be expected of the whole step; infinite where the curvature is not that of a maximum.
    """
    curvature, axes = np.linalg.eigh(-hessian)
    along = axes.T @ gradient
    damped = np.maximum(np.abs(curvature), flattest * np.abs(curvature).max())
    gain = 0.5 * float(along @ (along / damped)) if curvature[0] > 0 else np.inf
    step = axes @ (along / damped)
    return step / max(1.0, float(np.max(np.abs(step) / longest))), gain


def uphill(log_likelihood: Callable[[Array], float], x: Array, step: Array, value: float) -> Array | None:
    """The first point along ever shorter steps that does not lower ln L below `value`, its value at x; None of none."""
    for halving in range(_MOST_HALVINGS):
        there = x + step * 0.5**halving
        if log_likelihood(there) >= value - _ROUNDING * abs(value):
            return there
    return None
