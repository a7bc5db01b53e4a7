"""What the curvature of −ln L says of the coordinates of a fit, and what it leaves open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import Jet

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
    def of(cls, curvature: Array, information: Array) -> Uncertainty:
        """What is open, from the gradients alone; how far the rest is known, from the curvature.

        Where a fit stops, the gradient is not quite zero, and bends what a product of two parameters leaves open.

        Parameters
        ----------
        curvature : array, shape (p, p)
            The Hessian of −ln L.
        information : array, shape (p, p)
            The same of predictions that are straight in the parameters.

        Returns
        -------
        Uncertainty
            Covariance and open directions.
        """
        diagonal = np.diag(information)
        scale = np.sqrt(np.where(diagonal > 0.0, diagonal, 1.0))
        eigenvalues, vectors = np.linalg.eigh(information / np.outer(scale, scale))
        shut = vectors[:, eigenvalues >= _LEAST_CURVATURE]
        curvatures, turned = np.linalg.eigh(shut.T @ (curvature / np.outer(scale, scale)) @ shut)
        bent = curvatures >= _LEAST_CURVATURE
        root = shut @ turned[:, bent] / np.sqrt(curvatures[bent]) / scale[:, None]
        open_directions = np.hstack([vectors[:, eigenvalues < _LEAST_CURVATURE], shut @ turned[:, ~bent]])
        return cls(root @ root.T, open_directions, scale)

    def times(self, factor: float) -> Uncertainty:
        """The same with the covariance multiplied, as where the size of the errors comes from the scatter."""
        return replace(self, covariance=factor * self.covariance)

    def error(self, gradient: Array) -> float:
        """Standard error of a quantity with this gradient, shape (p,)."""
        return float(np.sqrt(max(float(gradient @ self.covariance @ gradient), 0.0)))

    def sees(self, gradient: Array) -> bool:
        """Whether a quantity with this gradient stays where it is along the open directions."""
        scaled = gradient / self.scale
        return bool(np.all(np.abs(scaled @ self.open_directions) <= _OPEN_COMPONENT * np.linalg.norm(scaled)))


def straightened(expected: Any) -> Any:
    """What is expected, as if it were straight in the parameters."""
    if not isinstance(expected, Jet):
        return expected
    return Jet(expected.value, expected.gradient, np.zeros((expected.gradient.shape[0], *expected.gradient.shape)))
