"""What a plan starts from, and one measurement that could come next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, final

import numpy as np
import numpy.typing as npt

from stfit.backends.optimum import Optimum
from stfit.derivatives import Jet
from stfit.diagnostics.estimates import estimates, spread
from stfit.objective import FitParameter, Objective, Term
from stfit.objective.extension import expecting, extended, joined_constraint
from stfit.objective.information import covariance, directions
from stfit.results import Estimate, Status
from stfit.studies.conditions import Conditions
from stfit.studies.costs import Cost, cost_of

Array = npt.NDArray[np.float64]


@final
@dataclass(frozen=True)
class Today:
    """The data there are, as fitted, and under which conditions more are planned."""

    objective: Objective
    optimum: Optimum
    conditions: Conditions

    @cached_property
    def quantities(self) -> dict[str, Any]:
        """Parameters and derived quantities at the fit (SI), arrays of shape (1,) or numbers."""
        return self.objective.all_quantities(self.objective.space.quantities(self.optimum.x))

    def value(self, name: str) -> float:
        """One of them."""
        return float(np.asarray(self.quantities[name]).reshape(-1)[0])

    @cached_property
    def estimates(self) -> dict[str, Estimate]:
        """What the fit says."""
        return estimates(self.objective, self.optimum)

    @cached_property
    def gradient(self) -> Array:
        """Of the target per coordinate, shape (p,)."""
        return target_gradient(self.objective, self.optimum.x, self.conditions.target)

    @cached_property
    def information(self) -> Array:
        """Of the data and constraints there are, shape (p, p)."""
        return self.objective.information(self.optimum.x)

    def cost(self, *terms: Term) -> Cost:
        """What terms cost."""
        return cost_of(terms, self.conditions, self.objective.nominal_temperature)


@final
@dataclass(frozen=True)
class Candidate:
    """A measurement that could be made next.

    kind: a name of `candidate_words`. terms: its designs, whose data stand for nothing. parameters: that only it has.
    quotes: name → standard deviation (SI) of a new determination of a constant. factor: how many times as long as
    `terms` say it is measured.
    """

    kind: str
    title: str
    cost: Cost
    terms: tuple[Term, ...] = ()
    parameters: tuple[FitParameter, ...] = ()
    quotes: Mapping[str, float] = field(default_factory=dict)
    factor: float = 1.0

    def stretched(self, factor: float) -> Candidate:
        """The same, every point measured `factor` times as long."""
        terms = tuple(replace(term, measurement=term.measurement.scaled(factor)) for term in self.terms)
        quotes = {name: sd / np.sqrt(factor) for name, sd in self.quotes.items()}
        return replace(self, cost=self.cost.stretched(factor), terms=terms, quotes=quotes, factor=factor * self.factor)


def with_candidate(today: Today, candidate: Candidate) -> tuple[Objective, Optimum]:
    """The objective with the candidate's data at their expectation, and its optimum, which stays where it is today.

    The data there are count as they are: their observed information. Coordinates of further parameters stand last.
    """
    start = np.array([p.start for p in candidate.parameters])
    x = np.concatenate([today.optimum.x, start])
    empty = extended(today.objective, (), candidate.parameters, _constraints(today, candidate))
    quantities = empty.space.quantities(x)
    objective = replace(empty, terms=(*empty.terms, *(expecting(term, quantities) for term in candidate.terms)))
    at_bound = np.concatenate([today.optimum.at_bound, np.zeros(start.size, dtype=bool)])
    return objective, optimum_at(objective, x, at_bound)


def optimum_at(objective: Objective, x: Array, at_bound: npt.NDArray[np.bool_]) -> Optimum:
    """The optimum of an objective that is known to have it at x."""
    found = directions(objective, x)
    matrix = covariance(objective, x, found, at_bound)
    status = Status.NOT_A_MAXIMUM if matrix is None else Status.CONVERGED
    return Optimum(x, status, matrix, found, at_bound, 2.0 * objective.cost(x), 0)


def _constraints(today: Today, candidate: Candidate) -> dict[str, Any]:
    known = {p.name: p.constraint for p in today.objective.space.varied}
    return {name: joined_constraint(known[name], today.value(name), sd) for name, sd in candidate.quotes.items()}


def target_gradient(objective: Objective, x: Array, target: str) -> Array:
    """Of a quantity per coordinate, shape (p,); zero where it is fixed."""
    quantity = objective.all_quantities(objective.space.jets(x, order=1))[target]
    return quantity.gradient.reshape(x.size, -1)[:, 0] if isinstance(quantity, Jet) else np.zeros(x.size)


def target_error(objective: Objective, optimum: Optimum, target: str) -> float:
    """Standard error of a quantity (SI); infinite along a null direction."""
    found = spread(objective.all_quantities(objective.space.jets(optimum.x, order=1))[target], optimum)
    return np.inf if found.touches_null else found.stderr
