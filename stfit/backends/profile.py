"""Profile likelihood: how far a quantity can go before the best fit of everything else gets worse by a given deviance.

An end of an interval is where the quantity is extreme on the surface of equal likelihood: ∇cost = ν ∇quantity and
2 (cost − cost_min) = z², solved by Newton's method from the quadratic prediction (Venzon and Moolgavkar 1988,
doi:10.2307/2347496). Where that fails, or leads far from the prediction, the profile is followed outwards instead:
the minimum of cost + K (quantity − t)²/2 is the best fit at its own value of the quantity, whatever K and t.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.least_squares import Optimum, minimise
from stfit.backends.newton import Box, Expansion, whitening
from stfit.backends.parallel import mapped
from stfit.backends.profile_ends import Found, Ray, State, find_end, quick_end
from stfit.derivatives import Jet
from stfit.objective import Objective

Array = npt.NDArray[np.float64]

LEVELS: Final = {"ci68": 1.0, "ci95": 3.841458820694124}  # deviance rise, χ² with 1 degree of freedom
_MOST_RESTARTS: Final = 3  # from a lower minimum found on the way


@final
@dataclass(frozen=True)
class End:
    """One end of a profile interval: the quantity there (SI), None where it is open; x: the whole point, shape (p,)."""

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
    processes: int = 1,
) -> Profiles:
    """Profiles of parameters and derived quantities, by public name; never throws.

    curves: those whose curve is wanted. Where a lower minimum shows itself on the way, all start again from there.
    """
    for _ in range(_MOST_RESTARTS):
        begin = at_its_bounds(objective, optimum)
        outcomes = list(
            mapped(partial(_profile, objective, begin, frozenset(curves)), list(names), processes, doing="profiles")
        )
        lower = [outcome for outcome in outcomes if not isinstance(outcome, Profile)]
        if not lower:
            break
        better = min((minimise(objective, start) for start in lower), key=lambda found: found.sum_of_squares)
        if not better.sum_of_squares < optimum.sum_of_squares:
            break
        optimum = better
    return Profiles(optimum, {found.name: found for found in outcomes if isinstance(found, Profile)})


def quick_ends(
    objective: Objective, optimum: Optimum, names: Sequence[str], level: float
) -> dict[str, tuple[float | None, float | None]]:
    """Ends of profiles after one Newton step each (SI), the lower one first; None where one step does not do."""
    optimum = at_its_bounds(objective, optimum)
    box, rise = surroundings(objective, optimum), rise_of(objective, optimum)
    found = {}
    for name in names:
        quantity, public = quantity_of(objective, name), public_value(objective, name)
        low, high = (quick_end(Ray(rise, quantity, box, optimum.x, sign), level) for sign in (-1.0, 1.0))
        found[name] = (None if low is None else public(low), None if high is None else public(high))
    return found


def at_its_bounds(objective: Objective, optimum: Optimum) -> Optimum:
    """The optimum with the coordinates at a bound exactly there."""
    if not np.any(optimum.at_bound):
        return optimum
    lower, upper = objective.bounds
    nearest = np.where(np.abs(optimum.x - lower) < np.abs(optimum.x - upper), lower, upper)
    return replace(optimum, x=np.where(optimum.at_bound, nearest, optimum.x))


def surroundings(objective: Objective, optimum: Optimum) -> Box:
    """The bounds, and steps of one standard error about the optimum."""
    lower, upper = objective.bounds
    hessian = objective.expansion(optimum.x)[2]
    scales = optimum.directions.scales
    if not np.all(np.isfinite(hessian)):
        return Box(lower, upper, np.diag(scales), scales)
    return Box(lower, upper, whitening(hessian, scales), scales)


def rise_of(objective: Objective, optimum: Optimum) -> Expansion:
    """The cost above that of the optimum, with its derivatives; not finite where the likelihood is not."""
    least = objective.expansion(optimum.x)[0]

    def rise(x: Array) -> tuple[float, Array, Array]:
        with np.errstate(all="ignore"):  # a step may lead where nothing is finite
            cost, gradient, hessian = objective.expansion(x)
        return cost - least, gradient, hessian

    return rise


def quantity_of(objective: Objective, name: str) -> Expansion:
    """A parameter's coordinate, or a derived quantity (SI), with its derivatives."""
    if name in objective.names:
        index, size = objective.names.index(name), len(objective.names)
        gradient, hessian = np.eye(size)[index], np.zeros((size, size))
        return lambda x: (float(x[index]), gradient, hessian)

    def derived(x: Array) -> tuple[float, Array, Array]:
        with np.errstate(all="ignore"):
            found: Any = objective.all_quantities(objective.space.jets(x, order=2))[name]
        if not isinstance(found, Jet) or found.hessian is None:
            return float(np.squeeze(found)), np.zeros(x.size), np.zeros((x.size, x.size))
        return float(np.squeeze(found.value)), found.gradient.reshape(x.size), found.hessian.reshape(x.size, x.size)

    return derived


