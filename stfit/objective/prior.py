"""What a sampler believes of the parameters before it sees the data: proper densities of the coordinates.

Least squares takes a constraint as one more residual and bounds as bounds. A prior is the same statement as a density
of the quantity, cut off at the bounds and normalised, so that evidence can be computed and truths drawn from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, ndtr, ndtri

from stfit.models.parameters import Parameter
from stfit.objective.constraints import LogNormal, Normal
from stfit.objective.space import FitParameter

Array = npt.NDArray[np.float64]

FARTHEST: Final = 1e6  # of a parameter's scale: where the prior of a parameter without bounds ends
_LOG_ROOT_2PI: Final = 0.5 * float(np.log(2.0 * np.pi))


@final
@dataclass(frozen=True)
class CoordinatePrior:
    """The prior of one coordinate: uniform, or normal in the quantity or in its logarithm, between two ends.

    Uniform means in what the parameter says (`Parameter.flat`). lower, upper: of the coordinate, finite.
    """

    fitted: FitParameter
    lower: float
    upper: float

    @property
    def informed(self) -> bool:
        """Whether it is anything but uniform."""
        return self.fitted.constraint is not None

    def log_density(self, x: Any) -> Any:
        """ln of the normalised density per unit of the coordinate, inside the ends."""
        if self._normal is None:
            low, high = self._flat_ends
            return self._parameter.log_flat_slope(x) - np.log(high - low)
        return -0.5 * np.square(self._standard(x)) - _LOG_ROOT_2PI + self._log_stretch(x) - self._log_mass

    def quantile(self, u: Array) -> Array:
        """The coordinate below which the prior has the probability u."""
        if self._normal is None:
            low, high = self._flat_ends
            flat = low + u * (high - low)
            return np.asarray(np.clip(self._parameter.of_flat(flat), self.lower, self.upper))
        low, high = self._ends
        if low > 0:  # the upper tail, in which 1 − Φ keeps its digits
            standard = -ndtri(ndtr(-low) + u * (ndtr(-high) - ndtr(-low)))
        else:
            standard = ndtri(ndtr(low) + u * (ndtr(high) - ndtr(low)))
        centre, width, in_logarithm = self._normal
        spread = centre + width * standard
        quantity = np.exp(spread) if in_logarithm else spread
        return np.asarray(np.clip(self._parameter.coordinates_of(quantity), self.lower, self.upper))

    @property
    def deviation(self) -> float:
        """Standard deviation of the coordinate under the prior."""
        grid = self.quantile((np.arange(2000) + 0.5) / 2000)
        return float(np.std(grid))

    @property
    def _parameter(self) -> Parameter:
        return self.fitted.parameter

    @cached_property
    def _flat_ends(self) -> tuple[float, float]:
        """Ends of that in which a uniform prior is uniform."""
        return float(self._parameter.flat_of(self.lower)), float(self._parameter.flat_of(self.upper))

    @cached_property
    def _normal(self) -> tuple[float, float, bool] | None:
        """Centre and width of the normal, and whether it is one of the logarithm; None where the prior is uniform."""
        constraint = self.fitted.constraint
        if isinstance(constraint, Normal):
            return constraint.mean, constraint.standard_deviation, False
        if isinstance(constraint, LogNormal):
            return float(np.log(constraint.median)), float(np.log(constraint.factor)), True
        return None

    def _standard(self, x: Any) -> Any:
        """Distance from the centre in widths."""
        if self._normal is None:
            raise TypeError("a uniform prior has no centre")
        centre, width, in_logarithm = self._normal
        quantity = self._parameter.quantity(x)
        return ((np.log(quantity) if in_logarithm else quantity) - centre) / width

    def _log_stretch(self, x: Any) -> Any:
        """ln of d(standard distance)/d(coordinate)."""
        if self._normal is None:
            raise TypeError("a uniform prior has no centre")
        _, width, in_logarithm = self._normal
        log_slope = self._parameter.log_coordinate_slope(x)
        if in_logarithm:
            log_slope = log_slope - np.log(self._parameter.quantity(x))
        return log_slope - np.log(width)

    @cached_property
    def _ends(self) -> tuple[float, float]:
        with np.errstate(divide="ignore"):  # ln 0 is where a log-normal begins
            return float(self._standard(np.array(self.lower))), float(self._standard(np.array(self.upper)))

    @cached_property
    def _log_mass(self) -> float:
        """ln of the probability of the uncut normal between the ends."""
        low, high = self._ends
        if low > 0:
            low, high = -high, -low
        return float(log_ndtr(high) + np.log1p(-np.exp(log_ndtr(low) - log_ndtr(high))))


@final
@dataclass(frozen=True)
class Prior:
    """The joint prior of the coordinates x, shape (..., p): independent ones, in the order of the parameter space."""

    coordinates: tuple[CoordinatePrior, ...]

    @cached_property
    def lower(self) -> Array:
        """Where it begins, shape (p,); finite."""
        return np.array([prior.lower for prior in self.coordinates])

    @cached_property
    def upper(self) -> Array:
        """Where it ends, shape (p,); finite."""
        return np.array([prior.upper for prior in self.coordinates])

    def log_density(self, x: Array) -> Array:
        """ln density, shape (...); −∞ outside the ends. Normalised."""
        inside = np.all((x >= self.lower) & (x <= self.upper), axis=-1)
        clipped = np.clip(x, self.lower, self.upper)
        value = np.zeros(x.shape[:-1])
        for i, prior in enumerate(self.coordinates):
            value = value + prior.log_density(clipped[..., i])
        return np.where(inside, value, -np.inf)

    def log_informed_density(self, x: Array) -> Array:
        """That part of ln density, shape (...), which says something: of the coordinates whose prior is not uniform."""
        value = np.zeros(x.shape[:-1])
        for i, prior in enumerate(self.coordinates):
            if prior.informed:
                value = value + prior.log_density(x[..., i])
        return value

    def from_unit_cube(self, u: Array) -> Array:
        """The coordinates at the cumulative probabilities u, both of shape (..., p)."""
        return np.stack([prior.quantile(u[..., i]) for i, prior in enumerate(self.coordinates)], axis=-1)

    def draw(self, rng: np.random.Generator, count: int) -> Array:
        """Independent draws, shape (count, p)."""
        return self.from_unit_cube(rng.random((count, len(self.coordinates))))


def prior_of(varied: Sequence[FitParameter]) -> Prior:
    """The prior of the parameters that vary, over their plausible ranges inside the bounds.

    Where there is neither, it ends at FARTHEST of the parameter's scale.
    """
    priors = []
    for p in varied:
        lower = max(p.lower, p.plausible[0], -FARTHEST)
        upper = min(p.upper, p.plausible[1], FARTHEST)
        priors.append(CoordinatePrior(p, lower, upper))
    return Prior(tuple(priors))
