"""Posterior predictive checks: quiet where the model is right, loud where its shape or its statistics are wrong."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from stfit.backends.least_squares import minimise
from stfit.diagnostics.goodness import goodness
from stfit.diagnostics.predictive import REPLICAS, posterior_predictive, with_predictive
from stfit.objective import Objective
from stfit.results import GoodnessTest
from tests import builders
from tests.chains import device, normal_chain


def checked(objective: Objective, seed: int = 3) -> dict[tuple[str, str], GoodnessTest]:
    chain = normal_chain(objective, minimise(objective), seed=1, shape=(2, 50, 4))
    return {(test.name, test.measurement): test for test in posterior_predictive(objective, chain, seed)}


NAMES = ("deviance", "deviance, P", "deviance, AP", "largest residual", "correlation of neighbouring residuals")


@pytest.mark.slow
def test_the_data_of_the_model_pass_every_check() -> None:
    objective, _, chain = device()
    found = posterior_predictive(objective, chain, 3)
    assert [test.name for test in found] == [f"posterior predictive: {name}" for name in NAMES]
    assert found[0].measurement == "all"
    assert all(test.verdict == "acceptable" for test in found)


def test_the_same_seed_gives_the_same_p_values_and_another_seed_others() -> None:
    objective, _, chain = device()
    first, again, other = (posterior_predictive(objective, chain, seed, 60) for seed in (3, 3, 4))
    assert first == again
    assert [test.p_value for test in first] != [test.p_value for test in other]
    # what the data are at the draws has no part in the seed
    assert [test.statistic for test in first] == [test.statistic for test in other]


def test_an_over_dispersed_row_is_found_by_the_largest_residual() -> None:
    table = builders.dwell_times(builders.grid(), n=300, seed=1)
    time = np.array(table.total_time)
    time[10] *= 1.6  # 8 standard errors of 300 dwells
    found = checked(builders.objective(replace(table, total_time=time)))
    # each of 400 replicas is smaller: 1/401 is the least there is
    assert found["posterior predictive: largest residual", "dwell.csv"].p_value == pytest.approx(1 / (REPLICAS + 1))
    assert found["posterior predictive: largest residual", "dwell.csv"].verdict == "doubtful"


def test_a_law_of_the_wrong_shape_is_found_by_its_neighbours() -> None:
    """A parabola in ln τ along the current, 2 standard errors of 400 dwells at its ends: residuals wander together.

    The mean product of 112 pairs of neighbours is then above that of the replicas by 0.5, five of its errors.
    """
    where = builders.grid(currents=np.linspace(-10e-3, 10e-3, 15).tolist())
    table = builders.dwell_times(where, n=400, seed=1)
    bent = 0.2 * (np.square(where.current / 10e-3) - 1 / 3)
    found = checked(builders.objective(replace(table, total_time=np.array(table.total_time) * np.exp(bent))))
    assert found["posterior predictive: correlation of neighbouring residuals", "dwell.csv"].p_value < 0.01  # type: ignore[operator]


def test_p_values_of_a_right_model_crowd_about_one_half() -> None:
    """Of 30 data sets of the model, hardly any p-value is small: fewer than uniform ones would be."""
    small = 0
    for seed in range(30):
        objective = builders.objective(
            builders.dwell_times(builders.grid((250.0, 320.0)), n=50, seed=100 + seed), device=dict(builders.KNOWN)
        )
        chain = normal_chain(objective, minimise(objective), seed=1, shape=(2, 25, 2))
        found = posterior_predictive(objective, chain, 5, 100)
        small += found[0].p_value < 0.1  # type: ignore[operator]
    # conservative: of 30 uniform ones 3 are expected and more than 9 have a probability of 5e-4
    assert small <= 9


@pytest.mark.parametrize("kind", ["pulses", "ramps"])
def test_every_kind_is_checked_and_only_residuals_are_asked_for_residuals(kind: str) -> None:
    measurement: Any = builders.pulses(builders.grid()) if kind == "pulses" else builders.ramps()
    found = checked(builders.objective([measurement]))
    names = {name for name, _ in found}
    assert ("posterior predictive: largest residual" in names) == measurement.traits.has_residuals
    assert "posterior predictive: deviance, P→AP" in names
    assert all(test.verdict == "acceptable" for test in found.values())


def test_beside_the_other_tests_they_leave_the_verdict_as_it_is() -> None:
    objective, optimum, chain = device()
    before = goodness(objective, optimum, 1)
    after = with_predictive(before, posterior_predictive(objective, chain, 3, 20))
    assert (after.verdict, after.p_value) == (before.verdict, before.p_value)
    assert len(after.tests) == len(before.tests) + len(NAMES)
