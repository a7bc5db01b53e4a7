"""Sums over many switching events of a current ramp, as Gompertz's likelihood needs them, at any slope."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple, final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Offsets = npt.NDArray[np.intp]

_FLAT = 1.0  # of slope times the largest rise, below which closed forms cancel
_TERMS = 24  # of the series there: 1/24! < 1e-23
_MOST_AT_ONCE = 1_000_000  # events times sets of slopes: 8 MB an array
_CELLS = 1024  # of a setting with many events
_MANY = 8 * _CELLS  # events a setting, from which cells save time
_ORDER = 6  # of the moments of a cell
_FACTORS = np.arange(1.0, _ORDER + 1)  # of k!
_WIDE = 0.03  # of slope times half a cell: 0.03⁷/7! < 1e-14 is what the moments leave out


class Exposure(NamedTuple):
    """Of N(u) e^{au}, N the number of events with a rise above u: log of the integral, mean of u, variance of u.

    Arrays of shape (..., settings): ln W with W = Σ_j ∫₀^{u_j} e^{au} du, and its first and second derivative in a.
    """

    log_integral: Array
    mean: Array
    variance: Array


@dataclass
class _Latest:
    """Exposures at slopes of shape (settings,)."""

    slope: Array = field(default_factory=lambda: np.zeros(0))
    exposure: Exposure = field(default_factory=lambda: Exposure(*np.zeros((3, 0))))


@final
@dataclass(frozen=True)
class Rises:
    """The rises u_j > 0 (A) of single events, those of a setting side by side, shape (events,).

    first: where each setting begins, shape (settings,).
    """

    rise: Array
    first: Offsets

    @cached_property
    def counts(self) -> Offsets:
        """Events of each setting."""
        return np.diff(self.first, append=self.rise.size)

    @cached_property
    def top(self) -> Array:
        """The largest rise of each setting."""
        return np.asarray(np.maximum.reduceat(self.rise, self.first))

    def exposure(self, slope: Array) -> Exposure:
        """The exposure of all events of each setting at slopes a (1/A) of any size and sign, shape (..., settings).

        Takes time and memory proportional to the events, or to the settings alone where these have many events each
        (then one set of slopes at a time).
        """
        if slope.ndim == 1:
            if not np.array_equal(slope, self._latest.slope):
                self._latest.slope, self._latest.exposure = slope.copy(), self._exposure(slope)
            return self._latest.exposure
        if self._cells is not None or slope[..., 0].size * self.rise.size > _MOST_AT_ONCE:
            parts = [self.exposure(row) for row in slope.reshape(-1, slope.shape[-1])]
            return Exposure(*(np.array(part).reshape(slope.shape) for part in zip(*parts, strict=True)))
        return self._exposure(slope)

    @cached_property
    def _latest(self) -> _Latest:
        """What was computed last: a descent asks several things of one point."""
        return _Latest()

    def _exposure(self, slope: Array) -> Exposure:
        flat = np.abs(slope) * self.top < _FLAT
        origin = np.where(slope > 0, self.top, 0.0)  # where the exponent is largest: none overflows
        moments = self._closed_moments(np.where(flat, 1.0 / self.top, slope), origin)
        if np.any(flat):
            moments = np.where(flat, self._flat_moments(slope), moments)
            origin = np.where(flat, 0.0, origin)
        mean = moments[1] / moments[0]
        variance = np.maximum(moments[2] / moments[0] - mean**2, 0.0)
        return Exposure(slope * origin + np.log(moments[0]), origin + mean, variance)

    def _closed_moments(self, slope: Array, origin: Array) -> Array:
        """Σ_j ∫ v^k e^{av} dv for k = 0, 1, 2 with v = u − origin, by parts, shape (3, ..., settings)."""
        cells = self._cells
        ends = self._sums(slope, origin) if cells is None or cells.too_wide(slope) else cells.sums(slope, origin)
        start = self.counts * np.exp(-slope * origin)
        zeroth = (ends[0] - start) / slope
        first = (ends[1] + origin * start - zeroth) / slope
        return np.stack([zeroth, first, (ends[2] - origin**2 * start - 2.0 * first) / slope])

    def _sums(self, slope: Array, origin: Array) -> Array:
        """Σ_j v^k e^{av} for k = 0, 1, 2, event by event."""
        v = self.rise - np.repeat(origin, self.counts, axis=-1)
        weight = np.exp(np.repeat(slope, self.counts, axis=-1) * v)
        sums = []
        for _ in range(3):
            sums.append(np.add.reduceat(weight, self.first, axis=-1))
            weight *= v
        return np.stack(sums)

    def _flat_moments(self, slope: Array) -> Array:
        """The moments about u = 0 by the series of e^{au}, for |a|u < 1, shape (3, ..., settings)."""
        sums = self._power_sums
        x = np.clip(slope * self.top, -_FLAT, _FLAT)
        moments, coefficient = np.zeros((3, *slope.shape)), np.ones_like(x)
        for term in range(_TERMS):
            for k in range(3):
                moments[k] += coefficient * sums[term + k] / (term + k + 1)
            coefficient = coefficient * x / (term + 1)
        return np.stack([moments[k] * self.top ** (k + 1) for k in range(3)])

    @cached_property
    def _power_sums(self) -> list[Array]:
        """Sums of the powers 1, 2, … of the rises over the largest, which a sampler asks for at every step."""
        relative = self.rise / np.repeat(self.top, self.counts)
        power, sums = relative.copy(), []
        for _ in range(_TERMS + 2):
            sums.append(np.add.reduceat(power, self.first))
            power *= relative
        return sums

    @cached_property
    def _cells(self) -> _Cells | None:
        """The events by cells; None where there are too few for it to be worth while."""
        if self.rise.size < _MANY * self.first.size:
            return None
        lowest = np.minimum.reduceat(self.rise, self.first)
        half = (self.top - lowest) / (2 * _CELLS)
        half = np.where(half > 0, half, self.top)
        place = (self.rise - np.repeat(lowest, self.counts)) / np.repeat(2.0 * half, self.counts)
        index = np.minimum(place, _CELLS - 1).astype(np.intp)
        offset = 2.0 * (place - index) - 1.0
        index += np.repeat(np.arange(self.first.size) * _CELLS, self.counts)
        moments, power = np.empty((_ORDER + 1, self.first.size * _CELLS)), np.ones_like(offset)
        for order in range(_ORDER + 1):
            moments[order] = np.bincount(index, power, minlength=moments.shape[1])
            power *= offset
        centre = lowest[:, None] + half[:, None] * (2.0 * np.arange(_CELLS) + 1.0)
        each = moments.reshape(_ORDER + 1, self.first.size, _CELLS)
        return _Cells(centre, half, np.ascontiguousarray(np.moveaxis(each, 0, 1)))


@final
@dataclass(frozen=True)
class _Cells:
    """Events by cells of equal width: centres (settings, cells), half widths (settings,), both A.

    moments: Σ δ^k over the events of a cell, δ the distance from its centre in half widths, shape (settings, order + 1,
    cells).
    """

    centre: Array
    half: Array
    moments: Array

    def too_wide(self, slope: Array) -> bool:
        """Whether e^{au} bends more within a cell than the moments can follow."""
        return bool(np.any(np.abs(slope) * self.half > _WIDE))

    def sums(self, slope: Array, origin: Array) -> Array:
        """Σ_j v^k e^{av} for k = 0, 1, 2 with v = u − origin, from e^{av} = e^{ac} Σ (aδ)^k/k!, shape (3, settings)."""
        v = self.centre - origin[:, None]
        weight = np.exp(slope[:, None] * v)
        zeroth, first, second = self._series(slope)
        parts = [zeroth, v * zeroth + first, v * (v * zeroth + 2.0 * first) + second]
        return np.stack([np.sum(weight * part, axis=1) for part in parts])

    def _series(self, slope: Array) -> Array:
        """Σ δ^n e^{aδ} of each cell for n = 0, 1, 2, δ from its centre in A, shape (3, settings, cells)."""
        powers = np.cumprod(np.concatenate([np.ones((1, slope.size)), slope * self.half / _FACTORS[:, None]]), axis=0)
        weights = np.zeros((slope.size, 3, _ORDER + 1))
        for n in range(3):
            weights[:, n, n:] = powers[: _ORDER + 1 - n].T * self.half[:, None] ** n
        return np.moveaxis(weights @ self.moments, 1, 0)
