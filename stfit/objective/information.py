"""What the data can tell: rank and null directions of the residuals, and the covariance in what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from stfit.objective.problem import FitProblem

Array = npt.NDArray[np.float64]

RANK_TOLERANCE = 1e-7  # of the largest singular value, below which a direction is null
NULL_COMPONENT = 1e-3  # of a null direction, from which a parameter takes part in it


@final
@dataclass(frozen=True)
class Directions:
    """Directions in scaled coordinates, as columns: null ones (p, k) and the others (p, p − k).

    scales: shape (p,); a coordinate moves by scale · component.
    """

    names: tuple[str, ...]
    scales: Array
    null: Array
    seen: Array
    singular_values: Array

    @property
    def rank(self) -> int:
        """Number of directions that the data determine."""
        return int(self.seen.shape[1])

    def touches_null(self, gradient: Array) -> bool:
        """Whether a quantity with this gradient (per coordinate, shape (p,)) changes along a null direction."""
        scaled = gradient * self.scales
        norm = float(np.linalg.norm(scaled))
        if self.null.shape[1] == 0 or norm == 0.0:
            return False
        return bool(np.any(np.abs(scaled @ self.null) > NULL_COMPONENT * norm))

    @property
    def not_identified(self) -> frozenset[str]:
        """Names of the parameters that take part in a null direction."""
        taking_part = np.any(np.abs(self.null) > NULL_COMPONENT, axis=1)
        return frozenset(name for name, part in zip(self.names, taking_part, strict=True) if part)


def directions(problem: FitProblem, x: Array) -> Directions:
    """Null and seen directions of the scaled residual Jacobian (or its like, where there are no residuals) at x."""
    sensitivity = np.nan_to_num(
        problem.sensitivity(x), posinf=0.0, neginf=0.0
    )  # a point may lie where nothing is finite
    scales, names = problem.scales(x, sensitivity), problem.names
    scaled = sensitivity * scales
    # the triangle of QR has the same singular values and directions, in a matrix of p columns and at most p rows
    _, singular, transposed = np.linalg.svd(np.linalg.qr(scaled, mode="r"), full_matrices=True)
    largest = singular[0] if singular.size else 0.0
    rank = int(np.count_nonzero(singular > RANK_TOLERANCE * largest))
    return Directions(names, scales, transposed[rank:].T, transposed[:rank].T, singular)


# Which parameter to hold along a null direction: first those a reader would call a convention or a constant, and l/L_θθ
# never before an asymmetry that has one number for both states and could not follow their slopes. Where c_P and c_AP
# are both free, l/L_θθ is the convention: ln τ is then linear in what is left, and either slope can vanish alone.
_HELD_FIRST = (
    "tau_0",
    *(
        "series_resistance",
        "half_voltage",
        "resistance",
        "resistance_AP",
        "delta_R",
        "beta",
        "temperature",
        "anisotropy_field",
        "field_offset",
        "curie_temperature",
    ),
    *("theta_0", "chi", "h", "l_over_L:free", "c_P", "c_AP"),
)

_LEAST_PIVOT = 0.005  # of a null direction: less, and holding the parameter would hardly stop the motion


def gauge(found: Directions) -> tuple[int, ...]:
    """Indices of parameters to hold, one for each null direction, so that the others are determined."""
    null = found.null.copy()
    free_factors = "c_P" in found.names and "c_AP" in found.names
    known = [name.removesuffix(":free") for name in _HELD_FIRST if free_factors or not name.endswith(":free")]
    order = [found.names.index(name) for name in known if name in found.names]
    order += [i for i in range(len(found.names)) if i not in order]
    held: list[int] = []
    while null.shape[1]:
        weights = np.max(np.abs(null), axis=1)
        pivot = next((i for i in order if weights[i] > _LEAST_PIVOT), int(np.argmax(weights)))
        held.append(pivot)
        # what is left of the null space once the held parameter no longer moves
        _, _, rotation = np.linalg.svd(null[pivot : pivot + 1], full_matrices=True)
        null = (null @ rotation.T)[:, 1:]
    return tuple(held)


def spectrum(
    problem: FitProblem, x: Array, found: Directions, at_bound: npt.NDArray[np.bool_]
) -> tuple[Array, Array] | None:
    """Eigenvalues of the scaled information in the seen directions, ascending (k,), and its eigen-directions (p, k).

    Coordinates at a bound are held. A move of 1/√eigenvalue along its direction (scaled coordinates) costs a deviance
    of 1, in second order. None where the curvature is not positive: x is then no maximum of the likelihood.
    """
    information = problem.information(x)
    if not np.all(np.isfinite(information)):
        return None
    scaled = information * np.outer(found.scales, found.scales)
    basis = seen_and_free(found, at_bound)
    projected = basis.T @ scaled @ basis
    if projected.size == 0:
        return np.zeros(0), np.zeros((x.size, 0))
    eigenvalues, vectors = np.linalg.eigh(projected)
    if eigenvalues[0] <= 1e-15 * eigenvalues[-1]:
        return None
    return eigenvalues, basis @ vectors


def covariance(problem: FitProblem, x: Array, found: Directions, at_bound: npt.NDArray[np.bool_]) -> Array | None:
    """Inverse information in the seen directions, coordinates at a bound held, shape (p, p).

    None where the curvature is not positive: x is then no maximum of the likelihood.
    """
    known = spectrum(problem, x, found, at_bound)
    if known is None:
        return None
    with np.errstate(over="ignore", invalid="ignore"):  # of a direction that is not seen: that is no maximum either
        root = known[1] / np.sqrt(known[0])
        result: Array = (root @ root.T) * np.outer(found.scales, found.scales)
    return result if np.all(np.isfinite(result)) else None


def expected_covariance(problem: FitProblem, x: Array, found: Directions) -> Array:
    """Inverse of the expected information in the seen directions, shape (p, p)."""
    _, singular, turned = np.linalg.svd(problem.sensitivity(x) * found.scales @ found.seen, full_matrices=False)
    root = found.seen @ turned.T / singular
    return np.asarray((root @ root.T) * np.outer(found.scales, found.scales))


def seen_and_free(found: Directions, at_bound: npt.NDArray[np.bool_]) -> Array:
    """The seen directions along which no coordinate at a bound moves, as columns in scaled coordinates."""
    return _without(found.seen, at_bound) if np.any(at_bound) else found.seen


def _without(basis: Array, held: npt.NDArray[np.bool_]) -> Array:
    """The part of a span in which the held coordinates do not move."""
    _, singular, transposed = np.linalg.svd(basis[held], full_matrices=True)
    rank = int(np.count_nonzero(singular > 1e-12))
    return np.asarray(basis @ transposed[rank:].T)
