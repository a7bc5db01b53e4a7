"""The paper's own numbers, worked through (section B): what 1/I_c against ΔR and ln τ against I give for l/(e L_θθ)."""

from __future__ import annotations

import numpy as np
import pytest

from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE
from stfit.physics import activation, critical, transport
from stfit.physics.transport import CONSISTENT, PRINTED, CosineGmr

C_P, C_AP = (np.pi - 2) / 4, (np.pi + 2) / 4  # the paper's (π ∓ 2)/2, for R_GMR(π) = ΔR
E_A = 0.1 * ELEMENTARY_CHARGE  # "of the order of 0.1 eV"
I_C = 1e-3  # "of the order of ± 1 mA"
BETA, DELTA_R = 0.5, 1.0
ROUNDING = 1e-12

STATES = pytest.mark.parametrize(("state", "c"), [(0, C_P), (1, C_AP)])


@STATES
def test_slope_of_inverse_critical_current_gives_l_over_L(state: int, c: float) -> None:
    # Spin valves of one barrier, ΔR from 0.05 to 1 ohm, with ±1 mA at 1 ohm: 1/I_c = slope·ΔR, slope = ∓1000 1/V.
    delta_R = np.linspace(0.05, 1.0, 8)
    sign = 2 * state - 1
    current = sign * I_C * DELTA_R / delta_R
    line = critical.slope_through_origin(delta_R, current, 0.02 * np.abs(current))
    assert line.slope == pytest.approx(sign * 1000.0, rel=ROUNDING)
    # λ = (E_a/e)·β·|slope|/(8 c) = 0.1·0.5·1000/8/c = 6.25/c
    found = critical.l_over_L_from_inverse_current_slope(state, line.slope, E_A, BETA, c)
    assert found == pytest.approx(6.25 / c, rel=ROUNDING)


@STATES
def test_the_two_routes_agree(state: int, c: float) -> None:
    # s_i I_c,i = −E_i/k_BT joins them: the slope of ln τ at 295 K that belongs to E_a and I_c
    sign = 2 * state - 1
    slope = -E_A / (BOLTZMANN * 295.0) / (sign * I_C)
    from_dwells = activation.l_over_L_from_slope(state, slope, 295.0, BETA, DELTA_R, c)
    from_currents = activation.l_over_L_from_critical_current(state, sign * I_C, E_A, BETA, DELTA_R, c)
    assert from_dwells == pytest.approx(from_currents, rel=ROUNDING)


def test_magnitudes() -> None:
    # "consequently of the order of 10⁻¹ to 10⁻²" does not follow: the stated values give 5 to 22
    found = [activation.l_over_L_from_critical_current(s, (2 * s - 1) * I_C, E_A, BETA, DELTA_R, c) for s, c in BOTH]
    assert [round(value, 1) for value in found] == [21.9, 4.9]


BOTH = ((0, C_P), (1, C_AP))


def test_ten_milli_electron_volt_for_a_milliampere_give_about_one() -> None:
    # "the energy transferred is of the order of 10 meV": G c I = 10 meV at 1 mA, so λ = 0.01·0.5/(8·10⁻³·c) = 0.625/c
    slope = 0.01 * ELEMENTARY_CHARGE / I_C / (BOLTZMANN * 300.0)  # 387 per ampere at room temperature
    assert round(slope) == 387
    signed = ((0, slope, C_P), (1, -slope, C_AP))
    found = [activation.l_over_L_from_slope(s, value, 300.0, BETA, DELTA_R, c) for s, value, c in signed]
    assert found == pytest.approx([0.625 / C_P, 0.625 / C_AP], rel=ROUNDING)
    assert [round(value, 1) for value in found] == [2.2, 0.5]


@STATES
def test_a_tenth_needs_a_tenth_of_a_volt(state: int, c: float) -> None:
    # λ = 0.1 with E_a = 0.1 eV and β = 0.5: |I_c| ΔR = 0.1·0.5/(8·0.1·c) V = 0.0625/c V, 0.22 and 0.05 V
    G = transport.coupling(0.1, DELTA_R, BETA)
    voltage = abs(1.0 / critical.inverse_critical_current(state, E_A, E_A, G, C_P, C_AP)) * DELTA_R
    assert voltage == pytest.approx(0.0625 / c, rel=ROUNDING)
    assert 0.04 < voltage < 0.25


def test_the_printed_formulas_are_eight_times_apart() -> None:
    # Eq. 27 as printed has no 8e, 2 k_BT, (π ∓ 2)/2 and the signs of Eq. 25: for one measured slope its λ is −8 times
    # that of the consistent convention, while the unnumbered formula below Eq. 32's section has the 8 and λ/2.
    slope = 387.0
    consistent = activation.l_over_L_from_slope(0, slope, 300.0, BETA, DELTA_R, C_P)
    assert transport.convert_l_over_L(consistent, CONSISTENT, PRINTED) == pytest.approx(-8 * consistent, rel=ROUNDING)
    unnumbered = BOLTZMANN * 300.0 * slope * BETA / (8 * ELEMENTARY_CHARGE * DELTA_R * (np.pi - 2) / 2)
    assert unnumbered == pytest.approx(consistent / 2, rel=ROUNDING)


def test_asymmetry_of_the_two_transitions() -> None:
    # "a factor 2 to 4 in general": equal barriers give c_AP/c_P = (π + 2)/(π − 2) = 4.504, the limit of infinite ones
    G = transport.coupling(5.0, DELTA_R, BETA)
    in_P, in_AP = (critical.inverse_critical_current(state, E_A, E_A, G, C_P, C_AP) for state in (0, 1))
    assert -in_AP / in_P == pytest.approx((np.pi + 2) / (np.pi - 2), rel=ROUNDING)


def test_ten_times_the_magnetoresistance_is_a_tenth_of_the_current() -> None:
    # the tunnel junctions of section B
    currents = [
        1.0 / critical.inverse_critical_current(1, E_A, E_A, transport.coupling(5.0, ohms, BETA), C_P, C_AP)
        for ohms in (0.1, 1.0)
    ]
    assert currents[0] / currents[1] == pytest.approx(10.0, rel=ROUNDING)


def test_electrospin_potential_of_section_B() -> None:
    # printed for R_GMR = ΔR(1 − cos θ): V^e(0) − V^e(π/2) = −4IΔR(π−2)/β and V^e(π) − V^e(π/2) = +4IΔR(π+2)/β; with
    # R_GMR(π) = ΔR, as stated, both are half of it
    at_P, at_top, at_AP = transport.electrospin_potential(
        np.array([0.0, np.pi / 2, np.pi]), I_C, DELTA_R, BETA, CosineGmr()
    )
    assert 2 * (at_P - at_top) == pytest.approx(-4 * I_C * DELTA_R * (np.pi - 2) / BETA, rel=ROUNDING)
    assert 2 * (at_AP - at_top) == pytest.approx(4 * I_C * DELTA_R * (np.pi + 2) / BETA, rel=ROUNDING)
