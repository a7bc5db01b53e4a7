"""r(θ), its integrals, the conventions and the transport coefficients."""

import numpy as np
import pytest
from scipy.integrate import quad

from stfit.constants import ELEMENTARY_CHARGE
from stfit.errors import OutsideValidityError, TableError
from stfit.physics import transport
from stfit.physics.transport import CONSISTENT, CONVENTIONS, PRINTED, ChiGmr, CosineGmr, Gmr, TabulatedGmr

ANGLES = np.linspace(0.0, np.pi, 9)
MEASURED = np.array([0.0, 0.03, 0.12, 0.28, 0.45, 0.66, 0.84, 0.95, 1.0])
CURVES: list[Gmr] = [CosineGmr(), ChiGmr(-0.95), ChiGmr(0.0), ChiGmr(1e-9), ChiGmr(0.4), ChiGmr(99.0)]
ROUNDING = 4e-15  # a dozen roundings of numbers up to π


@pytest.mark.parametrize("gmr", [*CURVES, TabulatedGmr(ANGLES, MEASURED)])
def test_resistance_runs_from_zero_to_one(gmr: Gmr) -> None:
    np.testing.assert_allclose(gmr.resistance(np.array([0.0, np.pi])), [0.0, 1.0], rtol=0, atol=ROUNDING)
    assert (np.diff(gmr.resistance(np.linspace(0.0, np.pi, 101))) > 0).all()


@pytest.mark.parametrize("gmr", [*CURVES, TabulatedGmr(ANGLES, MEASURED)])
@pytest.mark.parametrize("theta", [0.3, np.pi / 2, 3.0, np.pi])
def test_integral_is_the_quadrature_of_the_resistance(gmr: Gmr, theta: float) -> None:
    knots = [float(angle) for angle in ANGLES if 0.0 < angle < theta] or None  # a table bends there
    expected, error = quad(gmr.resistance, 0.0, theta, epsabs=1e-13, epsrel=1e-13, points=knots, limit=200)
    assert float(gmr.integral(theta)) == pytest.approx(expected, abs=error + ROUNDING)


@pytest.mark.parametrize("gmr", [*CURVES, TabulatedGmr(ANGLES, MEASURED)])
def test_total_is_the_integral_at_pi(gmr: Gmr) -> None:
    assert gmr.total == pytest.approx(float(gmr.integral(np.pi)), abs=ROUNDING)


def test_chi_of_zero_is_the_cosine() -> None:
    np.testing.assert_allclose(ChiGmr(0.0).integral(ANGLES), CosineGmr().integral(ANGLES), rtol=0, atol=ROUNDING)
    np.testing.assert_array_equal(ChiGmr(0.0).resistance(ANGLES), CosineGmr().resistance(ANGLES))


@pytest.mark.parametrize("chi", [-1.0, -3.0, float("nan"), float("inf")])
def test_chi_must_leave_a_resistance(chi: float) -> None:
    with pytest.raises(OutsideValidityError, match=r"chi is .*; r\(θ\) needs a finite chi above -1"):
        ChiGmr(chi)


@pytest.mark.parametrize("chi", [-0.95, -0.5, -1e-8, 0.0, 1e-8, 0.4, 20.0, 99.0])
def test_asymmetries_of_chi_are_those_of_the_curve_at_half_pi(chi: float) -> None:
    gmr = ChiGmr(chi)
    assert float(transport.chi_asymmetry_P(chi)) == pytest.approx(
        float(transport.asymmetry_P(gmr, np.pi / 2)), abs=ROUNDING
    )
    assert float(transport.chi_asymmetry_AP(chi)) == pytest.approx(
        float(transport.asymmetry_AP(gmr, np.pi / 2)), abs=ROUNDING
    )


def test_measured_resistances_are_normalised_by_their_ends() -> None:
    table = TabulatedGmr.from_measurement(ANGLES, 12.5 - 0.8 * MEASURED)  # an inverted GMR
    np.testing.assert_allclose(table.resistances, MEASURED, rtol=0, atol=1e-14)  # ε·12.5/0.8, twice
    np.testing.assert_allclose(table.resistance(ANGLES), MEASURED, rtol=0, atol=1e-14)


