"""The angle of the barrier top by a coordinate in which c_P is regular: u = θ0 − sin θ0, Kepler's equation.

With r = (1 − cos θ)/2 the asymmetry factor is c_P = u/2, a straight line in u, where in θ0 it starts as θ0³/12: at
θ0 = 0 it has no derivative there. Any r(θ) that starts as θ² behaves alike.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import elementwise, value_of

Array = npt.NDArray[np.float64]

LEAST: Final = 1e-9  # of u, at which θ0 = 1.8e-3 and its slope in u, 1/(1 − cos θ0), is still a number
_SERIES_UP_TO: Final = 0.1  # of (6u)^(1/3): the next term of the series is 1e-14 of θ0 there
_STEPS: Final = 6  # of Newton's method; from the series each doubles the two digits that it begins with


def coordinate_at(theta_0: Any) -> Any:
    """u = θ0 − sin θ0, from LEAST to π; theta_0: rad, from 0 to π, a float or an array."""
    angle = np.asarray(theta_0, dtype=float)
    small = angle**3 / 6.0 * (1.0 - angle**2 / 20.0 * (1.0 - angle**2 / 42.0))
    return np.clip(np.where(angle < _SERIES_UP_TO, small, angle - np.sin(angle)), LEAST, np.pi)


def angle_at(u: Any) -> Any:
    """θ0, rad, at u from LEAST to π; a float, an array or a Jet."""
    angle = _solved(value_of(u))
    return elementwise(u, lambda _: angle, lambda _: angle_slope(angle), lambda _: _curvature(angle))


def angle_slope(theta_0: Any) -> Any:
    """dθ0/du = 1/(1 − cos θ0)."""
    return 0.5 / np.square(np.sin(0.5 * np.asarray(theta_0)))


def _curvature(theta_0: Array) -> Array:
    return np.asarray(-np.sin(theta_0) * angle_slope(theta_0) ** 3)


def _solved(u: Array) -> Array:
    u = np.clip(u, LEAST, np.pi)
    s = np.cbrt(6.0 * u)
    angle = s + s**3 / 60.0 + s**5 / 1400.0
    for _ in range(_STEPS):
        angle = angle - np.where(s < _SERIES_UP_TO, 0.0, (angle - np.sin(angle) - u) * angle_slope(angle))
    return np.asarray(angle)
