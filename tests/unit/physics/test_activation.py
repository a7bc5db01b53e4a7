"""Eqs. 23–28 and their inversions."""

import numpy as np
import pytest

from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE
from stfit.errors import OutsideValidityError
from stfit.physics import activation, transport
from stfit.physics.transport import ChiGmr, CosineGmr, Gmr

T, BETA, DELTA_R, LAMBDA = 295.0, 0.35, 0.11, 8.0
E_P, E_AP = 0.9 * ELEMENTARY_CHARGE, 0.7 * ELEMENTARY_CHARGE
C_P, C_AP = (np.pi - 2) / 4, (np.pi + 2) / 4
G = transport.coupling(LAMBDA, DELTA_R, BETA)
ROUNDING = 1e-14  # relative, for a dozen operations


def log_dwell_time(state: int, current: float) -> float:
    height = activation.barrier(state, current, E_P, E_AP, G, C_P, C_AP)
    return float(activation.log_dwell_time(-20.7, height, T))


def test_positive_current_stabilises_P() -> None:
    assert log_dwell_time(0, 1e-3) > log_dwell_time(0, 0.0) > log_dwell_time(0, -1e-3)
    assert log_dwell_time(1, 1e-3) < log_dwell_time(1, 0.0) < log_dwell_time(1, -1e-3)


@pytest.mark.parametrize("state", [0, 1])
def test_slope_is_that_of_the_log_dwell_time(state: int) -> None:
    s = activation.slope(state, G, C_P, C_AP, T)
    rise = (log_dwell_time(state, 1e-3) - log_dwell_time(state, -1e-3)) / 2e-3
    assert rise == pytest.approx(s, rel=1e-12)  # linear in I; ln τ ~ 20 ± 3, so 10 ε of cancellation


@pytest.mark.parametrize("state", [0, 1])
def test_barrier_vanishes_at_the_critical_current(state: int) -> None:
    I_c = activation.critical_current(state, E_P, E_AP, G, C_P, C_AP)
    assert log_dwell_time(state, I_c) == pytest.approx(-20.7, abs=1e-12)  # ε of 35 k_BT
    assert np.sign(I_c) == (1 if state else -1)
    energy = E_AP if state else E_P
    s = activation.slope(state, G, C_P, C_AP, T)
    assert s * I_c == pytest.approx(-energy / (BOLTZMANN * T), rel=ROUNDING)


def test_states_select_row_by_row_and_walkers_broadcast() -> None:
    state = np.array([0, 1, 0], dtype=np.int8)
    current = np.array([-1e-3, 1e-3, 0.0])
    walkers = np.array([[0.5], [1.0]]) * E_P
    heights = activation.barrier(state, current, walkers, E_AP, G, C_P, C_AP)
    assert heights.shape == (2, 3)
    np.testing.assert_allclose(heights[1, 1], E_AP - G * C_AP * 1e-3, rtol=ROUNDING)
    np.testing.assert_allclose(heights[:, 2], walkers[:, 0], rtol=ROUNDING)


def test_no_barrier_overflows() -> None:
    height = 1e4 * BOLTZMANN * T
    assert activation.log_dwell_time(-20.7, height, T) == pytest.approx(1e4 - 20.7, rel=ROUNDING)
    assert np.isfinite(activation.log_dwell_time(-20.7, np.array([-height, 1e6 * height]), T)).all()


@pytest.mark.parametrize("state", [0, 1])
@pytest.mark.parametrize("l_over_L", [8.0, -0.3])
def test_inversions_undo_slope_and_critical_current(state: int, l_over_L: float) -> None:
    coupling = transport.coupling(l_over_L, DELTA_R, BETA)
    c, energy = (C_AP, E_AP) if state else (C_P, E_P)
    s = activation.slope(state, coupling, C_P, C_AP, T)
    I_c = activation.critical_current(state, E_P, E_AP, coupling, C_P, C_AP)
    from_slope = activation.l_over_L_from_slope(state, s, T, BETA, DELTA_R, c)
    from_current = activation.l_over_L_from_critical_current(state, I_c, energy, BETA, DELTA_R, c)
    assert from_slope == pytest.approx(l_over_L, rel=ROUNDING)
    assert from_current == pytest.approx(l_over_L, rel=ROUNDING)