def test_a_table_keeps_its_own_arrays() -> None:
    resistance = MEASURED.copy()
    table = TabulatedGmr(ANGLES, resistance)
    resistance[3] = 0.9
    assert table.resistances[3] == MEASURED[3]
    with pytest.raises(ValueError, match="read-only"):
        table.theta[0] = 1.0


def test_a_fine_cosine_table_gives_the_cosine_integral() -> None:
    theta = np.linspace(0.0, np.pi, 401)
    table = TabulatedGmr(theta, CosineGmr().resistance(theta))
    # Cubic Hermite with slopes good to O(h²): the value errs by less than h·h²·|r'''|/6 ≈ 4e-8 a step, ρ by π times it.
    np.testing.assert_allclose(table.integral(theta), CosineGmr().integral(theta), rtol=0, atol=1.3e-7)


@pytest.mark.parametrize(
    ("theta", "resistance", "message"),
    [
        (ANGLES[:3], MEASURED[:3], "column 'theta': expected at least 4 angles.*found 3 angles and 3 resistances"),
        (ANGLES, MEASURED[:-1], "found 9 angles and 8 resistances"),
        (ANGLES[::-1], MEASURED, "row 1, column 'theta': expected an angle above the one before"),
        (np.degrees(ANGLES), MEASURED, "expected angles from 0 to π rad; found 0 to 180 rad"),
        (ANGLES + 0.1, MEASURED, "found 0.1 to 3.24159 rad"),
        (np.where(ANGLES > 3, np.nan, ANGLES), MEASURED, "row 8, column 'theta': expected a finite number; found nan"),
        (ANGLES, np.where(MEASURED == 0.45, np.inf, MEASURED), "row 4, column 'resistance': expected a finite number"),
        (ANGLES, MEASURED + 0.01, "expected r = 0 at θ = 0 and r = 1 at θ = π; found 0.01 and 1.01"),
    ],
)
def test_a_table_that_is_no_gmr_curve(theta: object, resistance: object, message: str) -> None:
    with pytest.raises(TableError, match=message):
        TabulatedGmr(np.asarray(theta), np.asarray(resistance))


def test_a_flat_measurement_has_no_gmr() -> None:
    with pytest.raises(TableError, match=r"different values at θ = 0 and π; found 12.5 at both"):
        TabulatedGmr.from_measurement(ANGLES, np.full(9, 12.5))


def test_printed_convention_is_minus_eight_times_ours() -> None:
    assert transport.convert_l_over_L(1.0, CONSISTENT, PRINTED) == -8.0
    assert transport.convert_asymmetry(1.0, CONSISTENT, PRINTED) == 2.0
    assert transport.convert_energy(1.0, CONSISTENT, PRINTED) == 2.0
    assert CONVENTIONS == {"consistent": CONSISTENT, "printed": PRINTED}


def test_coupling_and_electrospin_potential_are_one_energy() -> None:
    l_over_L, delta_R, beta, current, gmr = 8.0, 0.11, -0.35, 1.3e-3, ChiGmr(0.4)
    energy = transport.coupling(l_over_L, delta_R, beta) * gmr.integral(ANGLES) * current
    volts = transport.electrospin_potential(ANGLES, current, delta_R, beta, gmr)
    np.testing.assert_allclose(energy, ELEMENTARY_CHARGE * l_over_L * volts, rtol=1e-14)  # a dozen roundings


def test_transport_coefficient_peaks_at_unit_damping() -> None:
    at = transport.transport_coefficient(np.array([0.5, 1.0, 2.0]), 1.76e11, 1e-24, 8e5)
    assert at[1] == pytest.approx(1.76e11 / (2 * 1e-24 * 8e5), rel=1e-14)
    assert at[0] == pytest.approx(at[2], rel=1e-14)  # α/(1+α²) is even in ln α


def test_gmr_ratio_is_even_in_beta_and_counts_layers() -> None:
    assert transport.gmr_ratio(-0.5, 40e-9, 10e-9) == pytest.approx(4.0 / 3.0, rel=1e-14)
    assert transport.gmr_ratio(0.5, 40e-9, 20e-9) == pytest.approx(2.0 / 3.0, rel=1e-14)
