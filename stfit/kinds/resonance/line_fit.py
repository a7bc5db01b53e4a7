"""Resonance lines in one spectrum: how many there are, where, how wide, with errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.derivatives import Jet, seed
from stfit.physics.fluctuations import LINE_SHAPES

Array = npt.NDArray[np.float64]

MOST_LINES: Final = 2
# by which BIC must fall: "very strong" in the words of Kass & Raftery 1995, doi:10.1080/01621459.1995.10476572
EVIDENCE_FOR_A_LINE: Final = 10.0
_BACKGROUND: Final = 2  # parameters of the straight line below
_POSITIONS: Final = 60  # of a line, looked at before the fit
_WIDTHS: Final = (0.015, 0.04, 0.1, 0.25)  # likewise, of the range
_MOST_CORRELATED: Final = 0.98  # neighbouring residuals
_NARROWEST: Final = 1.0  # of the median distance of samples: a narrower line is a single wrong sample
_WIDEST: Final = 2.0  # of the range: a wider one is background


@final
@dataclass(frozen=True)
class Line:
    """One line: centre and FWHM in units of x, amplitudes in units of the signal (one, or symmetric and antisymmetric).

    covariance: of (center, fwhm, amplitudes).
    """

    center: float
    fwhm: float
    amplitudes: Array
    covariance: Array

    @property
    def fwhm_stderr(self) -> float:
        """Standard error of the width."""
        return float(np.sqrt(self.covariance[1, 1]))

    @property
    def center_stderr(self) -> float:
        """Standard error of the centre."""
        return float(np.sqrt(self.covariance[0, 0]))

    @property
    def integrated(self) -> tuple[float, float]:
        """Area of the symmetric part, π/2 times height times FWHM, and its standard error."""
        height = float(self.amplitudes[0])
        gradient = np.zeros(self.covariance.shape[0])
        gradient[1:3] = 0.5 * np.pi * height, 0.5 * np.pi * self.fwhm
        return 0.5 * np.pi * height * self.fwhm, float(np.sqrt(gradient @ self.covariance @ gradient))


@final
@dataclass(frozen=True)
class SpectrumFit:
    """The lines of a spectrum in order of their centres, none where there is no evidence of any.

    noise: standard deviation of the samples about the fit. evidence: BIC for 0, 1 and 2 lines, inf where one could not
    be fitted. fitted: the fit at the samples. shape: a key of LINE_SHAPES.
    """

    shape: str
    lines: tuple[Line, ...]
    background: Array
    noise: float
    evidence: tuple[float, ...]
    fitted: Array

    @property
    def strongest(self) -> Line | None:
        """The line with the largest amplitude; None where there is none."""
        return max(self.lines, key=lambda line: float(np.linalg.norm(line.amplitudes)), default=None)


def fit_spectrum(x: Array, signal: Array, shape: str, most: int = MOST_LINES) -> SpectrumFit:
    """Lines on a straight background, as many (up to `most`) as the evidence asks for; x, signal: shape (samples,).

    Least squares with equal errors, the amplitudes and the background eliminated (variable projection, Golub & Pereyra
    1973, doi:10.1137/0710036); another line is taken where it lowers BIC by more than EVIDENCE_FOR_A_LINE. Errors from
    the curvature with the noise of the residuals. ValueError for fewer than 12 samples, or x that does not vary.
    """
    if x.size < 12 or np.ptp(x) == 0.0:
        raise ValueError("a spectrum needs 12 samples at different fields or frequencies")
    middle, reach = 0.5 * (float(np.max(x)) + float(np.min(x))), 0.5 * float(np.ptp(x))
    size = float(np.max(np.abs(signal - np.mean(signal)))) or 1.0
    problem = _Projected((x - middle) / reach, signal / size, shape)
    found: list[Array | None] = [np.zeros(0)]
    for _ in range(most):
        previous = found[-1]
        found.append(None if previous is None else problem.with_another_line(previous))
    fullest = next(nonlinear for nonlinear in reversed(found) if nonlinear is not None)
    independent = problem.independent_samples(fullest)
    evidence = tuple(np.inf if nonlinear is None else problem.bic(nonlinear, independent) for nonlinear in found)
    chosen = 0
    for count in range(1, len(evidence)):
        if evidence[count] < evidence[chosen] - EVIDENCE_FOR_A_LINE and _apart(found[count]):
            chosen = count
    best = found[chosen]
    if best is None:
        raise AssertionError("only what was fitted is chosen")
    # what is left of the accepted fit may be correlated by the shape of the line: its errors know of it
    return problem.described(best, evidence, problem.independent_samples(best), (middle, reach, size))


def _apart(nonlinear: Array | None) -> bool:
    """Whether lines are farther apart than the mean of their widths: nearer ones are the shape of one line."""
    if nonlinear is None or nonlinear.size <= 2:
        return True
    (first, log_first), (second, log_second) = nonlinear.reshape(-1, 2)
    return bool(abs(first - second) > 0.5 * (np.exp(log_first) + np.exp(log_second)))


@final
@dataclass(frozen=True)
class _Projected:
    """Least squares over centres and ln widths; x runs from −1 to 1, the signal is of order 1."""

    x: Array
    signal: Array
    shape: str

    def design(self, nonlinear: Array) -> Array:
        """Columns that amplitudes and background multiply, shape (samples, columns)."""
        columns = [np.ones_like(self.x), self.x]
        for center, log_width in nonlinear.reshape(-1, 2):
            columns += LINE_SHAPES[self.shape](self.x, center, np.exp(log_width))
        return np.stack(columns, axis=1)

    def left(self, nonlinear: Array) -> Array:
        """Residuals at the best amplitudes, shape (samples,)."""
        basis, _ = np.linalg.qr(self.design(nonlinear))
        return np.asarray(self.signal - basis @ (basis.T @ self.signal))

    def independent_samples(self, nonlinear: Array) -> float:
        """How many samples of independent noise the spectrum is worth, by the lag-1 correlation ρ of the residuals.

        n (1 − ρ)/(1 + ρ), as for the mean of an AR(1) process: a lock-in smooths its output, and what the lines leave
        of the background is smooth too.
        """
        left = self.left(nonlinear)
        squares = float(left @ left)
        correlation = float(left[1:] @ left[:-1]) / squares if squares > 0 else 0.0
        correlation = min(max(correlation, 0.0), _MOST_CORRELATED)
        return self.x.size * (1.0 - correlation) / (1.0 + correlation)

    def bic(self, nonlinear: Array, independent: float) -> float:
        """n ln(RSS/n) + k ln n with the number n of independent samples."""
        left = self.left(nonlinear)
        count = self.design(nonlinear).shape[1] + nonlinear.size
        mean_square = max(float(left @ left) / self.x.size, np.finfo(float).tiny)
        return float(independent * np.log(mean_square) + count * np.log(independent))

    @property
    def bounds(self) -> tuple[float, float]:
        """Of ln width."""
        spacing = float(np.median(np.diff(np.sort(self.x))))
        return float(np.log(max(_NARROWEST * spacing, 1e-6))), float(np.log(2.0 * _WIDEST))

    def with_another_line(self, nonlinear: Array) -> Array | None:
        """The best fit with one line more, from where a scan of its centre and width leaves least; None without one."""
        low, high = self.bounds
        starts = self._scan(nonlinear)
        lines = nonlinear.size // 2 + 1
        ends = np.tile([-1.0, low], lines), np.tile([1.0, high], lines)
        best: tuple[float, Array] | None = None
        for start in starts:
            inside = np.clip(np.append(nonlinear, start), ends[0] + 1e-9, ends[1] - 1e-9)
            outcome = scipy.optimize.least_squares(
                self.left, inside, bounds=ends, x_scale="jac", xtol=1e-10, ftol=1e-12
            )
            if outcome.success and (best is None or outcome.cost < best[0]):
                best = float(outcome.cost), np.asarray(outcome.x)
        return None if best is None else best[1]

    def _scan(self, nonlinear: Array) -> list[Array]:
        """The most promising centre for each width, (center, ln width), the best two widths first."""
        base, _ = np.linalg.qr(self.design(nonlinear))
        rest = self.signal - base @ (base.T @ self.signal)
        centers = np.quantile(self.x, (np.arange(_POSITIONS) + 0.5) / _POSITIONS)
        candidates = []
        for width in _WIDTHS:
            parts = [np.asarray(part) for part in LINE_SHAPES[self.shape](self.x[:, None], centers, 2.0 * width)]
            gain = sum(_gain(part - base @ (base.T @ part), rest) for part in parts)
            at = int(np.argmax(gain))
            candidates.append((float(np.asarray(gain)[at]), np.array([centers[at], np.log(2.0 * width)])))
        candidates.sort(key=lambda entry: -entry[0])
        return [start for _, start in candidates[:2]]

    def described(
        self, nonlinear: Array, evidence: tuple[float, ...], independent: float, units: tuple[float, float, float]
    ) -> SpectrumFit:
        """The fit in the units of x and of the signal."""
        middle, reach, size = units
        linear: Array = np.asarray(np.linalg.lstsq(self.design(nonlinear), self.signal, rcond=None)[0], dtype=float)
        fitted = self.design(nonlinear) @ linear
        parameters = linear.size + nonlinear.size
        noise = float(np.sqrt(np.sum((self.signal - fitted) ** 2) / max(self.x.size - parameters, 1)))
        covariance = self._covariance(nonlinear, linear, noise) * (self.x.size / independent)
        per_line = (linear.size - _BACKGROUND) // max(nonlinear.size // 2, 1)
        lines = []
        for index, (center, log_width) in enumerate(nonlinear.reshape(-1, 2)):
            at = _BACKGROUND + index * per_line
            own = [2 * index, 2 * index + 1, *(nonlinear.size + at + k for k in range(per_line))]
            width = float(np.exp(log_width)) * reach
            # from centre/reach and ln width to centre and width; amplitudes in units of the signal
            slope = np.array([reach, width, *([size] * per_line)])
            matrix = covariance[np.ix_(own, own)] * np.outer(slope, slope)
            lines.append(Line(middle + reach * float(center), width, linear[at : at + per_line] * size, matrix))
        background = linear[:_BACKGROUND] * size
        ordered = tuple(sorted(lines, key=lambda line: line.center))
        return SpectrumFit(self.shape, ordered, background, noise * size, evidence, fitted * size)

    def _covariance(self, nonlinear: Array, linear: Array, noise: float) -> Array:
        """Of centres, ln widths and all amplitudes, from the analytic Jacobian; nonlinear first."""
        jets = seed(np.append(nonlinear, linear), order=1)
        model: Any = jets[nonlinear.size] + jets[nonlinear.size + 1] * self.x
        amplitudes = iter(jets[nonlinear.size + _BACKGROUND :])
        for index in range(nonlinear.size // 2):
            parts = LINE_SHAPES[self.shape](self.x, jets[2 * index], np.exp(jets[2 * index + 1]))
            for part in parts:
                model = model + next(amplitudes) * part
        if not isinstance(model, Jet):
            raise TypeError("a model of Jets is a Jet")
        jacobian = np.broadcast_to(model.gradient, (model.gradient.shape[0], self.x.size))
        norms = np.maximum(np.linalg.norm(jacobian, axis=1), np.finfo(float).tiny)
        scaled = jacobian / norms[:, None]
        return np.asarray(noise**2 * np.linalg.pinv(scaled @ scaled.T, hermitian=True) / np.outer(norms, norms))


def _gain(parts: Array, rest: Array) -> Array:
    """What each column of parts, shape (samples, columns), takes from the squares of `rest`."""
    squares = np.sum(parts * parts, axis=0)
    return np.asarray(np.square(rest @ parts) / np.maximum(squares, 1e-12))
