"""A model of a spectrum at its best centres and widths: amplitudes, residuals, errors, evidence."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.kinds.resonance.descent import minimum
from stfit.kinds.resonance.line_model import LineModel, regular
from stfit.kinds.resonance.smoothed_noise import Smoothing

Array = npt.NDArray[np.float64]

COARSE: Final = 1e-5  # relative, of χ²
FINE: Final = 1e-12
_AT_BOUND: Final = 1e-3
_COINCIDENT: Final = 0.1  # of the sum of two widths: nearer lines are one
_LARGEST: Final = 5.0  # of the range of the signal


@final
@dataclass(frozen=True)
class Solution:
    """Lines and background that describe a spectrum.

    Parameters
    ----------
    model : LineModel
        The spectrum.
    nonlinear : array
        Centre and ln width of each line, and of Voigt profiles ln of their common Gaussian FWHM.
    correlation : float
        ρ of the noise.
    deviance : float
        −2 ln L at the best amplitudes.
    """

    model: LineModel
    nonlinear: Array
    correlation: float
    deviance: float

    @property
    def lines(self) -> Array:
        """Centre and ln width, shape (lines, 2)."""
        return self.nonlinear[: self.nonlinear.size // 2 * 2].reshape(-1, 2)

    @cached_property
    def _columns(self) -> tuple[Array, Array]:
        return self.model.columns(self.nonlinear)

    @cached_property
    def linear(self) -> Array:
        """Background and amplitudes."""
        basis, upper = np.linalg.qr(self.model.white(self._columns[0], self.correlation))
        seen = basis.T @ self.model.white(self.model.signal, self.correlation)
        return np.asarray(scipy.linalg.solve_triangular(regular(upper), seen))

    @property
    def amplitudes(self) -> Array:
        """Shape (lines, parts)."""
        background = self.model.signal.shape[0] * (self.model.order + 1)
        return self.linear[background:].reshape(-1, self.model.parts)

    @cached_property
    def curve(self) -> Array:
        """The fit at the samples, shape (channels, samples)."""
        return np.asarray(np.tensordot(self.linear, self._columns[0], 1))

    def curve_at(self, x: Array) -> Array:
        """The fit at other samples, shape (channels, samples)."""
        return np.asarray(np.tensordot(self.linear, replace(self.model, x=x).columns(self.nonlinear)[0], 1))

    @cached_property
    def innovations(self) -> Array:
        """Whitened residuals, shape (channels, samples)."""
        left = self.model.signal - self.curve
        return self.model.white(left, self.correlation).reshape(left.shape)

    @property
    def bic(self) -> float:
        """−2 ln L + k ln n, with ρ among the k parameters."""
        background = self.model.signal.shape[0] * (self.model.order + 1)
        count = background + self.model.parts * len(self.lines) + self.nonlinear.size + 1
        # weights are a part of the density, without which fits with others could not be compared
        scale = 2.0 * self.model.signal.shape[0] * float(np.sum(np.log(self.model.weight)))
        return float(self.deviance - scale + count * np.log(self.model.signal.size))

    @property
    def inside(self) -> bool:
        """Whether no line stands at the end of the sweep, is as narrow as a sample or as wide as the sweep."""
        low, high = (bound[: self.lines.size] for bound in self.model.bounds(len(self.lines)))
        lines = self.lines.ravel()
        return bool(np.all(lines > low + _AT_BOUND) and np.all(lines < high - _AT_BOUND))

    @property
    def apart(self) -> bool:
        """Whether each line is one: not the difference of two that nearly coincide."""
        lines = self.lines[np.argsort(self.lines[:, 0])]
        distance, widths = np.diff(lines[:, 0]), np.exp(lines[:, 1])
        return bool(
            np.all(distance > _COINCIDENT * (widths[1:] + widths[:-1]))
            and np.max(np.abs(self.amplitudes)) < _LARGEST * np.max(np.ptp(self.model.signal, axis=1))
        )

    @cached_property
    def _slopes(self) -> Array:
        """Derivatives by all nonlinear parameters, background and amplitudes, shape (parameters, channels, samples)."""
        columns, slopes = self._columns
        return np.concatenate([self.model.along(slopes, self.linear), columns]) if self.nonlinear.size else columns

    @property
    def restricted(self) -> Solution:
        """The same lines with the correlation of restricted maximum likelihood.

        It knows of the share of the noise that the parameters take (Patterson & Thompson 1971,
        doi:10.1093/biomet/58.3.545), without which a long correlation comes out too short.
        """
        left = (self.model.signal - self.curve) * self.model.weight
        smoothing = Smoothing.of(self._slopes * self.model.weight, left, restricted=True)
        return replace(self, correlation=smoothing.likeliest())

    @property
    def covariance(self) -> Array:
        """Of centres, ln widths (and ln of the Gaussian), background and amplitudes, in this order."""
        white = self.model.white(self._slopes, self.correlation)
        norms = np.maximum(np.linalg.norm(white, axis=0), np.finfo(float).tiny)
        scaled = white / norms
        variance = float(np.sum(np.square(self.innovations))) / max(self.innovations.size - norms.size, 1)
        return np.asarray(variance * np.linalg.pinv(scaled.T @ scaled, hermitian=True) / np.outer(norms, norms))


def profiled(model: LineModel, nonlinear: Array) -> Solution:
    """The most likely correlation of the noise at these lines."""
    smoothing = Smoothing.of(model.columns(nonlinear)[0] * model.weight, model.signal * model.weight)
    correlation = smoothing.likeliest()
    return Solution(model, nonlinear, correlation, float(smoothing.deviance(np.array(correlation))))


def fitted(model: LineModel, start: Array, correlation: float, tolerance: float = COARSE) -> Solution:
    """Centres and widths from a start, at a correlation, which is then profiled.

    tolerance: relative, of centres and widths and of χ².
    """
    if start.size < 2:
        return profiled(model, start[:0])
    found = minimum(lambda x: model.reduced(x, correlation), start, model.bounds(start.size // 2), tolerance)
    return profiled(model, found)
