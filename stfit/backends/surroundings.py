"""What lies about a best fit: its bounds, steps of a standard error, and the cost above it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from stfit.backends.newton import Box, Expansion, whitening
from stfit.backends.optimum import Optimum
from stfit.objective import Objective

Array = npt.NDArray[np.float64]


def at_its_bounds(objective: Objective, optimum: Optimum) -> Optimum:
    """The optimum with the coordinates at a bound exactly there."""
    if not np.any(optimum.at_bound):
        return optimum
    lower, upper = objective.bounds
    nearest = np.where(np.abs(optimum.x - lower) < np.abs(optimum.x - upper), lower, upper)
    return replace(optimum, x=np.where(optimum.at_bound, nearest, optimum.x))


def surroundings(objective: Objective, optimum: Optimum) -> Box:
    """The bounds, and steps of one standard error about the optimum."""
    with np.errstate(all="ignore"):  # at a bound a critical current may be infinite
        hessian = objective.expansion(optimum.x)[2]
    scales = optimum.directions.scales
    columns = whitening(hessian, scales) if np.all(np.isfinite(hessian)) else np.diag(scales)
    return Box.around(optimum.x, objective.bounds, columns, scales)


def rise_of(objective: Objective, optimum: Optimum) -> Expansion:
    """The cost above that of the optimum, with its derivatives; not finite where the likelihood is not.

    Where the likelihood has no maximum, above its infimum.
    """
    with np.errstate(all="ignore"):
        least = objective.expansion(optimum.x)[0]
    if optimum.runaway is not None:
        least -= objective.cost(optimum.x) - optimum.sum_of_squares / 2.0

    return above(objective, least)


def above(objective: Objective, least: float) -> Expansion:
    """The cost above `least`, with its derivatives."""

    def rise(x: Array) -> tuple[float, Array, Array]:
        with np.errstate(all="ignore"):  # a step may lead where nothing is finite
            cost, gradient, hessian = objective.expansion(x)
        return cost - least, gradient, hessian

    return rise
