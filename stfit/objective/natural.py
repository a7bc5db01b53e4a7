"""Coordinates in which the ridges of a posterior are straight: ln|λ|, ln of the constants, E/T in place of E.

Eq. 27 knows λ, ΔR, 1/β and 1/T by their product and a barrier by E/k_BT alone. In the logarithms of the former and the
ratio of the latter, what the data leave open is a straight line, along which ensembles of walkers step far; in the
coordinates of the fit it is curved, and a step along the chord leaves it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.objective.space import FitParameter

Array = npt.NDArray[np.float64]

_FACTORS: Final = frozenset({"l_over_L", "c_P", "c_AP"})  # of the current, beside the constants
_SAFE: Final = 5.0  # standard errors from zero, from which the logarithm of a coordinate that may be zero is taken


@final
@dataclass(frozen=True)
class NaturalCoordinates:
    """y of x, both of shape (..., p): y_i = ln|x_i| where `logarithm`, x_i/x_t where `over`, else x_i.

    temperature: the index t; None where the temperature does not vary, and then none is `over`. The signs of x_i whose
    logarithm is taken are not in y: they go along with it.
    """

    logarithm: npt.NDArray[np.bool_]
    over: npt.NDArray[np.bool_]
    temperature: int | None = None

    def of(self, x: Array) -> Array:
        """y at x."""
        y = np.where(self.logarithm, np.log(np.abs(np.where(self.logarithm, x, 1.0))), x)
        return y if self.temperature is None else np.where(self.over, x / x[..., self.temperature, None], y)

    def back(self, y: Array, signs: Array) -> Array:
        """x at y; signs: of x, in its shape."""
        x = np.where(self.logarithm, signs * np.exp(np.where(self.logarithm, y, 0.0)), y)
        return x if self.temperature is None else np.where(self.over, y * x[..., self.temperature, None], x)

    def log_volume(self, y: Array) -> Array:
        """ln|dx/dy|, shape (...)."""
        volume = np.sum(np.where(self.logarithm, y, 0.0), axis=-1)
        if self.temperature is not None:
            volume = volume + np.count_nonzero(self.over) * y[..., self.temperature]
        return np.asarray(volume)

    def jacobian(self, x: Array) -> Array:
        """dy/dx at x of shape (p,); shape (p, p)."""
        matrix = np.diag(np.where(self.logarithm, 1.0 / np.where(self.logarithm, x, 1.0), 1.0))
        if self.temperature is not None:
            scale = x[self.temperature]
            matrix[self.over, self.over] = 1.0 / scale
            matrix[self.over, self.temperature] = -x[self.over] / scale**2
        return matrix


def natural_coordinates(varied: Sequence[FitParameter], x: Array, errors: Array) -> tuple[NaturalCoordinates, ...]:
    """Candidates for a fit whose optimum is x with standard errors (shape (p,), 0 where unknown).

    Dwell times know barriers by E/k_BT, critical currents by E/λ, and one temperature by ln τ0 + E/k_BT: which of E/T,
    ln E and E makes ridges straight depends on the data. No logarithm is taken near zero.
    """
    names = [p.name for p in varied]
    multiplies = np.array([p.parameter.constant or p.name.partition("[")[0] in _FACTORS for p in varied])
    away = (np.abs(x) > _SAFE * errors) & (x != 0.0)
    logarithm, energy = multiplies & away, np.array([p.parameter.unit == "J" for p in varied])
    candidates = [NaturalCoordinates(logarithm, np.zeros_like(energy))]
    if "temperature" in names and logarithm[names.index("temperature")]:
        candidates.insert(0, NaturalCoordinates(logarithm, energy, names.index("temperature")))
    if np.any(energy & away):
        candidates.append(NaturalCoordinates(logarithm | (energy & away), np.zeros_like(energy)))
    return tuple(candidates)
