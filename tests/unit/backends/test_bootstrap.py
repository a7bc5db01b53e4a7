"""Bootstrap: determinism, closed-form intervals, failures counted, resampling against the parametric one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
import pytest
from scipy.special import gammaincinv

from stfit.backends.bootstrap import Draw, bca_interval, bootstrap
from stfit.backends.descents import Scaled
from stfit.backends.least_squares import minimise, refit
from stfit.backends.lmfit_descents import levenberg_marquardt
from stfit.objective import Objective
from stfit.objective.information import gauge
from stfit.objective.problem import FitProblem
from tests import builders


def _rich() -> Objective:
    return builders.objective(builders.dwell_times(builders.grid(), n=60, seed=2))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_draws_whatever_the_processes() -> None:
    objective = _rich()
    optimum = minimise(objective)
    one, two = (bootstrap(objective, optimum, seed=4, replicas=50, processes=n) for n in (1, 2))
    np.testing.assert_array_equal(one.draws, two.draws)
    np.testing.assert_array_equal(one.scores, two.scores)


def test_another_seed_gives_other_draws() -> None:
    objective = _rich()
    optimum = minimise(objective)
    one, two = (bootstrap(objective, optimum, seed=seed, replicas=3).draws for seed in (4, 5))
    assert not np.any(one == two)


def test_more_replicas_leave_the_first_ones_as_they_are() -> None:
    objective = _rich()
    optimum = minimise(objective)
    few, more = (bootstrap(objective, optimum, seed=4, replicas=n).draws for n in (5, 8))
    np.testing.assert_array_equal(few, more[:5])


@pytest.mark.parametrize("n", [3, 10])
def test_bca_of_an_exponential_mean_comes_near_its_exact_interval(n: int) -> None:
    """2n·mean/τ is χ² with 2n degrees of freedom, whose quantiles give the exact interval.

    Efron (1987), section 5: BCa is right to second order. The bound, 0.08 of the exact end at n = 3 and 0.03 at
    n = 10, is three times the Monte-Carlo error of a 2.5 % quantile of 20000 draws plus what third order leaves
    (1/n^1.5 of a standard error 1/√n); the percentile interval, the negative control, misses it.
    """
    rng = np.random.default_rng(11)
    draws = rng.gamma(n, 1.0 / n, 20000)
    influence = draws - 1.0  # the score of ln τ is n (mean − 1)
    found = np.array(bca_interval(draws, 1.0, influence, 0.95))
    exact = n / gammaincinv(n, [0.975, 0.025])
    bound = {3: 0.08, 10: 0.03}[n]
    assert np.all(np.abs(found / exact - 1.0) < bound)
    percentile = np.quantile(draws, [0.025, 0.975])
    assert np.any(np.abs(percentile / exact - 1.0) > bound)


def test_bca_does_not_care_for_the_scale() -> None:
    draws = np.random.default_rng(1).gamma(4.0, 0.25, 999)
    straight = bca_interval(draws, 1.0, draws - 1.0, 0.95)
    inverted = bca_interval(-1.0 / draws, -1.0, draws - 1.0, 0.95)
    # between two order statistics the interpolation differs: by less than their distance, some 1/999 of the spread
    np.testing.assert_allclose([-1.0 / end for end in inverted], straight, rtol=1e-3)


def test_replicas_that_cannot_be_fitted_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    objective = _rich()
    optimum = minimise(objective)
    calls = iter(range(100))

    def sometimes(problem: Objective, near: object) -> np.ndarray:
        return np.full(optimum.x.size, np.nan) if next(calls) % 4 == 0 else optimum.x

    monkeypatch.setattr("stfit.backends.bootstrap.refit", sometimes)
    found = bootstrap(objective, optimum, seed=1, replicas=40)
    assert (found.failed, found.draws.shape[0]) == (10, 30)
    assert not found.usable


def test_a_quick_refit_ends_where_lmfit_does() -> None:
    objective = _rich()
    optimum = minimise(objective)
    assert optimum.covariance is not None
    errors = np.sqrt(np.diag(optimum.covariance))
    for seed in range(10):
        replica = objective.replicate(optimum.x, np.random.default_rng(seed))
        quick = refit(replica, optimum)
        slow, _ = levenberg_marquardt(
            Scaled(replica, optimum.directions.scales, gauge(optimum.directions)), optimum.x, 200, 1e-15
        )
        # a sum of squares of some 60 that is right to 1e-8 leaves √6e-7 = 8e-4 of a standard error
        np.testing.assert_allclose(quick, slow, atol=2e-3 * float(np.max(errors)), rtol=0)
        assert np.max(np.abs(quick - slow) / errors) < 2e-3


class _OutOfReach:
    """One residual, e^−x: the data are met at x = ∞ only, and each step gains a share of what is left."""

    bounds = (np.full(1, -np.inf), np.full(1, np.inf))

    def residuals(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(np.exp(-x))

    def jacobian(self, x: np.ndarray) -> np.ndarray:
        return np.asarray(-np.exp(-x)[:, None])


def test_a_descent_towards_infinity_ends_where_enough_is_gained() -> None:
    scaled = Scaled(cast("FitProblem", _OutOfReach()), np.ones(1), ())
    start = np.ones(1)
    _, without_end = levenberg_marquardt(scaled, start, 200, 1e-8)
    x, steps = levenberg_marquardt(scaled, start, 200, 1e-8, enough=1e-9)
    assert 1e-12 < np.exp(-2.0 * x[0]) < 1e-9
    assert steps < without_end / 4


@pytest.mark.parametrize("kind", ["events", "pulses", "ramps"])
def test_resampling_single_events_spreads_as_the_model_does(kind: str) -> None:
    """Where the model is right, data resampled from themselves spread like data drawn from the fit.

    The standard deviations of 60 draws each are known to 1/√120 = 9 %, their ratio to 13 %; that of resampling errs
    besides by the sampling of the sample's own variance, √(8/N)/2 for N exponential dwells: 7 % at N = 400. Together
    15 %, times 3.5 for six comparisons: 0.52 in the logarithm.
    """
    where = builders.grid(temperatures=(250.0, 320.0))
    makers: dict[str, Callable[[], Any]] = {
        "events": lambda: builders.dwell_events(where, n=40, seed=3),
        "pulses": lambda: builders.pulses(where, n=100, seed=3),
        "ramps": lambda: builders.ramps(n=150, seed=3),
    }
    objective = builders.objective(makers[kind]())
    optimum = minimise(objective)
    spreads = []
    for draw in Draw:
        found = bootstrap(objective, optimum, seed=8, replicas=60, draw=draw)
        quantities = objective.all_quantities(objective.space.quantities(found.draws))
        spreads.append([np.std(np.asarray(quantities[name])) for name in ("slope_P", "slope_AP")])
    ratio = np.log(np.array(spreads[1]) / np.array(spreads[0]))
    assert np.all(np.abs(ratio) < 0.52)
