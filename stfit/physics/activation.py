"""Thermal activation under current: barriers, dwell times, slopes, critical currents (Eqs. 23–28) and their inversions.

`state` is that which is left, an int or array of ints: 0 for P, 1 for AP. λ/β > 0 means that +I stabilises P.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE, N_GMR
from stfit.derivatives import elementwise, weighted_sum
from stfit.errors import OutsideValidityError
from stfit.physics.transport import (
    CONSISTENT,
    Convention,
    Gmr,
    Quantity,
    chi_asymmetry_AP,
    chi_asymmetry_P,
)

_NOTHING: Final = 1e-9  # of 1 ± h
_SHORT_OF_1: Final = 1.0 - 1e-9  # of |h|: at 1 the barrier top reaches a pole, where its slope is infinite


def barrier(
    state: Quantity,
    current: Quantity,
    energy_P: Quantity,
    energy_AP: Quantity,
    coupling: Quantity,
    c_P: Quantity,
    c_AP: Quantity,
) -> Quantity:
    """B_P = E_P + G c_P I or B_AP = E_AP − G c_AP I, J (Eq. 26); current: A, coupling: G in J/A, c_i: rad."""
    in_P, in_AP = 1 - state, -state * current
    return weighted_sum(
        (energy_P, in_P), (coupling * c_P, in_P * current), (energy_AP, state), (coupling * c_AP, in_AP)
    )


def log_dwell_time(
    ln_tau_0: Quantity, barrier: Quantity, temperature: Quantity, convention: Convention = CONSISTENT
) -> Quantity:
    """ln(τ/s) = ln(τ0/s) + B/(k_B T) (Eq. 27); finite at any barrier. Holds for B ≫ k_B T.

    barrier: J; temperature: K, positive.
    """
    return ln_tau_0 + barrier / (convention.thermal * BOLTZMANN * temperature)


def slope(
    state: Quantity,
    coupling: Quantity,
    c_P: Quantity,
    c_AP: Quantity,
    temperature: Quantity,
    convention: Convention = CONSISTENT,
) -> Quantity:
    """s_i = ∂ln τ_i/∂I, 1/A: +G c_P/k_BT out of P, −G c_AP/k_BT out of AP (Eqs. 26, 27)."""
    bend = weighted_sum((coupling * c_P, 1 - state), (coupling * c_AP, -state))
    return bend / (convention.thermal * BOLTZMANN * temperature)


def critical_current(
    state: Quantity,
    energy_P: Quantity,
    energy_AP: Quantity,
    coupling: Quantity,
    c_P: Quantity,
    c_AP: Quantity,
) -> Quantity:
    """Linear-extrapolated I_c,P = −E_P/(G c_P), I_c,AP = +E_AP/(G c_AP), A (Eq. 28); coupling must not be 0.

    Where the linear barrier vanishes; the exact one does so elsewhere.
    """
    return (state * energy_AP / c_AP - (1 - state) * energy_P / c_P) / coupling


def l_over_L_from_slope(
    state: Quantity, slope: Quantity, temperature: Quantity, beta: Quantity, delta_R: Quantity, c: Quantity
) -> Quantity:
    """λ = ±k_BT s_i β/(N e ΔR c_i), unit e, with its sign (+ for P, − for AP); c: that of the state, rad."""
    return (1 - 2 * state) * slope * BOLTZMANN * temperature * beta / (N_GMR * ELEMENTARY_CHARGE * delta_R * c)


def l_over_L_from_critical_current(
    state: Quantity, critical_current: Quantity, energy: Quantity, beta: Quantity, delta_R: Quantity, c: Quantity
) -> Quantity:
    """λ = ∓E_i β/(N e ΔR c_i I_c,i), unit e, with its sign (− for P, + for AP); energy, c: of the state (Eq. 28)."""
    return (2 * state - 1) * energy * beta / (N_GMR * ELEMENTARY_CHARGE * delta_R * c * critical_current)


def l_over_L_from_slopes(
    slope_P: Quantity, slope_AP: Quantity, temperature: Quantity, beta: Quantity, delta_R: Quantity, total: Quantity
) -> Quantity:
    """λ from both slopes (1/A) by the sum rule c_P + c_AP = total (rad): no θ0 is needed."""
    difference = slope_P - slope_AP
    return difference * BOLTZMANN * temperature * beta / (N_GMR * ELEMENTARY_CHARGE * delta_R * total)


def theta_0_from_ratio(gmr: Gmr, ratio: float) -> float:
    """The barrier top θ0 (rad) at which c_AP/c_P is `ratio`; any positive ratio, else OutsideValidityError."""
    if not 0.0 < ratio < np.inf:
        raise OutsideValidityError(
            f"c_AP/c_P is {ratio:g}; no barrier top gives a ratio that is not positive and finite"
        )
    c_P = gmr.total / (1.0 + ratio)
    return _root(lambda theta: float(gmr.integral(theta)) - c_P, 0.0, np.pi)


def field_from_ratio(gmr: Gmr, ratio: float) -> float:
    """The axial field h = H/H_K = −cos θ0 at which c_AP/c_P is `ratio`; OutsideValidityError as θ0."""
    return float(-np.cos(theta_0_from_ratio(gmr, ratio)))


_LN_CHI = (-16.0, 16.0)  # ln(1+χ): c_AP/c_P from 1.0009 to 2.3e3


def chi_from_ratio(ratio: float) -> float:
    """The χ at which c_AP/c_P is `ratio` with θ0 = π/2; OutsideValidityError unless 1.001 ≤ ratio ≤ 2000.

    At χ → −1, r(θ) is a step at θ = 0 and the ratio 1: no χ gives less.
    """
    if not 1.001 <= ratio <= 2000.0:
        raise OutsideValidityError(f"c_AP/c_P is {ratio:g}; χ with θ0 = π/2 gives ratios from 1.001 to 2000")

    def excess(ln_chi: float) -> float:
        chi = np.expm1(ln_chi)
        return float(np.log(chi_asymmetry_AP(chi) / chi_asymmetry_P(chi)) - np.log(ratio))

    return float(np.expm1(_root(excess, *_LN_CHI)))


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a function that rises or falls from end to end is 0, to the last digit, by halving."""
    rises = function(high) > 0.0
    while low < (middle := 0.5 * (low + high)) < high:
        if (function(middle) > 0.0) == rises:
            high = middle
        else:
            low = middle
    return middle


