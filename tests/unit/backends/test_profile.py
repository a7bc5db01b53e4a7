"""Profile likelihood against closed forms, at bounds, open, ridge-shaped, and with a lower minimum on the way."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import brentq

from stfit.backends.least_squares import minimise
from stfit.backends.newton import Box, descend
from stfit.backends.profile import LEVELS, profiles
from stfit.backends.profile_ends import find_end
from stfit.backends.ray import Ray, State
from stfit.objective import Objective
from tests import builders

Array = npt.NDArray[np.float64]

# ends are solved to 1e-7 of the level; with a slope z per standard error that is 4e-8 of a standard error at most, and
# standard errors below are at most 10 times the quantity
_TOLERANCE = 1e-6


def _only_tau_0(measurement: Any) -> Objective:
    """Everything but τ0 fixed, so that ln τ is ln τ0 plus a constant."""
    fix = {
        "l_over_L": "3", "E_P": "0.5 eV", "E_AP": "0.45 eV", "theta_0": "1.7 rad",
    }  # fmt: skip
    return builders.objective(measurement, device=dict(builders.KNOWN), fit={"fix": fix})


def _one_row(n: int) -> Any:
    return builders.dwell_times(builders.grid(temperatures=(295.0,), currents=(0.0,), states=(0,)), n=n)


def _exponential_ends(n: float, level: float) -> tuple[float, float]:
    """Mean over its estimate where 2n(ln r + 1/r − 1) = level."""

    def rise(r: float) -> float:
        return float(2.0 * n * (np.log(r) + 1.0 / r - 1.0) - level)

    return float(brentq(rise, 1e-3, 1.0)), float(brentq(rise, 1.0, 1e6))


@pytest.mark.parametrize("n", [1, 3, 15, 1000])
def test_one_exponential_mean_has_the_closed_form(n: int) -> None:
    objective = _only_tau_0(_one_row(n))
    optimum = minimise(objective)
    profile = profiles(objective, optimum, ["tau_0"])["tau_0"]
    for which, level in LEVELS.items():
        found = np.array(profile.interval(which), dtype=float) / profile.best
        np.testing.assert_allclose(found, _exponential_ends(n, level), rtol=_TOLERANCE)


def test_one_binomial_row_has_the_closed_form() -> None:
    where = builders.grid(temperatures=(295.0,), currents=(0.0,), states=(0,))
    table = builders.pulses(where, n=20, seed=3)
    k, n, width = float(table.n_switched[0]), 20.0, float(table.pulse_width[0])
    objective = _only_tau_0(table)
    profile = profiles(objective, minimise(objective), ["tau_0"])["tau_0"]
    constant = float(np.exp(where.log_dwell_time(builders.TRUTH)[0])) / builders.TRUTH["tau_0"]

    def rise(p: float, level: float) -> float:
        best = k / n
        return float(2.0 * (k * np.log(best / p) + (n - k) * np.log((1 - best) / (1 - p))) - level)

    for which, level in LEVELS.items():
        chances = brentq(rise, k / n, 1 - 1e-9, args=(level,)), brentq(rise, 1e-9, k / n, args=(level,))
        expected = [-width / np.log1p(-p) / constant for p in chances]
        np.testing.assert_allclose(np.array(profile.interval(which), dtype=float), expected, rtol=_TOLERANCE)


def test_a_gaussian_linear_fit_gives_the_interval_of_the_covariance() -> None:
    """ln τ is linear in ln τ0 and in both barriers, and its errors are Gaussian."""
    table = builders.mean_dwells(builders.grid(), seed=4)
    fix = {"l_over_L": "3", "theta_0": "1.7 rad"}
    objective = builders.objective(table, device=dict(builders.KNOWN), fit={"fix": fix})
    optimum = minimise(objective)
    assert optimum.covariance is not None
    found = profiles(objective, optimum, ["tau_0", "E_P", "E_AP"])
    for i, p in enumerate(objective.space.varied):
        sigma = float(np.sqrt(optimum.covariance[i, i]))
        for which, level in LEVELS.items():
            ends = np.array([p.parameter.coordinate_of(float(end or np.nan)) for end in found[p.name].interval(which)])
            expected = optimum.x[i] + np.array([-1.0, 1.0]) * np.sqrt(level) * sigma
            np.testing.assert_allclose(ends, expected, atol=_TOLERANCE * sigma)


def test_an_end_of_a_derived_quantity_is_where_the_constrained_fit_rises_by_the_level() -> None:
    """Refitted at the end by brute force: the best fit among those of its value of c_P costs level/2 more."""
    objective = builders.objective(builders.dwell_times(builders.grid(), n=20, seed=2))
    optimum = minimise(objective)
    profile = profiles(objective, optimum, ["I_c_P"])["I_c_P"]
    least = objective.expansion(optimum.x)[0]
    for which, level in LEVELS.items():
        for end in profile.ends[which]:
            assert end.state is State.CLOSED
            assert end.x is not None
            value = objective.all_quantities(objective.space.quantities(end.x))["I_c_P"]
            assert float(np.squeeze(value)) == pytest.approx(end.value, rel=1e-12)
            # the end is solved to 1e-7 of the level
            assert 2.0 * (objective.expansion(end.x)[0] - least) == pytest.approx(level, rel=1e-6)


def test_a_best_fit_at_its_bound_gives_a_one_sided_interval() -> None:
    table = builders.dwell_times(builders.grid(), n=50, seed=1)
    bounds = {"theta_0": ["1.72 rad", "3 rad"]}  # the truth is 1.7
    objective = builders.objective(table, fit={"bounds": bounds})
    optimum = minimise(objective)
    at_bound = bool(optimum.at_bound[objective.names.index("theta_0")])
    assert at_bound
    profile = profiles(objective, optimum, ["theta_0", "l_over_L"])["theta_0"]
    low, high = profile.ends["ci95"]
    assert (low.state, low.value) == (State.AT_BOUND, None)
    assert high.state is State.CLOSED
    assert high.value is not None
    assert high.value > 1.72


def test_what_one_temperature_cannot_tell_is_open_on_both_sides() -> None:
    table = builders.dwell_times(builders.grid(temperatures=(295.0,)), n=200, seed=1)
    objective = builders.objective(table)
    profile = profiles(objective, minimise(objective), ["tau_0", "slope_P"])
    assert profile["tau_0"].interval("ci95") == (None, None)
    assert {end.state for end in profile["tau_0"].ends["ci95"]} == {State.OPEN}
    assert None not in profile["slope_P"].interval("ci95")


def test_the_side_that_the_bounds_cut_is_open() -> None:
    """A weak measurement of one row with a narrow upper bound: the deviance does not reach 3.84 below it."""
    fix = {"l_over_L": "3", "E_P": "0.5 eV", "E_AP": "0.45 eV", "theta_0": "1.7 rad"}
    bounds = {"tau_0": ["1e-15 s", "1.5e-9 s"]}
    where = builders.grid(temperatures=(295.0,), currents=(0.0,), states=(0,))
    objective = builders.objective(
        builders.dwell_times(where, n=2), device=dict(builders.KNOWN), fit={"fix": fix, "bounds": bounds}
    )
    low, high = profiles(objective, minimise(objective), ["tau_0"])["tau_0"].ends["ci95"]
    assert low.state is State.CLOSED
    assert (high.state, high.value) == (State.LIMIT, None)


@pytest.mark.slow
def test_profiles_in_several_processes_are_the_same() -> None:
    objective = builders.objective(builders.dwell_times(builders.grid(), n=30, seed=5))
    optimum = minimise(objective)
    names = ["l_over_L", "c_P"]
    one, two = (profiles(objective, optimum, names, processes=count) for count in (1, 2))
    assert [one[name].interval("ci95") for name in names] == [two[name].interval("ci95") for name in names]


def test_the_curve_holds_the_ends() -> None:
    objective = builders.objective(builders.dwell_times(builders.grid(), n=30, seed=5))
    profile = profiles(objective, minimise(objective), ["l_over_L"], curves=["l_over_L"])["l_over_L"]
    assert np.all(np.diff(profile.values) > 0)
    for which, level in LEVELS.items():
        for end in profile.interval(which):
            at = int(np.argmin(np.abs(profile.values - float(end or np.nan))))
            assert profile.values[at] == end
            assert profile.rise[at] == pytest.approx(level, rel=1e-6)


# --- surfaces of our own ------------------------------------------------------------------------------------------


def _ray(function: Any, size: int, sign: float, best: Array, bound: float = 1e3) -> Ray:
    gradient = np.eye(size)[0]

    def first(x: Array) -> tuple[float, Array, Array]:
        return float(x[0]), gradient, np.zeros((size, size))

    box = Box(np.full(size, -bound), np.full(size, bound), np.eye(size), np.ones(size))
    return Ray(function, first, box, best, sign)


def _ridge(x: Array) -> tuple[float, Array, Array]:
    """x²/2 + 50 (y − x²)²: a bent valley, whose profile in x is x²/2."""
    off = x[1] - x[0] ** 2
    gradient = np.array([x[0] - 200.0 * off * x[0], 100.0 * off])
    hessian = np.array([[1.0 - 200.0 * off + 400.0 * x[0] ** 2, -200.0 * x[0]], [-200.0 * x[0], 100.0]])
    return 0.5 * x[0] ** 2 + 50.0 * off**2, gradient, hessian


@pytest.mark.parametrize("sign", [-1.0, 1.0])
@pytest.mark.parametrize("level", LEVELS.values())
def test_a_bent_ridge_is_followed(sign: float, level: float) -> None:
    found = find_end(_ray(_ridge, 2, sign, np.zeros(2)), level)
    assert found.state is State.CLOSED
    assert found.value == pytest.approx(sign * np.sqrt(level), rel=_TOLERANCE)


def _two_wells(x: Array) -> tuple[float, Array, Array]:
    """x²/2 in a well at 0, and a deeper well at 3."""
    wells = [(0.0, 0.0), (3.0, -1.0)]
    parts = np.array([0.5 * (x[0] - at) ** 2 * 4.0 + depth for at, depth in wells])
    weight = np.exp(-(parts - parts.min()))
    weight /= weight.sum()
    slopes = np.array([4.0 * (x[0] - at) for at, _ in wells])
    mean = float(weight @ slopes)
    value = parts.min() - np.log(np.sum(np.exp(-(parts - parts.min()))))
    variance = float(weight @ slopes**2) - mean**2
    return float(value), np.array([mean]), np.array([[4.0 - variance]])


def test_a_lower_minimum_on_the_way_is_told() -> None:
    least = descend(_two_wells, np.zeros(1), Box(np.full(1, -9.0), np.full(1, 9.0), np.eye(1), np.ones(1)))

    def rise(x: Array) -> tuple[float, Array, Array]:
        value, gradient, hessian = _two_wells(x)
        return value - least.value, gradient, hessian

    found = find_end(_ray(rise, 1, 1.0, least.x), 8.0)  # the barrier between the wells is 2.1 high: 8 lies beyond it
    assert found.lower is not None
    assert rise(found.lower)[0] < 0.0


def test_a_surface_that_is_never_finite_fails_in_words() -> None:
    def nowhere(x: Array) -> tuple[float, Array, Array]:
        inside = float(np.linalg.norm(x)) < 1e-12
        return (0.0 if inside else np.nan), np.zeros(1), np.eye(1)

    found = find_end(_ray(nowhere, 1, 1.0, np.zeros(1)), 1.0)
    assert found.state is State.FAILED
    assert "could not be found" in found.state.sentence
