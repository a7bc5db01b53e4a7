"""Lines on a polynomial background in one spectrum: least squares over centres and widths alone.

Amplitudes and background are eliminated (variable projection, Golub & Pereyra 1973, doi:10.1137/0710036, with the
Jacobian of Kaufman 1975, doi:10.1007/BF01932995). The noise may be smoothed: every sample resembles the one before by a
correlation ρ, as behind the time constant of a lock-in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.physics.fluctuations import line_shape_slopes

Array = npt.NDArray[np.float64]

_MOST_CORRELATED: Final = 0.995
_NARROWEST: Final = 1.5  # median distances of samples: a narrower line is a wrong sample
_AT_BOUND: Final = 1e-3
_COARSE: Final = 1e-5
_ALIKE: Final = 0.1  # correlations that lead to the same lines
_COINCIDENT: Final = 0.1  # of the sum of two widths: nearer lines are one
_LARGEST: Final = 5.0  # of the range of the signal
_POSITIONS: Final = 200  # of a line, looked at before the fit
_WIDTHS: Final = (0.008, 0.02, 0.05, 0.12, 0.3)  # likewise, of the range


@final
@dataclass(frozen=True)
class Fitted:
    """Centres and ln widths, shape (2·lines,), the correlation ρ of the noise, and −2 ln L at its best amplitudes."""

    nonlinear: Array
    correlation: float
    deviance: float


def _likeliest(deviance: Callable[[float], float]) -> float:
    """The correlation with the least deviance, 0 where none is less."""
    best = scipy.optimize.minimize_scalar(
        deviance, bounds=(0.0, _MOST_CORRELATED), method="bounded", options={"xatol": 1e-3}
    )
    return float(best.x) if best.fun < deviance(0.0) else 0.0


@final
@dataclass(frozen=True)
class LineModel:
    """A spectrum and what is fitted to it.

    Parameters
    ----------
    x : array, shape (samples,)
        From −1 to 1, in order.
    signal : array, shape (samples,)
        Of order 1.
    weight : array, shape (samples,)
        One over the standard deviation of the noise, up to a factor.
    shape : str
        A key of LINE_SHAPES.
    order : int
        Of the polynomial background.
    """

    x: Array
    signal: Array
    weight: Array
    shape: str
    order: int

    def design(self, nonlinear: Array) -> Array:
        """Columns that background and amplitudes multiply, shape (samples, columns)."""
        parts = [self._parts(*line)[0] for line in nonlinear.reshape(-1, 2)]
        return np.concatenate([np.polynomial.legendre.legvander(self.x, self.order), *parts], axis=1)

    def _parts(self, center: float, log_width: float) -> tuple[Array, Array, Array]:
        """The parts of a line, and their derivatives by its centre and its ln width."""
        width = np.exp(log_width)
        detuning = 2.0 * (self.x - center) / width
        parts, slopes = line_shape_slopes(self.shape, detuning)
        return parts, slopes * (-2.0 / width), -slopes * detuning[:, None]

    def whitened(self, columns: Array, correlation: float) -> Array:
        """Columns whose noise is white and of one size, as of an AR(1) process; shape (samples, columns)."""
        weighted = columns * self.weight[:, None]
        white = weighted.copy()
        white[1:] -= correlation * weighted[:-1]
        white[0] *= np.sqrt(1.0 - correlation**2)
        return white

    def linear(self, fitted: Fitted) -> Array:
        """Background and amplitudes."""
        columns = self.whitened(np.column_stack([self.design(fitted.nonlinear), self.signal]), fitted.correlation)
        return np.asarray(np.linalg.lstsq(columns[:, :-1], columns[:, -1], rcond=None)[0])

    def innovations(self, fitted: Fitted) -> Array:
        """Whitened residuals, shape (samples,)."""
        left = self.signal - self.design(fitted.nonlinear) @ self.linear(fitted)
        return np.asarray(self.whitened(left[:, None], fitted.correlation)[:, 0])

    def _left(self, nonlinear: Array, correlation: float) -> Array:
        return self._rest(np.column_stack([self.design(nonlinear), self.signal]), correlation)

    def _rest(self, columns: Array, correlation: float) -> Array:
        """What all columns but the last leave of the last, whitened."""
        white = self.whitened(columns, correlation)
        basis, _ = np.linalg.qr(white[:, :-1])
        return np.asarray(white[:, -1] - basis @ (basis.T @ white[:, -1]))

    def slopes(self, nonlinear: Array, linear: Array) -> Array:
        """Derivatives of the model by centres and ln widths at fixed amplitudes, shape (samples, nonlinear)."""
        lines = nonlinear.reshape(-1, 2)
        amplitudes = linear[self.order + 1 :].reshape(len(lines), -1)
        found = [slope @ own for line, own in zip(lines, amplitudes, strict=True) for slope in self._parts(*line)[1:]]
        return np.stack(found, axis=1)

    def _jacobian(self, nonlinear: Array, correlation: float) -> Array:
        columns = self.whitened(np.column_stack([self.design(nonlinear), self.signal]), correlation)
        basis, upper = np.linalg.qr(columns[:, :-1])
        linear = np.asarray(np.linalg.lstsq(upper, basis.T @ columns[:, -1], rcond=None)[0])
        slopes = self.whitened(self.slopes(nonlinear, linear), correlation)
        return np.asarray(basis @ (basis.T @ slopes) - slopes)

    def profiled(self, nonlinear: Array) -> Fitted:
        """The most likely correlation of the noise at these lines."""
        columns = np.column_stack([self.design(nonlinear), self.signal])

        def deviance(correlation: float) -> float:
            left = self._rest(columns, correlation)
            mean_square = max(float(left @ left) / left.size, np.finfo(float).tiny)
            return float(left.size * np.log(mean_square) - np.log1p(-(correlation**2)))

        correlation = _likeliest(deviance)
        return Fitted(nonlinear, correlation, deviance(correlation))

    def fit(self, start: Array, correlation: float, tolerance: float = _COARSE) -> Fitted:
        """Centres and widths from a start, at a correlation, which is then profiled.

        tolerance: relative, of centres and widths and of χ².
        """
        if start.size == 0:
            return self.profiled(start)
        low, high = self._bounds(start.size // 2)
        inside = np.clip(start, low + 1e-9, high - 1e-9)
        outcome = scipy.optimize.least_squares(
            self._left,
            inside,
            jac=self._jacobian,
            bounds=(low, high),
            x_scale=np.tile([0.1, 0.5], start.size // 2),
            xtol=tolerance,
            ftol=tolerance,
            args=(correlation,),
            max_nfev=60,
        )
        return self.profiled(np.asarray(outcome.x))

    def _bounds(self, lines: int) -> tuple[Array, Array]:
        spacing = float(np.median(np.diff(self.x)))
        return np.tile([-1.0, np.log(_NARROWEST * max(spacing, 1e-9))], lines), np.tile([1.0, np.log(2.0)], lines)

    def inside(self, nonlinear: Array) -> bool:
        """Whether no line stands at the end of the sweep, is as narrow as a sample or as wide as the sweep."""
        low, high = self._bounds(nonlinear.size // 2)
        return bool(np.all(nonlinear > low + _AT_BOUND) and np.all(nonlinear < high - _AT_BOUND))

    def with_another_line(self, before: Fitted) -> Fitted | None:
        """The best fit with one line more; None where it ends at a bound."""
        found = []
        for correlation in {0.0, before.correlation} if before.correlation > _ALIKE else {0.0}:
            starts = [np.append(before.nonlinear, start) for start in self._scan(before.nonlinear, correlation)]
            for start in (*starts, *self._split(before)):
                once = self.fit(start, correlation)
                alike = abs(once.correlation - correlation) < _ALIKE
                found.append(once if alike else self.fit(once.nonlinear, once.correlation))
        admitted = [one for one in found if self.inside(one.nonlinear) and self._apart(one)]
        return min(admitted, key=lambda one: one.deviance, default=None)

    def _split(self, before: Fitted) -> list[Array]:
        """The strongest line as two that overlap: what one line leaves of them has no place for a start."""
        if not before.nonlinear.size:
            return []
        lines = before.nonlinear.reshape(-1, 2)
        sizes = np.linalg.norm(self._amplitudes(before), axis=1)
        (center, log_width), others = lines[np.argmax(sizes)], np.delete(lines, np.argmax(sizes), axis=0)
        aside = 0.3 * np.exp(log_width)
        pair = [[center - aside, log_width - 0.2], [center + aside, log_width - 0.2]]
        return [np.append(others, pair)]

    def _amplitudes(self, fitted: Fitted) -> Array:
        """Shape (lines, parts)."""
        return self.linear(fitted)[self.order + 1 :].reshape(fitted.nonlinear.size // 2, -1)

    def _apart(self, fitted: Fitted) -> bool:
        """Whether each line is one: not the difference of two that nearly coincide."""
        lines = fitted.nonlinear.reshape(-1, 2)
        lines = lines[np.argsort(lines[:, 0])]
        distance = np.diff(lines[:, 0])
        widths = np.exp(lines[:, 1])
        return bool(
            np.all(distance > _COINCIDENT * (widths[1:] + widths[:-1]))
            and np.max(np.abs(self._amplitudes(fitted))) < _LARGEST * np.ptp(self.signal)
        )

    def _scan(self, nonlinear: Array, correlation: float) -> list[Array]:
        """The most promising centre for each width, (center, ln width), the best two widths first."""
        base, _ = np.linalg.qr(self.whitened(self.design(nonlinear), correlation))
        white = self.whitened(self.signal[:, None], correlation)[:, 0]
        rest = white - base @ (base.T @ white)
        centers = np.linspace(-1.0, 1.0, min(_POSITIONS, self.x.size))
        candidates = []
        for width in _WIDTHS:
            parts, _ = line_shape_slopes(self.shape, (self.x[:, None] - centers) / width)
            gain = np.zeros(centers.size)
            for part in np.moveaxis(parts, -1, 0):
                own = self.whitened(part, correlation)
                own -= base @ (base.T @ own)
                gain += np.square(rest @ own) / np.maximum(np.sum(own * own, axis=0), 1e-12)
            at = int(np.argmax(gain))
            candidates.append((float(gain[at]), np.array([centers[at], np.log(2.0 * width)])))
        candidates.sort(key=lambda entry: -entry[0])
        return [start for _, start in candidates[:2]]

    def of_order(self, order: int) -> LineModel:
        """The same with another background."""
        return replace(self, order=order)

    def averaged(self, block: int) -> LineModel:
        """The same of means of so many neighbours; what is left over at the end is left out."""
        size = self.x.size // block * block
        x, signal, weight = (part[:size].reshape(-1, block).mean(axis=1) for part in (self.x, self.signal, self.weight))
        return replace(self, x=x, signal=signal, weight=weight)

    def bic(self, fitted: Fitted) -> float:
        """−2 ln L + k ln n, with ρ among the k parameters."""
        count = self.design(fitted.nonlinear).shape[1] + fitted.nonlinear.size + 1
        return float(fitted.deviance + count * np.log(self.x.size))

    def _all_slopes(self, fitted: Fitted) -> Array:
        """Derivatives of the model by centres, ln widths, background and amplitudes, in this order."""
        columns = self.design(fitted.nonlinear)
        if not fitted.nonlinear.size:
            return columns
        return np.column_stack([self.slopes(fitted.nonlinear, self.linear(fitted)), columns])

    def restricted(self, fitted: Fitted) -> Fitted:
        """The same lines with the correlation of restricted maximum likelihood.

        It knows of the share of the noise that the parameters take (Patterson & Thompson 1971,
        doi:10.1093/biomet/58.3.545), without which a long correlation comes out too short.
        """
        columns = self._all_slopes(fitted)
        norms = np.maximum(np.linalg.norm(columns, axis=0), np.finfo(float).tiny)
        left = self.signal - self.design(fitted.nonlinear) @ self.linear(fitted)
        together = np.column_stack([columns / norms, left])

        def deviance(correlation: float) -> float:
            white = self.whitened(together, correlation)
            basis, upper = np.linalg.qr(white[:, :-1])
            rest = white[:, -1] - basis @ (basis.T @ white[:, -1])
            squares = max(float(rest @ rest), np.finfo(float).tiny)
            volume = 2.0 * float(np.sum(np.log(np.maximum(np.abs(np.diag(upper)), np.finfo(float).tiny))))
            freedom = left.size - columns.shape[1]
            return float(freedom * np.log(squares) - np.log1p(-(correlation**2)) + volume)

        return replace(fitted, correlation=_likeliest(deviance))

    def covariance(self, fitted: Fitted) -> Array:
        """Of centres, ln widths, background and amplitudes, in this order."""
        columns = self._all_slopes(fitted)
        white = self.whitened(columns, fitted.correlation)
        norms = np.maximum(np.linalg.norm(white, axis=0), np.finfo(float).tiny)
        scaled = white / norms
        left = self.innovations(fitted)
        variance = float(left @ left) / max(left.size - columns.shape[1], 1)
        return np.asarray(variance * np.linalg.pinv(scaled.T @ scaled, hermitian=True) / np.outer(norms, norms))
