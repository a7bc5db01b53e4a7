"""Descents through lmfit, for starts from which Gauss–Newton or scoring find no way.

Importing lmfit takes longer than most fits, so that `backends.least_squares` imports this module where one needs it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import lmfit
import numpy as np
import numpy.typing as npt

from stfit.objective.problem import FitProblem

Array = npt.NDArray[np.float64]

_FIRST_STEP: Final = 1.0  # longest first step over the length of the start (MINPACK's norm): 100 overshoots
_LEAST_KNOWN: Final = 1e-10  # of the information of the best known direction: no long first steps along others


def _scaled_parameters(
    problem: FitProblem, start: Array, scales: Array, held: tuple[int, ...]
) -> tuple[lmfit.Parameters, list[int], Callable[[lmfit.Parameters], Array]]:
    """lmfit's Parameters in coordinates divided by their natural size, which of them vary, and the way back."""
    lower, upper = problem.bounds
    names = [f"x{i}" for i in range(start.size)]
    free = [i for i in range(start.size) if i not in held]
    parameters = lmfit.Parameters()
    for i, name in enumerate(names):
        limits = lower[i] / scales[i], upper[i] / scales[i]
        parameters.add(name, value=start[i] / scales[i], min=limits[0], max=limits[1], vary=i in free)

    def coordinates(values: lmfit.Parameters) -> Array:
        return np.array([values[name].value for name in names]) * scales

    return parameters, free, coordinates


def levenberg_marquardt(
    problem: FitProblem, start: Array, scales: Array, held: tuple[int, ...], max_evaluations: int, tolerance: float
) -> tuple[Array, int]:
    """MINPACK through lmfit.

    A step to where the residuals have no finite value is taken back and shortened. Out of evaluations, lmfit
    would end at the last point tried; this ends at the best.
    """
    parameters, free, coordinates = _scaled_parameters(problem, start, scales, held)
    if not free:
        return start, 0
    best, least = start, np.inf

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


def quasi_newton(
    problem: FitProblem, start: Array, scales: Array, held: tuple[int, ...], max_evaluations: int, tolerance: float
) -> tuple[Array, int]:
    """BFGS through lmfit with the analytic gradient, for likelihoods that are no sum of squares; ends at the best.

    It starts from the expected information, and so with a step of Fisher's scoring: coordinates of one natural size
    may still differ by orders of magnitude in what the data know of them.
    """
    parameters, free, coordinates = _scaled_parameters(problem, start, scales, held)
    if not free:
        return start, 0
    best, least = start, np.inf

    def cost(values: lmfit.Parameters) -> float:
        nonlocal best, least
        x = coordinates(values)
        found = problem.cost(x)
        if found < least:
            best, least = x, found
        return found if np.isfinite(found) else np.inf

    minimizer = lmfit.Minimizer(cost, parameters, scale_covar=False, calc_covar=False, nan_policy="propagate")
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a step may lead where nothing is finite
        outcome = minimizer.scalar_minimize(
            method="BFGS",
            max_nfev=max_evaluations,
            tol=max(tolerance, 1e-6),
            Dfun=lambda values: (problem.gradient(coordinates(values)) * scales)[free],
            options={"hess_inv0": _internal_covariance(problem, start, scales, free, parameters)},
        )
    return best, int(outcome.nfev)


def _internal_covariance(
    problem: FitProblem, x: Array, scales: Array, free: list[int], parameters: lmfit.Parameters
) -> Array:
    """The inverse of the expected information of the free coordinates, in lmfit's variables without bounds."""
    varied = [parameter for parameter in parameters.values() if parameter.vary]
    slopes = np.array([parameter.scale_gradient(parameter.setup_bounds()) for parameter in varied])
    root = (problem.sensitivity(x) * scales)[:, free] * slopes
    norms = np.linalg.norm(root, axis=0)
    norms = np.where(norms > 0, norms, 1.0)
    known, vectors = np.linalg.eigh((root / norms).T @ (root / norms))
    whitening = vectors / np.sqrt(np.maximum(known, _LEAST_KNOWN * known[-1])) / norms[:, None]
    return np.asarray(whitening @ whitening.T)