def uniaxial_barriers(anisotropy_energy: Quantity, h: Quantity) -> tuple[Quantity, Quantity]:
    """(E_P, E_AP) = K v (1 ± h)², J; h = H/H_K in [−1, 1], h > 0 favours P."""
    return anisotropy_energy * (1.0 + h) ** 2, anisotropy_energy * (1.0 - h) ** 2


def swept_barriers(anisotropy_energy: Quantity, h: Quantity) -> tuple[Quantity, Quantity]:
    """The same of a field that is swept: from |h| = 1 on the state against it has no barrier."""
    return anisotropy_energy * _square_above_0(1.0 + h), anisotropy_energy * _square_above_0(1.0 - h)


def _square_above_0(x: Quantity) -> Quantity:
    """x² above 0; below, next to nothing, so that ratios of barriers remain numbers."""
    return elementwise(
        x,
        lambda value: np.square(np.maximum(value, _NOTHING)),
        lambda value: np.where(value > _NOTHING, 2.0 * value, 0.0),
        lambda value: np.where(value > _NOTHING, 2.0, 0.0),
    )


def barrier_top(h: Quantity) -> Quantity:
    """θ0 = arccos(−h), rad, of a uniaxial well with an axial field; h in (−1, 1)."""
    return np.arccos(-h)


def short_of_the_poles(h: Quantity) -> Quantity:
    """h, from |h| = 1 on next to it: where the barrier top of a swept field stays."""
    return elementwise(
        h,
        lambda value: np.clip(value, -_SHORT_OF_1, _SHORT_OF_1),
        lambda value: np.where(np.abs(value) < _SHORT_OF_1, 1.0, 0.0),
        np.zeros_like,
    )


def equilibrium_populations(tau_P: Quantity, tau_AP: Quantity) -> tuple[Quantity, Quantity]:
    """(n_P, n_AP), the fractions of time in each state, of dwell times in s."""
    both = tau_P + tau_AP
    return tau_P / both, tau_AP / both


def switching_rate_equation(n_P: Quantity, tau_P: Quantity, tau_AP: Quantity) -> Quantity:
    """dn_P/dt = −n_P/τ_P + n_AP/τ_AP, 1/s, with n_AP = 1 − n_P (Eq. 23; its printed overall sign is the opposite)."""
    return (1.0 - n_P) / tau_AP - n_P / tau_P


def diffusion_constant(transport_coefficient: Quantity, temperature: Quantity) -> Quantity:
    """D0 = (L_θθ/ρ0) k_B T = 1/(2 τ_N), 1/s (Eq. 19); transport_coefficient: 1/(J s)."""
    return transport_coefficient * BOLTZMANN * temperature


def attempt_frequency_axial(diffusion: Quantity, sigma: Quantity) -> Quantity:
    """1/τ0 = 2 D0 σ^(3/2)/√π, 1/s, out of one well of K sin²θ; σ = E/k_BT ≫ 1, D0 in 1/s.

    Brown, Phys. Rev. 130, 1677 (1963), doi:10.1103/PhysRev.130.1677; Eq. 24 diverges at the poles. The rate it leads
    to is off by the factor 1 − 1/σ to next order.
    """
    return 2.0 * diffusion * sigma**1.5 / np.sqrt(np.pi)