def public_value(objective: Objective, name: str) -> Callable[[float], float]:
    """From the number that `quantity_of` follows to the quantity in SI units; increasing."""
    if name not in objective.names:
        return float
    parameter = objective.space.varied[objective.names.index(name)].parameter
    return lambda coordinate: float(parameter.quantity(coordinate))


def _profile(objective: Objective, optimum: Optimum, curves: frozenset[str], name: str) -> Profile | Array:
    """The profile of one quantity, or a point of lower cost than the optimum's."""
    quantity, public = quantity_of(objective, name), public_value(objective, name)
    best = quantity(optimum.x)
    box = surroundings(objective, optimum)
    rise = rise_of(objective, optimum)
    sides: list[dict[str, Found]] = []
    if optimum.directions.touches_null(best[1]):
        sides = [dict.fromkeys(LEVELS, Found(State.OPEN, None, None)) for _ in (0, 1)]
    elif not np.any(box.columns.T @ best[1]) or not np.isfinite(best[0]):
        sides = [dict.fromkeys(LEVELS, Found(State.FAILED, None, None)) for _ in (0, 1)]
    else:
        for sign in (-1.0, 1.0):
            ray = Ray(rise, quantity, box, optimum.x, sign)
            found = _ends(ray)
            if not isinstance(found, dict):
                return found
            sides.append(found)
    ends = {which: (_end(sides[0][which], public), _end(sides[1][which], public)) for which in LEVELS}
    values, rises = np.zeros(0), np.zeros(0)
    if name in curves:
        curve = _curve(rise, quantity, box, optimum.x, sides)
        values, rises = np.array([public(value) for value in curve[0]]), curve[1]
    return Profile(name, public(best[0]), ends, values, rises)


def _ends(ray: Ray) -> dict[str, Found] | Array:
    """The ends on one side, the inner one first; a point of lower cost where one is met."""
    ends: dict[str, Found] = {}
    before: Found | None = None
    for which, level in LEVELS.items():
        found = find_end(ray, level, before)
        if found.lower is not None:
            return found.lower
        ends[which] = before = found
    return ends


def _end(found: Found, public: Callable[[float], float]) -> End:
    value = public(found.value) if found.state is State.CLOSED and found.value is not None else None
    return End(value, found.state, found.x)


def _curve(
    rise: Expansion, quantity: Expansion, box: Box, best: Array, sides: Sequence[Mapping[str, Found]]
) -> tuple[Array, Array]:
    """Values and rise in deviance along the profile, a little beyond the 95 % ends."""
    points = [(quantity(best)[0], 0.0)]
    for sign, side in zip((-1.0, 1.0), sides, strict=True):
        ray = Ray(rise, quantity, box, best, sign)
        points += ray.curve(list(side.values()))
    points = sorted(set(points))
    return np.array([value for value, _ in points]), np.array([height for _, height in points])
