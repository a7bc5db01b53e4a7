"""The axial Fokker–Planck operator: two solvers that share nothing, limits, laws, and where there is no answer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stfit.errors import OutsideValidityError
from stfit.physics import fokker_planck
from stfit.physics.activation import attempt_frequency_axial
from stfit.physics.fokker_planck import (
    axial_rates,
    barrier_top_angle,
    finite_barrier_asymmetry,
    spectral_eigenvalue,
    uniaxial_potential,
    uniaxial_rates,
    vanishing_drives,
)
from stfit.physics.transport import ChiGmr, CosineGmr, Gmr, asymmetry_AP, asymmetry_P

CURVES = [CosineGmr(), ChiGmr(-0.5), ChiGmr(2.0)]


# The spectral method loses digits as the largest of the ratios of weights, e^{barrier}, and by the conditioning of its
# polynomials, some 1e4 roundings: 2.2e-12 e^{barrier}; its own truncation is far below.
@pytest.mark.parametrize("gmr", CURVES)
@pytest.mark.parametrize(
    ("sigma", "h", "drive"), [(0.0, 0.0, 0.0), (1.0, 0.1, 0.2), (5.0, -0.3, 2.0), (12.0, 0.2, -6.0)]
)
def test_integral_and_spectral_eigenvalues_agree(gmr: Gmr, sigma: float, h: float, drive: float) -> None:
    found = uniaxial_rates(sigma, h, drive, gmr)
    spectral = spectral_eigenvalue(lambda theta: uniaxial_potential(theta, sigma, h, drive, gmr))
    depth = max(float(np.max(found.log_dwell_P)), float(np.max(found.log_dwell_AP)), 0.0) + 3.0
    assert found.eigenvalue[0] == pytest.approx(spectral, rel=2.2e-12 * np.exp(depth))


def test_free_diffusion_relaxes_at_twice_D0() -> None:
    assert uniaxial_rates(0.0, 0.0, 0.0, CosineGmr()).eigenvalue == pytest.approx(2.0, rel=1e-11)  # λ = l(l+1), l = 1


def test_a_finer_grid_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(20261126)
    sigma, h = np.exp(rng.uniform(np.log(2.0), np.log(100.0), 60)), rng.uniform(-0.8, 0.8, 60)
    out_of_P = (1.0 + h) ** 2 / asymmetry_P(CosineGmr(), np.arccos(-h))
    out_of_AP = vanishing_drives(h, CosineGmr())[1]
    drive = sigma * rng.uniform(-3.0 * out_of_P, 0.95 * out_of_AP)
    first = uniaxial_rates(sigma, h, drive, CosineGmr())
    monkeypatch.setattr(fokker_planck, "_PANELS", (120,))
    second = uniaxial_rates(sigma, h, drive, CosineGmr())
    # each settles to 1e-11, and rounds U/k_BT, up to some 1000, to 1e-13
    np.testing.assert_allclose(first.log_dwell_P, second.log_dwell_P, rtol=0, atol=5e-11)
    np.testing.assert_allclose(first.log_dwell_AP, second.log_dwell_AP, rtol=0, atol=5e-11)


@given(sigma=st.floats(2.0, 60.0), h=st.floats(-0.6, 0.6), share=st.floats(-0.9, 0.9))
def test_laws_of_the_rates(sigma: float, h: float, share: float) -> None:
    gmr = CosineGmr()
    drive = sigma * share * float(vanishing_drives(np.array([h]), gmr)[1][0])
    rates = uniaxial_rates(sigma, h, drive, gmr)
    tau_P, tau_AP = np.exp(rates.log_dwell_P - rates.log_dwell_AP), 1.0
    # detailed balance τ_P/τ_AP = n_P/n_AP, and both rates together are λ1
    assert rates.population_P == pytest.approx(tau_P / (tau_P + tau_AP), rel=1e-10)
    assert np.exp(-rates.log_dwell_P) + np.exp(-rates.log_dwell_AP) == pytest.approx(rates.eigenvalue, rel=1e-10)


@pytest.mark.parametrize("h", [0.0, 0.3])
def test_a_reversed_field_exchanges_the_wells(h: float) -> None:
    forth, back = uniaxial_rates(15.0, h, 0.0, CosineGmr()), uniaxial_rates(15.0, -h, 0.0, CosineGmr())
    assert forth.log_dwell_P == pytest.approx(back.log_dwell_AP, abs=1e-10)


@pytest.mark.parametrize("sigma", [20.0, 60.0, 100.0])
def test_high_barriers_give_browns_rate(sigma: float) -> None:
    # 1/τ = 2 D0 σ^{3/2} e^{−σ}/√π (1 − 1/σ + O(1/σ²)); the coefficient of 1/σ² is below 2
    rates = uniaxial_rates(sigma, 0.0, 0.0, CosineGmr())
    brown = np.log(attempt_frequency_axial(1.0, sigma)) - sigma + np.log1p(-1.0 / sigma)
    assert -rates.log_dwell_P == pytest.approx(brown, abs=2.0 / sigma**2)


def test_rates_of_any_potential_of_two_wells() -> None:
    # a cubic term more than the uniaxial potential has; the spectral method knows nothing of tops and wells
    def potential(theta: np.ndarray) -> np.ndarray:
        return np.asarray(6.0 * np.sin(theta) ** 2 + 1.5 * np.cos(theta) ** 3)

    theta = np.linspace(0.01, np.pi - 0.01, 200_001)
    top = theta[np.argmax(potential(theta))]
    found = axial_rates(lambda angles, _: potential(angles), np.array([top]))
    assert found.eigenvalue[0] == pytest.approx(spectral_eigenvalue(potential), rel=1e-8)


@pytest.mark.parametrize("gmr", CURVES)
def test_high_barriers_give_the_asymmetries_of_eq_27(gmr: Gmr) -> None:
    sigma = 100.0
    c_P, c_AP = finite_barrier_asymmetry(sigma, gmr)
    # Next order of each is about 1/σ at most (U'' and the curvature of ρ at pole and top), after the −½√(π/σ) of AP.
    assert c_P == pytest.approx(float(asymmetry_P(gmr, np.pi / 2)), abs=1 / sigma)
    assert c_AP == pytest.approx(float(asymmetry_AP(gmr, np.pi / 2)) - 0.5 * np.sqrt(np.pi / sigma), abs=1 / sigma)


def test_equilibrium_fixes_the_sum() -> None:
    # τ_P/τ_AP = n_P/n_AP, so c_P(σ) + c_AP(σ) is the difference of the wells' mean ρ (top's shift: e^{−30}).
    sigma, gmr = 30.0, ChiGmr(0.4)
    theta, step = np.linspace(0.0, np.pi / 2, 200_001, retstep=True)
    weight = np.exp(-sigma * np.sin(theta) ** 2) * np.sin(theta)
    expected = (weight * (gmr.integral(np.pi - theta) - gmr.integral(theta))).sum() / weight.sum()
    # Rectangle sums of a weight that vanishes at both ends: its kink at θ = 0 costs h²/12 of slope over area, 2σ.
    # The differences of c_i are good to their step⁴/30 f⁗', 1e-8.
    error = step**2 / 12 * 2 * sigma * 4 + 1e-8
    assert sum(finite_barrier_asymmetry(sigma, gmr)) == pytest.approx(expected, abs=error)


def test_the_top_follows_the_current() -> None:
    # dU/dθ = 0 at the top, from one side to the other
    gmr, (sigma, h, drive) = CosineGmr(), (np.array([20.0]), np.array([0.2]), np.array([9.0]))
    top = barrier_top_angle(sigma, h, drive, gmr)
    slope = 2.0 * sigma * np.sin(top) * (np.cos(top) + h) + drive * gmr.resistance(top)
    assert slope == pytest.approx(0.0, abs=1e-11)  # 50 halvings of an angle, times a curvature of 40


def test_AP_vanishes_at_1_54_times_the_linear_critical_current_and_P_never() -> None:
    P, AP = vanishing_drives(np.array([0.0]), CosineGmr())
    assert AP[0] * (np.pi + 2) / 4 == pytest.approx(1.54, abs=5e-3)  # the digits quoted, physics.md section 1
    assert P[0] < -5e3


@pytest.mark.parametrize("drive", [25.0, 40.0])
def test_without_two_states_there_are_no_rates(drive: float) -> None:
    with pytest.raises(OutsideValidityError, match="the barrier has vanished: there are no two states"):
        uniaxial_rates(20.0, 0.0, drive, CosineGmr())


@pytest.mark.parametrize(
    ("sigma", "h", "wrong"), [(101.0, 0.0, "σ"), (-1.0, 0.0, "σ"), (20.0, 1.0, "h"), (np.nan, 0.0, "σ")]
)
def test_outside_their_range_there_are_no_rates(sigma: float, h: float, wrong: str) -> None:
    with pytest.raises(OutsideValidityError, match=f"^{wrong} = "):
        uniaxial_rates(sigma, h, 0.0, CosineGmr())


@pytest.mark.parametrize("sigma", [0.0, 0.9, 101.0, float("nan")])
def test_without_two_states_there_is_no_asymmetry(sigma: float) -> None:
    with pytest.raises(OutsideValidityError, match="finite-barrier asymmetries hold for 1 to 100"):
        finite_barrier_asymmetry(sigma, CosineGmr())
