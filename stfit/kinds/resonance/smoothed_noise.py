"""Noise of which every sample resembles the one before by a correlation ρ: an AR(1) process in each channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt
import scipy

Array = npt.NDArray[np.float64]

MOST_CORRELATED: Final = 0.995


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

    def deviance(self, correlation: float) -> float:
        """−2 ln L at the best amplitudes and size of the noise, up to a constant."""
        found = self.same - correlation * self.shifted + correlation**2 * self.inner
        factor, _ = scipy.linalg.cho_factor(found[:-1, :-1], lower=True)
        seen = scipy.linalg.solve_triangular(factor, found[:-1, -1], lower=True)
        squares = max(float(found[-1, -1] - seen @ seen), np.finfo(float).tiny)
        root = self.channels * np.log1p(-(correlation**2))
        if not self.restricted:
            return float(self.samples * np.log(squares / self.samples) - root)
        volume = 2.0 * float(np.sum(np.log(np.diag(factor))))
        return float((self.samples - len(seen)) * np.log(squares) - root + volume)

    def likeliest(self) -> float:
        """The correlation with the least deviance, 0 where none is less."""
        best = scipy.optimize.minimize_scalar(
            self.deviance, bounds=(0.0, MOST_CORRELATED), method="bounded", options={"xatol": 1e-3}
        )
        return float(best.x) if best.fun < self.deviance(0.0) else 0.0
