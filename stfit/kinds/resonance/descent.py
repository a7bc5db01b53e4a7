"""Levenberg & Marquardt within bounds, for a few parameters and many samples.

D. W. Marquardt, SIAM J. Appl. Math. 11, 431 (1963), doi:10.1137/0111030. A step of a sample's length in SciPy's
least_squares costs more than the residuals of most spectra.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_ROUNDS: Final = 60
_FIRST_DAMPING: Final = 1e-3
_GIVEN_UP: Final = 1e8
_LONGEST: Final = 0.7  # a step of any parameter, of order 1


def minimum(
    reduced: Callable[[Array], tuple[Array, Array]], start: Array, bounds: tuple[Array, Array], tolerance: float
) -> Array:
    """Where the sum of squares is least.

    Parameters
    ----------
    reduced : function
        Parameters, shape (parameters,), to residuals, shape (samples,), and their Jacobian, (samples, parameters).
    start : array, shape (parameters,)
        Parameters of order 1.
    bounds : (array, array)
        Lowest and highest values.
    tolerance : float
        Relative, of the sum of squares and of steps: both are smaller at the end.

    Returns
    -------
    array, shape (parameters,)
    """
    low, high = bounds
    x = np.clip(start, low, high)
    left, jacobian = reduced(x)
    cost, damping = float(left @ left), _FIRST_DAMPING
    for _ in range(_ROUNDS):
        gradient, information = jacobian.T @ left, jacobian.T @ jacobian
        free = ~(((x <= low) & (gradient > 0)) | ((x >= high) & (gradient < 0)))
        scale = np.maximum(np.diag(information), np.finfo(float).tiny)
        while damping < _GIVEN_UP:
            step = _step(information, gradient, free, damping * scale)
            moved = np.clip(x + step, low, high)
            new_left, new_jacobian = reduced(moved)
            new_cost = float(new_left @ new_left)
            if new_cost <= cost:
                break
            damping *= 5.0
        else:
            return x
        small = cost - new_cost <= tolerance * cost and np.max(np.abs(moved - x)) <= np.sqrt(tolerance)
        x, left, jacobian, cost, damping = moved, new_left, new_jacobian, new_cost, max(0.1 * damping, 1e-9)
        if small:
            break
    return x


def _step(information: Array, gradient: Array, free: npt.NDArray[np.bool_], damping: Array) -> Array:
    step = np.zeros(gradient.size)
    if np.any(free):
        own = np.ix_(free, free)
        step[free] = -np.linalg.solve(information[own] + np.diag(damping[free]), gradient[free])
    return step * min(1.0, _LONGEST / max(float(np.max(np.abs(step))), np.finfo(float).tiny))
