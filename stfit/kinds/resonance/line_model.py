"""Lines on a polynomial background in one spectrum: least squares over centres and widths alone.

Amplitudes and background are eliminated (variable projection, Golub & Pereyra 1973, doi:10.1137/0710036, with the
Jacobian of Kaufman 1975, doi:10.1007/BF01932995). The noise may be smoothed: every sample resembles the one before by a
correlation ρ, as behind the time constant of a lock-in, which may smooth the lines likewise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.kinds.resonance.smoothed_noise import whitened
from stfit.physics.line_shapes import LineShape

Array = npt.NDArray[np.float64]

_NARROWEST: Final = 1.5  # median distances of samples: a narrower line is a wrong sample
_NARROWEST_GAUSSIAN: Final = 0.5


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
        return max(int(self.signal.shape[0]), self.shape.parts)

    def columns(self, nonlinear: Array) -> tuple[Array, Array]:
        """What amplitudes and background multiply, and derivatives of the lines' parts.

        Returns
        -------
        columns : array, shape (columns, channels, samples)
            The background, then the parts of each line.
        slopes : array, shape (nonlinear of a line, lines · parts, channels, samples)
            By centre, ln width and, of Voigt profiles, ln of the Gaussian FWHM.
        """
        background, channels = self._background, self.signal.shape[0]
        if nonlinear.size < 2:
            return background, np.zeros((0, 0, channels, self.x.size))
        gaussian = float(np.exp(nonlinear[-1])) if self.shape.gaussian else 0.0
        parts, slopes = [], []
        for center, log_width in nonlinear[: nonlinear.size // 2 * 2].reshape(-1, 2):
            value, by_own = self.shape.response(self.x - center, float(np.exp(log_width)), gaussian)
            parts.append(self.parts_of(value))
            slopes.append([self.parts_of(slope) for slope in by_own])
        by_own_first = np.swapaxes(np.array(slopes), 0, 1)
        together = by_own_first.reshape(by_own_first.shape[0], -1, channels, self.x.size)
        return np.concatenate([background, np.concatenate(parts)]), together

    @cached_property
    def _background(self) -> Array:
        """A polynomial of each channel, shape (columns, channels, samples)."""
        channels = self.signal.shape[0]
        powers = np.polynomial.legendre.legvander(self.x, self.order).T
        return np.asarray(np.einsum("kn,cd->dkcn", powers, np.eye(channels)).reshape(-1, channels, self.x.size))

    def parts_of(self, value: npt.NDArray[np.complex128]) -> Array:
        """What the amplitudes of a line multiply: of two channels real and imaginary part of a complex amplitude."""
        if self.signal.shape[0] == 2:
            parts = np.array([[value.real, value.imag], [-value.imag, value.real]])
        else:
            parts = np.array([[value.real], [value.imag]])[: self.shape.parts]
        if self.pole:
            start = self.pole * parts[..., :1]
            parts = scipy.signal.lfilter([1.0 - self.pole], [1.0, -self.pole], parts, zi=start)[0]
        return parts

    def white(self, columns: Array, correlation: float) -> Array:
        """Columns whose noise is white and of one size, shape (channels · samples, columns)."""
        return whitened(columns * self.weight, correlation).reshape(*columns.shape[:-2], -1).T

    def reduced(self, nonlinear: Array, correlation: float) -> tuple[Array, Array]:
        """Whitened residuals at the best amplitudes, and Kaufman's Jacobian."""
        columns, slopes = self.columns(nonlinear)
        basis, upper = np.linalg.qr(self.white(columns, correlation))
        signal = self.white(self.signal, correlation)
        seen = basis.T @ signal
        linear = scipy.linalg.solve_triangular(regular(upper), seen)
        own = self.white(self.along(slopes, linear), correlation)
        return signal - basis @ seen, basis @ (basis.T @ own) - own

    def along(self, slopes: Array, linear: Array) -> Array:
        """Derivatives of the model at fixed amplitudes, shape (nonlinear, channels, samples)."""
        each = linear[-slopes.shape[1] :].reshape(-1, 1, 1) * slopes
        per_line = np.sum(each.reshape(slopes.shape[0], -1, self.parts, *slopes.shape[2:]), axis=2)
        own = np.swapaxes(per_line[:2], 0, 1).reshape(-1, *slopes.shape[2:])
        return np.concatenate([own, np.sum(per_line[2:], axis=1)])

    def bounds(self, lines: int) -> tuple[Array, Array]:
        """Lowest and highest nonlinear parameters of so many lines."""
        spacing = max(abs(float(np.median(np.diff(self.x)))), 1e-9)
        low, high = np.tile([-1.0, np.log(_NARROWEST * spacing)], lines), np.tile([1.0, np.log(2.0)], lines)
        if not self.shape.gaussian:
            return low, high
        return np.append(low, np.log(_NARROWEST_GAUSSIAN * spacing)), np.append(high, np.log(2.0))

    def averaged(self, block: int) -> LineModel:
        """The same of means of so many neighbours; what is left over at the end is left out."""
        size = self.x.size // block * block
        x, signal, weight = (
            part[..., :size].reshape(*part.shape[:-1], -1, block).mean(axis=-1)
            for part in (self.x, self.signal, self.weight)
        )
        return replace(self, x=x, signal=signal, weight=weight)


def regular(upper: Array) -> Array:
    """A triangle without zeros on its diagonal, where columns are alike."""
    size = np.abs(np.diag(upper))
    least = np.finfo(float).eps * max(float(np.max(size)), np.finfo(float).tiny)
    return np.asarray(upper + np.diag(np.where(size < least, least, 0.0)))
