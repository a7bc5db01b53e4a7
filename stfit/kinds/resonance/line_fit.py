"""Resonance lines in one spectrum: how many there are, where, how wide, with errors, and whether they describe it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.kinds.resonance.choices import BACKGROUNDS, MOST_LINES
from stfit.kinds.resonance.line_model import LineModel
from stfit.kinds.resonance.line_noise import far_from_fit, grows_with_signal, stands_alone, weight_of_noise, whiteness
from stfit.kinds.resonance.line_scale import Scale
from stfit.kinds.resonance.line_search import carried_lines, found_lines
from stfit.kinds.resonance.line_solution import Solution
from stfit.physics.line_shapes import LineShape

Array = npt.NDArray[np.float64]
Signal = npt.NDArray[np.float64] | npt.NDArray[np.complex128]

_ROUNDS: Final = 2  # of setting samples aside
_BOTH_SIDES: Final = 0.2  # of a sweep must lie on either side of zero field, for a line on either


@final
@dataclass(frozen=True)
class Search:
    """What is looked for.

    Parameters
    ----------
    most : int
        Lines at most.
    orders : sequence of int
        Those of the background that are compared.
    proportional : bool
        Whether the noise grows with the signal, as that of a power in dB.
    """

    most: int = MOST_LINES
    orders: Sequence[int] = BACKGROUNDS
    proportional: bool = False


EVERYTHING: Final = Search()


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
    def parameters(self) -> Array:
        """Centre, FWHM and amplitudes, as in the covariance."""
        return np.array([self.center, self.fwhm, *self.amplitudes])

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
    shape : LineShape
        In units of x.
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
    spacing : float
        The median distance of samples.
    gaussian : float
        FWHM of the Gaussian part of Voigt profiles, in units of x.
    pole : float
        By which a time constant makes each sample of a line resemble the one before; negative for the one after.
    """

    shape: LineShape
    lines: tuple[Line, ...]
    order: int
    correlation: float
    evidence: float
    whiteness: tuple[float, float]
    set_aside: int
    fitted: Signal
    spacing: float
    gaussian: float = 0.0
    pole: float = 0.0

    @property
    def strongest(self) -> Line | None:
        """The line with the largest amplitude; None where there is none."""
        return max(self.lines, key=lambda line: line.size, default=None)

    def with_shift(self, other: SpectrumFit) -> SpectrumFit:
        """The same with errors that the difference from another fit of as many lines adds."""
        pairs = zip(self.lines, other.lines, strict=True)
        shifts = [(line, np.subtract(line.parameters, one.parameters)) for line, one in pairs]
        lines = [replace(line, covariance=line.covariance + np.outer(off, off)) for line, off in shifts]
        return replace(self, lines=tuple(lines))

    @property
    def samples_of_width(self) -> float:
        """How many samples the strongest line is wide; infinite without one."""
        return self.strongest.fwhm / self.spacing if self.strongest else float("inf")

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


