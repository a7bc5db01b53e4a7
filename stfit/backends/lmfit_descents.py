"""Descents through lmfit, for starts from which Gauss–Newton or scoring find no way.

Importing lmfit takes longer than most fits, so that `backends.least_squares` imports this module where one needs it.
"""

from __future__ import annotations

from typing import Final

import lmfit
import numpy as np
import numpy.typing as npt

from stfit.backends.descents import Scaled

Array = npt.NDArray[np.float64]

_FIRST_STEP: Final = 1.0  # longest first step over the length of the start (MINPACK's norm): 100 overshoots
_LEAST_KNOWN: Final = 1e-10  # of the information of the best known direction: no long first steps along others


def _parameters(scaled: Scaled, start: Array) -> lmfit.Parameters:
    """lmfit's Parameters at a start."""
    parameters = lmfit.Parameters()
    for i, (value, low, high) in enumerate(zip(start, *scaled.problem.bounds, strict=True)):
        scale = scaled.scales[i]
        parameters.add(f"x{i}", value=value / scale, min=low / scale, max=high / scale, vary=i in scaled.free)
    return parameters


def _coordinates(scaled: Scaled, values: lmfit.Parameters) -> Array:
    """The way back."""
    return np.array([values[f"x{i}"].value for i in range(scaled.scales.size)]) * scaled.scales


class _Best:
    """The point of least cost so far."""

    def __init__(self, start: Array) -> None:
        self.x, self.least = start, np.inf

    def note(self, x: Array, cost: float) -> None:
        """One more point."""
        if cost < self.least:
            self.x, self.least = x, cost


def levenberg_marquardt(
    scaled: Scaled, start: Array, max_evaluations: int, tolerance: float, *, enough: float = 0.0
) -> tuple[Array, int]:
    """MINPACK through lmfit.

    A step to where the residuals have no finite value is taken back and shortened. Out of evaluations, lmfit
    would end at the last point tried; this ends at the best.

    enough: a sum of squares at which to stop. Where data can be met exactly at an infinite slope only, every step
    lowers the sum by a share of itself, and no tolerance that is relative to it ends the descent.
    """
    if not scaled.free:
        return start, 0
    problem, best = scaled.problem, _Best(start)

    def residuals(values: lmfit.Parameters) -> Array:
        x = _coordinates(scaled, values)
        vector = problem.residuals(x)
        if best.least >= enough:  # stopped, MINPACK asks once more at a point that it has not set
            best.note(x, float(vector @ vector))
        return vector

    minimizer = lmfit.Minimizer(
        residuals,
        _parameters(scaled, start),
        iter_cb=lambda _values, _evaluation, vector: bool(vector @ vector < enough),
        scale_covar=False,
        calc_covar=False,
        nan_policy="propagate",
    )
    outcome = minimizer.leastsq(
        max_nfev=max_evaluations,
        Dfun=lambda values: (problem.jacobian(_coordinates(scaled, values)) * scaled.scales)[:, scaled.free],
        ftol=tolerance,
        xtol=tolerance,
        factor=_FIRST_STEP,
    )
    return best.x if outcome.aborted else _coordinates(scaled, outcome.params), int(outcome.nfev)


def quasi_newton(scaled: Scaled, start: Array, max_evaluations: int, tolerance: float) -> tuple[Array, int]:
    """BFGS through lmfit with the analytic gradient, for likelihoods that are no sum of squares; ends at the best.

    It starts from the expected information, and so with a step of Fisher's scoring: coordinates of one natural size
    may still differ by orders of magnitude in what the data know of them.
    """
    if not scaled.free:
        return start, 0
    problem, parameters, best = scaled.problem, _parameters(scaled, start), _Best(start)

    def cost(values: lmfit.Parameters) -> float:
        x = _coordinates(scaled, values)
        found = problem.cost(x)
        best.note(x, found)
        return found if np.isfinite(found) else np.inf

    minimizer = lmfit.Minimizer(cost, parameters, scale_covar=False, calc_covar=False, nan_policy="propagate")
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a step may lead where nothing is finite
        outcome = minimizer.scalar_minimize(
            method="BFGS",
            max_nfev=max_evaluations,
            tol=max(tolerance, 1e-6),
            Dfun=lambda values: (problem.gradient(_coordinates(scaled, values)) * scaled.scales)[scaled.free],
            options={"hess_inv0": _internal_covariance(scaled, start, parameters)},
        )
    return best.x, int(outcome.nfev)


def _internal_covariance(scaled: Scaled, x: Array, parameters: lmfit.Parameters) -> Array:
    """The inverse of the expected information of the free coordinates, in lmfit's variables without bounds."""
    varied = [parameter for parameter in parameters.values() if parameter.vary]
    slopes = np.array([parameter.scale_gradient(parameter.setup_bounds()) for parameter in varied])
    root = (scaled.problem.sensitivity(x) * scaled.scales)[:, scaled.free] * slopes
    norms = np.linalg.norm(root, axis=0)
    norms = np.where(norms > 0, norms, 1.0)
    known, vectors = np.linalg.eigh((root / norms).T @ (root / norms))
    whitening = vectors / np.sqrt(np.maximum(known, _LEAST_KNOWN * known[-1])) / norms[:, None]
    return np.asarray(whitening @ whitening.T)
