"""Hysteresis loops: limits and order of the rate equation, switching against the ramp rate, reversible angles."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from stfit.errors import OutsideValidityError
from stfit.physics import activation, switching
from stfit.physics.hysteresis import (
    equilibrium_angles,
    loop_resistance,
    mean_switching_drive,
    occupation,
    quasi_static_occupation,
    triangular_sweep,
)
from stfit.physics.transport import CosineGmr

COSINE = CosineGmr()
ROUNDING = 1e-12


def test_sweep_goes_up_and_back_at_its_rate() -> None:
    time, drive = triangular_sweep(-1.0, 1.0, 4.0, 5)
    assert drive.tolist() == [-1.0, -0.5, 0.0, 0.5, 1.0, 0.5, 0.0, -0.5, -1.0]
    assert time.tolist() == [0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0]


def test_constant_rates_relax_exponentially() -> None:
    time, tau = np.array([0.0, 0.1, 1.0, 7.0]), np.array([[2.0], [0.5]]) * np.ones(4)
    found = occupation(time, np.log(tau[0]), np.log(tau[1]), 0.9)
    limit = activation.equilibrium_populations(2.0, 0.5)[0]
    assert found == pytest.approx(limit + (0.9 - limit) * np.exp(-(0.5 + 2.0) * time), rel=ROUNDING)


@pytest.mark.parametrize("rate", [1e-3, 1.0, 1e4])
def test_one_way_transitions_are_gompertzs_at_any_ramp_rate(rate: float) -> None:
    # ln τ_AP = −s I, s = 40/A; the way back takes e^300 s. Exact at every sample, whatever the steps.
    slope, ln_rate_0 = 40.0, -8.0
    current = np.linspace(-0.5, 1.0, 151)
    time = (current + 0.5) / rate
    left = 1.0 - occupation(time, np.full(151, 300.0), -ln_rate_0 - slope * current, 0.0)
    survival = switching.ramp_log_survival(current, slope, ln_rate_0, rate, -0.5)
    assert left == pytest.approx(np.exp(survival), abs=ROUNDING)


def test_mean_switching_current_moves_with_the_logarithm_of_the_rate() -> None:
    slope, ln_rate_0 = 40.0, -8.0
    rates = np.array([0.1, 1.0, 10.0])
    current = np.linspace(-0.3, 1.0, 401)
    means = [
        float(
            mean_switching_drive(
                current,
                1.0 - occupation((current + 0.3) / rate, np.full(401, 300.0), -ln_rate_0 - slope * current, 0.0),
            )
        )
        for rate in rates
    ]
    # The survival falls over 1/a = 8 steps: trapezes err by step² a/12·(fall of its slope) < 1e-6. The ramp starts
    # with a hazard e^{−8−12−ln(aİ)} of 5e-10 or less per 1/a.
    assert means == pytest.approx(switching.ramp_mean(slope, ln_rate_0, rates), abs=1e-5)
    assert np.diff(means) == pytest.approx(np.log(10.0) / slope, abs=1e-5)


def test_fast_jumps_follow_equilibrium() -> None:
    # τ ~ 1e-9 s, samples 1 s apart: what lags is τ times the change of the equilibrium in a second.
    x = np.linspace(-4.0, 4.0, 81)
    found = occupation(np.arange(81.0), -20.0 + x / 2, -20.0 - x / 2, 0.0)
    assert found[1:] == pytest.approx(1.0 / (1.0 + np.exp(-x[1:])), abs=1e-8)
    assert found[0] == 0.0


def two_way(points: int) -> float:
    """n_P at the end of a sweep in which both ways matter."""
    time, drive = triangular_sweep(-1.0, 1.0, 0.5, points)
    return float(occupation(time, 0.5 + 1.5 * drive, 0.2 - 2.0 * drive, 1.0)[-1])


def test_both_ways_against_a_stiff_solver() -> None:
    def rate(time: float, n_P: float) -> float:
        drive = 1.0 - abs(0.5 * time - 2.0)
        return float(activation.switching_rate_equation(n_P, np.exp(0.5 + 1.5 * drive), np.exp(0.2 - 2.0 * drive)))

    drive_turns = [(0.0, 4.0), (4.0, 8.0)]
    n_P = np.array([1.0])
    for span in drive_turns:
        n_P = solve_ivp(lambda t, y: [rate(t, y[0])], span, n_P, method="LSODA", rtol=1e-10, atol=1e-12).y[:, -1]
    errors = [two_way(points) - float(n_P[0]) for points in (101, 201, 401)]
    # A linear equilibrium errs by Δ²/8 of its curvature in ln(τ_P/τ_AP), < 0.1: 6e-5 at Δ = 0.07. It is of second
    # order: a quarter at half the step, to the fourth.
    assert 1e-6 < abs(errors[0]) < 6e-5
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.02)
    assert errors[1] / errors[2] == pytest.approx(4.0, rel=0.02)


def test_leading_axes_are_devices() -> None:
    time, drive = triangular_sweep(-1.0, 1.0, 0.1, 101)
    shifts = np.array([[0.0], [1.0], [5.0]])
    found = occupation(time, shifts + 3.0 * drive, -3.0 * drive, 0.5)
    assert found.shape == (3, 201)
    for row, shift in zip(found, shifts[:, 0], strict=True):
        assert row == pytest.approx(occupation(time, shift + 3.0 * drive, -3.0 * drive, 0.5), abs=1e-15)


def test_current_moves_the_jump_of_a_field_loop_and_not_its_reversible_part() -> None:
    # σ = 40 and a field at 20° with P, swept down from where P alone is stable; s_P I = −8 makes P short-lived.
    angle, tau_0 = np.radians(20.0), 1e-9
    _, h = triangular_sweep(-0.5, 0.5, 1.0, 3001)
    down = h[3000:]
    time = (0.5 - down) / 0.5 * 70.0
    theta_P, theta_AP = equilibrium_angles(down, angle)
    loops = []
    for tilt in (0.0, -8.0):
        ln_P = np.log(tau_0) + np.maximum(40.0 * (1 + down) ** 2 + tilt, 0.0)
        ln_AP = np.log(tau_0) + np.maximum(40.0 * (1 - down) ** 2 - tilt, 0.0)
        n_P = occupation(time, ln_P, ln_AP, 1.0)
        loops.append((n_P, loop_resistance(n_P, theta_P, theta_AP, 10.0, 1.0, COSINE)))
    (n_still, R_still), (n_driven, R_driven) = loops
    sure = np.abs(n_still - n_driven) < 1e-9
    assert np.count_nonzero(sure & (n_still > 0.9)) > 500
    assert np.count_nonzero(sure & (n_still < 0.1)) > 500
    assert R_driven[sure] == pytest.approx(R_still[sure], abs=1e-8)
    # there the loop bends with the field: r of the angle, by which P and AP differ from 0 and 1
    assert np.ptp(R_still[sure & (n_still > 0.9)]) > 1e-3
    # τ = 2 s needs 40(1+h)² + tilt = 21.4: h = −0.27 without and −0.14 with the current. The median is at
    # τ = 1/(a ḣ ln 2), ḣ = 1/140 per s: a = 80(1+h) is 59 and 69, which moves h by ln(69/59)/60 = 0.003 besides.
    moved = np.interp(0.5, n_driven[::-1], down[::-1]) - np.interp(0.5, n_still[::-1], down[::-1])
    assert moved == pytest.approx(np.sqrt(29.4 / 40) - np.sqrt(21.4 / 40), abs=0.005)


def test_quasi_static_loop_keeps_a_state_until_its_barrier_is_gone() -> None:
    _, current = triangular_sweep(-2.0, 2.0, 1.0, 5)
    # P is lost below −1, AP above 1: up from AP, down from P
    n_P = quasi_static_occupation(current > -1.5, current < 1.5, 0.0)
    assert n_P.tolist() == [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 0.0]


def test_quasi_static_start_counts_where_both_are_stable() -> None:
    both = np.ones(3, dtype=bool)
    assert quasi_static_occupation(both, both, 1.0).tolist() == [1.0] * 3
    assert quasi_static_occupation(both, both, 0.0).tolist() == [0.0] * 3


def test_reversible_angles_by_hand() -> None:
    h = np.array([-0.5, 0.0, 0.7])
    theta_P, theta_AP = equilibrium_angles(h, np.pi / 2)  # sin θ = h
    assert theta_P == pytest.approx(np.arcsin(h), abs=ROUNDING)
    assert theta_AP == pytest.approx(np.pi - np.arcsin(h), abs=ROUNDING)
    theta_P, theta_AP = equilibrium_angles(np.array([-1.1, -0.9, 0.9, 1.1]), 0.0)
    assert theta_P == pytest.approx([np.nan, 0.0, 0.0, 0.0], abs=ROUNDING, nan_ok=True)
    assert theta_AP == pytest.approx([np.pi, np.pi, np.pi, np.nan], abs=ROUNDING, nan_ok=True)


@pytest.mark.parametrize("degrees", [10.0, 45.0, 80.0])
def test_a_branch_ends_on_the_astroid(degrees: float) -> None:
    # Stoner and Wohlfarth: h_sw = (cos^⅔φ + sin^⅔φ)^{−3/2}. Near it minimum and maximum are some √(1 − h/h_sw) apart,
    # which the grid of 6e-3 rad tells down to about 1e-4.
    angle = np.radians(degrees)
    end = (np.cos(angle) ** (2 / 3) + np.sin(angle) ** (2 / 3)) ** -1.5
    theta_P, _ = equilibrium_angles(-end * np.array([0.999, 1.001]), angle)
    assert np.isfinite(theta_P).tolist() == [True, False]


def test_resistance_of_a_loop() -> None:
    n_P, theta = np.array([1.0, 0.0, 0.25]), np.array([0.0, np.nan, 0.0])
    found = loop_resistance(n_P, theta, np.array([np.nan, 1.5 * np.pi, np.pi]), 10.0, 2.0, COSINE)
    assert found == pytest.approx([10.0, 11.0, 11.5], rel=1e-15)  # at 3π/2 the moments are at right angles: r = ½


@pytest.mark.parametrize(
    ("time", "ln_tau", "start", "message"),
    [
        ([0.0, 1.0, 1.0], [0.0, 0.1, 0.2], 0.0, "one rising time a sample"),
        ([0.0, 1.0], [0.0, 0.1, 0.2], 0.0, r"times of shape \(2,\) for \(3,\) dwell times"),
        ([0.0, 1.0, 2.0], [0.0, 0.1, 0.2], 1.5, "before the sweep is 1.5; expected 0 to 1"),
        ([0.0, 1.0, 2.0], [0.0, 0.1, 1.2], 0.0, "ln τ changes by 1.1 between two samples of the sweep; take more"),
        ([0.0, 1.0, 2.0], [0.0, np.nan, 0.2], 0.0, "ln τ changes by nan"),
    ],
)
def test_impossible_sweeps(time: list[float], ln_tau: list[float], start: float, message: str) -> None:
    with pytest.raises(OutsideValidityError, match=message):
        occupation(np.array(time), np.array(ln_tau), np.zeros(len(ln_tau)), start)


def test_other_refusals() -> None:
    with pytest.raises(OutsideValidityError, match="expected lowest < highest, a positive rate"):
        triangular_sweep(1.0, -1.0, 1.0, 5)
    with pytest.raises(OutsideValidityError, match="stable state at each sample, P or AP; sample 1 has none"):
        quasi_static_occupation(np.array([True, False]), np.array([True, False]), 1.0)
    with pytest.raises(OutsideValidityError, match=r"a share of 0\.2 is in the AP state at a field where that has no"):
        loop_resistance(np.array([0.8]), np.array([0.0]), np.array([np.nan]), 10.0, 1.0, COSINE)
    with pytest.raises(OutsideValidityError, match=r"the start is 0\.5, not 0 or 1"):
        quasi_static_occupation(np.array([True]), np.array([True]), 0.5)
