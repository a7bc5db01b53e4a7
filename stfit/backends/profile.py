"""Profile likelihood: how far a quantity can go before the best fit of everything else gets worse by a given deviance.

An end of an interval is where the quantity is extreme on the surface of equal likelihood: ∇cost = ν ∇quantity and
2 (cost − cost_min) = z², solved by Newton's method from the quadratic prediction (Venzon and Moolgavkar 1988,
doi:10.2307/2347496). Where that fails, or leads far from the prediction, the profile is followed outwards instead:
the minimum of cost + K (quantity − t)²/2 is the best fit at its own value of the quantity, whatever K and t.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.least_squares import minimise
from stfit.backends.newton import Box, Expansion
from stfit.backends.optimum import Optimum
from stfit.backends.parallel import mapped
from stfit.backends.profile_ends import curve, find_end, quick_end
from stfit.backends.quantities import Followed, Formula, followed
from stfit.backends.ray import Found, Ray, State
from stfit.backends.surroundings import above, at_its_bounds, rise_of, surroundings
from stfit.backends.valleys import valleys
from stfit.objective import Objective
from stfit.objective.information import directions, gauge

Array = npt.NDArray[np.float64]

LEVELS: Final = {"ci68": 1.0, "ci95": 3.841458820694124}  # deviance rise, χ² with 1 degree of freedom
_MOST_RESTARTS: Final = 3  # from a lower minimum found on the way


@final
@dataclass(frozen=True)
class End:
    """One end of a profile interval: the quantity there (SI), None where it is not closed; x: the whole point, (p,)."""

    value: float | None
    state: State
    x: Array | None


@final
@dataclass(frozen=True)
class Profile:
    """The profile of one quantity (SI).

    best: its value at the best fit. ends: by name of the interval ("ci68", "ci95"), the lower one first.
    values, rise: the curve, shape (points,), rise in deviance; empty unless asked for.
    """

    name: str
    best: float
    ends: Mapping[str, tuple[End, End]]
    values: Array
    rise: Array

    def interval(self, which: str) -> tuple[float | None, float | None]:
        """The ends of "ci68" or "ci95"; None: open on that side."""
        low, high = self.ends[which]
        return low.value, high.value


@final
@dataclass(frozen=True)
class Profiles:
    """Profiles by name, and the best fit that they belong to: a lower minimum, where one was found on the way."""

    optimum: Optimum
    profiles: Mapping[str, Profile]

    def __getitem__(self, name: str) -> Profile:
        return self.profiles[name]


def profiles(
    objective: Objective,
    optimum: Optimum,
    names: Sequence[str],
    *,
    curves: Sequence[str] = (),
    formulas: Mapping[str, Formula] | None = None,
    processes: int = 1,
) -> Profiles:
    """Profiles of parameters, derived quantities and `formulas`, by public name; never throws.

    curves: those whose curve is wanted. Where a lower minimum shows itself on the way, all start again from there.
    """
    if not names:
        return Profiles(optimum, {})
    for _ in range(_MOST_RESTARTS):
        begin = at_its_bounds(objective, optimum)
        starts = [begin.x, *valleys(rise_of(objective, begin), begin, objective, LEVELS["ci95"])]
        one = partial(_profile, objective, begin, starts, frozenset(curves), formulas or {})
        outcomes = list(mapped(one, list(names), processes, doing="profiles"))
        lower = [outcome for outcome in outcomes if not isinstance(outcome, Profile)]
        if not lower:
            break
        better = min((minimise(objective, start) for start in lower), key=lambda found: found.sum_of_squares)
        if not better.sum_of_squares < optimum.sum_of_squares:
            break
        optimum = better
    return Profiles(optimum, {found.name: found for found in outcomes if isinstance(found, Profile)})


def quick_ends(
    objective: Objective,
    optimum: Optimum,
    names: Sequence[str],
    level: float,
    formulas: Mapping[str, Formula] | None = None,
) -> dict[str, tuple[float | None, float | None]]:
    """Ends of profiles after one Newton step each (SI), the lower one first; None where one step does not do."""
    optimum = at_its_bounds(objective, optimum)
    box, rise = surroundings(objective, optimum), rise_of(objective, optimum)
    found = {}
    for name in names:
        quantity = followed(objective, name, formulas)
        ends = [quick_end(Ray(rise, quantity.expansion, box, optimum.x, sign), level) for sign in (-1.0, 1.0)]
        low, high = (None if end is None else quantity.public(end) for end in ends)
        found[name] = (high, low) if quantity.reciprocal else (low, high)
    return found


def _profile(
    objective: Objective,
    optimum: Optimum,
    starts: Sequence[Array],
    curves: frozenset[str],
    formulas: Mapping[str, Formula],
    name: str,
) -> Profile | Array:
    """The profile of one quantity, or a point of lower cost than the optimum's.

    starts: the optimum, and the best fits of other valleys that the 95 % region reaches.
    """
    quantity = followed(objective, name, formulas)
    best = quantity.expansion(optimum.x)
    sides: list[dict[str, Found]] = []
    parts: list[_Part] = []
    is_open = optimum.directions.touches_null(best[1])
    if is_open or not np.any(best[1]) or not np.isfinite(best[0]):
        sides = [dict.fromkeys(LEVELS, Found(State.OPEN if is_open else State.FAILED, None, None))] * 2
    else:
        parts = [_Part.of(objective, optimum, x, name, formulas) for x in starts]
        for sign in (-1.0, 1.0):
            found = _outermost(parts, sign)
            if not isinstance(found, dict):
                return found
            sides.append(found)
    ends = {which: _public_ends(sides[0][which], sides[1][which], quantity) for which in LEVELS}
    values, rises = np.zeros(0), np.zeros(0)
    if name in curves and parts:
        values, rises = _curve(parts[0], quantity, sides)
    return Profile(name, quantity.public(best[0]), ends, values, rises)


@final
@dataclass(frozen=True)
class _Part:
    """One valley in the coordinates that the data determine: along null directions one coordinate each is held.

    start: the whole point, shape (p,). free: mask of the coordinates that move.
    """

    rise: Expansion
    quantity: Expansion
    box: Box
    start: Array
    free: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, objective: Objective, optimum: Optimum, x: Array, name: str, formulas: Mapping[str, Formula]) -> _Part:
        """The valley about a best fit x, and a quantity that no null direction moves."""
        held = gauge(optimum.directions)
        free = ~np.isin(np.arange(x.size), held)
        with np.errstate(all="ignore"):
            least = objective.expansion(x)[0] - rise_of(objective, optimum)(x)[0]
        inner = replace(objective, space=objective.space.holding(held, x))
        found = replace(optimum, x=x[free], directions=directions(inner, x[free]))
        quantity = followed(inner, name, formulas).expansion
        return cls(above(inner, least), quantity, surroundings(inner, found), x, free)

    def ray(self, sign: float) -> Ray:
        """One side of the profile."""
        return Ray(self.rise, self.quantity, self.box, self.start[self.free], sign)

    def whole(self, x: Array) -> Array:
        """The whole point at the coordinates that move."""
        point = self.start.copy()
        point[self.free] = x
        return point


def _outermost(parts: Sequence[_Part], sign: float) -> dict[str, Found] | Array:
    """The ends on one side, the outermost of all valleys; a point of lower cost where one is met."""
    outer: dict[str, Found] = {}
    for part in parts:
        found = _ends(part.ray(sign))
        if not isinstance(found, dict):
            return part.whole(found)
        found = {which: end if end.x is None else replace(end, x=part.whole(end.x)) for which, end in found.items()}
        outer = {which: _outer(outer[which], end, sign) for which, end in found.items()} if outer else found
    return outer


def _outer(a: Found, b: Found, sign: float) -> Found:
    """The outer one of two ends; an open side lies beyond every end."""
    for one, other in ((a, b), (b, a)):
        if one.state is State.OPEN or (other.value is None and other.state is not State.OPEN):
            return one
    return a if sign * ((a.value or 0.0) - (b.value or 0.0)) >= 0 else b


def _ends(ray: Ray) -> dict[str, Found] | Array:
    """The ends on one side, the inner one first; a point of lower cost where one is met.

    A valley that does not reach down to a level has no end there.
    """
    ends: dict[str, Found] = {}
    before: Found | None = None
    height = 2.0 * ray.rise(ray.best)[0]
    for which, level in LEVELS.items():
        if height >= level:
            ends[which] = Found(State.FAILED, None, None)
            continue
        found = find_end(ray, level, before)
        if found.lower is not None:
            return found.lower
        # a point within a lower level is within a higher one too
        ends[which] = before = before if before is not None and _beyond(before, found, ray.sign) else found
    return ends


def _beyond(inner: Found, outer: Found, sign: float) -> bool:
    """Whether the end of a lower level was found beyond that of a higher one."""
    if {inner.state, outer.state} != {State.CLOSED} or inner.value is None or outer.value is None:
        return False
    return bool(sign * (inner.value - outer.value) > 0.0)


def _public_ends(low: Found, high: Found, quantity: Followed) -> tuple[End, End]:
    """The ends in SI units.

    Of a reciprocal whose inverse may be 0, the first end lies above the second: the interval passes through infinity.
    Where the inverse comes to 0 at the end of its range, the reciprocal is open.
    """
    if quantity.reciprocal and State.OPEN in (low.state, high.state):
        return (End(None, State.OPEN, low.x), End(None, State.OPEN, high.x))
    ends = [End(_closed_value(found, quantity), found.state, found.x) for found in (low, high)]
    return (ends[1], ends[0]) if quantity.reciprocal else (ends[0], ends[1])


def _closed_value(found: Found, quantity: Followed) -> float | None:
    if found.state is not State.CLOSED or found.value is None:
        return None
    return quantity.public(found.value)


def _curve(part: _Part, quantity: Followed, sides: Sequence[Mapping[str, Found]]) -> tuple[Array, Array]:
    """Values (SI) and rise in deviance along the profile, a little beyond the 95 % ends.

    Of a reciprocal the part on the side of infinity where the best fit lies.
    """
    points = [(part.ray(1.0).start[0], 0.0)]
    for sign, side in zip((-1.0, 1.0), sides, strict=True):
        inside = [end if end.x is None else replace(end, x=end.x[part.free]) for end in side.values()]
        points += curve(part.ray(sign), inside)
    if quantity.reciprocal:
        points = [point for point in points if point[0] * points[0][0] > 0.0]
    shown = sorted({(quantity.public(value), height) for value, height in points})
    return np.array([value for value, _ in shown]), np.array([height for _, height in shown])
