"""What further measurements would add: the objective with them, and their data at the expectation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from stfit.objective.constraints import Constraint, LogNormal, Normal
from stfit.objective.objective import Objective, Term
from stfit.objective.space import FitParameter, ParameterSpace


def expecting(term: Term, quantities: Mapping[str, Any]) -> Term:
    """The term with its data at what the quantities (SI) predict on average.

    Its likelihood has no slope there, and the Hessian of −ln L is the expected information.
    """
    prediction = np.asarray(term.prediction(quantities))
    return replace(term, measurement=term.measurement.expected(prediction))


def extended(
    objective: Objective,
    terms: Sequence[Term],
    parameters: Sequence[FitParameter] = (),
    constraints: Mapping[str, Constraint | None] | None = None,
) -> Objective:
    """The objective with further measurements.

    parameters: that only those have; their coordinates follow the others. constraints: in place of those there are.
    """
    space = ParameterSpace((*objective.space.parameters, *parameters)).with_constraints(constraints or {})
    return replace(objective, terms=(*objective.terms, *terms), space=space)


def joined_constraint(constraint: Constraint | None, value: float, standard_deviation: float) -> Constraint:
    """What is known of a quantity once an independent determination has found `value` ± standard_deviation too.

    TypeError for a constraint that is neither Gaussian nor Gaussian in the logarithm.
    """
    if constraint is None:
        return Normal(value, standard_deviation)
    if isinstance(constraint, Normal):
        return Normal(*_joined(constraint.mean, constraint.standard_deviation, value, standard_deviation))
    if isinstance(constraint, LogNormal):
        known = float(np.log(constraint.median)), float(np.log(constraint.factor))
        centre, width = _joined(*known, float(np.log(value)), standard_deviation / value)
        return LogNormal(float(np.exp(centre)), float(np.exp(width)))
    raise TypeError(f"a {type(constraint).__name__} cannot be joined with another determination")


def _joined(first: float, first_sd: float, second: float, second_sd: float) -> tuple[float, float]:
    """Weighted mean and its error."""
    weights = first_sd**-2, second_sd**-2
    total = sum(weights)
    return (weights[0] * first + weights[1] * second) / total, total**-0.5