@pytest.mark.parametrize("theta_0", [0.9, np.pi / 2, 2.4])
def test_both_slopes_give_l_over_L_wherever_the_top_is(theta_0: float) -> None:
    gmr = ChiGmr(0.7)
    c_P, c_AP = transport.asymmetry_P(gmr, theta_0), transport.asymmetry_AP(gmr, theta_0)
    s_P, s_AP = (activation.slope(state, G, c_P, c_AP, T) for state in (0, 1))
    assert activation.l_over_L_from_slopes(s_P, s_AP, T, BETA, DELTA_R, gmr.total) == pytest.approx(
        LAMBDA, rel=ROUNDING
    )


@pytest.mark.parametrize("gmr", [CosineGmr(), ChiGmr(-0.5), ChiGmr(3.0)])
@pytest.mark.parametrize("theta_0", [0.2, 1.2, np.pi / 2, 2.9])
def test_ratio_gives_the_barrier_top(gmr: Gmr, theta_0: float) -> None:
    ratio = float(transport.asymmetry_AP(gmr, theta_0) / transport.asymmetry_P(gmr, theta_0))
    # ρ is known to ε·π and rises by r(θ0) > 0.002 a radian: θ0 to 4e-13.
    assert activation.theta_0_from_ratio(gmr, ratio) == pytest.approx(theta_0, abs=1e-12)
    assert activation.field_from_ratio(gmr, ratio) == pytest.approx(-np.cos(theta_0), abs=1e-12)


@pytest.mark.parametrize("chi", [-0.95, -0.3, 0.0, 0.4, 99.0])
def test_ratio_gives_chi(chi: float) -> None:
    ratio = float(transport.chi_asymmetry_AP(chi) / transport.chi_asymmetry_P(chi))
    assert np.log1p(activation.chi_from_ratio(ratio)) == pytest.approx(np.log1p(chi), abs=1e-12)  # ~20 ε/slope 0.1


@pytest.mark.parametrize("ratio", [0.0, -2.0, float("nan"), float("inf")])
def test_no_barrier_top_gives_that_ratio(ratio: float) -> None:
    with pytest.raises(OutsideValidityError, match="no barrier top gives a ratio that is not positive"):
        activation.theta_0_from_ratio(CosineGmr(), ratio)


@pytest.mark.parametrize("ratio", [0.5, 1.0, 3000.0, float("nan")])
def test_no_chi_gives_that_ratio(ratio: float) -> None:
    with pytest.raises(OutsideValidityError, match=r"c_AP/c_P is .*; χ with θ0 = π/2 gives ratios from 1.001 to 2000"):
        activation.chi_from_ratio(ratio)


@pytest.mark.parametrize("ratio", [1.001, 2000.0])
def test_the_ends_of_the_range_of_chi_are_reached(ratio: float) -> None:
    chi = activation.chi_from_ratio(ratio)
    # ln(1+χ) is found to ~1e-14 of 16 and 1+χ ≥ 1e-7 loses ε/1e-7 = 2e-9 of it.
    assert transport.chi_asymmetry_AP(chi) / transport.chi_asymmetry_P(chi) == pytest.approx(ratio, rel=1e-8)


def test_uniaxial_barriers_are_those_of_the_potential() -> None:
    h = 0.3

    def potential(theta: float) -> float:
        return float(np.sin(theta) ** 2 - 2.0 * h * np.cos(theta))

    top = activation.barrier_top(h)
    high_P, high_AP = activation.uniaxial_barriers(1.0, h)
    assert high_P == pytest.approx(potential(top) - potential(0.0), abs=ROUNDING)
    assert high_AP == pytest.approx(potential(top) - potential(np.pi), abs=ROUNDING)
    assert activation.barrier_top(0.0) == pytest.approx(np.pi / 2, rel=ROUNDING)


def test_populations_are_where_the_rate_equation_rests() -> None:
    n_P, n_AP = activation.equilibrium_populations(2.0, 0.5)
    assert (n_P, n_AP) == (0.8, 0.2)
    assert activation.switching_rate_equation(n_P, 2.0, 0.5) == pytest.approx(0.0, abs=1e-15)
    assert activation.switching_rate_equation(1.0, 2.0, 0.5) == -0.5  # P empties


def test_attempt_frequency_follows_diffusion() -> None:
    coefficient = transport.transport_coefficient(0.02, 1.76e11, 1e-24, 8e5)
    diffusion = activation.diffusion_constant(coefficient, T)
    assert diffusion == pytest.approx(coefficient * BOLTZMANN * T, rel=ROUNDING)
    assert activation.attempt_frequency_axial(diffusion, 4.0) == pytest.approx(
        16.0 * diffusion / np.sqrt(np.pi), rel=ROUNDING
    )
