"""Resonance lines in one spectrum: how many there are, where, how wide, with errors, and whether they describe it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.kinds.resonance.choices import BACKGROUNDS, MOST_LINES
from stfit.kinds.resonance.line_model import Fitted, LineModel

Array = npt.NDArray[np.float64]

# by which BIC must fall: "very strong" in the words of Kass & Raftery 1995, doi:10.1080/01621459.1995.10476572
EVIDENCE_FOR_A_LINE: Final = 10.0
_FINE: Final = 1e-12  # relative, of χ²
_LAGS: Final = 12  # at which residuals may resemble each other
_FAR: Final = 6.0  # standard deviations: by chance 1 in 5e8 samples
_NOISE: Final = 1e-3  # p-value from which residuals are taken for noise
_GROWING: Final = 1e-3  # p-value below which noise grows with the signal
_ROUNDS: Final = 3  # of setting samples aside
_BOTH_SIDES: Final = 0.2  # of a sweep must lie on either side of zero field, for a line on either


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
    def size(self) -> float:
        """The largest of its amplitudes, whatever its phase."""
        return float(np.linalg.norm(self.amplitudes))

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

    Parameters
    ----------
    shape : str
        A key of LINE_SHAPES.
    lines : tuple[Line, ...]
        In order of their centres.
    order : int
        Of the polynomial background.
    correlation : float
        Of the noise of neighbouring samples, 0 for white noise.
    evidence : float
        BIC of the fit.
    whiteness : (float, float)
        Ljung & Box's statistic of the residuals (doi:10.1093/biomet/65.2.297), and its p-value: small where lines and
        background leave what is neither white noise nor smoothed by a time constant.
    set_aside : int
        Samples that are left out, since each stands alone far from its neighbours.
    fitted : Array, shape (samples,)
        The fit at the samples.
    """

    shape: str
    lines: tuple[Line, ...]
    order: int
    correlation: float
    evidence: float
    whiteness: tuple[float, float]
    set_aside: int
    fitted: Array

    @property
    def strongest(self) -> Line | None:
        """The line with the largest amplitude; None where there is none."""
        return max(self.lines, key=lambda line: line.size, default=None)

    @property
    def overlapping(self) -> bool:
        """Whether lines stand nearer than the mean of their widths."""
        pairs = zip(self.lines, self.lines[1:], strict=False)
        return any(right.center - left.center < 0.5 * (left.fwhm + right.fwhm) for left, right in pairs)

    def resonances(self, x: Array) -> list[Line]:
        """The strongest line, or that of either sign where x runs through zero."""
        low, high = float(np.min(x)), float(np.max(x))
        if min(-low, high) < _BOTH_SIDES * (high - low):
            return [self.strongest] if self.strongest else []
        sides = ([line for line in self.lines if sign * line.center > 0] for sign in (-1, 1))
        return [max(side, key=lambda line: line.size) for side in sides if side]


