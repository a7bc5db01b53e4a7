"""Hysteresis loops R(I) and R(H): the rate equation (Eqs. 23, 25) along a sweep, and the quasi-static states between.

The current moves the irreversible jump, by the dwell times, and leaves the reversible part of a loop, the angles at
which the energy is lowest, as it is: the correction of spin injection is one of diffusion, not a field (text after
Eq. 15; Wegrowe, Ciornei and Drouhin 2007, doi:10.1088/0953-8984/19/16/165213). A sweep is a row of samples, the last
axis of every array; leading axes broadcast. Dwell times enter as ln(τ/s), from whatever law.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from stfit.errors import OutsideValidityError
from stfit.physics.switching import ramp_log_exposure
from stfit.physics.transport import Gmr

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_LARGEST_STEP: Final = 0.5  # of ln τ between two samples
_CEILING: Final = 300.0  # of ln ∫dt/τ: e^300 jumps are as good as more


def triangular_sweep(lowest: float, highest: float, rate: float, points: int) -> tuple[Array, Array]:
    """(time in s, drive) from lowest to highest and back, shape (2·points − 1,) each.

    rate: of the drive per second, > 0; points: of one branch, ≥ 2; lowest < highest. OutsideValidityError otherwise.
    """
    if not (lowest < highest and rate > 0.0 and points >= 2):
        raise OutsideValidityError(
            f"a sweep from {lowest:g} to {highest:g} at rate {rate:g} with {points} points; expected lowest < highest, "
            "a positive rate and at least 2 points"
        )
    up = np.linspace(lowest, highest, points)
    drive = np.concatenate([up, up[-2::-1]])
    return np.concatenate([[0.0], np.cumsum(np.abs(np.diff(drive)))]) / rate, drive


def occupation(time: Array, ln_tau_P: Array, ln_tau_AP: Array, start: float) -> Array:
    """n_P(t) with dn_P/dt = −n_P/τ_P + n_AP/τ_AP (Eqs. 23, 25 with their sign put right), shape of ln τ, (…, n).

    time: s, rising, ≫ τ0 between the samples that matter, shape (n,); ln_tau_P, ln_tau_AP: ln(τ/s), shape (…, n), taken
    as linear between samples; start: n_P before the sweep, in [0, 1]. OutsideValidityError for other values, and where
    a ln τ changes by more than 0.5 between samples.

    Each step is integrated with its own factor e^{−s}, s = ∫(1/τ_P + 1/τ_AP)dt exactly, and an equilibrium that is
    linear in that integral: stable at any s, within [0, 1], exact for a one-way transition and for constant rates, and
    of second order in the step otherwise.
    """
    ln_tau_P, ln_tau_AP = np.broadcast_arrays(np.asarray(ln_tau_P, dtype=float), np.asarray(ln_tau_AP, dtype=float))
    _check_sweep(time, ln_tau_P, ln_tau_AP, start)
    step = np.diff(time)
    log_out, log_in = (ramp_log_exposure(x[..., :-1], x[..., 1:], step) for x in (ln_tau_P, ln_tau_AP))
    jumps = np.exp(np.minimum(np.logaddexp(log_out, log_in), _CEILING))
    kept, gone = np.exp(-jumps), -np.expm1(-jumps)
    equilibrium = expit(ln_tau_P - ln_tau_AP)
    mean_kept = gone / np.maximum(jumps, np.finfo(float).tiny)
    arrived = equilibrium[..., :-1] * (mean_kept - kept) + equilibrium[..., 1:] * (1.0 - mean_kept)
    # Below s ~ 1e-5 the bracket 1 − (1−e^{−s})/s cancels; its value there is s/2 to 1e-6 of itself.
    slow = 0.5 * gone * (equilibrium[..., :-1] + equilibrium[..., 1:])
    arrived = np.where(jumps < 1e-5, slow, arrived)
    first = np.full((*kept.shape[:-1], 1), float(start))
    return _recurrence(np.concatenate([np.zeros_like(first), kept], axis=-1), np.concatenate([first, arrived], axis=-1))


def _recurrence(factor: Array, term: Array) -> Array:
    """x_k = factor_k x_{k−1} + term_k along the last axis, by doubling: log2(n) passes over the whole array."""
    reach = 1
    while reach < factor.shape[-1]:
        term = np.concatenate(
            [term[..., :reach], term[..., reach:] + factor[..., reach:] * term[..., :-reach]], axis=-1
        )
        factor = np.concatenate([factor[..., :reach], factor[..., reach:] * factor[..., :-reach]], axis=-1)
        reach *= 2
    return term


def _check_sweep(time: Array, ln_tau_P: Array, ln_tau_AP: Array, start: float) -> None:
    if np.ndim(time) != 1 or ln_tau_P.shape[-1:] != np.shape(time) or not np.all(np.diff(time) > 0.0):
        raise OutsideValidityError(
            f"a sweep needs one rising time a sample; found times of shape {np.shape(time)} for {ln_tau_P.shape} dwell "
            "times"
        )
    if not 0.0 <= start <= 1.0:
        raise OutsideValidityError(f"the occupation before the sweep is {start:g}; expected 0 to 1")
    largest = max(float(np.max(np.abs(np.diff(x)), initial=0.0)) for x in (ln_tau_P, ln_tau_AP))
    if not largest <= _LARGEST_STEP:
        raise OutsideValidityError(
            f"ln τ changes by {largest:.3g} between two samples of the sweep; take more samples, for steps up to 0.5"
        )


def mean_switching_drive(drive: Array, left: Array) -> Array:
    """The mean drive (field or current) at which a state is left for good, along one branch that only rises or falls.

    drive: shape (n,); left: occupation of the state that is left, 1 at the start, shape (…, n); shape (…,). The
    integral of the survival by trapezes; with one way only it is that of Gompertz (`switching.ramp_mean`).
    """
    return np.asarray(drive[0] + np.trapezoid(left, drive, axis=-1), dtype=float)


def quasi_static_occupation(stable_P: Flags, stable_AP: Flags, start: float) -> Array:
    """n_P, 0 or 1, where a state is kept as long as it is stable (Eq. 15: zero temperature), shape (n,).

    stable_P, stable_AP: whether the state has a barrier, or ln τ above that of the time of measurement, shape (n,);
    start: 0 or 1, of the first sample where both are stable. OutsideValidityError where neither is.
    """
    stable_P, stable_AP = np.asarray(stable_P, dtype=bool), np.asarray(stable_AP, dtype=bool)
    neither = np.flatnonzero(~(stable_P | stable_AP))
    if neither.size or start not in (0.0, 1.0):
        found = f"sample {neither[0]} has none" if neither.size else f"the start is {start:g}, not 0 or 1"
        raise OutsideValidityError(f"a quasi-static loop needs a stable state at each sample, P or AP; {found}")
    decided = stable_P != stable_AP
    latest = np.maximum.accumulate(np.where(decided, np.arange(stable_P.size), -1))
    state: Array = np.where(latest < 0, float(start), stable_P[latest].astype(float))
    return state


_ANGLES: Final = np.linspace(-0.5 * np.pi, 0.5 * np.pi, 513, dtype=np.float64)  # half a circle, step 6e-3 rad
_NEWTON: Final = 60
_UNOCCUPIED: Final = 1e-6  # a share that no loop shows


def equilibrium_angles(h: Array, field_angle: float) -> tuple[Array, Array]:
    """(θ_P, θ_AP), rad, at which V = Kv[sin²θ − 2h cos(θ − φ)] has its minima on either side, shape of h; NaN: none.

    h: H/H_K; field_angle: φ, rad from the easy axis, in the plane of both. The reversible part of a loop (V^F of
    section A, Stoner and Wohlfarth). θ_P is in (−π/2, π/2), θ_AP in (π/2, 3π/2): the sign tells the side of the field.
    """
    h = np.asarray(h, dtype=float)
    # Turning the moment by π is turning the field by π: the AP branch is the P branch of the opposite field.
    return _branch(h, field_angle), np.pi + _branch(-h, field_angle)


def _branch(h: Array, field_angle: float) -> Array:
    """The lowest minimum of V in (−π/2, π/2), by Newton's method kept within the grid cell that holds it."""
    field = h[..., None]
    V = np.sin(_ANGLES) ** 2 - 2.0 * field * np.cos(_ANGLES - field_angle)
    inner = V[..., 1:-1]
    low = np.where((inner <= V[..., :-2]) & (inner <= V[..., 2:]), inner, np.inf)
    at = _ANGLES[1 + np.argmin(low, axis=-1)]
    step = _ANGLES[1] - _ANGLES[0]
    below, above = at - step, at + step
    theta: Array = at
    for _ in range(_NEWTON):
        torque = np.sin(2.0 * theta) + 2.0 * h * np.sin(theta - field_angle)
        below, above = np.where(torque < 0.0, theta, below), np.where(torque < 0.0, above, theta)
        bend = 2.0 * np.cos(2.0 * theta) + 2.0 * h * np.cos(theta - field_angle)
        newton = theta - torque / np.where(bend != 0.0, bend, np.inf)
        theta = np.where((newton > below) & (newton < above), newton, 0.5 * (below + above))
    exists = np.isfinite(low.min(axis=-1))
    return np.where(exists, theta, np.nan)


