"""Damping and inhomogeneous width of a film from its linewidths, ΔH = ΔH0 + 4παf/γ; neither can be negative."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple, final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.results.estimate import Estimate, Verdict

Array = npt.NDArray[np.float64]

_RISE: Final = {"ci68": 1.0, "ci95": 3.841}  # of χ², for two-sided limits
_ONE_SIDED: Final = 2.706  # of χ², for a limit of 95 % on a quantity whose best value is at zero
_FARTHEST: Final = 40.0  # standard errors within which an interval ends
_REJECTED: Final = 1e-3
ACCEPTED: Final = 1e-2


class Fit(NamedTuple):
    """χ², degrees of freedom and p-value of a fit to positions or to widths."""

    chi2: float
    freedom: int
    p_value: float

    @property
    def rejected(self) -> bool:
        """Whether the data contradict what was fitted."""
        return self.p_value < _REJECTED

    @property
    def doubtful(self) -> bool:
        """Whether the p-value is below 0.01."""
        return self.p_value < ACCEPTED


@final
@dataclass(frozen=True)
class Widths:
    """The straight line through linewidths.

    Parameters
    ----------
    free : array, shape (2,)
        Slope (T/Hz) and level (T) without limits.
    covariance : array, shape (2, 2)
        Of both, unless a limit binds.
    best : array, shape (2,)
        Slope and level, neither negative.
    test : Fit
        Of the straight line with these limits.
    bend : (float, float)
        By how many standard errors the widths bend upwards over frequency, and the p-value of that.
    """

    free: Array
    covariance: Array
    best: Array
    test: Fit
    bend: tuple[float, float]

    def estimate(self, place: int, factor: float, relative_stderr: float, unit: str) -> Estimate:
        """The slope (place 0) or the level (1) times a factor, which has an error of its own.

        Parameters
        ----------
        place : int
            Which of the two.
        factor : float
            From T/Hz, or T, to the unit.
        relative_stderr : float
            Of the factor.
        unit : str
            Of the outcome.

        Returns
        -------
        Estimate
            With intervals by the profile of χ² inside the limits; one-sided where the best value is zero.
        """
        value = float(self.best[place])
        if value == 0.0:
            high = factor * self._end(place, 1.0, _ONE_SIDED)
            return Estimate(0.0, None, None, (None, high), unit, Verdict.ONE_SIDED, "profile")
        found = {}
        for level, rise in _RISE.items():
            own = np.sqrt(rise) * relative_stderr * value
            ends = [value + sign * np.hypot(self._end(place, sign, rise) - value, own) for sign in (-1.0, 1.0)]
            found[level] = (factor * max(float(ends[0]), 0.0), factor * float(ends[1]))
        stderr = 0.5 * (found["ci68"][1] - found["ci68"][0])
        return Estimate(factor * value, stderr, found["ci68"], found["ci95"], unit, Verdict.IDENTIFIED, "profile")

    def _end(self, place: int, sign: float, rise: float) -> float:
        """Where χ² has risen so far on one side of the best value; 0 where it does not before."""
        best, least = float(self.best[place]), self._chi2(self.best)
        reach = best + sign * _FARTHEST * float(np.sqrt(self.covariance[place, place]))
        edge = max(reach, 0.0)

        def risen(value: float) -> float:
            return self._profile(place, value) - least - rise

        if risen(edge) <= 0.0:
            return edge
        return float(scipy.optimize.brentq(risen, best, edge, xtol=1e-9 * abs(edge - best)))

    def _profile(self, place: int, value: float) -> float:
        """χ² (up to a constant) at a value of one, the other being as good as its limit allows."""
        other = 1 - place
        follows = self.covariance[place, other] / self.covariance[place, place]
        at = np.empty(2)
        at[place], at[other] = value, max(self.free[other] + follows * (value - self.free[place]), 0.0)
        return self._chi2(at)

    def _chi2(self, at: Array) -> float:
        scale = np.sqrt(np.diag(self.covariance))
        off = (at - self.free) / scale
        return float(off @ np.linalg.solve(self.covariance / np.outer(scale, scale), off))


def fit_widths(frequency: Array, fwhm: Array, stderr: Array) -> Widths:
    """The straight line through linewidths (FWHM), by weighted least squares with slope and level not negative.

    Parameters
    ----------
    frequency : array, shape (lines,)
        Hz, at two values or more.
    fwhm, stderr : array, shape (lines,)
        T.
    """
    scale = np.array([1.0 / float(np.max(frequency)), 1.0])
    columns = np.stack([frequency * scale[0], np.ones_like(frequency)], axis=1) / stderr[:, None]
    target = fwhm / stderr
    covariance = np.linalg.inv(columns.T @ columns)
    free = covariance @ columns.T @ target
    best, distance = scipy.optimize.nnls(columns, target)
    freedom = max(target.size - int(np.count_nonzero(best)), 1)
    test = Fit(distance**2, freedom, float(scipy.special.chdtrc(freedom, distance**2)))
    bend = _bend(frequency, fwhm, stderr)
    return Widths(
        np.asarray(free * scale), np.asarray(covariance * np.outer(scale, scale)), np.asarray(best * scale), test, bend
    )


def _bend(frequency: Array, fwhm: Array, stderr: Array) -> tuple[float, float]:
    """Curvature of a parabola through the widths over its standard error, and the p-value of that."""
    if np.unique(frequency).size < 4:
        return 0.0, 1.0
    x = 2.0 * (frequency - np.min(frequency)) / np.ptp(frequency) - 1.0
    columns = np.polynomial.legendre.legvander(x, 2) / stderr[:, None]
    covariance = np.linalg.inv(columns.T @ columns)
    size = float((covariance @ columns.T @ (fwhm / stderr))[2] / np.sqrt(covariance[2, 2]))
    return size, float(2.0 * scipy.special.ndtr(-abs(size)))
