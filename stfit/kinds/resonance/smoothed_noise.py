"""Noise of which every sample resembles the one before by a correlation ρ: an AR(1) process in each channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

MOST_CORRELATED: Final = 0.995
_TRIED: Final = 24  # correlations in each pass, of which the last two are 4e-5 apart
_PASSES: Final = 4


def whitened(values: Array, correlation: float) -> Array:
    """Values along the last axis whose noise is white and of one size."""
    white = values.copy()
    white[..., 1:] -= correlation * values[..., :-1]
    white[..., 0] *= np.sqrt(1.0 - correlation**2)
    return white


@final
@dataclass(frozen=True)
class Smoothing:
    """How likely correlations of the noise are, from products of columns and residuals with their neighbours.

    Parameters
    ----------
    same, shifted, inner : array, shape (columns + 1, columns + 1)
        Products of orthonormal columns and the residuals, the last of them: with themselves, with those a sample
        before (both ways), and without the first and last sample.
    samples, channels : int
        How many residuals there are, in so many channels.
    restricted : bool
        Whether the likelihood is that of what the columns leave.
    """

    same: Array
    shifted: Array
    inner: Array
    samples: int
    channels: int
    restricted: bool

    @classmethod
    def of(cls, columns: Array, signal: Array, *, restricted: bool = False) -> Smoothing:
        """From columns, shape (columns, channels, samples), and a signal, (channels, samples), of equal noise."""
        flat = columns.reshape(len(columns), -1).T
        basis, _ = np.linalg.qr(flat / np.maximum(np.linalg.norm(flat, axis=0), np.finfo(float).tiny))
        left = signal.ravel() - basis @ (basis.T @ signal.ravel())
        every = np.vstack([basis.T, left]).reshape(-1, *signal.shape)

        def products(one: Array, other: Array) -> Array:
            return np.asarray(one.reshape(len(one), -1) @ other.reshape(len(other), -1).T)

        shifted = products(every[..., 1:], every[..., :-1])
        same, inner = products(every, every), products(every[..., 1:-1], every[..., 1:-1])
        return cls(same, shifted + shifted.T, inner, signal.size, signal.shape[0], restricted)

    def deviance(self, correlation: Array) -> Array:
        """−2 ln L at the best amplitudes and size of the noise, up to a constant; of correlations of any shape."""
        rho = np.asarray(correlation)[..., None, None]
        found = self.same - rho * self.shifted + rho**2 * self.inner
        lower = np.linalg.cholesky(found[..., :-1, :-1])
        seen = np.linalg.solve(lower, found[..., :-1, -1:])[..., 0]
        squares = np.maximum(found[..., -1, -1] - np.sum(np.square(seen), axis=-1), np.finfo(float).tiny)
        root = self.channels * np.log1p(-np.square(rho[..., 0, 0]))
        if not self.restricted:
            return np.asarray(self.samples * np.log(squares / self.samples) - root)
        volume = 2.0 * np.sum(np.log(np.diagonal(lower, axis1=-2, axis2=-1)), axis=-1)
        return np.asarray((self.samples - seen.shape[-1]) * np.log(squares) - root + volume)

    def likeliest(self) -> float:
        """The correlation with the least deviance, 0 where none is less."""
        low, high = 0.0, MOST_CORRELATED
        for _ in range(_PASSES):
            tried = np.linspace(low, high, _TRIED)
            best = int(np.argmin(self.deviance(tried)))
            low, high = float(tried[max(best - 1, 0)]), float(tried[min(best + 1, _TRIED - 1)])
        return float(tried[best])
