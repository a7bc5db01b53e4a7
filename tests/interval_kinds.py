"""Estimates with the intervals of one kind."""

from __future__ import annotations

from stfit.backends.bootstrap import bootstrap
from stfit.backends.optimum import Optimum
from stfit.diagnostics.intervals import bootstrap_estimates, covariance_estimates, profile_estimates
from stfit.objective import Objective
from stfit.results import Estimate


def estimates_by(kind: str, objective: Objective, optimum: Optimum, replicas: int = 200) -> dict[str, Estimate]:
    """Every parameter and derived quantity; kind: "covariance", "profile" or "bootstrap"."""
    if kind == "bootstrap":
        return bootstrap_estimates(objective, optimum, bootstrap(objective, optimum, seed=1, replicas=replicas))
    return {"covariance": covariance_estimates, "profile": profile_estimates}[kind](objective, optimum)
