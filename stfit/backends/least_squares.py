"""Maximum likelihood: Gauss–Newton or scoring where they find the way, lmfit where not, then Newton steps."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import final

import numpy as np
import numpy.typing as npt

from stfit.backends.descents import Scaled, gauss_newton, score
from stfit.backends.inner_point import InnerPoint, inner_point, sees_all
from stfit.backends.optimum import Optimum
from stfit.objective.information import NULL_COMPONENT, Directions, covariance, directions, expected_covariance, gauge
from stfit.objective.problem import FitProblem
from stfit.results import Status

Array = npt.NDArray[np.float64]

_TOLERANCE = 1e-8  # of the sum of squares and of the step: from there Newton steps are quicker
_LAST_TOLERANCE = 1e-15  # where they are not, on slow descents: a few roundings
_LAST_STEP = 1e-16  # of the sum of squares, promised by Gauss–Newton: a few more steps cost less than one Hessian
_NEWTON_STEPS = 20
_SETTLED = 1e-13  # expected gain of ln L in one more Newton step, at which no step is taken
_ROUNDED = 1e-15  # of a sum of as many logarithms as there are events
_CONVERGED = 1e-6  # the same, below which a fit has converged
_ROOM = 30.0  # natural sizes between a bound and where a coordinate that nothing is known of is put
_NEAR_BOUND = 1e-6  # of the natural size of a coordinate, from which it counts as at its bound


@final
@dataclass(frozen=True)
class _End:
    """Where a descent ended. gain: of ln L, expected of one more Newton step; infinite where there is none."""

    x: Array
    directions: Directions
    at_bound: npt.NDArray[np.bool_]
    covariance: Array | None
    gain: float
    evaluations: int

    @property
    def converged(self) -> bool:
        """Whether another step would change nothing that matters."""
        return self.covariance is not None and self.gain < _CONVERGED


def minimise(problem: FitProblem, start: Array | None = None, *, max_evaluations: int = 2000) -> Optimum:
    """The maximum of the likelihood near `start` (default: the problem's own), inside the bounds.

    Gauss–Newton where −2 ln L is a sum of squares, or Levenberg–Marquardt through lmfit where one of its steps leads up
    or far; elsewhere Fisher's scoring, or lmfit's BFGS where that fails. Then Newton steps with the analytic Hessian.
    Null directions are fixed by holding one parameter each, which changes no prediction; the covariance lives in the
    directions that the data see, and comes from problem.information, never from JᵀJ. max_evaluations: of one descent,
    of which there may be three.
    """
    begin = problem.start if start is None else start
    end = _released(problem, _descend(problem, begin, max_evaluations), max_evaluations)
    soft = problem.softened()
    if soft is not None and not sees_all(problem, end.x):
        inside = inner_point(problem, soft, end.x, _descend(soft, begin, max_evaluations).x)
        if inside is not None:
            return _at_inner_point(problem, inside, end)
    if end.covariance is None:
        status = Status.NOT_A_MAXIMUM
    else:
        status = Status.CONVERGED if end.converged else Status.NO_CONVERGENCE
    least = 2.0 * problem.cost(end.x)
    free = _unbounded_covariance(problem, end.x, end.directions, end.at_bound)
    return Optimum(
        end.x, status, end.covariance, end.directions, end.at_bound, least, end.evaluations, unbounded_covariance=free
    )


def _unbounded_covariance(
    problem: FitProblem, x: Array, found: Directions, at_bound: npt.NDArray[np.bool_]
) -> Array | None:
    return covariance(problem, x, found, np.zeros_like(at_bound)) if np.any(at_bound) else None


def _descend(problem: FitProblem, begin: Array, max_evaluations: int) -> _End:
    """The lowest end reached from `begin`.

    A gauge is null everywhere. Where the start and the end see different numbers of directions, one of them lies where
    the residuals are merely flat, and holding a parameter there may have cut the way off: another descent holds none.
    """
    seen = directions(problem, begin)
    scaled = Scaled(problem, seen.scales, gauge(seen))
    end = _run(scaled, begin, max_evaluations, _TOLERANCE)
    if not end.converged:
        end = _run(scaled, end.x, max_evaluations, _LAST_TOLERANCE)
    if end.directions.rank == seen.rank or _too_few_rows(problem, end.x):
        return end
    other = _run(Scaled(problem, seen.scales, ()), begin, max_evaluations, _LAST_TOLERANCE)
    return other if problem.cost(end.x) - problem.cost(other.x) > _CONVERGED else end


def _at_inner_point(problem: FitProblem, inside: InnerPoint, end: _End) -> Optimum:
    """The optimum of data at the edge of the sample space."""
    x, found = inside.x, directions(problem, inside.x)
    held = _at_bound(problem, x, problem.gradient(x), found.scales)
    matrix = expected_covariance(problem, x, found)  # the curvature need not be positive where there is no maximum
    least = 2.0 * min(problem.cost(end.x), problem.cost(x))
    free = _unbounded_covariance(problem, x, found, held)
    return Optimum(x, Status.CONVERGED, matrix, found, held, least, end.evaluations, inside.runaway, free, end.x)


def _released(problem: FitProblem, end: _End, max_evaluations: int) -> _End:
    """The end with no coordinate pinned at a bound that a null direction leads away from.

    Along a null direction nothing is known: where it begins must not decide where a bound cuts what is known.
    """
    null, x = end.directions.null, end.x
    for i in np.flatnonzero(end.at_bound):
        along = null @ null[i]
        if abs(along[i]) <= NULL_COMPONENT:
            continue
        inwards = 1.0 if x[i] <= problem.bounds[0][i] + _NEAR_BOUND * end.directions.scales[i] else -1.0
        x = np.clip(x + inwards * _ROOM / along[i] * along * end.directions.scales, *problem.bounds)
    if x is end.x:
        return end
    scaled = Scaled(problem, end.directions.scales, gauge(end.directions))
    other = _run(scaled, x, max_evaluations, _LAST_TOLERANCE)
    return other if problem.cost(other.x) <= problem.cost(end.x) else end


def _too_few_rows(problem: FitProblem, x: Array) -> bool:
    """MINPACK refuses fewer residuals than coordinates."""
    return problem.has_residuals and problem.residuals(x).size < x.size


def _run(scaled: Scaled, begin: Array, max_evaluations: int, tolerance: float) -> _End:
    """One descent, finished by Newton steps; through lmfit where the quick ones find no way."""
    problem = scaled.problem
    if problem.has_residuals:
        found = gauss_newton(scaled, begin, _LAST_STEP, max_evaluations)
        if found is None:
            found = _by_lmfit().levenberg_marquardt(scaled, begin, max_evaluations, tolerance)
        return _settle(problem, *found)
    end = _settle(problem, *score(scaled, begin))
    if end.converged:
        return end
    return _settle(problem, *_by_lmfit().quasi_newton(scaled, begin, max_evaluations, tolerance))


def _by_lmfit() -> ModuleType:
    """The descents of lmfit."""
    from stfit.backends import lmfit_descents  # most fits need none of them, and lmfit is slow to import

    return lmfit_descents


def _settle(problem: FitProblem, x: Array, evaluations: int) -> _End:
    """Newton steps inside the bounds, as long as each lowers the cost; with the covariance at the end."""
    cost = problem.cost(x)
    for remaining in reversed(range(_NEWTON_STEPS)):
        found = directions(problem, x)
        gradient = problem.gradient(x)
        at_bound = _at_bound(problem, x, gradient, found.scales)
        matrix = covariance(problem, x, found, at_bound)
        if matrix is None:
            return _End(x, found, at_bound, None, np.inf, evaluations)
        step = matrix @ gradient
        gain = 0.5 * float(gradient @ step)
        # residuals far below one (no sigma given) ask for as many digits as others
        settled = _SETTLED * (min(1.0, cost) if problem.has_residuals else 1.0)
        if gain <= settled or not remaining:
            return _End(x, found, at_bound, matrix, gain, evaluations)
        there, lower_cost = _lower(problem, x, step)
        if not lower_cost < _next_to(cost, problem):
            return _End(x, found, at_bound, matrix, gain, evaluations)
        x, cost = there, lower_cost
    raise AssertionError("the last round always returns")


def _lower(problem: FitProblem, x: Array, step: Array) -> tuple[Array, float]:
    """Where a step, or a half, quarter or eighth of it, lowers the cost; else where the eighth leads, and its cost."""
    lower, upper = problem.bounds
    cost = _next_to(problem.cost(x), problem)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a step may lead where nothing is finite
        for fraction in (1.0, 0.5, 0.25, 0.125):
            there = np.clip(x - fraction * step, lower, upper)
            lower_cost = problem.cost(there)
            if lower_cost < cost:
                break
    return there, lower_cost


def _next_to(cost: float, problem: FitProblem) -> float:
    """A cost that cannot be told from this one: −ln L of a million single events hides a gain by its rounding."""
    return cost if problem.has_residuals else cost + _ROUNDED * abs(cost)


def _at_bound(problem: FitProblem, x: Array, gradient: Array, scales: Array) -> npt.NDArray[np.bool_]:
    """Coordinates at a bound that the likelihood pushes against."""
    lower, upper = problem.bounds
    margin = _NEAR_BOUND * scales
    return ((x <= lower + margin) & (gradient > 0)) | ((x >= upper - margin) & (gradient < 0))


def refit(problem: FitProblem, near: Optimum) -> Array:
    """The optimum of a replica of a problem, started from the optimum of the original; coordinates only.

    Good to a few 1e-8 of the sum of squares at the start, which is all that a simulated distribution needs.
    Gauss–Newton steps where there are residuals, which a replica's optimum is near enough for, and lmfit where one of
    them leads up.
    """
    scaled = Scaled(problem, near.directions.scales, gauge(near.directions))
    if not problem.has_residuals:
        return score(scaled, near.x)[0]
    found = gauss_newton(scaled, near.x, _TOLERANCE)
    if found is None:
        residuals = problem.residuals(near.x)
        enough = _TOLERANCE * float(residuals @ residuals)
        found = _by_lmfit().levenberg_marquardt(scaled, near.x, 200, _TOLERANCE, enough=enough)
    return found[0]
