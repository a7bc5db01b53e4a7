"""Maximum likelihood through lmfit: least squares of signed-root deviances with analytic derivatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import lmfit
import numpy as np
import numpy.typing as npt

from stfit.objective.information import Directions, covariance, directions, gauge
from stfit.objective.objective import Problem
from stfit.results import Status

Array = npt.NDArray[np.float64]

_TOLERANCE = 1e-15  # of the sum of squares and of the step: a few roundings; at 1e-13 slow descents stop too early
_REPLICA_TOLERANCE = 1e-8
_FIRST_STEP = 1.0  # longest first step over the start's own length (MINPACK's norm): 100, its default, overshoots
_CONVERGED = 1e-6  # expected gain of ln L in one more Newton step, below which a fit has converged
_NEAR_BOUND = 1e-6  # of the width between bounds, from which a coordinate counts as at its bound


@final
@dataclass(frozen=True)
class Optimum:
    """The end of a fit. covariance is None where it failed; evaluations counts residual vectors."""

    x: Array
    status: Status
    covariance: Array | None
    directions: Directions
    at_bound: npt.NDArray[np.bool_]
    sum_of_squares: float
    evaluations: int


def minimise(problem: Problem, start: Array | None = None, *, max_evaluations: int = 2000) -> Optimum:
    """Least squares of problem.residuals from `start` (default: the problem's own), inside its bounds.

    Null directions are fixed by holding one parameter each, which changes no prediction; the covariance lives in the
    directions that the data see, and comes from problem.information, never from JᵀJ. max_evaluations: of one descent,
    of which there may be two.
    """
    begin = problem.start if start is None else start
    x, found, evaluations = _descend(problem, begin, max_evaluations)
    residuals = problem.residuals(x)
    at_bound = _at_bound(problem, x, residuals)
    matrix = covariance(problem, x, found, at_bound)
    gradient = problem.jacobian(x).T @ residuals
    if matrix is None:
        status = Status.NOT_A_MAXIMUM
    else:
        gain = 0.5 * float(gradient @ matrix @ gradient)
        status = Status.CONVERGED if gain < _CONVERGED else Status.NO_CONVERGENCE
    return Optimum(x, status, matrix, found, at_bound, float(residuals @ residuals), evaluations)


def _descend(problem: Problem, begin: Array, max_evaluations: int) -> tuple[Array, Directions, int]:
    """The lowest end reached from `begin`, the directions seen there, and the evaluations it took.

    A gauge is null everywhere. Where the start and the end see different numbers of directions, one of them lies where
    the residuals are merely flat, and holding a parameter there may have cut the way off: a second descent holds none.
    """
    seen = directions(problem, begin)
    x, evaluations = _levenberg_marquardt(problem, begin, gauge(seen), max_evaluations)
    found = directions(problem, x)
    residuals = problem.residuals(x)
    if found.rank == seen.rank or residuals.size < x.size:
        return x, found, evaluations
    other, more = _levenberg_marquardt(problem, begin, (), max_evaluations)
    gain = 0.5 * float(np.sum(np.square(residuals)) - np.sum(np.square(problem.residuals(other))))
    if gain > _CONVERGED:
        x, found = other, directions(problem, other)
    return x, found, evaluations + more


def _levenberg_marquardt(
    problem: Problem, start: Array, held: tuple[int, ...], max_evaluations: int, tolerance: float = _TOLERANCE
) -> tuple[Array, int]:
    """MINPACK through lmfit, in coordinates divided by their natural size.

    A step to where the residuals have no finite value is taken back and shortened. Out of evaluations, lmfit
    would end at the last point tried; this ends at the best.
    """
    lower, upper = problem.bounds
    scales = problem.scales(start)
    names = [f"x{i}" for i in range(start.size)]
    free = [i for i in range(start.size) if i not in held]
    parameters = lmfit.Parameters()
    for i, name in enumerate(names):
        limits = lower[i] / scales[i], upper[i] / scales[i]
        parameters.add(name, value=start[i] / scales[i], min=limits[0], max=limits[1], vary=i in free)
    best, least = start, np.inf

    def coordinates(values: lmfit.Parameters) -> Array:
        return np.array([values[name].value for name in names]) * scales

    def residuals(values: lmfit.Parameters) -> Array:
        nonlocal best, least
        x = coordinates(values)
        vector = problem.residuals(x)
        sum_of_squares = float(vector @ vector)
        if sum_of_squares < least:
            best, least = x, sum_of_squares
        return vector

    minimizer = lmfit.Minimizer(residuals, parameters, scale_covar=False, calc_covar=False, nan_policy="propagate")
    outcome = minimizer.leastsq(
        max_nfev=max_evaluations,
        Dfun=lambda values: (problem.jacobian(coordinates(values)) * scales)[:, free],
        ftol=tolerance,
        xtol=tolerance,
        factor=_FIRST_STEP,
    )
    return best if outcome.aborted else coordinates(outcome.params), int(outcome.nfev)


def _at_bound(problem: Problem, x: Array, residuals: Array) -> npt.NDArray[np.bool_]:
    """Coordinates at a bound that the likelihood pushes against."""
    lower, upper = problem.bounds
    width = np.where(np.isfinite(upper - lower), upper - lower, np.inf)
    gradient = problem.jacobian(x).T @ residuals
    margin = np.where(np.isfinite(width), _NEAR_BOUND * width, 0.0)
    return ((x <= lower + margin) & (gradient > 0)) | ((x >= upper - margin) & (gradient < 0))


def refit(problem: Problem, near: Optimum) -> Array:
    """The optimum of a replica of a problem, started from the optimum of the original; coordinates only.

    Good to a few 1e-8 of the sum of squares, which is all that a simulated distribution needs.
    """
    x, _ = _levenberg_marquardt(problem, near.x, gauge(near.directions), 200, _REPLICA_TOLERANCE)
    return x
