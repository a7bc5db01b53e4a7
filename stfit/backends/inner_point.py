"""Where the likelihood has no maximum: what runs away from a point inside, from which limits can be found.

Data at the edge of the sample space (every pulse switched, none did, a step from 0 to 1, no transition at all) are
described ever better as a parameter runs away, while they say ever less about it: at the end of such a descent nothing
is seen. The likelihood still excludes the other side. With a small part of a count added where there was none (and
taken away where all were), the likelihood has a maximum. Between it and the end lies a point whose likelihood is as
good as the supremum to a fraction of a unit, and from where the data see what they exclude.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.newton import Box, descend
from stfit.objective.problem import FitProblem

Array = npt.NDArray[np.float64]

_FAINT: Final = 0.02  # of a natural size (k_BT, a factor e): below, an error of 50 of them, nothing is seen
_VISIBLE: Final = 0.1  # inside, from which data that see nothing at the end ran away from there
_PULLS: Final = (1.0, 0.1, 1e-2, 1e-3, 1e-4, 1e-5)  # towards the softened maximum, of the information there
_WORST: Final = 0.5  # of −ln L above the supremum


@final
@dataclass(frozen=True)
class InnerPoint:
    """x, shape (p,), and the directions that run away from there, as columns in scaled coordinates, shape (p, k)."""

    x: Array
    runaway: Array


def sees_all(problem: FitProblem, x: Array) -> bool:
    """Whether every direction is seen at x: no parameter can have run away."""
    return int(_faint(problem, x).shape[1]) == 0


def inner_point(problem: FitProblem, soft: FitProblem, end: Array, maximum: Array) -> InnerPoint | None:
    """The point inside, and what runs away from there; None where nothing does.

    end: where a descent of the problem ended; maximum: that of the problem with softened counts; both of shape (p,).
    """
    runaway = _runaway_directions(problem, end, maximum)
    if runaway is None:
        return None
    least = problem.cost(end)
    scales = problem.scales(maximum, problem.sensitivity(maximum))
    box = Box(*problem.bounds, np.diag(scales), scales)
    root = soft.sensitivity(maximum)
    x = maximum
    for pull in _PULLS:
        if problem.cost(x) - least < _WORST:
            break
        weight = pull * root.T @ root

        def pulled(x: Array, weight: Array = weight) -> tuple[float, Array, Array]:
            off = x - maximum
            with np.errstate(all="ignore"):  # a step may lead where nothing is finite
                cost, slope, bend = problem.cost(x), problem.gradient(x), problem.information(x)
            return cost + 0.5 * float(off @ weight @ off), slope + weight @ off, bend + weight

        x = descend(pulled, x, box).x
    return InnerPoint(x, runaway)


def _runaway_directions(problem: FitProblem, end: Array, inside: Array) -> Array | None:
    """Directions that the data see inside and not at the end, columns in scaled coordinates, (p, k); None for none.

    end: where a descent of the problem ended, shape (p,); inside: the maximum with the counts softened.
    """
    faint = _faint(problem, end)
    if faint.shape[1] == 0:
        return None
    sensitivity = problem.sensitivity(inside)
    _, seen, turned = np.linalg.svd(sensitivity * problem.scales(inside, sensitivity) @ faint, full_matrices=False)
    visible = turned[seen > _VISIBLE]
    return faint @ visible.T if visible.shape[0] else None


def _faint(problem: FitProblem, x: Array) -> Array:
    """Directions that the data do not see at x, columns in scaled coordinates."""
    with np.errstate(all="ignore"):
        sensitivity = problem.sensitivity(x)
        scaled = np.nan_to_num(sensitivity * problem.scales(x, sensitivity))
    _, singular, transposed = np.linalg.svd(np.linalg.qr(scaled, mode="r"), full_matrices=True)
    sharpness = np.zeros(x.size)
    sharpness[: singular.size] = singular
    return np.asarray(transposed[sharpness < _FAINT].T)
