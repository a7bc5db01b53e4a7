"""Resonance lines in one spectrum: how many there are, where, how wide, with errors, and whether they describe it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.kinds.resonance.choices import BACKGROUNDS, MOST_LINES
from stfit.kinds.resonance.line_model import Fitted, LineModel
from stfit.kinds.resonance.line_noise import far_from_fit, grows_with_signal, stands_alone, weight_of_noise, whiteness

Array = npt.NDArray[np.float64]

# by which BIC must fall: "very strong" in the words of Kass & Raftery 1995, doi:10.1080/01621459.1995.10476572
EVIDENCE_FOR_A_LINE: Final = 10.0
_FINE: Final = 1e-12  # relative, of χ²
_MANY: Final = 2000  # samples that are enough to look for lines
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
        """π/2 times size times FWHM, the area of the line whatever its phase, and its standard error."""
        size = self.size
        gradient = np.concatenate([[0.0, size], self.fwhm * self.amplitudes / max(size, np.finfo(float).tiny)])
        return 0.5 * np.pi * size * self.fwhm, 0.5 * np.pi * float(np.sqrt(gradient @ self.covariance @ gradient))

    @property
    def phase(self) -> tuple[float, float]:
        """Angle (rad, from −π to π) of the antisymmetric part to the symmetric one, and its standard error."""
        symmetric, antisymmetric = self.amplitudes
        gradient = np.array([-antisymmetric, symmetric]) / max(self.size, np.finfo(float).tiny) ** 2
        return float(np.arctan2(antisymmetric, symmetric)), float(
            np.sqrt(gradient @ self.covariance[2:, 2:] @ gradient)
        )


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
    kept = ~stands_alone(np.log(np.maximum(y, 1e-9)) if proportional else y)
    for turn in range(_ROUNDS):
        model, fitted = _found(_at(whole, kept), most, orders)
        if turn == 0 and (proportional or grows_with_signal(model, fitted)):
            whole = replace(whole, weight=weight_of_noise(whole, model, fitted, proportional=proportional))
            continue
        far = far_from_fit(model, fitted)
        if not np.any(far) or turn == _ROUNDS - 1:
            break
        kept[np.flatnonzero(kept)[far]] = False
    return _described(whole, model, fitted, (middle, reach, size))


def _at(model: LineModel, kept: npt.NDArray[np.bool_]) -> LineModel:
    """The model of some of the samples."""
    return replace(model, x=model.x[kept], signal=model.signal[kept], weight=model.weight[kept])


def _found(model: LineModel, most: int, orders: Sequence[int]) -> tuple[LineModel, Fitted]:
    """The lines of many samples are looked for among means of neighbours, and then fitted to all."""
    block = model.x.size // _MANY
    if block < 2:
        return _chosen(model, most, orders)
    chosen, fitted = _chosen(model.averaged(block), most, orders)
    whole = model.of_order(chosen.order)
    return whole, whole.fit(fitted.nonlinear, 0.0, _FINE)


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
        whiteness(model.innovations(fitted), linear.size + fitted.nonlinear.size),
        whole.x.size - model.x.size,
        whole.of_order(model.order).design(fitted.nonlinear) @ linear * size,
    )
