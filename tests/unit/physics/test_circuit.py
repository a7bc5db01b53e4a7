"""The circuit around the device."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stfit.derivatives import seed
from stfit.physics.circuit import bias_voltage, biased_delta_R, driven_current

VOLTAGES = st.floats(-2.0, 2.0)


def test_a_voltage_drives_its_current_through_both_resistances() -> None:
    assert driven_current(0.3, 250.0, 50.0) == 1e-3
    assert driven_current(0.3, 300.0) == 1e-3


@given(VOLTAGES)
def test_an_infinite_half_voltage_leaves_delta_R(voltage: float) -> None:
    assert biased_delta_R(0.11, voltage, np.inf) == 0.11
    # (V/V_h)² = 4e-16 at most
    assert biased_delta_R(0.11, voltage, 1e8) == pytest.approx(0.11, rel=1e-15)


@given(VOLTAGES)
def test_the_bias_counts_by_its_size_and_only_takes_away(voltage: float) -> None:
    assert biased_delta_R(0.11, voltage, 0.4) == biased_delta_R(0.11, -voltage, 0.4)
    assert biased_delta_R(0.11, voltage, 0.4) <= 0.11


def test_at_the_half_voltage_half_is_left() -> None:
    assert biased_delta_R(0.11, np.array([-0.4, 0.0, 0.4]), 0.4) == pytest.approx([0.055, 0.11, 0.055], rel=1e-15)


@given(VOLTAGES, st.floats(-0.5, 5.0), st.sampled_from([0.0, 1.0]))
def test_the_bias_of_a_current_is_the_voltage_that_drives_it(voltage: float, tmr: float, state: float) -> None:
    resistance = 1000.0 + state * biased_delta_R(1000.0 * tmr, voltage, 0.4)
    # to some roundings of Newton's method
    found = bias_voltage(voltage / resistance, state, 1000.0, 1000.0 * tmr, 0.4)
    assert found == pytest.approx(voltage, rel=1e-12, abs=1e-14)


def test_derivatives() -> None:
    delta_R, resistance, half_voltage = seed(np.array([0.11, 300.0, 0.4]), 2)
    current = np.array([1e-3, -2e-3])
    jet = biased_delta_R(delta_R, current * resistance, half_voltage)
    x = (current * 300.0 / 0.4) ** 2
    # by hand: with x = (IR/V_h)², ∂/∂ΔR = 1/(1+x), ∂/∂R = −2xΔR/(R(1+x)²), ∂/∂V_h = +2xΔR/(V_h(1+x)²)
    by_hand = [1 / (1 + x), -2 * x * 0.11 / (300.0 * (1 + x) ** 2), 2 * x * 0.11 / (0.4 * (1 + x) ** 2)]
    assert jet.gradient == pytest.approx(np.array(by_hand), rel=1e-14)
    twice = 2 * x * 0.11 * (3 * x - 1) / (300.0**2 * (1 + x) ** 3)
    assert jet.hessian[1, 1] == pytest.approx(twice, rel=1e-13)
