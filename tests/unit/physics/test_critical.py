"""The linear law of Eq. 28: 1/I_c against ΔR, and its fit through the origin."""

from __future__ import annotations

import numpy as np
import pytest

from stfit.constants import ELEMENTARY_CHARGE
from stfit.derivatives import Jet, seed
from stfit.physics import activation, critical, transport

C_P, C_AP = (np.pi - 2) / 4, (np.pi + 2) / 4
E_P, E_AP = 0.30 * ELEMENTARY_CHARGE, 0.27 * ELEMENTARY_CHARGE
DELTA_R = np.array([0.05, 0.1, 0.3, 0.5])
ROUNDING = 1e-13  # relative: fewer than a hundred operations in double precision


@pytest.mark.parametrize("state", [0, 1])
def test_inverse_is_that_of_the_critical_current(state: int) -> None:
    G = transport.coupling(12.0, DELTA_R, 0.4)
    inverse = critical.inverse_critical_current(state, E_P, E_AP, G, C_P, C_AP)
    assert inverse == pytest.approx(1.0 / activation.critical_current(state, E_P, E_AP, G, C_P, C_AP), rel=ROUNDING)


def test_plus_current_is_critical_for_AP_and_minus_for_P() -> None:
    G = transport.coupling(12.0, 0.1, 0.4)
    assert critical.inverse_critical_current(0, E_P, E_AP, G, C_P, C_AP) < 0
    assert critical.inverse_critical_current(1, E_P, E_AP, G, C_P, C_AP) > 0


def test_without_spin_transfer_the_inverse_is_zero_not_an_error() -> None:
    assert critical.inverse_critical_current(np.array([0, 1]), E_P, E_AP, 0.0, C_P, C_AP).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(("state", "energy", "c"), [(0, E_P, C_P), (1, E_AP, C_AP)])
def test_slope_against_delta_R_and_back(state: int, energy: float, c: float) -> None:
    G = transport.coupling(-7.0, DELTA_R, 0.4)
    inverse = critical.inverse_critical_current(state, E_P, E_AP, G, C_P, C_AP)
    slope = critical.inverse_current_slope(state, -7.0, energy, 0.4, c)
    assert inverse / DELTA_R == pytest.approx(np.full(4, slope), rel=ROUNDING)
    back = critical.l_over_L_from_inverse_current_slope(state, slope, energy, 0.4, c)
    assert back == pytest.approx(-7.0, rel=ROUNDING)


def test_derivatives_against_differences() -> None:
    state = np.array([0.0, 1.0])

    def inverse(l_over_L: object, e_P: object, e_AP: object, c_P: object) -> object:
        G = transport.coupling(l_over_L, 0.1, 0.4)
        return critical.inverse_critical_current(state, e_P, e_AP, G, c_P, C_AP)

    at = np.array([12.0, E_P, E_AP, C_P])
    jet = inverse(*seed(at, 1))
    assert isinstance(jet, Jet)
    for i, size in enumerate(at):
        step = 1e-5 * size  # central: relative error 1e-10 from the third derivative, 1e-11 from rounding
        up, down = (inverse(*(at + sign * step * np.eye(4)[i])) for sign in (1, -1))
        difference = (np.asarray(up) - np.asarray(down)) / (2 * step)
        assert jet.gradient[i] == pytest.approx(difference, rel=1e-8, abs=1e-8 * float(np.max(np.abs(difference))))


def test_line_through_the_origin_is_exact_for_exact_currents() -> None:
    found = critical.slope_through_origin(DELTA_R, 1.0 / (-300.0 * DELTA_R), np.array([1e-3, 2e-3, 1e-4, 1e-4]))
    assert found.slope == pytest.approx(-300.0, rel=ROUNDING)
    assert found.chi_square == pytest.approx(0.0, abs=1e-20)


def test_line_through_the_origin_by_hand() -> None:
    # Two rows, ΔR = 1 and 2 ohm, I = 1.0 ± 0.1 and 0.6 ± 0.1 A. For I = κ/ΔR: κ = (1·1.0 + 0.5·0.6)/(1 + 0.25)
    # = 1.3/1.25 = 1.04 V with error 0.1/√1.25; slope 1/1.04, error 0.1/(√1.25·1.04²); χ² = 0.4² + 0.8² = 0.8.
    found = critical.slope_through_origin(np.array([1.0, 2.0]), np.array([1.0, 0.6]), np.array([0.1, 0.1]))
    assert found == pytest.approx((1 / 1.04, 0.1 / (np.sqrt(1.25) * 1.04**2), 0.8), rel=ROUNDING)


def test_line_through_the_origin_is_unbiased_and_its_error_true() -> None:
    rng = np.random.default_rng(28)
    truth, trials = 500.0, 4000
    current, stderr = 1.0 / (truth * DELTA_R), 0.05 / (truth * DELTA_R)
    drawn = current + stderr * rng.standard_normal((trials, 4))
    fits = [critical.slope_through_origin(DELTA_R, row, stderr) for row in drawn]
    pulls = np.array([(1 / fit.slope - 1 / truth) / (fit.stderr / fit.slope**2) for fit in fits])
    # 1/slope is linear in the currents, its pulls exactly standard normal: 4 standard errors of mean and variance
    assert abs(pulls.mean()) < 4 / np.sqrt(trials)
    assert abs(pulls.var() - 1) < 4 * np.sqrt(2 / trials)
    chi_square = np.array([fit.chi_square for fit in fits])
    assert abs(chi_square.mean() - 3) < 4 * np.sqrt(6 / trials)
