"""An end of a profile by constrained optimisation: for where Newton's method and following the profile fail.

The quantity is made as large (or small) as it gets while the cost stays below the level, inside the bounds, by
sequential quadratic programming with exact gradients (scipy's SLSQP). It passes along bounds.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.backends.ray import Found, Ray, State

Array = npt.NDArray[np.float64]

_STEPS: Final = 300
_ON_LEVEL: Final = 0.01  # of the level, within which the level is what ends a side
_EXCESS: Final = 1e-3  # of the level, by which the solution may lie above it
_TOLERANCE: Final = 1e-10
_FAR_UP: Final = 1e6  # a rise that stands for one that is not finite


def extreme(ray: Ray, level: float, start: Array) -> Found:
    """The end on one side of a ray, from a start whose rise is below the level; FAILED where none is found."""
    columns, height = ray.box.columns, level / 2.0

    def point(y: Array) -> Array:
        return np.clip(ray.best + columns @ y, ray.box.lower, ray.box.upper)

    @lru_cache(maxsize=1)  # value and slope are asked for one after the other
    def rise_and_distance(key: bytes) -> tuple[float, Array, float, Array]:
        x = point(np.frombuffer(key))
        return *ray.rise(x)[:2], *ray.outwards(x)[:2]

    def room(y: Array) -> float:
        rise = rise_and_distance(y.tobytes())[0]
        return height - (rise if np.isfinite(rise) else _FAR_UP)

    def room_slope(y: Array) -> Array:
        return -np.nan_to_num(columns.T @ rise_and_distance(y.tobytes())[1])

    def inwards(y: Array) -> float:
        return -rise_and_distance(y.tobytes())[2]

    def inwards_slope(y: Array) -> Array:
        return -np.nan_to_num(columns.T @ rise_and_distance(y.tobytes())[3])

    found = scipy.optimize.minimize(
        inwards,
        np.asarray(np.linalg.lstsq(columns, start - ray.best, rcond=None)[0], dtype=float),
        jac=inwards_slope,
        method="SLSQP",
        constraints=[{"type": "ineq", "fun": room, "jac": room_slope}, *_inside(ray)],
        options={"maxiter": _STEPS, "ftol": _TOLERANCE},
    )
    x = point(found.x)
    left, distance = room(found.x), ray.outwards(x)[0]
    if left < -_EXCESS * level or not np.isfinite(distance):
        return Found(State.FAILED, None, None)
    if ray.box.at_wall(x):
        return Found(State.OPEN, None, None)
    state = State.CLOSED if left < _ON_LEVEL * level else State.LIMIT
    return Found(state, ray.value_at(distance), x, level=level)


def _inside(ray: Ray) -> list[Any]:
    """The finite bounds, as linear constraints in steps of the columns."""
    columns, best = ray.box.columns, ray.best
    constraints: list[Any] = []
    for sign, bound in ((1.0, ray.box.lower), (-1.0, ray.box.upper)):
        rows = np.flatnonzero(np.isfinite(bound))
        if rows.size:
            matrix, offset = sign * columns[rows], sign * (best - bound)[rows]
            constraints.append(
                {
                    "type": "ineq",
                    "fun": lambda y, matrix=matrix, offset=offset: matrix @ y + offset,
                    "jac": lambda y, matrix=matrix: matrix,  # noqa: ARG005
                }
            )
    return constraints