def fit_spectrum(
    x: Array,
    signal: Array,
    shape: str,
    *,
    most: int = MOST_LINES,
    orders: Sequence[int] = BACKGROUNDS,
    proportional: bool = False,
) -> SpectrumFit:
    """Lines on a polynomial background, as many (up to `most`) as the evidence asks for.

    Another line is taken where it lowers BIC by more than EVIDENCE_FOR_A_LINE, and is none at the end of the sweep, as
    narrow as a sample or as wide as the sweep.

    Parameters
    ----------
    x, signal : array, shape (samples,)
        x in increasing order, T or Hz.
    shape : str
        A key of LINE_SHAPES.
    most : int
        Lines at most.
    orders : sequence of int
        Those of the background that are compared.
    proportional : bool
        Whether the noise grows with the signal, as that of a power in dB.

    Returns
    -------
    SpectrumFit
        Errors from the curvature, with the noise and the correlation of the residuals.

    Raises
    ------
    ValueError
        For fewer than 12 samples, or x that does not vary.
    """
    if x.size < 12 or np.ptp(x) == 0.0:
        raise ValueError("a spectrum needs 12 samples at different fields or frequencies")
    middle, reach = 0.5 * (float(np.max(x)) + float(np.min(x))), 0.5 * float(np.ptp(x))
    size = float(np.max(np.abs(signal - np.mean(signal)))) or 1.0
    y = signal / size
    whole = LineModel((x - middle) / reach, y, np.ones_like(y), shape, max(orders))
    kept = ~_alone(np.log(np.maximum(y, 1e-9)) if proportional else y)
    for turn in range(_ROUNDS):
        model, fitted = _chosen(_at(whole, kept), most, orders)
        if turn == 0 and (proportional or _grows(model, fitted)):
            whole = replace(whole, weight=_weight(whole, model, fitted, proportional=proportional))
            continue
        far = _far(model, fitted)
        if not np.any(far) or turn == _ROUNDS - 1:
            break
        kept[np.flatnonzero(kept)[far]] = False
    return _described(whole, model, fitted, (middle, reach, size))


def _at(model: LineModel, kept: npt.NDArray[np.bool_]) -> LineModel:
    """The model of some of the samples."""
    return replace(model, x=model.x[kept], signal=model.signal[kept], weight=model.weight[kept])


def _alone(signal: Array) -> npt.NDArray[np.bool_]:
    """Samples that stand far from both neighbours, which agree with their own: no line is one sample wide."""
    bent = np.zeros(signal.size)
    bent[1:-1] = signal[1:-1] - 0.5 * (signal[:-2] + signal[2:])
    size = np.abs(bent)
    noise = 1.4826 * float(np.median(size[1:-1]))
    around = np.pad(bent, 2)
    beside = np.maximum(np.abs(around[1:-3] + 0.5 * bent), np.abs(around[3:-1] + 0.5 * bent))
    beyond = np.maximum(np.abs(around[:-4]), np.abs(around[4:]))
    alone = (size > 8.0 * noise) & (beside < 0.25 * size) & (beyond < 0.25 * size)
    alone[[0, 1, -2, -1]] = False
    return np.asarray(alone)


def _grows(model: LineModel, fitted: Fitted) -> bool:
    """Whether noise grows with the signal (Koenker 1981, doi:10.1016/0304-4076(81)90062-2), and is noise."""
    left = model.innovations(fitted)
    if _whiteness(left, fitted.nonlinear.size)[1] < _NOISE:
        return False
    # roots, which one wrong sample does not decide
    roots, level = np.sqrt(np.abs(left)), np.abs(model.design(fitted.nonlinear) @ model.linear(fitted))
    if np.ptp(level) == 0.0 or np.ptp(roots) == 0.0:
        return False
    likeness = float(np.corrcoef(level, roots)[0, 1])
    return likeness > 0 and bool(scipy.special.chdtrc(1, left.size * likeness**2) < _GROWING)


def _weight(whole: LineModel, model: LineModel, fitted: Fitted, *, proportional: bool) -> Array:
    """One over the noise at the fitted signal: of single samples it would favour the low ones."""
    level = np.abs(whole.of_order(model.order).design(fitted.nonlinear) @ model.linear(fitted))
    least = 1e-3 * float(np.max(level))
    if proportional:
        return np.asarray(1.0 / np.maximum(level, least))
    there = np.square(model.design(fitted.nonlinear) @ model.linear(fitted))
    columns = np.stack([np.full_like(there, np.max(there)), there], axis=1)
    (constant, growing), _ = scipy.optimize.nnls(columns, np.square(model.innovations(fitted)))
    variance = constant * np.max(there) + growing * np.square(level)
    return np.asarray(1.0 / np.sqrt(np.maximum(variance, growing * least**2)))


