"""Finite barriers: limits and range of c_i(σ)."""

import numpy as np
import pytest

from stfit.errors import OutsideValidityError
from stfit.physics.fokker_planck import finite_barrier_asymmetry
from stfit.physics.transport import ChiGmr, CosineGmr, Gmr, asymmetry_AP, asymmetry_P


@pytest.mark.parametrize("gmr", [CosineGmr(), ChiGmr(-0.5), ChiGmr(2.0)])
def test_high_barriers_give_the_asymmetries_of_eq_27(gmr: Gmr) -> None:
    sigma = 1e4
    c_P, c_AP = finite_barrier_asymmetry(sigma, gmr)
    # Next order of each is a few/σ (U'' and the curvature of ρ at pole and top), after the −½√(π/σ) of the AP well.
    assert c_P == pytest.approx(float(asymmetry_P(gmr, np.pi / 2)), abs=5 / sigma)
    assert c_AP == pytest.approx(float(asymmetry_AP(gmr, np.pi / 2)) - 0.5 * np.sqrt(np.pi / sigma), abs=5 / sigma)


def test_equilibrium_fixes_the_sum() -> None:
    # τ_P/τ_AP = n_P/n_AP, so c_P(σ) + c_AP(σ) is the difference of the wells' mean ρ (top's shift: e^{−30}).
    sigma, gmr = 30.0, ChiGmr(0.4)
    theta, step = np.linspace(0.0, np.pi / 2, 200_001, retstep=True)
    weight = np.exp(-sigma * np.sin(theta) ** 2) * np.sin(theta)
    expected = (weight * (gmr.integral(np.pi - theta) - gmr.integral(theta))).sum() / weight.sum()
    # Rectangle sums of a weight that vanishes at both ends: its kink at θ = 0 costs h²/12 of slope over area, 2σ.
    assert sum(finite_barrier_asymmetry(sigma, gmr)) == pytest.approx(expected, abs=step**2 / 12 * 2 * sigma * 4)


@pytest.mark.parametrize("sigma", [0.0, 2.9, 2e4, float("nan")])
def test_without_two_states_there_is_no_answer(sigma: float) -> None:
    with pytest.raises(OutsideValidityError, match="finite-barrier asymmetries hold for 3 to 10000"):
        finite_barrier_asymmetry(sigma, CosineGmr())
