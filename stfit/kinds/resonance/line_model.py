"""Lines on a polynomial background in one spectrum: least squares over centres and widths alone.

Amplitudes and background are eliminated (variable projection, Golub & Pereyra 1973, doi:10.1137/0710036, with the
Jacobian of Kaufman 1975, doi:10.1007/BF01932995). The noise may be smoothed: every sample resembles the one before by a
correlation ρ, as behind the time constant of a lock-in, which may smooth the lines likewise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.kinds.resonance.descent import minimum
from stfit.kinds.resonance.smoothed_noise import Smoothing, whitened
from stfit.physics.line_shapes import LineShape

Array = npt.NDArray[np.float64]

_NARROWEST: Final = 1.5  # median distances of samples: a narrower line is a wrong sample
_NARROWEST_GAUSSIAN: Final = 0.5
_AT_BOUND: Final = 1e-3
_COARSE: Final = 1e-5
_COINCIDENT: Final = 0.1  # of the sum of two widths: nearer lines are one
_LARGEST: Final = 5.0  # of the range of the signal


@final
@dataclass(frozen=True)
class Fitted:
    """What a fit found.

    Parameters
    ----------
    nonlinear : array
        Centre and ln width of each line, and of Voigt profiles ln of their common Gaussian FWHM.
    correlation : float
        ρ of the noise.
    deviance : float
        −2 ln L at the best amplitudes.
    """

    nonlinear: Array
    correlation: float
    deviance: float

    @property
    def lines(self) -> Array:
        """Centre and ln width, shape (lines, 2)."""
        return self.nonlinear[: self.nonlinear.size // 2 * 2].reshape(-1, 2)


@final
@dataclass(frozen=True)
class LineModel:
    """A spectrum and what is fitted to it.

    Parameters
    ----------
    x : array, shape (samples,)
        From −1 to 1 or from 1 to −1, in the order in which samples were taken.
    signal : array, shape (channels, samples)
        Of order 1; two channels are real and imaginary part.
    weight : array, shape (samples,)
        One over the standard deviation of the noise, up to a factor.
    shape : LineShape
        In units of x.
    order : int
        Of the polynomial background.
    pole : float
        By which a time constant makes each sample of a line resemble the one before; 0 where none smooths it.
    """

    x: Array
    signal: Array
    weight: Array
    shape: LineShape
    order: int
    pole: float = 0.0

    @property
    def parts(self) -> int:
        """Amplitudes of a line: of two channels the real and the imaginary part of one."""
        return max(self.signal.shape[0], self.shape.parts)

    def columns(self, nonlinear: Array) -> tuple[Array, Array]:
        """What amplitudes and background multiply, and derivatives of the lines' parts.

        Returns
        -------
        columns : array, shape (columns, channels, samples)
            The background, then the parts of each line.
        slopes : array, shape (nonlinear of a line, lines · parts, channels, samples)
            By centre, ln width and, of Voigt profiles, ln of the Gaussian FWHM.
        """
        channels = self.signal.shape[0]
        powers = np.polynomial.legendre.legvander(self.x, self.order).T
        background = np.einsum("kn,cd->dkcn", powers, np.eye(channels)).reshape(-1, channels, self.x.size)
        if nonlinear.size < 2:
            return background, np.zeros((0, 0, channels, self.x.size))
        gaussian = float(np.exp(nonlinear[-1])) if self.shape.gaussian else 0.0
        parts, slopes = [], []
        for center, log_width in nonlinear[: nonlinear.size // 2 * 2].reshape(-1, 2):
            value, by_own = self.shape.response(self.x - center, float(np.exp(log_width)), gaussian)
            parts.append(self._parts(value))
            slopes.append([self._parts(slope) for slope in by_own])
        by_own_first = np.swapaxes(np.array(slopes), 0, 1)
        together = by_own_first.reshape(by_own_first.shape[0], -1, channels, self.x.size)
        return np.concatenate([background, np.concatenate(parts)]), together

    def _parts(self, value: npt.NDArray[np.complex128]) -> Array:
        """What the amplitudes of a line multiply: of two channels real and imaginary part of a complex amplitude."""
        if self.signal.shape[0] == 2:
            parts = np.array([[value.real, value.imag], [-value.imag, value.real]])
        else:
            parts = np.array([[value.real], [value.imag]])[: self.shape.parts]
        if self.pole:
            start = self.pole * parts[..., :1]
            parts = scipy.signal.lfilter([1.0 - self.pole], [1.0, -self.pole], parts, zi=start)[0]
        return parts

    def parts_at(self, centers: Array, width: float) -> Array:
        """The parts of one line at many centres, shape (parts, centres, channels, samples)."""
        value = self.shape.response(self.x - centers[:, None], width).value
        return np.moveaxis(self._parts(value), 1, 2)

    def white(self, columns: Array, correlation: float) -> Array:
        """Columns whose noise is white and of one size, shape (channels · samples, columns)."""
        return whitened(columns * self.weight, correlation).reshape(*columns.shape[:-2], -1).T

    def linear(self, fitted: Fitted) -> Array:
        """Background and amplitudes."""
        white = self.white(self.columns(fitted.nonlinear)[0], fitted.correlation)
        return np.asarray(np.linalg.lstsq(white, self.white(self.signal, fitted.correlation), rcond=None)[0])

    def curve(self, fitted: Fitted, linear: Array | None = None) -> Array:
        """The fit at the samples, shape (channels, samples); linear: background and amplitudes, of other samples."""
        own = self.linear(fitted) if linear is None else linear
        return np.asarray(np.tensordot(own, self.columns(fitted.nonlinear)[0], 1))

    def innovations(self, fitted: Fitted) -> Array:
        """Whitened residuals, shape (channels, samples)."""
        return self.white(self.signal - self.curve(fitted), fitted.correlation).reshape(self.signal.shape)

    def _reduced(self, nonlinear: Array, correlation: float) -> tuple[Array, Array]:
        """Whitened residuals at the best amplitudes, and Kaufman's Jacobian."""
        columns, slopes = self.columns(nonlinear)
        basis, upper = np.linalg.qr(self.white(columns, correlation))
        signal = self.white(self.signal, correlation)
        seen = basis.T @ signal
        linear = scipy.linalg.solve_triangular(_regular(upper), seen)
        own = self.white(self._along(slopes, linear), correlation)
        return signal - basis @ seen, basis @ (basis.T @ own) - own

    def _along(self, slopes: Array, linear: Array) -> Array:
        """Derivatives of the model at fixed amplitudes, shape (nonlinear, channels, samples)."""
        each = linear[-slopes.shape[1] :].reshape(-1, 1, 1) * slopes
        per_line = np.sum(each.reshape(slopes.shape[0], -1, self.parts, *slopes.shape[2:]), axis=2)
        own = np.swapaxes(per_line[:2], 0, 1).reshape(-1, *slopes.shape[2:])
        return np.concatenate([own, np.sum(per_line[2:], axis=1)])

    def profiled(self, nonlinear: Array) -> Fitted:
        """The most likely correlation of the noise at these lines."""
        smoothing = Smoothing.of(self.columns(nonlinear)[0] * self.weight, self.signal * self.weight)
        correlation = smoothing.likeliest()
        return Fitted(nonlinear, correlation, smoothing.deviance(correlation))

    def fit(self, start: Array, correlation: float, tolerance: float = _COARSE) -> Fitted:
        """Centres and widths from a start, at a correlation, which is then profiled.

        tolerance: relative, of centres and widths and of χ².
        """
        if start.size < 2:
            return self.profiled(start[:0])
        found = minimum(lambda x: self._reduced(x, correlation), start, self._bounds(start.size // 2), tolerance)
        return self.profiled(found)

    def _bounds(self, lines: int) -> tuple[Array, Array]:
        spacing = max(abs(float(np.median(np.diff(self.x)))), 1e-9)
        low, high = np.tile([-1.0, np.log(_NARROWEST * spacing)], lines), np.tile([1.0, np.log(2.0)], lines)
        if not self.shape.gaussian:
            return low, high
        return np.append(low, np.log(_NARROWEST_GAUSSIAN * spacing)), np.append(high, np.log(2.0))

    def inside(self, fitted: Fitted) -> bool:
        """Whether no line stands at the end of the sweep, is as narrow as a sample or as wide as the sweep."""
        low, high = (bound[: fitted.lines.size] for bound in self._bounds(len(fitted.lines)))
        lines = fitted.lines.ravel()
        return bool(np.all(lines > low + _AT_BOUND) and np.all(lines < high - _AT_BOUND))

    def amplitudes(self, fitted: Fitted) -> Array:
        """Shape (lines, parts)."""
        return self.linear(fitted)[self.signal.shape[0] * (self.order + 1) :].reshape(-1, self.parts)

    def apart(self, fitted: Fitted) -> bool:
        """Whether each line is one: not the difference of two that nearly coincide."""
        lines = fitted.lines[np.argsort(fitted.lines[:, 0])]
        distance, widths = np.diff(lines[:, 0]), np.exp(lines[:, 1])
        return bool(
            np.all(distance > _COINCIDENT * (widths[1:] + widths[:-1]))
            and np.max(np.abs(self.amplitudes(fitted))) < _LARGEST * np.max(np.ptp(self.signal, axis=1))
        )

    def averaged(self, block: int) -> LineModel:
        """The same of means of so many neighbours; what is left over at the end is left out."""
        size = self.x.size // block * block
        x, signal, weight = (
            part[..., :size].reshape(*part.shape[:-1], -1, block).mean(axis=-1)
            for part in (self.x, self.signal, self.weight)
        )
        return replace(self, x=x, signal=signal, weight=weight)

    def bic(self, fitted: Fitted) -> float:
        """−2 ln L + k ln n, with ρ among the k parameters."""
        background = self.signal.shape[0] * (self.order + 1)
        count = background + self.parts * len(fitted.lines) + fitted.nonlinear.size + 1
        return float(fitted.deviance + count * np.log(self.signal.size))

    def all_slopes(self, fitted: Fitted) -> Array:
        """Derivatives by all nonlinear parameters, background and amplitudes, shape (parameters, channels, samples)."""
        columns, slopes = self.columns(fitted.nonlinear)
        if not fitted.nonlinear.size:
            return columns
        return np.concatenate([self._along(slopes, self.linear(fitted)), columns])

    def restricted(self, fitted: Fitted) -> Fitted:
        """The same lines with the correlation of restricted maximum likelihood.

        It knows of the share of the noise that the parameters take (Patterson & Thompson 1971,
        doi:10.1093/biomet/58.3.545), without which a long correlation comes out too short.
        """
        left = (self.signal - self.curve(fitted)) * self.weight
        smoothing = Smoothing.of(self.all_slopes(fitted) * self.weight, left, restricted=True)
        return replace(fitted, correlation=smoothing.likeliest())

    def covariance(self, fitted: Fitted) -> Array:
        """Of centres, ln widths (and ln of the Gaussian), background and amplitudes, in this order."""
        white = self.white(self.all_slopes(fitted), fitted.correlation)
        norms = np.maximum(np.linalg.norm(white, axis=0), np.finfo(float).tiny)
        scaled = white / norms
        left = self.innovations(fitted)
        variance = float(np.sum(np.square(left))) / max(left.size - norms.size, 1)
        return np.asarray(variance * np.linalg.pinv(scaled.T @ scaled, hermitian=True) / np.outer(norms, norms))


def _regular(upper: Array) -> Array:
    """A triangle without zeros on its diagonal, where columns are alike."""
    size = np.abs(np.diag(upper))
    least = np.finfo(float).eps * max(float(np.max(size)), np.finfo(float).tiny)
    return upper + np.diag(np.where(size < least, least, 0.0))
