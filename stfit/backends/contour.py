"""Contours of the joint profile of two quantities: where the best fit of everything else gets worse by a deviance."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.level import rise_to
from stfit.backends.newton import Box, Expansion, descend
from stfit.backends.optimum import Optimum
from stfit.backends.parallel import mapped
from stfit.backends.profile import at_its_bounds, rise_of, surroundings
from stfit.backends.quantities import followed
from stfit.objective import Objective

Array = npt.NDArray[np.float64]

JOINT_LEVELS: Final = {"68": 2.295748928898636, "95": 5.991464547107979}  # χ² with 2 degrees of freedom
_POINTS: Final = 24
_STIFFNESS: Final = 25.0  # of the penalty, per squared standard error
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

    def at(self, x: Array) -> list[tuple[float, Array, Array]]:
        """Both, with derivatives."""
        found = []
        for quantity, start, unit in zip(self.pair, self.starts, self.units, strict=True):
            value, gradient, hessian = quantity(x)
            found.append(((value - start) / unit, gradient / unit, hessian / unit))
        return found


def contour(
    objective: Objective, optimum: Optimum, a: str, b: str, level: float, *, points: int = _POINTS, processes: int = 1
) -> Contour | None:
    """The contour of two parameters or derived quantities by public name; never throws.

    level: deviance rise, that of JOINT_LEVELS for joint 68.27 % and 95 % regions. None where there is no contour:
    either, or a combination of both, is not identified or lies at a bound.
    """
    optimum = at_its_bounds(objective, optimum)
    plane = _plane(objective, optimum, a, b)
    if plane is None:
        return None
    angles = np.linspace(0.0, 2.0 * np.pi, points, endpoint=False)
    arcs = np.array_split(angles, max(1, min(processes, points)))
    found = [
        point for arc in mapped(partial(_arc, objective, optimum, (a, b), level), arcs, processes) for point in arc
    ]
    values = np.array([point for point, _ in found])
    public = [followed(objective, name).public for name in (a, b)]
    for column, (start, unit) in enumerate(zip(plane.starts, plane.units, strict=True)):
        values[:, column] = [public[column](start + unit * value) for value in values[:, column]]
    best = (public[0](plane.starts[0]), public[1](plane.starts[1]))
    return Contour((a, b), best, level, values, np.array([is_open for _, is_open in found]))


def _plane(objective: Objective, optimum: Optimum, a: str, b: str) -> _Plane | None:
    pair = followed(objective, a).expansion, followed(objective, b).expansion
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


def _arc(
    objective: Objective, optimum: Optimum, names: tuple[str, str], level: float, angles: Array
) -> list[tuple[Array, bool]]:
    """The points at some angles, by standard errors, and whether each is open."""
    plane = _plane(objective, optimum, *names)
    return [] if plane is None else [_point(plane, level, float(angle)) for angle in angles]


def _point(plane: _Plane, level: float, angle: float) -> tuple[Array, bool]:
    """The point at an angle; angles are evenly spread for a quadratic likelihood."""
    along = plane.shape @ np.array([np.cos(angle), np.sin(angle)])
    reach = float(np.sqrt(level))
    start = plane.box.advance(plane.best, reach * (plane.prediction @ along))
    multipliers = np.linalg.solve(plane.shape @ plane.shape, reach * along)
    found = rise_to(plane.rise, plane.at, plane.box, along, level, start, multipliers)
    if found is None or found.is_lower:
        return _outwards(plane, level, along, reach)
    return found.distances, False


def _outwards(plane: _Plane, level: float, along: Array, reach: float) -> tuple[Array, bool]:
    """The same by best fits near targets on the ray: each is a point of the joint profile at its own (a, b)."""
    inside, outside = 0.0, np.inf
    x, target = plane.best, 0.5 * reach
    point = np.zeros(2)
    for _ in range(_TARGETS):
        there, found, cost = _near(plane, target * along, x)
        if abs(cost - level / 2) < _LOOSE * level:
            return found, bool(np.linalg.norm(found - target * along) > _OFF_RAY * target)
        if cost < level / 2:
            inside, x, point = target, there, found
            if target > _FARTHEST * reach:
                return point, True
        else:
            outside = target
        target = 1.6 * target if np.isinf(outside) else 0.5 * (inside + outside)
    return point, bool(np.isinf(outside))


def _near(plane: _Plane, target: Array, start: Array) -> tuple[Array, Array, float]:
    """The best fit near a target: x, (a, b) and the rise in cost there."""

    def penalised(x: Array) -> tuple[float, Array, Array]:
        value, gradient, hessian = plane.rise(x)
        for (distance, slope, bend), wanted in zip(plane.at(x), target, strict=True):
            off = distance - wanted
            value = value + 0.5 * _STIFFNESS * off**2
            gradient = gradient + _STIFFNESS * off * slope
            hessian = hessian + _STIFFNESS * (np.outer(slope, slope) + off * bend)
        return value, gradient, hessian

    end = descend(penalised, start, plane.box)
    found = np.array([distance for distance, _, _ in plane.at(end.x)])
    return end.x, found, end.value - 0.5 * _STIFFNESS * float(np.sum((found - target) ** 2))
