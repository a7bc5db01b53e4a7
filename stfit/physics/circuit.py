"""The device in its circuit: the current a voltage drives through it, and a magnetoresistance that falls with bias."""

from __future__ import annotations

from typing import Final

import numpy as np

from stfit.physics.transport import Quantity

_ROUNDS: Final = 6  # of Newton's method: rounding is left for R_AP up to 5 R_P, 1e-8 of V up to 10 R_P


def driven_current(voltage: Quantity, resistance: Quantity, series_resistance: Quantity = 0.0) -> Quantity:
    """I = V/(R + R_s), A, of a voltage (V) over the device (R, ohm) and what is in series with it (R_s, ohm)."""
    return voltage / (resistance + series_resistance)


def biased_delta_R(delta_R: Quantity, voltage: Quantity, half_voltage: Quantity) -> Quantity:
    """ΔR(V) = ΔR0/(1 + (V/V_h)²), ohm: half of ΔR0 at V = ±V_h (V > 0); V is that over the device, V.

    The Lorentzian form in which measured tunnel magnetoresistance is commonly described; V_h → ∞ gives ΔR0.
    """
    return delta_R / (1.0 + np.square(voltage / half_voltage))


def resistance_of(state: Quantity, resistance: Quantity, delta_R: Quantity) -> Quantity:
    """R_P + ΔR in AP (state 1), R_P in P (state 0), ohm."""
    return resistance + state * delta_R


def bias_voltage(
    current: Quantity, state: Quantity, resistance: Quantity, delta_R: Quantity, half_voltage: Quantity
) -> Quantity:
    """V = I·R(V), V, over a device in a state (0 for P, 1 for AP) that a current (A) flows through.

    resistance: R_P, ohm; delta_R: R_AP − R_P without bias, ohm, which falls with V as `biased_delta_R` says.
    """
    voltage = current * resistance_of(state, resistance, delta_R)
    for _ in range(_ROUNDS):
        ratio = voltage / half_voltage
        step = state * delta_R / (1.0 + np.square(ratio))
        slope = 1.0 + 2.0 * current * step * ratio / (half_voltage * (1.0 + np.square(ratio)))
        voltage = voltage - (voltage - current * (resistance + step)) / slope
    return voltage
