"""The objective: measurements and models joined over shared, held and constrained parameters."""

from __future__ import annotations

from stfit.objective.constraints import Constraint, LogNormal, Normal
from stfit.objective.objective import Objective, Term
from stfit.objective.prior import CoordinatePrior, Prior
from stfit.objective.problem import FitProblem
from stfit.objective.space import FitParameter, ParameterSpace

__all__ = [
    "Constraint",
    "CoordinatePrior",
    "FitParameter",
    "FitProblem",
    "LogNormal",
    "Normal",
    "Objective",
    "ParameterSpace",
    "Prior",
    "Term",
]
