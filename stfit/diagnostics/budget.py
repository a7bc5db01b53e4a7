"""The error budget of each headline number: what the counting statistics bring, and what each uncertain constant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from stfit.backends.optimum import Optimum
from stfit.derivatives import Jet
from stfit.diagnostics.estimates import spread
from stfit.objective import Objective
from stfit.results import Estimate

HEADLINES: Final = ("l_over_L", "c_P", "c_AP", "tau_0", "E_P", "E_AP", "slope_P", "slope_AP", "I_c_P", "I_c_AP")


def budget(objective: Objective, optimum: Optimum, estimates: Mapping[str, Estimate]) -> dict[str, dict[str, float]]:
    """Standard errors (SI) by source, for every headline number that has one.

    A constraint's share is how far the number moves when the quoted constant moves by its own standard deviation; it
    does not depend on units. `statistics` is the data's share; `correlation` is what remains of the variance (signed,
    as a root), zero unless the constraint and the data pull at the same direction nonlinearly.
    """
    if optimum.covariance is None:
        return {}
    quantities = objective.all_quantities(objective.space.jets(optimum.x, order=1))
    constraints = _constraint_gradients(objective, optimum)
    result = {}
    for name in HEADLINES:
        if name in estimates and estimates[name].stderr:
            gradient = spread(quantities[name], optimum).gradient
            result[name] = _shares(gradient, optimum.covariance, objective, optimum, constraints)
    return result


def _constraint_gradients(objective: Objective, optimum: Optimum) -> dict[str, np.ndarray]:
    """d(whitened constraint)/dx of every constrained parameter: the row it adds to the sensitivity."""
    jets = objective.space.jets(optimum.x, order=1)
    rows = {}
    for p in objective.space.varied:
        if p.constraint is not None:
            residual: Jet = p.constraint.residual(jets[p.name])
            rows[p.name] = residual.gradient.reshape(optimum.x.size)
    return rows


def _shares(
    gradient: np.ndarray,
    covariance: np.ndarray,
    objective: Objective,
    optimum: Optimum,
    constraints: Mapping[str, np.ndarray],
) -> dict[str, float]:
    moved = covariance @ gradient  # how x̂ follows a pull along the quantity
    total = float(gradient @ moved)
    shares = {name: abs(float(row @ moved)) for name, row in constraints.items()}
    data = objective.data_information(optimum.x)
    statistics = float(moved @ data @ moved)
    rest = total - statistics - sum(share**2 for share in shares.values())
    remainder = float(np.copysign(np.sqrt(abs(rest)), rest))
    negligible = abs(rest) < 1e-9 * total
    return (
        {"statistics": float(np.sqrt(max(statistics, 0.0)))}
        | shares
        | {"correlation": 0.0 if negligible else remainder}
    )
