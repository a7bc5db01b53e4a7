"""Critical currents against ΔR (Eq. 28): 1/I_c is linear in ΔR through the origin, and the slope gives l/(e L_θθ).

`state` is that which the transition leaves, an int or array of ints: 0 for P, 1 for AP.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from stfit.constants import ELEMENTARY_CHARGE, N_GMR
from stfit.physics.transport import Quantity

Array = npt.NDArray[np.float64]


def inverse_critical_current(
    state: Quantity, energy_P: Quantity, energy_AP: Quantity, coupling: Quantity, c_P: Quantity, c_AP: Quantity
) -> Quantity:
    """1/I_c,P = −G c_P/E_P, 1/I_c,AP = +G c_AP/E_AP, 1/A (Eq. 28); finite, and 0, where the coupling G (J/A) is 0.

    energies: J, positive; c_i: rad. I_c is linear-extrapolated: where the linear barrier vanishes.
    """
    return (state * c_AP / energy_AP - (1 - state) * c_P / energy_P) * coupling


def inverse_current_slope(
    state: Quantity, l_over_L: Quantity, energy: Quantity, beta: Quantity, c: Quantity
) -> Quantity:
    """∂(1/I_c)/∂ΔR = ∓N e λ c_i/(β E_i), 1/V (− for P, + for AP); energy (J), c (rad): of the state (Eq. 28)."""
    return (2 * state - 1) * N_GMR * ELEMENTARY_CHARGE * l_over_L * c / (beta * energy)


def l_over_L_from_inverse_current_slope(
    state: Quantity, slope: Quantity, energy: Quantity, beta: Quantity, c: Quantity
) -> Quantity:
    """λ = ∓β E_i · slope/(N e c_i), unit e, with its sign: the paper's route from 1/I_c against ΔR (section B)."""
    return (2 * state - 1) * slope * beta * energy / (N_GMR * ELEMENTARY_CHARGE * c)


def inverse_limits(critical_current: Array, stderr: Array) -> tuple[Array, Array]:
    """1/I_c (1/A) at both ends of I_c ± stderr, the lower first; NaN where the error reaches a current of 0."""
    ends = np.stack([critical_current - stderr, critical_current + stderr])
    away = np.all(ends * critical_current > 0.0, axis=0)
    inverse = np.divide(1.0, ends, out=np.full(ends.shape, np.nan), where=away)
    return np.min(inverse, axis=0), np.max(inverse, axis=0)


class OriginSlope(NamedTuple):
    """The line 1/I_c = slope·ΔR: slope and standard error, 1/V; chi_square has rows − 1 degrees of freedom."""

    slope: float
    stderr: float
    chi_square: float


def slope_through_origin(delta_R: Array, critical_current: Array, stderr: Array) -> OriginSlope:
    """The maximum-likelihood line 1/I_c = slope·ΔR of one transition, for Gaussian errors on I_c.

    delta_R: ohm, not 0; critical_current: A; stderr: A, positive; shape (rows,). I_c = (1/slope)/ΔR is linear in
    1/slope, so that the fit is a closed form, without the bias of one to the reciprocals.
    """
    weight = 1.0 / (delta_R * stderr) ** 2
    inverse = float(np.sum(weight * delta_R * critical_current) / np.sum(weight))
    chi_square = float(np.sum(((critical_current - inverse / delta_R) / stderr) ** 2))
    return OriginSlope(1.0 / inverse, float(1.0 / np.sqrt(np.sum(weight))) / inverse**2, chi_square)