def loop_resistance(
    n_P: Array, theta_P: Array, theta_AP: Array, resistance_P: float, delta_R: float, gmr: Gmr
) -> Array:
    """R = R_P + ΔR [n_P r(θ_P) + n_AP r(θ_AP)], Ω, shape (…, n): the mean over many sweeps.

    n_P: shape (…, n); theta_P, theta_AP: of each branch, rad (`equilibrium_angles`), NaN where there is none;
    resistance_P: R_P at θ = 0, Ω; delta_R: Ω; gmr: r(θ). OutsideValidityError if more than 1e-6 occupies a state that
    has no angle.
    """
    r = _part(n_P, gmr.resistance(_folded(theta_P)), "P") + _part(1.0 - n_P, gmr.resistance(_folded(theta_AP)), "AP")
    resistance: Array = resistance_P + delta_R * r
    return resistance


def _part(share: Array, r: Array, state: str) -> Array:
    missing = ~np.isfinite(r)
    lost = float(np.max(np.where(missing, share, 0.0), initial=0.0))
    if lost > _UNOCCUPIED:
        raise OutsideValidityError(
            f"a share of {lost:.3g} is in the {state} state at a field where that has no angle of equilibrium; dwell "
            "times and angles must be of the same energy"
        )
    return np.where(missing, 0.0, share * r)


def _folded(theta: Array) -> Array:
    """The angle between the moments, from 0 to π."""
    folded: Array = np.pi - np.abs(np.pi - np.abs(theta))
    return folded
