"""What a backend knows of a fit."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class FitProblem(Protocol):
    """What a backend needs to know: −ln L over bounded coordinates, as residuals where it is a sum of squares."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coordinates."""
        ...

    @property
    def start(self) -> Array:
        """Coordinates to start from."""
        ...

    @property
    def bounds(self) -> tuple[Array, Array]:
        """Lower and upper bounds."""
        ...

    @property
    def has_residuals(self) -> bool:
        """Whether −2 ln L is a sum of squares; else only cost and gradient can be had."""
        ...

    def softened(self) -> FitProblem | None:
        """The problem with a small part of a count where the data lie at the edge of the sample space; else None."""
        ...

    def scales(self, x: Array, sensitivity: Array) -> Array:
        """Natural size of each coordinate, in whose units columns are compared; sensitivity: that at x."""
        ...

    def residuals(self, x: Array) -> Array:
        """Whitened residuals, shape (m,)."""
        ...

    def jacobian(self, x: Array) -> Array:
        """Their derivatives, shape (m, p)."""
        ...

    def cost(self, x: Array) -> float:
        """−ln L up to a constant: half the sum of squares where there are residuals."""
        ...

    def gradient(self, x: Array) -> Array:
        """Derivatives of the cost, shape (p,)."""
        ...

    def sensitivity(self, x: Array) -> Array:
        """A square root of the information, shape (m, p), whose null directions are those of the data."""
        ...

    def information(self, x: Array) -> Array:
        """The Hessian of −ln L, shape (p, p)."""
        ...
