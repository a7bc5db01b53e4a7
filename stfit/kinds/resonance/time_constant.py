"""Whether the time constant of a lock-in smoothed the lines as it smoothed the noise, by the evidence of some spectra.

A filter of first order with a pole ρ makes each sample resemble the one before: of the noise, where that is older than
the filter, and of the line, which comes late and broad. Drift and 1/f noise resemble themselves likewise and leave
lines as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.kinds.resonance.line_fit import SpectrumFit
from stfit.kinds.resonance.line_search import EVIDENCE_FOR_A_LINE

Array = npt.NDArray[np.float64]
Refit = Callable[[int, float], SpectrumFit | None]  # of a spectrum, with a pole

CORRELATED: Final = 0.3  # from which noise is said to be smoothed
_SHORTEST: Final = 0.5  # samples
_LONGEST: Final = 1.0  # of the width of a line
_TRIED: Final = 6  # lengths in either direction of the sweep
_NEAR: Final = 10.0  # of −2 ln L about its least, where it is a parabola
_NO_LINE: Final = 1e6


@final
@dataclass(frozen=True)
class TimeConstant:
    """What the spectra say of a time constant.

    Parameters
    ----------
    pole : float
        By which each sample of a line resembles the one before; negative for the one after, in a sweep that goes down.
        0 where the evidence for a smoothed line is not clear.
    error : float
        Standard error of the pole.
    lead : float
        By how much BIC is lower with it.
    statistic, p_value : float
        Of the differences that the longest time constant that the spectra admit, up to that of the noise, would make in
        the widths; 0 and 1 where they are known to be smoothed, or not.
    """

    pole: float
    error: float = 0.0
    lead: float = 0.0
    statistic: float = 0.0
    p_value: float = 1.0


def time_constant(fits: Sequence[SpectrumFit], refit: Refit, *, declared: bool | None = None) -> TimeConstant | None:
    """What some spectra with lines say of a time constant; None where their noise is white.

    Parameters
    ----------
    fits : sequence of SpectrumFit
        Without a pole, each with a line.
    refit : function
        Place in `fits` and pole to the fit with that pole, or None.
    declared : bool, optional
        Whether the lines are known to be smoothed.
    """
    correlation = float(np.median([fit.correlation for fit in fits])) if fits else 0.0
    if declared is False or (declared is None and correlation < CORRELATED):
        return None

    def evidence(pole: float) -> float:
        again = [refit(at, pole) for at in range(len(fits))]
        return sum(
            _NO_LINE if one is None else one.evidence - fit.evidence for one, fit in zip(again, fits, strict=True)
        )

    tried = _tried(evidence, fits)
    pole = min(tried, key=tried.__getitem__)
    if declared or tried[pole] < -EVIDENCE_FOR_A_LINE:
        return TimeConstant(pole, _error(tried, pole), -tried[pole])
    # the longest time constant that the spectra admit, up to that of the noise
    tried |= {own: evidence(own) for own in (correlation, -correlation)}
    admitted = [own for own, value in tried.items() if value < EVIDENCE_FOR_A_LINE and abs(own) <= correlation]
    if not admitted:
        return TimeConstant(0.0)
    longest = max(admitted, key=abs)
    statistic, p_value = _difference(fits, [refit(at, longest) for at in range(len(fits))])
    return TimeConstant(0.0, statistic=statistic, p_value=p_value)


def _tried(evidence: Callable[[float], float], fits: Sequence[SpectrumFit]) -> dict[float, float]:
    """Evidence by pole: of several lengths in both directions, and of those between the neighbours of the best one."""
    longest = _LONGEST * float(np.median([fit.samples_of_width for fit in fits]))
    lengths = np.log(np.geomspace(_SHORTEST, max(longest, 2.0 * _SHORTEST), _TRIED))
    tried = {sign * _pole(length): evidence(sign * _pole(length)) for sign in (1, -1) for length in lengths}
    best = list(tried).index(min(tried, key=tried.__getitem__))
    sign, at = (1, -1)[best // _TRIED], best % _TRIED
    between = lengths[max(at - 1, 0)], lengths[min(at + 1, _TRIED - 1)]

    def along(length: float) -> float:
        pole = sign * _pole(length)
        tried[pole] = evidence(pole)
        return tried[pole]

    scipy.optimize.minimize_scalar(along, bounds=between, method="bounded", options={"xatol": 0.05, "maxiter": 8})
    return tried


def _error(tried: dict[float, float], pole: float) -> float:
    """Standard error of the best pole: the distance over which −2 ln L rises by 1, of a parabola in ln length."""
    near = {own: value for own, value in tried.items() if own * pole > 0 and value < tried[pole] + _NEAR}
    if len(near) < 3:
        return 0.0
    length = np.array([-np.log(-np.log(abs(own))) for own in near])
    curvature = float(np.polyfit(length, list(near.values()), 2)[0])
    # dρ/d ln ℓ of ρ = exp(−1/ℓ)
    return float(abs(pole) * -np.log(abs(pole)) / np.sqrt(curvature)) if curvature > 0.0 else 0.0


def _pole(log_length: float) -> float:
    """That of an exponential of a length in samples."""
    return float(np.exp(-np.exp(-log_length)))


def _difference(fits: Sequence[SpectrumFit], others: Sequence[SpectrumFit | None]) -> tuple[float, float]:
    """χ² of the mean shift of the widths over its error, and its p-value."""
    pairs = [(one.strongest, other.strongest) for one, other in zip(fits, others, strict=True) if other is not None]
    shifts = [(o.fwhm - line.fwhm) / line.fwhm_stderr for line, o in pairs if line is not None and o is not None]
    statistic = float(np.sum(shifts) ** 2 / max(len(shifts), 1))
    return statistic, float(scipy.special.chdtrc(1, statistic))
