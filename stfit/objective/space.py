"""The parameters of one fit, in the one order that every vector of coordinates follows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import seed
from stfit.models.parameters import Parameter, regular
from stfit.objective.constraints import Constraint

Array = npt.NDArray[np.float64]


@final
@dataclass(frozen=True)
class FitParameter:
    """A parameter as one fit uses it: start and bounds of its coordinate, held or not, constrained or not.

    lower, upper: where the law ends, or the bounds that were given. plausible: the range of the coordinate that a
    prior covers, and in which a number says something.
    """

    parameter: Parameter
    start: float
    lower: float
    upper: float
    held: bool = False
    constraint: Constraint | None = None
    plausible: tuple[float, float] = (-np.inf, np.inf)

    @classmethod
    def unbounded(cls, parameter: Parameter) -> FitParameter:
        """A free parameter to which no bounds were given, at its own start, in the coordinate of a fit."""
        p = regular(parameter)
        return cls(p, p.start, *p.searched, plausible=(p.lower, p.upper))

    @property
    def confined(self) -> FitParameter:
        """The same inside its plausible range, for a search that may lead anywhere."""
        low, high = self.plausible
        return replace(self, lower=max(self.lower, low), upper=min(self.upper, high))

    @property
    def name(self) -> str:
        """The public name."""
        return self.parameter.name


@final
@dataclass(frozen=True)
class ParameterSpace:
    """All parameters of a fit. A vector x holds the coordinates of those that vary, in the order given here."""

    parameters: tuple[FitParameter, ...]

    @cached_property
    def varied(self) -> tuple[FitParameter, ...]:
        """The parameters that vary."""
        return tuple(p for p in self.parameters if not p.held)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Public names of the parameters that vary."""
        return tuple(p.name for p in self.varied)

    @property
    def start(self) -> Array:
        """Coordinates to start from, shape (p,)."""
        return np.array([p.start for p in self.varied])

    @property
    def bounds(self) -> tuple[Array, Array]:
        """Lower and upper bounds of the coordinates, shape (p,) each."""
        return np.array([p.lower for p in self.varied]), np.array([p.upper for p in self.varied])

    def quantities(self, x: Array) -> dict[str, Any]:
        """Public quantities (SI) at x of shape (..., p): arrays of shape (..., 1), which broadcast over rows."""
        return self._held | {p.name: p.parameter.quantity(x[..., i, None]) for i, p in enumerate(self.varied)}

    def jets(self, x: Array, order: int, among: Sequence[int] | None = None) -> dict[str, Any]:
        """Public quantities at x of shape (p,), with their derivatives with respect to x.

        among: coordinates (indices) by which alone to differentiate, in place of all; the others are left out.
        """
        taken = range(x.size) if among is None else among
        jets = zip(taken, seed(x[list(taken)], order), strict=True)
        return self._held | {self.varied[i].name: self.varied[i].parameter.quantity(jet) for i, jet in jets}

    @cached_property
    def _held(self) -> dict[str, float]:
        return {p.name: p.parameter.quantity(p.start) for p in self.parameters if p.held}

    def coordinates(self, quantities: Mapping[str, float]) -> Array:
        """The vector x at public quantities."""
        return np.array([p.parameter.coordinate_of(float(quantities[p.name])) for p in self.varied])

    def holding(self, held: Collection[int], x: Array) -> ParameterSpace:
        """The space with some of the parameters that vary (indices) held where x, shape (p,), has them."""
        values = {self.varied[i].name: float(x[i]) for i in held}
        fixed = (replace(p, start=values[p.name], held=True) if p.name in values else p for p in self.parameters)
        return ParameterSpace(tuple(fixed))

    def reaching(self, x: Array) -> ParameterSpace:
        """The same space with plausible ranges that hold x, shape (p,), with as much room beyond it again."""
        around = {p.name: float(value) for p, value in zip(self.varied, x, strict=True)}
        return ParameterSpace(tuple(p if p.held else _reaching(p, around[p.name]) for p in self.parameters))

    def with_constraints(self, constraints: Mapping[str, Constraint | None]) -> ParameterSpace:
        """The same space with other constraints by name."""
        changed = (replace(p, constraint=constraints[p.name]) if p.name in constraints else p for p in self.parameters)
        return ParameterSpace(tuple(changed))


def _reaching(p: FitParameter, x: float) -> FitParameter:
    low, high = p.plausible
    if low <= x <= high:
        return p
    middle = 0.5 * (low + high)
    far = middle + 2.0 * (x - middle)
    wider = max(min(low, far), p.lower), min(max(high, far), p.upper)
    return replace(p, plausible=wider)