def _far(model: LineModel, fitted: Fitted) -> npt.NDArray[np.bool_]:
    """Samples far from the fit while their neighbours are near it."""
    left = np.abs(model.signal - model.design(fitted.nonlinear) @ model.linear(fitted)) * model.weight
    noise = 1.4826 * float(np.median(left))
    beside = np.maximum(np.pad(left, 1)[:-2], np.pad(left, 1)[2:])
    return np.asarray((left > _FAR * noise) & (beside < 0.5 * left) & (noise > 0))


def _chosen(model: LineModel, most: int, orders: Sequence[int]) -> tuple[LineModel, Fitted]:
    """Number of lines and order of the background by the evidence."""
    models = [model.of_order(order) for order in sorted(orders)]
    best = models[-1].fit(np.zeros(0), 0.0)
    for _ in range(most):
        if model.x.size < 2 * (best.nonlinear.size + model.order + 6):
            break
        further = models[-1].with_another_line(best)
        if further is None or models[-1].bic(further) > models[-1].bic(best) - EVIDENCE_FOR_A_LINE:
            break
        best = further
    found = [(models[-1], best), *((one, one.fit(best.nonlinear, best.correlation)) for one in models[:-1])]
    admitted = [(one, fit) for one, fit in found if one.inside(fit.nonlinear)]
    chosen, fitted = min(admitted, key=lambda pair: pair[0].bic(pair[1]))
    # a line that stands for the curve of a higher background is none
    bare = min(((one, one.profiled(np.zeros(0))) for one in models), key=lambda pair: pair[0].bic(pair[1]))
    if bare[0].bic(bare[1]) < chosen.bic(fitted) + EVIDENCE_FOR_A_LINE:
        return bare
    return chosen, chosen.fit(fitted.nonlinear, fitted.correlation, _FINE)


def _whiteness(left: Array, parameters: int) -> tuple[float, float]:
    """Ljung & Box's Q of residuals, and its p-value."""
    lags = min(_LAGS, left.size // 5)
    centred = left - np.mean(left)
    squares = max(float(centred @ centred), np.finfo(float).tiny)
    resemblance = np.array([float(centred[lag:] @ centred[:-lag]) / squares for lag in range(1, lags + 1)])
    count = left.size
    statistic = count * (count + 2) * float(np.sum(np.square(resemblance) / (count - np.arange(1, lags + 1))))
    # the parameters of lines and background take a share of the resemblance of neighbours away
    return statistic, float(scipy.special.chdtrc(lags, statistic * max(1.0 - parameters / count, 0.0)))


def _described(whole: LineModel, model: LineModel, fitted: Fitted, units: tuple[float, float, float]) -> SpectrumFit:
    """The fit in the units of x and of the signal."""
    middle, reach, size = units
    evidence, fitted = model.bic(fitted), model.restricted(fitted)
    linear, covariance = model.linear(fitted), model.covariance(fitted)
    lines = []
    places = fitted.nonlinear.reshape(-1, 2)
    background = model.order + 1
    per_line = (linear.size - background) // max(len(places), 1)
    for index, (center, log_width) in enumerate(places):
        at = background + index * per_line
        own = [2 * index, 2 * index + 1, *(fitted.nonlinear.size + at + k for k in range(per_line))]
        width = float(np.exp(log_width)) * reach
        # from centre/reach and ln width to centre and width; amplitudes in units of the signal
        slope = np.array([reach, width, *([size] * per_line)])
        matrix = covariance[np.ix_(own, own)] * np.outer(slope, slope)
        lines.append(Line(middle + reach * float(center), width, linear[at : at + per_line] * size, matrix))
    return SpectrumFit(
        model.shape,
        tuple(sorted(lines, key=lambda line: line.center)),
        model.order,
        fitted.correlation,
        evidence,
        _whiteness(model.innovations(fitted), linear.size + fitted.nonlinear.size),
        whole.x.size - model.x.size,
        whole.of_order(model.order).design(fitted.nonlinear) @ linear * size,
    )
