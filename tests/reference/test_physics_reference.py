"""Published and independently computed numbers of the theory, and those the paper's own example implies."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from stfit.constants import BOLTZMANN, ELEMENTARY_CHARGE
from stfit.physics import activation, fluctuations, switching, telegraph, transport
from stfit.physics.fokker_planck import finite_barrier_asymmetry, spectral_eigenvalue, uniaxial_rates
from stfit.physics.transport import CONSISTENT, PRINTED, CosineGmr

COSINE = CosineGmr()
C_P, C_AP = (np.pi - 2) / 4, (np.pi + 2) / 4
ROUNDING = 1e-15


def test_asymmetries_of_the_paper_at_zero_field() -> None:
    c_P, c_AP = transport.asymmetry_P(COSINE, np.pi / 2), transport.asymmetry_AP(COSINE, np.pi / 2)
    assert (c_P, c_AP) == pytest.approx((C_P, C_AP), abs=ROUNDING)
    printed = [transport.convert_asymmetry(c, CONSISTENT, PRINTED) for c in (c_P, c_AP)]
    assert printed == pytest.approx([(np.pi - 2) / 2, (np.pi + 2) / 2], abs=ROUNDING)
    assert c_AP / c_P == pytest.approx(4.504, abs=5e-4)  # the digits quoted


# Smallest eigenvalue of the axial Fokker–Planck operator by Galerkin expansion (σ ≤ 15) and integral relaxation times
# (above), rounded to 4 digits: 5e-5, and as much again for their own error.
FINITE_BARRIERS = [
    (5, 0.2894, 0.8179),
    (7, 0.2965, 0.9015),
    (10, 0.2956, 0.9763),
    (15, 0.2925, 1.0405),
    (20, 0.2908, 1.0763),
    (25, 0.2897, 1.0999),
    (40, 0.2882, 1.1406),
    (60, 0.2873, 1.1681),
]


@pytest.mark.parametrize(("sigma", "c_P", "c_AP"), FINITE_BARRIERS)
def test_asymmetries_of_finite_barriers(sigma: float, c_P: float, c_AP: float) -> None:
    assert finite_barrier_asymmetry(sigma, COSINE) == pytest.approx((c_P, c_AP), abs=1e-4)


def test_finite_barrier_biases_the_slope_out_of_AP_by_a_seventh() -> None:
    _, c_AP = finite_barrier_asymmetry(25, COSINE)
    assert 1 - c_AP / C_AP == pytest.approx(0.14, abs=5e-3)  # the digits quoted


# physics.md section 1, in units of D0: seven digits, and half of the last one for the rounding.
EIGENVALUES = {
    0.01: (1.992011, 5e-7),
    0.1: (1.921094, 5e-7),
    0.5: (1.627030, 5e-7),
    1.0: (1.306280, 5e-7),
    2.0: (0.8076819, 5e-8),
    3.0: (0.4714024, 5e-8),
    5.0: (0.1354063, 5e-8),
    7.0: (3.200860e-2, 5e-9),
    10.0: (2.882167e-3, 5e-10),
    15.0: (3.726489e-5, 5e-12),
}


@pytest.mark.parametrize(("sigma", "value"), EIGENVALUES.items())
def test_eigenvalues_of_the_axial_operator(sigma: float, value: tuple[float, float]) -> None:
    digits, rounding = value
    assert uniaxial_rates(sigma, 0.0, 0.0, COSINE).eigenvalue[0] == pytest.approx(digits, abs=1.01 * rounding)
    spectral = spectral_eigenvalue(lambda theta: sigma * np.sin(theta) ** 2)
    # the spectral method loses digits as e^σ: 2.2e-12 of 1 at none
    assert spectral == pytest.approx(digits, abs=1.01 * rounding + 2.2e-12 * np.exp(sigma) * digits)


@pytest.mark.parametrize("sigma", [0.01, 0.1])
def test_eigenvalue_of_a_low_barrier(sigma: float) -> None:
    series = 2.0 * (1.0 - 2.0 * sigma / 5.0 + 48.0 * sigma**2 / 875.0)
    # the next term is of the order of σ³/100, from the two values at 0.1: 1.921097 and 1.921094
    assert uniaxial_rates(sigma, 0.0, 0.0, COSINE).eigenvalue[0] == pytest.approx(series, abs=0.01 * sigma**3)


# Smallest eigenvalue over the asymptote (4/√π) σ^{3/2} e^{−σ}(1 − 1/σ), and the eigenvalue in units of D0.
@pytest.mark.parametrize(
    ("sigma", "eigenvalue", "quotient"),
    [(5, 0.1354063, 0.9956), (7, 3.200860e-2, 0.9798), (10, 2.882167e-3, 0.9884), (15, 3.726489e-5, 0.9955)],
)
def test_attempt_frequency_leads_to_the_eigenvalue(sigma: float, eigenvalue: float, quotient: float) -> None:
    out_of_each = activation.attempt_frequency_axial(1.0, sigma) * np.exp(-sigma)
    assert eigenvalue / (2 * out_of_each * (1 - 1 / sigma)) == pytest.approx(quotient, abs=5e-5)  # the digits quoted


def test_attempt_time_of_a_small_particle() -> None:
    # Brown's rate for α = 0.01, Γ = 1.76e11 rad/(s T), 40 k_BT at 295 K in v = 1e-23 m³, M_s = 8e5 A/m, by hand:
    # L/ρ0 = 1.76e9/8.0008e-18 = 2.19978e26, D0 = 8.95957e5/s, 1/τ0 = 2·8.95957e5·252.9822/1.7724539 = 2.55758e8/s.
    coefficient = transport.transport_coefficient(0.01, 1.76e11, 1e-23, 8e5)
    assert coefficient == pytest.approx(2.19978e26, rel=3e-6)  # the digits written
    frequency = activation.attempt_frequency_axial(activation.diffusion_constant(coefficient, 295.0), 40.0)
    assert frequency == pytest.approx(2.55758e8, rel=3e-6)


def test_magnitude_of_l_over_L_in_the_paper() -> None:
    # E_a = 0.1 eV, I_c = 1 mA, β = 0.5, ΔR = 1 Ω: λ = 6.25/c, 22 out of P and 4.9 out of AP.
    energy = 0.1 * ELEMENTARY_CHARGE
    from_P = activation.l_over_L_from_critical_current(0, -1e-3, energy, 0.5, 1.0, C_P)
    from_AP = activation.l_over_L_from_critical_current(1, 1e-3, energy, 0.5, 1.0, C_AP)
    assert (from_P, from_AP) == pytest.approx((6.25 / C_P, 6.25 / C_AP), rel=1e-14)
    assert (round(from_P, 1), round(from_AP, 2)) == (21.9, 4.86)


def test_slope_of_inverse_critical_current_against_delta_R_gives_l_over_L() -> None:
    delta_R = np.array([0.02, 0.05, 0.11])
    G = transport.coupling(8.0, delta_R, 0.35)
    inverse = 1.0 / activation.critical_current(1, 1e-19, 1.2e-19, G, C_P, C_AP)
    slope, intercept = np.polyfit(delta_R, inverse, 1)
    assert intercept == pytest.approx(0.0, abs=1e-12 * inverse.max())
    assert slope * 1.2e-19 * 0.35 / (8 * ELEMENTARY_CHARGE * C_AP) == pytest.approx(8.0, rel=1e-12)


def test_printed_equation_27_read_literally() -> None:
    # ln τ = ln τ0 + (E + e λ c ΔR I/β·sign)/(2 k_BT) with λ = −8 λ_ours, c twice ours, E twice ours, sign of Eq. 25.
    ours = activation.log_dwell_time(-20.0, activation.barrier(0, -1e-3, 1e-19, 1e-19, 3e-17, C_P, C_AP), 295.0)
    l_over_L = 3e-17 * 0.35 / (8 * ELEMENTARY_CHARGE * 0.11)
    printed_barrier = 2e-19 - ELEMENTARY_CHARGE * (-8 * l_over_L) * ((np.pi - 2) / 2) * 0.11 / 0.35 * -1e-3
    assert -20.0 + printed_barrier / (2 * BOLTZMANN * 295.0) == pytest.approx(ours, rel=1e-13)


def test_exact_barrier_out_of_AP_vanishes_beyond_the_linear_critical_current() -> None:
    # At T = 0 the barrier of E sin²θ + G I ρ(θ) is gone where G I r = 2E sinθ|cosθ| has no root left in (π/2, π).
    def negative_torque(theta: float) -> float:
        return float(2 * np.sin(theta) * np.cos(theta) / COSINE.resistance(theta))

    best = minimize_scalar(negative_torque, bounds=(np.pi / 2, np.pi), method="bounded")
    linear = activation.critical_current(1, 1.0, 1.0, 1.0, C_P, C_AP)
    assert -best.fun / linear == pytest.approx(1.54, abs=5e-3)  # the digits quoted


def test_a_tenth_of_the_critical_current_changes_a_line_55_fold() -> None:
    # σ = 40: s I = −σ I/I_c = −4.
    change = fluctuations.MAPPINGS["damping"].log_power_ratio(0.1, -40.0)
    assert round(float(np.exp(change))) == 55


@pytest.mark.parametrize(("dead_time", "narrowing"), [(0.1, 0.92), (0.3, 0.83)])
def test_dwells_seen_with_dead_time_are_narrower_than_exponential(dead_time: float, narrowing: float) -> None:
    mean = telegraph.apparent_mean_dwell(1.0, 1.0, dead_time)
    std = np.sqrt(telegraph.apparent_dwell_variance(1.0, 1.0, dead_time))
    assert std / mean == pytest.approx(narrowing, abs=5e-3)  # the digits quoted


def test_ramp_closed_forms() -> None:
    # a = 2, k0 = 1e-6, İ = 1 by hand: mode ln(2e6)/2, mean 0.5772156649/2 below it, std π/(2√6).
    mode = switching.ramp_mode(2.0, np.log(1e-6), 1.0)
    assert mode == pytest.approx(7.25432887, abs=5e-9)
    assert switching.ramp_mean(2.0, np.log(1e-6), 1.0) == pytest.approx(mode - 0.28860783, abs=5e-9)
    assert switching.ramp_std(2.0) == pytest.approx(0.64127492, abs=5e-9)
