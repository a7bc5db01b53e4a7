"""Single switching events: the likelihood is that of Gompertz's density; its derivatives, its tests, fresh draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import kstest, norm

from stfit.derivatives import Jet, seed
from stfit.errors import NoResidualsError
from stfit.kinds.ramp.data import RampEvents
from stfit.kinds.ramp.stepped import SteppedRamps
from stfit.measurement import Observation
from stfit.measurement.observation import WithoutDeviance
from stfit.physics.switching import ramp_log_density
from tests import builders

Z = float(norm.isf(0.5e-5))  # a band left once in 100,000 draws


def events(**keys: Any) -> RampEvents:
    measured = builders.ramps(**keys)
    assert isinstance(measured, RampEvents)
    return measured


def truth_of(measured: RampEvents) -> Any:
    """ln τ at both ends of the interval of every setting, Eq. 27 by hand."""
    settings = measured.settings
    assert settings.interval is not None
    ends = [
        builders.log_dwell_time(builders.TRUTH, settings.state, end, settings.temperature) for end in settings.interval
    ]
    return np.concatenate(ends)


def line(measured: RampEvents, prediction: Any) -> tuple[Any, Any]:
    """ln τ where each ramp starts, and the slope at which it falls."""
    assert measured.settings.interval is not None
    low, high = (np.abs(end - measured.ramps.start) for end in measured.settings.interval)
    start, end = np.split(prediction, 2)
    slope = (start - end) / (high - low)
    return start + slope * low, slope


def test_it_is_a_measurement_without_residuals() -> None:
    single = events()
    measured: Observation = single
    assert isinstance(measured, Observation)
    assert isinstance(measured, WithoutDeviance)
    assert not measured.traits.has_residuals
    assert measured.residuals(truth_of(single)) is None
    objective = builders.objective(measured)
    with pytest.raises(NoResidualsError, match="no deviance: use the likelihood, or give them in steps"):
        objective.residuals(objective.start)


@pytest.mark.parametrize(("polarity", "start"), [(1, 0.0), (-1, 0.0), (1, 5e-3), (-1, -20e-3)])
def test_the_likelihood_is_that_of_the_density(polarity: int, start: float) -> None:
    measured = events(n=30, polarity=polarity, start=start)
    rng = np.random.default_rng(1)
    for wrong in (0.0, *rng.normal(0.0, 0.7, (3, 2 * measured.ramps.size))):
        prediction = truth_of(measured) + wrong
        log_dwell, slope = line(measured, prediction)
        of = np.repeat(np.arange(measured.ramps.size), 30)
        density = ramp_log_density(measured.rise, slope[of], -log_dwell[of], measured.ramps.ramp_rate[of], 0.0)
        # exponents up to 50 are known to 50 ε, of every one of the events, and sums of e^3 of them
        assert measured.log_likelihood(prediction) == pytest.approx(float(np.sum(density)), rel=1e-11)


def test_walkers_are_rows_of_their_own() -> None:
    measured = events(n=20)
    predictions = truth_of(measured) + np.random.default_rng(0).normal(0, 0.3, (2, 3, 2 * measured.ramps.size))
    found = measured.log_likelihood(predictions)
    assert found.shape == (2, 3)
    for at in np.ndindex(2, 3):
        assert found[at] == pytest.approx(float(measured.log_likelihood(predictions[at])), rel=1e-14)


@pytest.mark.parametrize("n", [1, 2, 50])
def test_derivatives_of_the_likelihood(n: int) -> None:
    measured = events(n=n, rates=(3.0,), temperatures=(280.0,))
    x = truth_of(measured) + np.array([0.3, -0.2, 0.1, 0.4])
    jet: Any = measured.log_likelihood(_stacked(x, 2))

    def gradient(at: Any) -> Any:
        return measured.log_likelihood(_stacked(at, 1)).gradient

    value = builders.central_difference(lambda at: measured.log_likelihood(at), x)
    scale = np.max(np.abs(jet.hessian))
    # step² of third derivatives as large as the second, and the rounding of ln L over the step
    np.testing.assert_allclose(jet.gradient, value, atol=1e-8 * scale)
    np.testing.assert_allclose(jet.hessian, builders.central_difference(gradient, x), atol=1e-8 * scale)


def _stacked(x: Any, order: int) -> Jet:
    parts = seed(x, order)
    hessian = None if order == 1 else np.concatenate([part.hessian for part in parts], axis=-1)
    return Jet(x, np.concatenate([part.gradient for part in parts], axis=-1), hessian)


def test_the_sensitivity_is_the_square_root_of_the_information() -> None:
    measured = events(n=4000, rates=(3.0,), temperatures=(280.0,), states=(1,))
    x = truth_of(measured)
    root: Any = measured.sensitivity(_stacked(x, 1)).gradient
    information: Any = -measured.log_likelihood(_stacked(x, 2)).hessian
    whitened = np.linalg.solve(root, np.linalg.solve(root, information).T)
    # the observed information scatters about the expected one by 1/√n = 0.016 of it
    np.testing.assert_allclose(whitened, np.eye(2), atol=Z * 2 / np.sqrt(4000))


def test_extreme_predictions_stay_finite_and_unlikely() -> None:
    measured = events(n=10)
    best = float(measured.log_likelihood(truth_of(measured)))
    for far in (-500.0, 500.0):
        shift = np.repeat([far, 0.0], measured.ramps.size)
        found = float(measured.log_likelihood(truth_of(measured) + shift))
        assert np.isfinite(found)
        assert found < best


def test_a_replica_is_drawn_from_the_law() -> None:
    measured = events(n=2000, seed=1)
    prediction = truth_of(measured)
    replica = measured.draw(prediction, np.random.default_rng(2))
    assert replica.first.tolist() == measured.first.tolist()
    log_dwell, slope = line(measured, prediction)
    rate = measured.ramps.ramp_rate
    for setting, (begin, end) in enumerate(zip(measured.first, [*measured.first[1:], measured.rise.size], strict=True)):
        rise = replica.rise[begin:end]
        exposure = np.expm1(slope[setting] * rise) * np.exp(-log_dwell[setting]) / (slope[setting] * rate[setting])
        assert kstest(exposure, "expon").pvalue > 1e-5


def test_the_same_generator_draws_the_same_replica() -> None:
    measured = events(n=5)
    first, again, other = (measured.draw(truth_of(measured), np.random.default_rng(s)).rise for s in (3, 3, 4))
    assert first.tolist() == again.tolist() != other.tolist()


def test_a_law_that_falls_along_the_ramp_can_still_be_drawn() -> None:
    measured = events(n=5)
    falling = truth_of(measured)[::-1].copy()
    assert np.all(np.isfinite(measured.draw(falling, np.random.default_rng(0)).rise))


def test_discrepancies_have_the_mean_of_their_freedom_at_the_truth() -> None:
    measured = events(n=150)
    prediction = truth_of(measured)
    rng = np.random.default_rng(5)
    # the interval of a replica is its own: predictions of the truth move with it
    replicas = (measured.draw(prediction, rng) for _ in range(60))
    drawn = [replica.row_fit(truth_of(replica)) for replica in replicas]
    freedom = drawn[0].freedom
    assert drawn[0].expected_counts.tolist() == [10.0] * measured.ramps.size
    assert freedom.tolist() == [14.0] * measured.ramps.size
    total = np.array([fit.discrepancy.sum() for fit in drawn])
    # χ² of 14·8 degrees: standard error of the mean of 60 √(2·112/60) = 1.9; Williams' q leaves less than 1 %
    assert total.mean() == pytest.approx(freedom.sum(), abs=Z * 1.9 + 1.1)


def test_discrepancies_see_a_wrong_width() -> None:
    measured = events(n=400)
    prediction = truth_of(measured)
    start, end = np.split(prediction, 2)
    wide = np.concatenate([start - 0.3 * (start - end), end])  # slopes of 0.7 of theirs
    fit = measured.row_fit(wide)
    assert fit.discrepancy.sum() > 3 * fit.freedom.sum()


def test_what_is_shown_counts_all_events() -> None:
    measured = events(n=70)
    view = measured.view()
    shown, rows = view.shown, view.rows
    assert isinstance(shown, SteppedRamps)
    assert rows is not None
    assert np.bincount(shown.setting, shown.n_switched).tolist() == measured.counts.tolist()
    assert np.max(np.bincount(rows)) <= 20
    observed = view.observed
    last = np.append(np.flatnonzero(np.diff(rows)), rows.size - 1)
    assert observed.value[last].tolist() == [1.0] * measured.ramps.size
    assert np.all((observed.low <= observed.value) & (observed.value <= observed.high))
    assert view.axis.values.size == shown.n.size


def test_the_start_is_near_the_truth() -> None:
    measured = events(n=300)
    rough = measured.start().dwell_times
    settings = measured.settings
    assert rough is not None
    assert rough.reached is not None
    expected = builders.log_dwell_time(
        builders.TRUTH, settings.state[rough.row], rough.reached, settings.temperature[rough.row]
    )
    # the middle of an eighth of the events stands for all of it: good to half an e-fold, and 1/√40 of its count
    assert np.sqrt(np.average((rough.log_dwell - expected) ** 2, weights=rough.weight)) < 0.5


def test_moments_are_those_of_the_rises() -> None:
    measured = events(n=40)
    n, mean, deviation = measured.event_moments
    assert n.tolist() == [40.0] * measured.ramps.size
    for setting, begin in enumerate(measured.first):
        part = measured.rise[begin : begin + 40]
        assert mean[setting] == pytest.approx(part.mean(), rel=1e-14)
        assert deviation[setting] == pytest.approx(part.std(ddof=1), rel=1e-12)
