"""Ends of one side of a profile: where the deviance has risen by a level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.backends.extreme import extreme
from stfit.backends.level import LOWER, STIFFNESS, first_reach, rise_to
from stfit.backends.newton import Descent
from stfit.backends.ray import Found, Ray, State

Array = npt.NDArray[np.float64]

_LOOSE: Final = 1e-3  # of the level: an end that Newton's method does not polish
_FIRST: Final = 0.5  # distance of the first target, in predicted distances of the end
_GROWTH: Final = 2.0
_MOST_TARGETS: Final = 20  # 2^20 = 10^6 predicted distances
_STUCK: Final = 1e-6  # progress of the quantity, of that of its target, below which it can go no further
_CURVE_LEVELS: Final = (0.3, 2.25, 5.5)  # of a curve, beside those of the ends
_OPEN_TARGETS: Final = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 10.0)  # of an open side, in standard errors
_BEYOND: Final = 0.1  # of the distance of a quadratic likelihood's end, by which an end is tried farther out
_NEARLY: Final = 0.02  # of the level, and of a distance, to which such an end is the farthest
_BISECTIONS: Final = 25
_QUICK: Final = 0.3  # longest Newton step, over the distance of the end, that one step is trusted with
_FAR_FROM_QUADRATIC: Final = 0.3  # relative distance of an end from its prediction, from which it is checked


def find_end(ray: Ray, level: float, inner: Found | None = None) -> Found:
    """Where the deviance has risen by `level`; inner: the end at a lower level, which tells where to look."""
    if inner is not None and inner.state is not State.CLOSED:
        return inner  # open already at a lower level
    if ray.is_blocked:
        return Found(State.AT_BOUND, ray.start[0], ray.best)
    start, multiplier = ray.predicted(level)
    if inner is not None and inner.x is not None and inner.multiplier > 0:
        z, before = np.sqrt(level), inner.multiplier
        stretch = max(z / before, 1.0)
        start = ray.box.advance(inner.x, (stretch - 1.0) * (inner.x - ray.best))
        multiplier = before * stretch
    found = _newton(ray, level, start, multiplier)
    if found is None and inner is not None:
        found = _newton(ray, level, *ray.predicted(level))
    if found is None or not _is_plausible(ray, level, found):
        within = inner.x if inner is not None and inner.x is not None else ray.best
        found = extreme(ray, level, within)
        if found.state is State.FAILED or not _is_farthest(ray, level, found):
            found = _scan(ray, level)
    if found.x is not None and ray.box.at_wall(found.x):
        return Found(State.OPEN, None, None)
    return found


def _is_farthest(ray: Ray, level: float, found: Found) -> bool:
    """Whether the quantity cannot go farther below the level than an end that was found by constrained optimisation."""
    if found.value is None or found.x is None:
        return True
    distance = ray.outwards(found.x)[0]
    end, reached, cost = ray.towards(distance + _BEYOND * float(np.sqrt(level)), found.x)
    return not end.converged or cost > level / 2 * (1 - _NEARLY) or reached <= distance + _NEARLY * abs(distance)


def quick_end(ray: Ray, level: float) -> float | None:
    """The end after one Newton step from the quadratic prediction; None where that is far, or leads to a bound.

    One expansion instead of several, and right to the second order in what is not quadratic.
    """
    if ray.is_blocked:
        return None
    start, multiplier = ray.predicted(level)
    if np.any((start <= ray.box.lower) | (start >= ray.box.upper)):
        return None
    reach = first_reach(ray, np.ones(1), level, start, np.array([multiplier]))
    if reach is None or abs(reach - multiplier) > _QUICK * multiplier:
        return None
    return ray.value_at(reach)


def _is_plausible(ray: Ray, level: float, found: Found) -> bool:
    """Whether the profile is as high as that at an end which is far from the quadratic prediction."""
    if found.value is None or found.lower is not None:
        return True
    z = float(np.sqrt(level))
    distance = ray.sign * (found.value - ray.start[0]) / ray.unit
    if abs(distance / z - 1.0) < _FAR_FROM_QUADRATIC:
        return True
    target = distance + found.multiplier / STIFFNESS
    end, reached, cost = ray.towards(target, ray.best)
    return not end.converged or cost > level / 2 * (1 - _LOOSE) or reached < distance * (1 - _LOOSE)


def _newton(ray: Ray, level: float, start: Array, multiplier: float) -> Found | None:
    """The end by Newton's method from a start and a multiplier; None where that leads nowhere."""
    point = rise_to(ray, np.ones(1), level, start, np.array([multiplier]))
    if point is None:
        return None
    if point.is_lower:
        return Found(State.FAILED, None, None, lower=point.x)
    return Found(State.CLOSED, ray.value_at(float(point.distances[0])), point.x, float(point.multipliers[0]), level)