def fit_spectrum(x: Array, signal: Signal, shape: LineShape, search: Search = EVERYTHING) -> SpectrumFit:
    """Lines on a polynomial background, as many as the evidence asks for.

    Another line is taken where it lowers BIC by more than EVIDENCE_FOR_A_LINE, and is none at the end of the sweep, as
    narrow as a sample or as wide as the sweep.

    Parameters
    ----------
    x, signal : array, shape (samples,)
        x in rising or falling order, T or Hz; a signal with a phase to a reference is complex.
    shape : LineShape
        In units of x; of a complex signal with two parts.
    search : Search
        What is looked for.

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
    scale = Scale.of(x, signal)
    whole = scale.model(x, signal, shape)
    found = _settled(whole, lambda model: found_lines(model, search.most, search.orders), search)
    assert found is not None  # noqa: S101 - a search ends with a fit, of no line at least
    return _described(scale, shape, *found)


def refit_spectrum(
    x: Array, signal: Signal, like: SpectrumFit, search: Search = EVERYTHING, pole: float = 0.0
) -> SpectrumFit | None:
    """As many lines as in another fit, from where they stand there, on a background of the same order.

    Parameters
    ----------
    x, signal : array, shape (samples,)
        As of fit_spectrum.
    like : SpectrumFit
        That of the same spectrum, of another shape or without a time constant, or of its neighbour in a map.
    search : Search
        How the noise goes.
    pole : float
        As of SpectrumFit.

    Returns
    -------
    SpectrumFit or None
        None where these are no lines of this spectrum.
    """
    if pole < 0.0:
        turned = refit_spectrum(x[::-1], signal[::-1], like, search, -pole)
        return turned and replace(turned, pole=pole, fitted=turned.fitted[::-1])
    scale = Scale.of(x, signal)
    whole = replace(scale.model(x, signal, like.shape), order=like.order, pole=pole)
    start = scale.start([(line.center, line.fwhm) for line in like.lines], like.gaussian)
    # noise that a time constant smoothed has its correlation, whatever lines that are not smoothed leave
    found = _settled(whole, lambda model: carried_lines(model, start, pole or like.correlation), search)
    return None if found is None else _described(scale, like.shape, *found)


def _settled(
    whole: LineModel, find: Callable[[LineModel], Solution | None], search: Search
) -> tuple[LineModel, Solution] | None:
    """The whole spectrum with its noise, and the lines that `find` finds in those samples of it that count."""
    kept = ~stands_alone(np.log(np.maximum(whole.signal, 1e-9)) if search.proportional else whole.signal)
    found = find(_at(whole, kept))
    if found is not None and (search.proportional or grows_with_signal(found)):
        whole = replace(whole, weight=weight_of_noise(whole, found, proportional=search.proportional))
        found = find(_at(whole, kept))
    for _ in range(_ROUNDS):
        if found is None:
            return None
        far = far_from_fit(found)
        if not np.any(far):
            break
        kept[np.flatnonzero(kept)[far]] = False
        found = find(_at(whole, kept))
    return None if found is None else (whole, found)


def _at(model: LineModel, kept: npt.NDArray[np.bool_]) -> LineModel:
    """The model of some of the samples."""
    return replace(model, x=model.x[kept], signal=model.signal[:, kept], weight=model.weight[kept])


def _described(scale: Scale, shape: LineShape, whole: LineModel, found: Solution) -> SpectrumFit:
    """The fit in the units of x and of the signal."""
    evidence, found = found.bic, found.restricted
    model, covariance = found.model, found.covariance
    background = model.signal.shape[0] * (model.order + 1)
    lines = []
    for index, ((center, log_width), amplitudes) in enumerate(zip(found.lines, found.amplitudes, strict=True)):
        at = found.nonlinear.size + background + index * amplitudes.size
        own = [2 * index, 2 * index + 1, *range(at, at + amplitudes.size)]
        width = float(np.exp(log_width)) * scale.reach
        # from centre/reach and ln width to centre and width; amplitudes in units of the signal
        slope = np.array([scale.reach, width, *([scale.size] * amplitudes.size)])
        matrix = covariance[np.ix_(own, own)] * np.outer(slope, slope)
        lines.append(Line(scale.middle + scale.reach * float(center), width, amplitudes * scale.size, matrix))
    curve = scale.size * (found.curve if whole.x.size == model.x.size else found.curve_at(whole.x))
    return SpectrumFit(
        shape,
        tuple(sorted(lines, key=lambda line: line.center)),
        model.order,
        found.correlation,
        evidence,
        whiteness(found.innovations, len(covariance)),
        whole.x.size - model.x.size,
        curve[0] if len(curve) == 1 else curve[0] + 1j * curve[1],
        scale.reach * abs(float(np.median(np.diff(whole.x)))),
        scale.reach * float(np.exp(found.nonlinear[-1])) if found.nonlinear.size % 2 else 0.0,
        model.pole,
    )
