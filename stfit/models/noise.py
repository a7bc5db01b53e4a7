"""What scatters the data of an lmfit model: its residuals, its likelihood, and what weights mean."""

from __future__ import annotations

from typing import Any, Protocol, final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import total
from stfit.physics.deviance import exponential_log_likelihood, exponential_residuals

Array = npt.NDArray[np.float64]


class Noise(Protocol):
    """How data scatter around a prediction. Arrays have the shape (rows,)."""

    def expected(self, prediction: Any) -> Any:
        """The prediction in the terms that residuals take, from the unit of the data; an array or a Jet."""

    def residuals(self, data: Array, weights: Array, expected: Any) -> Array:
        """Signed roots of the deviance, whose sum of squares is −2 ln L up to a constant."""

    def log_likelihood(self, data: Array, weights: Array, expected: Any) -> Any:
        """ln L of all rows, up to a constant; a number or a Jet of shape ()."""

    def spread(self, prediction: Array, weights: Array) -> Array:
        """Standard deviation of a datum, in its unit."""

    def require_possible(self, data: Array) -> None:
        """ValueError where a datum is none that can scatter so."""

    def unweighted(self, data: Array) -> Array:
        """The weights where none are given, up to a common factor. ValueError where there is no such thing."""


@final
class CountedNoise:
    """Means over n exponential dwell times; weights √n."""

    def expected(self, prediction: Any) -> Any:
        """ln τ."""
        return np.log(prediction)

    def residuals(self, data: Array, weights: Array, expected: Any) -> Array:
        """Signed roots of the exponential deviance."""
        n = np.square(weights)
        return np.asarray(exponential_residuals(n, n * data, expected))

    def log_likelihood(self, data: Array, weights: Array, expected: Any) -> Any:
        """−Σ n (ln τ + data/τ)."""
        n = np.square(weights)
        return total(exponential_log_likelihood(n, n * data, expected))

    def spread(self, prediction: Array, weights: Array) -> Array:
        """τ/√n."""
        return np.asarray(prediction / weights)

    def require_possible(self, data: Array) -> None:
        """ValueError for a mean that is not above 0."""
        impossible = int(np.sum(data <= 0.0))
        if impossible:
            found = f"{np.min(data):g} among {impossible} of {data.size} rows that are not"
            raise ValueError(f"data: expected mean dwell times above 0 s; found {found}")

    def unweighted(self, data: Array) -> Array:
        """ValueError: nothing but the counts tells how far a mean can be off."""
        raise ValueError(f"weights: expected the root of the number of dwells of each of {data.size} means; found none")


@final
class GaussianNoise:
    """Values with standard errors σ; weights 1/σ."""

    def expected(self, prediction: Any) -> Any:
        """The prediction itself."""
        return prediction

    def residuals(self, data: Array, weights: Array, expected: Any) -> Array:
        """(data − prediction)/σ."""
        return np.asarray((data - expected) * weights)

    def log_likelihood(self, data: Array, weights: Array, expected: Any) -> Any:
        """−Σ (data − prediction)²/2σ²."""
        return total(-0.5 * np.square((data - expected) * weights))

    def spread(self, prediction: Array, weights: Array) -> Array:
        """σ."""
        return np.broadcast_to(1.0 / weights, prediction.shape)

    def require_possible(self, data: Array) -> None:
        """Any number can be met."""

    def unweighted(self, data: Array) -> Array:
        """1/|data|: all relative errors are alike."""
        if np.any(data == 0.0):
            raise ValueError("weights: expected 1/σ, since a datum is 0 and has no relative error; found none")
        return 1.0 / np.abs(data)
