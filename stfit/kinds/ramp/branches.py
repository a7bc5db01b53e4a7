"""The two branches of a hysteresis loop, R_P(I) and R_AP(I), and which of them each sample lies on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
States = npt.NDArray[np.int8]

_DEGREE: Final = 2  # of each branch: the reversible bend of R(I)
_ROUNDS: Final = 100
_MAD: Final = 1.4826  # standard deviations of a normal distribution in its median absolute deviation


@final
@dataclass(frozen=True)
class Branches:
    """Two branches as polynomials of I/scale, and the samples on them.

    low, high: coefficients, constant first. state: 0 on the low branch, 1 on the high one, shape (samples,).
    noise: standard deviation about the branches, ohm. separation: least distance of the branches over the currents that
    were reached, in units of the noise; 0 where there is one branch.
    """

    low: Array
    high: Array
    scale: float
    state: States
    noise: float
    separation: float


def two_branches(current: Array, resistance: Array) -> Branches:
    """The branches that the samples lie nearest to, from current (A) and resistance (ohm), shape (samples,).

    Samples go to the nearer branch and branches through their samples in turn, from a cut in the middle of the range,
    until no sample changes sides. Valid where the branches are apart by more than each of them bends.
    """
    scale = float(np.max(np.abs(current))) or 1.0
    powers = np.vander(current / scale, _DEGREE + 1, increasing=True)
    low, high = np.quantile(resistance, [0.02, 0.98])
    upper = resistance > 0.5 * (low + high)
    coefficients: Array = np.zeros((2, _DEGREE + 1))
    for _ in range(_ROUNDS):
        sides = (~upper, upper)
        if min(np.count_nonzero(side) for side in sides) <= _DEGREE + 1:
            return _single(powers, resistance, scale)
        coefficients = np.array([_fitted(powers[side], resistance[side]) for side in sides])
        distances = np.abs(resistance - coefficients @ powers.T)
        nearer = distances[1] < distances[0]
        if np.array_equal(nearer, upper):
            break
        upper = nearer
    left = resistance - np.where(upper, powers @ coefficients[1], powers @ coefficients[0])
    noise = float(_MAD * np.median(np.abs(left)))
    apart = float(np.min(powers @ (coefficients[1] - coefficients[0])))
    # without noise (a simulated loop) any distance is far
    separation = max(apart, 0.0) / noise if noise > 0 else (np.inf if apart > 0 else 0.0)
    return Branches(coefficients[0], coefficients[1], scale, upper.astype(np.int8), noise, separation)


def _single(powers: Array, resistance: Array, scale: float) -> Branches:
    """All samples on one branch."""
    only = _fitted(powers, resistance)
    noise = float(_MAD * np.median(np.abs(resistance - powers @ only)))
    return Branches(only, only, scale, np.zeros(resistance.size, dtype=np.int8), noise, 0.0)


def _fitted(powers: Array, resistance: Array) -> Array:
    return np.asarray(np.linalg.lstsq(powers, resistance, rcond=None)[0], dtype=np.float64)
