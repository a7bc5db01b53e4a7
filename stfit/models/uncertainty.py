"""What the curvature of −ln L says of the coordinates of a fit, and what it leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

_LEAST_CURVATURE: Final = 1e-13  # over that of the coordinates one by one, below which a direction is open
_OPEN_COMPONENT: Final = 1e-3  # of an open direction, from which a quantity takes part in it


@final
@dataclass(frozen=True)
class Uncertainty:
    """Covariance in the directions that the curvature of −ln L determines, and those it leaves open, as columns.

    scale: shape (p,); a coordinate moves along an open direction by component/scale.
    """

    covariance: Array
    open_directions: Array
    scale: Array

    @classmethod
    def of(cls, curvature: Array) -> Uncertainty:
        """From the Hessian of −ln L, shape (p, p)."""
        diagonal = np.diag(curvature)
        scale = np.sqrt(np.where(diagonal > 0.0, diagonal, 1.0))
        eigenvalues, vectors = np.linalg.eigh(curvature / np.outer(scale, scale))
        open_to = eigenvalues < _LEAST_CURVATURE
        root = vectors[:, ~open_to] / np.sqrt(eigenvalues[~open_to]) / scale[:, None]
        return cls(root @ root.T, vectors[:, open_to], scale)

    def sees(self, gradient: Array) -> bool:
        """Whether a quantity with this gradient stays where it is along the open directions."""
        scaled = gradient / self.scale
        return bool(np.all(np.abs(scaled @ self.open_directions) <= _OPEN_COMPONENT * np.linalg.norm(scaled)))
