"""Descents of −ln L: MINPACK and BFGS through lmfit, Fisher's scoring, undamped Gauss–Newton steps near an optimum."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final, final

import lmfit
import numpy as np
import numpy.typing as npt

from stfit.objective.information import RANK_TOLERANCE
from stfit.objective.problem import Problem

Array = npt.NDArray[np.float64]

_FIRST_STEP: Final = 1.0  # longest first step over the start's length (MINPACK's norm): 100, its default, overshoots
_LONGEST_STEP: Final = 1.0  # of scoring and of Gauss–Newton, in natural sizes
_SCORED: Final = 1e-4  # twice the gain of ln L that ends scoring: Newton is quicker then, and a replica good enough
_LEAST_DAMPED, _MOST_DAMPED = 1e-12, 1e8  # of the information: next to nothing; no step that matters is left
_MOST_SCORED: Final = 100  # steps of scoring
_MOST_UNDAMPED: Final = 12  # steps of Gauss–Newton
_LEAST_KNOWN: Final = 1e-10  # of the information of the best known direction: no long first steps along others


@final
@dataclass(frozen=True)
class Scaled:
    """A problem in coordinates divided by their natural sizes, shape (p,); those in `held` stay where they are."""

    problem: Problem
    scales: Array
    held: tuple[int, ...]

    @cached_property
    def free(self) -> list[int]:
        """The coordinates that vary."""
        return [i for i in range(self.scales.size) if i not in self.held]

    def parameters(self, start: Array) -> lmfit.Parameters:
        """lmfit's Parameters at a start."""
        parameters = lmfit.Parameters()
        for i, (value, low, high) in enumerate(zip(start, *self.problem.bounds, strict=True)):
            scale = self.scales[i]
            parameters.add(f"x{i}", value=value / scale, min=low / scale, max=high / scale, vary=i in self.free)
        return parameters

    def coordinates(self, values: lmfit.Parameters) -> Array:
        """The way back."""
        return np.array([values[f"x{i}"].value for i in range(self.scales.size)]) * self.scales


class _Best:
    """The point of least cost so far."""

    def __init__(self, start: Array) -> None:
        self.x, self._least = start, np.inf

    def note(self, x: Array, cost: float) -> None:
        """One more point."""
        if cost < self._least:
            self.x, self._least = x, cost


def levenberg_marquardt(scaled: Scaled, start: Array, max_evaluations: int, tolerance: float) -> tuple[Array, int]:
    """MINPACK through lmfit.

    A step to where the residuals have no finite value is taken back and shortened. Out of evaluations, lmfit
    would end at the last point tried; this ends at the best.
    """
    if not scaled.free:
        return start, 0
    problem, best = scaled.problem, _Best(start)

    def residuals(values: lmfit.Parameters) -> Array:
        x = scaled.coordinates(values)
        vector = problem.residuals(x)
        best.note(x, float(vector @ vector))
        return vector

    minimizer = lmfit.Minimizer(
        residuals, scaled.parameters(start), scale_covar=False, calc_covar=False, nan_policy="propagate"
    )
    outcome = minimizer.leastsq(
        max_nfev=max_evaluations,
        Dfun=lambda values: (problem.jacobian(scaled.coordinates(values)) * scaled.scales)[:, scaled.free],
        ftol=tolerance,
        xtol=tolerance,
        factor=_FIRST_STEP,
    )
    return best.x if outcome.aborted else scaled.coordinates(outcome.params), int(outcome.nfev)


def score(scaled: Scaled, x: Array) -> tuple[Array, int]:
    """Fisher's scoring, until a step promises next to nothing, and the costs it took; for what is no sum of squares.

    A Newton step with the expected information, which unlike the curvature is never negative, by at most the natural
    size of a coordinate, and shortened by Marquardt's damping until it lowers the cost.
    """
    problem, scales, free = scaled.problem, scaled.scales, scaled.free
    lower, upper = problem.bounds
    cost, damping, evaluations = problem.cost(x), _LEAST_DAMPED, 1
    for _ in range(_MOST_SCORED):
        root = (problem.sensitivity(x) * scales)[:, free]
        gradient = (problem.gradient(x) * scales)[free]
        information = root.T @ root
        damped = information + damping * np.diag(np.diag(information))
        step = np.zeros_like(x)
        step[free] = np.linalg.lstsq(damped, gradient, rcond=None)[0]
        if step[free] @ gradient < _SCORED or damping > _MOST_DAMPED:
            break
        step /= max(1.0, float(np.max(np.abs(step))) / _LONGEST_STEP)
        there = np.clip(x - step * scales, lower, upper)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a step may lead where nothing is finite
            found = problem.cost(there)
        evaluations += 1
        lowers = found < cost
        damping = max(damping / 10.0, _LEAST_DAMPED) if lowers else max(10.0 * damping, 1e-3)
        x, cost = (there, found) if lowers else (x, cost)
    return x, evaluations


def quasi_newton(scaled: Scaled, start: Array, max_evaluations: int, tolerance: float) -> tuple[Array, int]:
    """BFGS through lmfit with the analytic gradient, for likelihoods that are no sum of squares; ends at the best.

    It starts from the expected information, and so with a step of Fisher's scoring: coordinates of one natural size
    may still differ by orders of magnitude in what the data know of them.
    """
    if not scaled.free:
        return start, 0
    problem, parameters, best = scaled.problem, scaled.parameters(start), _Best(start)

    def cost(values: lmfit.Parameters) -> float:
        x = scaled.coordinates(values)
        found = problem.cost(x)
        best.note(x, found)
        return found if np.isfinite(found) else np.inf

    minimizer = lmfit.Minimizer(cost, parameters, scale_covar=False, calc_covar=False, nan_policy="propagate")
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a step may lead where nothing is finite
        outcome = minimizer.scalar_minimize(
            method="BFGS",
            max_nfev=max_evaluations,
            tol=max(tolerance, 1e-6),
            Dfun=lambda values: (problem.gradient(scaled.coordinates(values)) * scaled.scales)[scaled.free],
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


def gauss_newton(scaled: Scaled, x: Array, tolerance: float) -> Array | None:
    """Undamped steps from near the optimum, until one promises less than `tolerance` of the sum of squares.

    Coordinates, shape (p,); None where a step leads up, or far (beyond the natural size of a coordinate), or to a
    bound.
    """
    problem, scales, free = scaled.problem, scaled.scales, scaled.free
    lower, upper = problem.bounds
    residuals = problem.residuals(x)
    for _ in range(_MOST_UNDAMPED):
        root = (problem.jacobian(x) * scales)[:, free]
        triangle, rotated = _triangle(root, residuals)
        if not np.all(np.abs(np.diag(triangle)) > RANK_TOLERANCE * np.max(np.abs(triangle), initial=1e-300)):
            return None
        step = np.linalg.solve(triangle, rotated)
        if rotated @ rotated < tolerance * (residuals @ residuals):
            return x
        there = x.copy()
        there[free] -= step * scales[free]
        if np.max(np.abs(step)) > _LONGEST_STEP or np.any(there <= lower) or np.any(there >= upper):
            return None
        found = problem.residuals(there)
        if not found @ found < residuals @ residuals:
            return None
        x, residuals = there, found
    return None


def _triangle(root: Array, residuals: Array) -> tuple[Array, Array]:
    """R and Qᵀ·residuals of root = QR; too few rows leave R with a zero on its diagonal."""
    if root.shape[0] < root.shape[1]:
        return np.zeros((root.shape[1], root.shape[1])), np.zeros(root.shape[1])
    q, r = np.linalg.qr(root)
    return r, q.T @ residuals
