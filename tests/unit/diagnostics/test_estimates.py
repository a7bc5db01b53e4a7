"""Estimates: errors propagated as numerically, intervals where they belong, and no number without a right to it."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.diagnostics.estimates import Z95, estimates, spread
from stfit.models.derived import DERIVED_UNITS
from stfit.objective import Objective
from stfit.results import Estimate, Verdict
from tests import builders

EPS = 2.0**-52
NUMBERS = ("value", "stderr", "ci68", "ci95")


@cache
def fitted(asymmetry: str = "theta_0", convention: str = "consistent") -> tuple[Objective, Optimum]:
    objective = builders.objective(
        builders.dwell_times(builders.grid(), n=300, seed=1),
        model={"asymmetry": asymmetry, "convention": convention},
    )
    return objective, minimise(objective)


def quantity_at(objective: Objective, x: Any, name: str) -> float:
    return float(np.squeeze(objective.all_quantities(objective.space.quantities(x))[name]))


def numbers(estimate: Estimate) -> list[Any]:
    return [getattr(estimate, name) for name in NUMBERS]


@pytest.mark.parametrize("asymmetry", ["theta_0", "symmetric", "uniaxial", "chi"])
@pytest.mark.parametrize("convention", ["consistent", "printed"])
def test_errors_are_the_numerical_propagation(asymmetry: str, convention: str) -> None:
    objective, optimum = fitted(asymmetry, convention)
    assert optimum.covariance is not None
    steps = np.sqrt(np.diag(optimum.covariance))
    for name, estimate in estimates(objective, optimum).items():
        if estimate.verdict is Verdict.FIXED:
            continue
        gradient = builders.central_difference(
            lambda z, n=name: quantity_at(objective, optimum.x + z * steps, n), np.zeros(steps.size), 1e-3
        )
        covariance = optimum.covariance / np.outer(steps, steps)
        # differences over 1e-3 of a standard error: the curvature term is 1e-6 of the error, or less
        assert estimate.value == pytest.approx(quantity_at(objective, optimum.x, name), rel=1e-12), name
        assert estimate.stderr == pytest.approx(float(np.sqrt(gradient @ covariance @ gradient)), rel=1e-4), name


def test_every_quantity_has_its_unit() -> None:
    objective, optimum = fitted()
    found = estimates(objective, optimum)
    assert {name: found[name].unit for name in DERIVED_UNITS} == dict(DERIVED_UNITS)
    assert {p.name: found[p.name].unit for p in objective.space.parameters} == {
        p.name: p.parameter.unit for p in objective.space.parameters
    }


def test_tau_0_has_its_interval_from_its_logarithm() -> None:
    objective, optimum = fitted()
    assert optimum.covariance is not None
    i = objective.names.index("tau_0")
    sigma = float(np.sqrt(optimum.covariance[i, i]))
    tau_0 = estimates(objective, optimum)["tau_0"]
    assert tau_0.value is not None
    assert tau_0.stderr == pytest.approx(tau_0.value * sigma, rel=1e-12)
    assert tau_0.ci68 == pytest.approx((tau_0.value * np.exp(-sigma), tau_0.value * np.exp(sigma)), rel=1e-12)
    assert tau_0.ci95 == pytest.approx(
        (tau_0.value * np.exp(-Z95 * sigma), tau_0.value * np.exp(Z95 * sigma)), rel=1e-12
    )


@pytest.mark.parametrize("name", ["l_over_L", "slope_P", "slope_AP"])
def test_what_may_be_zero_has_a_symmetric_interval(name: str) -> None:
    estimate = estimates(*fitted())[name]
    assert estimate.value is not None
    assert estimate.stderr is not None
    assert estimate.ci68 == pytest.approx(
        (estimate.value - estimate.stderr, estimate.value + estimate.stderr), rel=1e-12
    )
    half = 1.959963984540054 * estimate.stderr
    assert estimate.ci95 == pytest.approx((estimate.value - half, estimate.value + half), rel=1e-12)


def test_theta_0_has_its_interval_from_its_coordinate() -> None:
    objective, optimum = fitted()
    assert optimum.covariance is not None
    i = objective.names.index("theta_0")
    half = Z95 * float(np.sqrt(optimum.covariance[i, i]))
    angle = objective.space.varied[i].parameter.quantity
    expected = (float(angle(optimum.x[i] - half)), float(angle(optimum.x[i] + half)))
    assert estimates(objective, optimum)["theta_0"].ci95 == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("name", ["I_c_P", "I_c_AP"])
def test_a_critical_current_has_its_interval_from_its_inverse(name: str) -> None:
    estimate = estimates(*fitted())[name]
    assert estimate.value is not None
    assert estimate.ci95 is not None
    low, high = estimate.ci95
    assert low is not None
    assert high is not None
    assert low < estimate.value < high
    assert 1 / low + 1 / high == pytest.approx(2 / estimate.value, rel=1e-12)


@pytest.mark.parametrize("name", ["c_P", "c_AP", "c_ratio"])
def test_what_has_a_sign_keeps_it_in_its_interval(name: str) -> None:
    estimate = estimates(*fitted())[name]
    assert estimate.value is not None
    assert estimate.ci95 is not None
    low, high = estimate.ci95
    assert low is not None
    assert high is not None
    assert low < estimate.value < high
    assert low * high > 0.0
    assert low * high == pytest.approx(estimate.value**2, rel=1e-12)  # symmetric in the logarithm


def test_verdicts_of_a_fit_that_knows_everything() -> None:
    verdicts = {name: estimate.verdict for name, estimate in estimates(*fitted()).items()}
    for name in ("beta", "delta_R", "temperature"):
        assert verdicts.pop(name) is Verdict.CONSTRAINED
    assert set(verdicts.values()) == {Verdict.IDENTIFIED}


def test_a_fixed_parameter_has_a_value_and_no_error() -> None:
    objective = builders.objective(builders.dwell_times(builders.grid(), n=300, seed=1), fit={"fix": {"tau_0": "1 ns"}})
    tau_0 = estimates(objective, minimise(objective))["tau_0"]
    assert tau_0.verdict is Verdict.FIXED
    assert numbers(tau_0) == [pytest.approx(1e-9, rel=8 * EPS), None, None, None]


def test_what_follows_from_fixed_things_alone_is_fixed() -> None:
    found = estimates(*fitted("symmetric"))
    assert found["c_P"].verdict is Verdict.FIXED
    assert numbers(found["c_P"]) == [pytest.approx((np.pi - 2) / 4, rel=8 * EPS), None, None, None]
    assert found["slope_P"].verdict is Verdict.IDENTIFIED


def test_at_a_bound_there_is_a_value_and_no_error() -> None:
    objective, optimum = fitted()
    i = objective.names.index("theta_0")
    pinned = replace(optimum, at_bound=np.arange(optimum.x.size) == i)
    theta_0 = estimates(objective, pinned)["theta_0"]
    assert theta_0.verdict is Verdict.AT_BOUND
    assert theta_0.value == pytest.approx(float(objective.space.varied[i].parameter.quantity(optimum.x[i])))
    assert numbers(theta_0)[1:] == [None, None, None]


def vague(standard_errors: float, name: str = "tau_0") -> Estimate:
    """The estimate of a parameter whose error is so many times the distance to the lower end of what is plausible."""
    objective, optimum = fitted()
    assert optimum.covariance is not None
    i = objective.names.index(name)
    wide = optimum.covariance.copy()
    wide[i] = wide[:, i] = 0.0
    wide[i, i] = (standard_errors * (optimum.x[i] - objective.space.varied[i].plausible[0])) ** 2
    return estimates(objective, replace(optimum, covariance=wide))[name]


def test_an_interval_beyond_a_bound_that_was_given_is_open_there() -> None:
    objective = builders.objective(
        builders.dwell_times(builders.grid(), n=300, seed=1), fit={"bounds": {"tau_0": ["0.1 ns", "1.05 ns"]}}
    )
    estimate = estimates(objective, minimise(objective))["tau_0"]
    assert estimate.verdict is Verdict.ONE_SIDED
    assert estimate.ci95 is not None
    assert estimate.ci95[0] is not None
    assert estimate.ci95[1] is None


def test_an_interval_beyond_one_end_of_what_is_plausible_is_what_it_is() -> None:
    # ln τ0 lies in the middle of the range, 20.7 from its lower and 13.8 from its upper end
    estimate = vague(0.4)
    assert estimate.verdict is Verdict.IDENTIFIED
    assert estimate.ci95 is not None
    assert None not in estimate.ci95


def test_an_interval_of_all_that_is_plausible_is_no_identification() -> None:
    estimate = vague(0.6)
    assert estimate.verdict is Verdict.NOT_IDENTIFIED
    assert numbers(estimate) == [None] * 4


def test_an_interval_inside_of_what_is_plausible_is_one() -> None:
    assert vague(0.3).verdict is Verdict.IDENTIFIED


def test_without_a_covariance_there_is_no_error() -> None:
    objective, optimum = fitted()
    for estimate in estimates(objective, replace(optimum, covariance=None)).values():
        assert estimate.value is not None
        assert numbers(estimate)[1:] == [None, None, None]


def test_not_identified_is_never_a_number() -> None:
    objective = builders.objective(builders.dwell_times(builders.grid(temperatures=(295.0,)), n=300, seed=1), device={})
    found = estimates(objective, minimise(objective))
    nameless = [name for name, estimate in found.items() if estimate.verdict is Verdict.NOT_IDENTIFIED]
    assert {"l_over_L", "beta", "delta_R", "tau_0", "E_P", "E_AP", "I_c_P", "I_c_AP"} == set(nameless)
    assert all(numbers(found[name]) == [None] * 4 for name in nameless)
    for name in ("slope_P", "slope_AP", "c_P", "c_AP", "c_ratio", "theta_0"):
        assert found[name].verdict is Verdict.IDENTIFIED
        assert all(number is not None for number in numbers(found[name]))


def test_spread_of_a_number_that_does_not_vary() -> None:
    _, optimum = fitted()
    constant = spread(8.0, optimum)
    assert (constant.value, constant.stderr, constant.touches_null) == (8.0, 0.0, False)
    assert constant.ci68 == constant.ci95 == (8.0, 8.0)