def _scan(ray: Ray, level: float) -> Found:
    """The end by following the profile outwards until it has risen enough, then between the last two targets."""
    z = float(np.sqrt(level))
    inside, outside = (0.0, ray.best, 0.0, ray.rise(ray.best)[0]), None  # target, x, distance, rise in cost
    target = _FIRST * z
    for _ in range(_MOST_TARGETS):
        end, distance, cost = _towards(ray, target, inside[1])
        if cost < -LOWER:
            return Found(State.FAILED, None, None, lower=end.x)
        if not np.isfinite(cost):
            break
        if cost >= level / 2:
            outside = (target, end.x, distance, cost)
            break
        if ray.box.at_wall(end.x):
            return Found(State.OPEN, None, None)
        if distance - inside[2] <= _STUCK * (target - inside[0]):
            return (
                Found(State.LIMIT, ray.value_at(distance), end.x) if end.converged else Found(State.FAILED, None, None)
            )
        inside = (target, end.x, distance, cost)
        target *= _GROWTH
    if outside is None:
        return Found(State.OPEN if target > 1e3 * z else State.FAILED, None, None)
    return _between(ray, level, inside, outside)


def _towards(ray: Ray, target: float, start: Array) -> tuple[Descent, float, float]:
    """The best fit near a target, from a start, or from the best fit of all where that leads lower."""
    first = ray.towards(target, start)
    if first[0].converged:
        return first
    other = ray.towards(target, ray.best)
    return other if other[0].value < first[0].value else first


_Point = tuple[float, Array, float, float]


def _between(ray: Ray, level: float, inside: _Point, outside: _Point) -> Found:
    """The end between two targets: the rise is brought to the level by interpolation and bisection, then polished."""
    for attempt in range(_BISECTIONS):
        low, high = np.sqrt(max(inside[3], 0.0)), np.sqrt(outside[3])
        share = (np.sqrt(level / 2) - low) / (high - low) if attempt % 3 else 0.5
        target = inside[0] + float(np.clip(share, 0.02, 0.98)) * (outside[0] - inside[0])
        end, distance, cost = _towards(ray, target, inside[1])
        if cost < -LOWER:
            return Found(State.FAILED, None, None, lower=end.x)
        point = (target, end.x, distance, cost)
        if abs(cost - level / 2) < _LOOSE * level:
            multiplier = STIFFNESS * (target - distance)
            polished = _newton(ray, level, end.x, multiplier) if multiplier > 0 else None
            if polished is not None and polished.value is not None:
                near = ray.sign * (polished.value - ray.start[0]) / ray.unit
                if abs(near - distance) < 0.1 * max(distance, 1e-3):
                    return polished
            return Found(State.CLOSED, ray.value_at(distance), end.x, max(multiplier, 0.0), level)
        inside, outside = (point, outside) if cost < level / 2 else (inside, point)
        if outside[0] - inside[0] < 1e-9 * outside[0]:
            break
    # the best fit jumps to another valley here: the end is where it leaves the first
    return Found(State.CLOSED, ray.value_at(inside[2]), inside[1], STIFFNESS * max(inside[0] - inside[2], 0.0), level)


def curve(ray: Ray, ends: Sequence[Found]) -> list[tuple[float, float]]:
    """Values of the quantity and deviance rises, from near the best fit to past the 95 % end, and the ends found.

    ends: found so far, by level. Where the side is open: best fits towards targets as far as they lead.
    """
    if ends[-1].state is not State.CLOSED:
        return _open_curve(ray)
    points = [(found.value, found.level) for found in ends if found.value is not None]
    inner: Found | None = None
    for level in sorted([*_CURVE_LEVELS, *(found.level for found in ends)]):
        known = next((found for found in ends if found.level == level), None)
        found = known or find_end(ray, level, inner)
        if found.state is State.CLOSED and found.value is not None:
            points, inner = [*points, (found.value, level)], found
    return points


def _open_curve(ray: Ray) -> list[tuple[float, float]]:
    points: list[tuple[float, float]] = []
    x, reached = ray.best, 0.0
    for target in _OPEN_TARGETS:
        end, distance, cost = ray.towards(target, x)
        if not np.isfinite(cost) or distance <= reached + 1e-3 * (target - reached):
            break
        points.append((ray.value_at(distance), 2.0 * max(cost, 0.0)))
        x, reached = end.x, distance
    return points
