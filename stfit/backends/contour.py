"""Contours of the joint profile of two quantities: where the best fit of everything else gets worse by a deviance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.level import rise_to, towards
from stfit.backends.newton import Box, Expansion
from stfit.backends.optimum import Optimum
from stfit.backends.quantities import followed
from stfit.backends.surroundings import at_its_bounds, rise_of, surroundings
from stfit.objective import Objective

Array = npt.NDArray[np.float64]

JOINT_LEVELS: Final = {"68": 2.295748928898636, "95": 5.991464547107979}  # χ² with 2 degrees of freedom
_POINTS: Final = 24
_FARTHEST: Final = 40.0  # standard errors along a ray, from which a contour counts as open there
_TARGETS: Final = 20
_OFF_RAY: Final = 0.3  # of a target, from which a bound is what keeps a point away from it
_LOOSE: Final = 2e-3  # of the level: a point that Newton's method does not polish


@final
@dataclass(frozen=True)
class Contour:
    """A closed polygon about the best fit, in SI units, of the points where the deviance has risen by `level`.

    values: shape (points, 2). open: where the data do not close it inside the bounds; such a point lies on a bound, or
    as far out as was looked, and the polygon is not a contour there.
    """

    names: tuple[str, str]
    best: tuple[float, float]
    level: float
    values: Array
    open: npt.NDArray[np.bool_]


@final
@dataclass(frozen=True)
class _Plane:
    """Two quantities in standard errors from the best fit, and the cost above it."""

    rise: Expansion
    pair: tuple[Expansion, Expansion]
    box: Box
    best: Array
    starts: tuple[float, float]
    units: tuple[float, float]
    prediction: Array  # steps of x for a unit step of either quantity, everything else re-optimised, shape (p, 2)
    shape: Array  # square root of their correlation matrix, shape (2, 2)

    def distances(self, x: Array) -> list[tuple[float, Array, Array]]:
        """Both, with derivatives."""
        found = []
        for quantity, start, unit in zip(self.pair, self.starts, self.units, strict=True):
            value, gradient, hessian = quantity(x)
            found.append(((value - start) / unit, gradient / unit, hessian / unit))
        return found


def contour(
    objective: Objective, optimum: Optimum, names: tuple[str, str], level: float, *, points: int = _POINTS
) -> Contour | None:
    """The contour of two quantities; never throws.

    Parameters
    ----------
    objective, optimum
        What was fitted, and its best fit.
    names
        Two parameters or derived quantities, by public name.
    level
        Deviance rise, that of JOINT_LEVELS for joint 68.27 % and 95 % regions.
    points
        Number of points of the polygon.

    Returns
    -------
    Contour or None
        None where there is no contour: either, or a combination of both, is not identified or lies at a bound.
    """
    optimum = at_its_bounds(objective, optimum)
    plane = _plane(objective, optimum, names)
    if plane is None:
        return None
    angles = np.linspace(0.0, 2.0 * np.pi, points, endpoint=False)
    found = [_point(plane, level, float(angle)) for angle in angles]
    values = np.array([point for point, _ in found])
    public = [followed(objective, name).public for name in names]
    for column, (start, unit) in enumerate(zip(plane.starts, plane.units, strict=True)):
        values[:, column] = [public[column](start + unit * value) for value in values[:, column]]
    best = (public[0](plane.starts[0]), public[1](plane.starts[1]))
    return Contour(names, best, level, values, np.array([is_open for _, is_open in found]))


def _plane(objective: Objective, optimum: Optimum, names: tuple[str, str]) -> _Plane | None:
    pair = followed(objective, names[0]).expansion, followed(objective, names[1]).expansion
    box, rise = surroundings(objective, optimum), rise_of(objective, optimum)
    (start_a, slope_a, _), (start_b, slope_b, _) = (quantity(optimum.x) for quantity in pair)
    gradients = np.stack([slope_a, slope_b])
    if any(optimum.directions.touches_null(gradient) for gradient in gradients):
        return None
    moving = box.moving(box.pushed(optimum.x, rise(optimum.x)[1]))
    whitened = gradients @ moving
    units = np.linalg.norm(whitened, axis=1)
    if not np.all(np.isfinite(units)) or np.any(units == 0.0):
        return None
    whitened = whitened / units[:, None]
    correlation = whitened @ whitened.T
    variances, axes = np.linalg.eigh(correlation)
    if variances[0] < 1e-10:  # one of them is a function of the other
        return None
    prediction = moving @ whitened.T @ np.linalg.inv(correlation)
    shape = axes * np.sqrt(variances) @ axes.T
    return _Plane(rise, pair, box, optimum.x, (start_a, start_b), (float(units[0]), float(units[1])), prediction, shape)


def _point(plane: _Plane, level: float, angle: float) -> tuple[Array, bool]:
    """The point at an angle; angles are evenly spread for a quadratic likelihood."""
    along = plane.shape @ np.array([np.cos(angle), np.sin(angle)])
    reach = float(np.sqrt(level))
    start = plane.box.advance(plane.best, reach * (plane.prediction @ along))
    multipliers = np.linalg.solve(plane.shape @ plane.shape, reach * along)
    found = rise_to(plane, along, level, start, multipliers)
    if found is None or found.is_lower:
        return _outwards(plane, level, along, reach)
    return found.distances, False


def _outwards(plane: _Plane, level: float, along: Array, reach: float) -> tuple[Array, bool]:
    """The same by best fits near targets on the ray: each is a point of the joint profile at its own (a, b)."""
    inside, outside = 0.0, np.inf
    x, target = plane.best, 0.5 * reach
    point = np.zeros(2)
    for _ in range(_TARGETS):
        end, found, cost = towards(plane, target * along, x)
        if abs(cost - level / 2) < _LOOSE * level:
            return found, bool(np.linalg.norm(found - target * along) > _OFF_RAY * target)
        if cost < level / 2:
            inside, x, point = target, end.x, found
            if target > _FARTHEST * reach:
                return point, True
        else:
            outside = target
        target = 1.6 * target if np.isinf(outside) else 0.5 * (inside + outside)
    return point, bool(np.isinf(outside))
