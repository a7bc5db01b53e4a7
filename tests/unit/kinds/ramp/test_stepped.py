"""Switching counted by steps: the likelihood is that of interval-censored events, residuals are its roots."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import norm

from stfit.derivatives import seed
from stfit.kinds.ramp.data import RampEvents
from stfit.kinds.ramp.stepped import SteppedRamps
from stfit.measurement import Observation
from stfit.physics.switching import ramp_log_exposure, ramp_log_survival
from tests import builders

Z = float(norm.isf(0.5e-5))


def stepped(step: float = 2e-3, **keys: Any) -> SteppedRamps:
    measured = builders.ramps(step=step, **keys)
    assert isinstance(measured, SteppedRamps)
    return measured


def prediction_of(measured: SteppedRamps, truth: Any = builders.TRUTH) -> Any:
    """ln ∫dt/τ of every row, with Eq. 27 by hand."""
    settings = measured.settings
    assert settings.interval is not None
    assert settings.ramp_rate is not None
    start, end = (
        builders.log_dwell_time(truth, settings.state, current, settings.temperature) for current in settings.interval
    )
    return ramp_log_exposure(start, end, np.abs(settings.interval[1] - settings.interval[0]) / settings.ramp_rate)


def test_it_is_a_measurement_with_residuals() -> None:
    measured = stepped()
    assert isinstance(measured, Observation)
    assert measured.traits.has_residuals
    assert measured.origin.kind == "switching-ramp"


def test_the_likelihood_is_that_of_interval_censored_events() -> None:
    measured = stepped(n=25, rates=(3.0,), temperatures=(280.0,), states=(1,))
    slope = float(-np.diff(builders.log_dwell_time(builders.TRUTH, 1, np.array([0.0, 1.0]), 280.0))[0])
    log_rate = float(-builders.log_dwell_time(builders.TRUTH, 1, 0.0, 280.0))
    ends = [ramp_log_survival(u, slope, log_rate, 3.0, 0.0) for u in (measured.lower, measured.upper)]
    inside = np.log(np.exp(ends[0]) - np.exp(ends[1]))
    expected = float(np.sum(np.where(measured.n_switched > 0, measured.n_switched * inside, 0.0)))
    # differences of survivals above 1/25 carry 25 ε, exponents 30 ε, in each of 25 events
    assert measured.log_likelihood(prediction_of(measured)) == pytest.approx(expected, abs=1e-10)


def test_squared_residuals_are_the_likelihood() -> None:
    measured = stepped(n=40)
    at = prediction_of(measured)
    near = prediction_of(measured, {**builders.TRUTH, "tau_0": 1.4e-9, "l_over_L": 3.1})
    squares = [float(np.sum(np.square(measured.residuals(x)))) for x in (at, near)]
    logs = [float(measured.log_likelihood(x)) for x in (at, near)]
    assert squares[1] - squares[0] == pytest.approx(-2 * (logs[1] - logs[0]), rel=1e-10)  # sums of some 1e3 roundings


def test_fine_steps_say_what_single_events_say() -> None:
    """Differences of ln L between two laws, for the same events."""
    exact = builders.ramps(n=60, seed=3)
    fine = stepped(1e-7, n=60, seed=3)  # the events lie over 5e-2 A, each in its own step
    assert isinstance(exact, RampEvents)
    other = {**builders.TRUTH, "tau_0": 1.3e-9, "theta_0": 1.72}
    settings = exact.settings
    assert settings.interval is not None
    logs = []
    for truth in (builders.TRUTH, other):
        parts = [builders.log_dwell_time(truth, settings.state, end, settings.temperature) for end in settings.interval]
        logs.append(
            (float(exact.log_likelihood(np.concatenate(parts))), float(fine.log_likelihood(prediction_of(fine, truth))))
        )
    # an event is known to half a step, 5e-8 A, times a slope of 500/A: 2.5e-5 each, in 480 events
    assert logs[1][1] - logs[0][1] == pytest.approx(logs[1][0] - logs[0][0], abs=480 * 2.5e-5)


def test_derivatives_of_residuals_and_likelihood() -> None:
    measured = stepped(n=12, rates=(3.0,), temperatures=(280.0,))
    x = prediction_of(measured) + np.random.default_rng(0).normal(0, 0.4, measured.n.size)
    (shift,) = seed(np.zeros(1), order=2)
    residuals, likelihood = measured.residuals(_first_order(x)), measured.log_likelihood(x + shift)
    by_difference = builders.central_difference(lambda at: measured.residuals(x + at[0]), np.zeros(1))
    np.testing.assert_allclose(residuals.gradient[0], by_difference[:, 0], atol=1e-8)
    first = builders.central_difference(lambda at: measured.log_likelihood(x + at[0]), np.zeros(1))
    np.testing.assert_allclose(likelihood.gradient, first, rtol=1e-7)


def _first_order(x: Any) -> Any:
    (shift,) = seed(np.zeros(1), order=1)
    return x + shift


def test_rows_without_anybody_left_say_nothing() -> None:
    measured = stepped(n=3, seed=5)
    at = prediction_of(measured)
    replica = measured.draw(at, np.random.default_rng(8))
    empty = replica.n == 0
    assert np.any(empty)
    assert np.all(replica.residuals(at)[empty] == 0.0)
    assert np.all(np.isfinite(replica.residuals(at)))
    assert np.all(replica.residuals(_first_order(at)).gradient[:, empty] == 0.0)


def test_a_replica_has_the_shares_of_the_law() -> None:
    measured = stepped(n=3000, seed=1, rates=(3.0,), temperatures=(280.0,))
    at = prediction_of(measured)
    replica = measured.draw(at, np.random.default_rng(2))
    assert replica.n[measured.first_rows].tolist() == [3000.0, 3000.0]
    assert np.all(replica.n_switched <= replica.n)
    expected = measured.view().displayed(at)
    error = np.sqrt(expected * (1 - expected) / 3000)
    assert np.all(np.abs(replica.view().observed.value - expected) <= Z * error + 1 / 3000)


def test_shares_rise_to_one_and_are_monotone_in_the_prediction() -> None:
    measured = stepped(n=50)
    at = prediction_of(measured)
    share = measured.view().displayed(at)
    inner = np.diff(measured.setting) == 0
    assert np.all(np.diff(share)[inner] >= 0)
    assert np.all(measured.view().displayed(at + 0.1) >= share)
    observed = measured.view().observed
    assert np.all((observed.low <= observed.value) & (observed.value <= observed.high))
    assert measured.view().displayed(np.stack([at, at])).shape == (2, at.size)


@pytest.mark.parametrize("polarity", [1, -1])
def test_a_curve_leads_from_the_start_through_the_shares_of_the_rows(polarity: int) -> None:
    measured = stepped(n=50, polarity=polarity, start=4e-3)
    row = int(measured.first_rows[1])
    rows = np.flatnonzero(measured.setting == 1)
    view = measured.view()
    along = view.along(row, view.axis.values[rows])
    assert isinstance(along, SteppedRamps)
    assert along.settings.current is not None
    assert measured.settings.current is not None
    np.testing.assert_allclose(along.settings.current, measured.settings.current[rows], rtol=1e-13)
    shares = along.view().displayed(prediction_of(along))
    np.testing.assert_allclose(shares, view.displayed(prediction_of(measured))[rows], atol=1e-12)
    behind_start = measured.ramps.start[1] - measured.ramps.direction[1] * np.array([1e-3])
    behind = view.along(row, polarity * behind_start)
    assert isinstance(behind, SteppedRamps)
    assert behind.view().displayed(prediction_of(behind))[0] == pytest.approx(0.0, abs=1e-6)


def test_discrepancies_join_steps_and_stand_on_the_first_row_of_a_setting() -> None:
    measured = stepped(2e-4, n=300, rates=(3.0,), temperatures=(280.0,))
    fit = measured.row_fit(prediction_of(measured))
    freedom = fit.freedom
    assert fit.discrepancy.shape == freedom.shape == measured.n.shape
    assert np.flatnonzero(freedom).tolist() == measured.first_rows.tolist()
    assert np.all(freedom[measured.first_rows] >= 20)  # of 30 classes, of which steps leave some empty
    assert np.all(fit.expected_counts == 10.0)


def test_discrepancies_have_the_mean_of_their_freedom_for_fresh_events() -> None:
    """For tables of other events, whose rows are others too: what rows there are must not matter."""
    sums = []
    for draw in range(60):
        measured = stepped(2e-4, n=200, seed=100 + draw, rates=(3.0,), temperatures=(280.0,))
        fit = measured.row_fit(prediction_of(measured))
        sums.append((fit.discrepancy.sum(), fit.freedom.sum()))
    found, freedoms = np.array(sums).T
    # standard error of the mean of 60 χ² of about 36 degrees: 1.1; half a degree for classes of unequal size
    assert found.mean() == pytest.approx(freedoms.mean(), abs=Z * 1.1 + 0.5)


def test_moments_allow_for_the_steps() -> None:
    exact, steps = builders.ramps(n=20_000, seed=4, rates=(3.0,)), stepped(1.5e-3, n=20_000, seed=4, rates=(3.0,))
    assert isinstance(exact, RampEvents)
    for found, expected in zip(steps.event_moments, exact.event_moments, strict=True):
        # steps of half a deviation: what is left of Sheppard's corrections, and 1/√(12n) of a step of chance
        np.testing.assert_allclose(found, expected, rtol=3e-3)
    coarse = stepped(5e-2, n=100)
    assert np.all(np.isnan(coarse.event_moments[2]))


def test_the_start_is_near_the_truth() -> None:
    measured = stepped(n=300)
    rough = measured.start().dwell_times
    settings = measured.settings
    assert rough is not None
    assert rough.reached is not None
    expected = builders.log_dwell_time(
        builders.TRUTH, settings.state[rough.row], rough.reached, settings.temperature[rough.row]
    )
    assert np.sqrt(np.average((rough.log_dwell - expected) ** 2, weights=rough.weight)) < 0.5  # as for single events
