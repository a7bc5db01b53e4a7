"""The end of a fit: where it ended, how, and what is known there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np
import numpy.typing as npt

from stfit.objective.information import NULL_COMPONENT, Directions
from stfit.results import Status

Array = npt.NDArray[np.float64]


@final
@dataclass(frozen=True)
class Optimum:
    """The end of a fit. covariance is None where it failed; evaluations counts residual vectors.

    sum_of_squares: −2 ln L up to a constant, the deviance where there are residuals. runaway: directions, columns in
    scaled coordinates, along which the likelihood has no maximum: x is then a point inside (backends.inner_point), and
    sum_of_squares belongs to the supremum; None for all other data. unbounded_covariance: with coordinates at a bound
    free to leave it both ways; None where none is at a bound, or the likelihood is not curved there. end: where the
    descent ended, if there is no maximum.
    """

    x: Array
    status: Status
    covariance: Array | None
    directions: Directions
    at_bound: npt.NDArray[np.bool_]
    sum_of_squares: float
    evaluations: int
    runaway: Array | None = None
    unbounded_covariance: Array | None = None
    end: Array | None = None

    @property
    def at_supremum(self) -> Optimum:
        """The same; where the likelihood has no maximum, at the end of the descent, where the data agree best."""
        return self if self.end is None else replace(self, x=self.end)

    def runs_away(self, gradient: Array) -> bool:
        """Whether a quantity with this gradient (per coordinate, shape (p,)) changes along a runaway direction."""
        if self.runaway is None:
            return False
        scaled = gradient * self.directions.scales
        return bool(np.linalg.norm(scaled @ self.runaway) > NULL_COMPONENT * np.linalg.norm(scaled))
