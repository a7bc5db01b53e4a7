"""What a real detector shows of two-state noise: dead time, sampling and spectrum. Times are in s, rates in 1/s."""

from __future__ import annotations

import numpy as np

from stfit.physics.transport import Quantity


def apparent_mean_dwell(tau: Quantity, tau_other: Quantity, dead_time: Quantity) -> Quantity:
    """Mean observed dwell τ' = (τ + τ_other) e^{ξ/τ_other} − τ_other, s.

    A dwell in either state shorter than the dead time ξ ≥ 0 joins the one before.
    """
    return tau + (tau + tau_other) * np.expm1(dead_time / tau_other)


def apparent_dwell_variance(tau: Quantity, tau_other: Quantity, dead_time: Quantity) -> Quantity:
    """Variance of the observed dwells, s²: below τ'², since they are not exponential (std/mean 0.83 at ξ = 0.3 τ).

    The sum of the first dwell and of a geometric number of missed ones; written so that ξ = 0 gives τ².
    """
    missed = np.expm1(dead_time / tau_other)  # mean number of missed dwells in one observed
    both = tau + tau_other
    spread = missed * (tau**2 + tau_other**2)
    return tau**2 + spread + (1.0 + missed) * both * (missed * both - 2.0 * dead_time)


def change_probabilities(tau_1: Quantity, tau_2: Quantity, sample_interval: Quantity) -> tuple[Quantity, Quantity]:
    """(p12, p21): the probabilities that two samples Δt apart show different states, for dwell times τ1, τ2."""
    both = 1.0 / tau_1 + 1.0 / tau_2
    changed = -np.expm1(-both * sample_interval) / both
    return changed / tau_1, changed / tau_2


def stay_probabilities(tau_1: Quantity, tau_2: Quantity, sample_interval: Quantity) -> tuple[Quantity, Quantity]:
    """(p11, p22): the probabilities that two samples Δt apart show the same state, for dwell times τ1, τ2."""
    change_1, change_2 = change_probabilities(tau_1, tau_2, sample_interval)
    return 1.0 - change_1, 1.0 - change_2


def dwell_times_from_chain(p11: Quantity, p22: Quantity, sample_interval: Quantity) -> tuple[Quantity, Quantity]:
    """(τ1, τ2) from the stay probabilities of the sampled chain; needs p11 + p22 > 1, p11 < 1 and p22 < 1.

    k1 + k2 = −ln(p11 + p22 − 1)/Δt, k1 = (k1 + k2)(1 − p11)/(2 − p11 − p22).
    """
    change_1, change_2 = 1.0 - p11, 1.0 - p22
    both = -np.log1p(-(change_1 + change_2)) / sample_interval
    per_rate = (change_1 + change_2) / both
    return per_rate / change_1, per_rate / change_2


def machlup_spectrum(frequency: Quantity, tau_1: Quantity, tau_2: Quantity, step: Quantity) -> Quantity:
    """One-sided S(f) = 4 ΔV²/{(τ1+τ2)[(1/τ1+1/τ2)² + (2πf)²]}, V²/Hz for a step ΔV in V; f > 0, Hz.

    Machlup, J. Appl. Phys. 25, 341 (1954), doi:10.1063/1.1721637.
    """
    both = 1.0 / tau_1 + 1.0 / tau_2
    return 4.0 * step**2 / ((tau_1 + tau_2) * (both**2 + (2.0 * np.pi * frequency) ** 2))
