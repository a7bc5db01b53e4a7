"""Walkers start wider than the posterior, inside the bounds, where the posterior is a number."""

from __future__ import annotations

import numpy as np
import pytest

from stfit.backends.least_squares import minimise
from stfit.backends.starts import finite_log_posterior, mirrors, starting_walkers, straightest
from stfit.errors import InputError
from tests import builders
from tests.targets import BentTarget, NormalTarget, optimum_at, plain

ONE_TEMPERATURE = builders.grid(temperatures=(295.0,), currents=(-8e-3, -2e-3, 3e-3, 9e-3))
COVARIANCE = np.array([[4.0, 1.9], [1.9, 1.0]])


def test_starts_are_twice_as_wide_as_the_posterior() -> None:
    target = NormalTarget(np.zeros(2), COVARIANCE)
    x = starting_walkers(target, optimum_at([0.0, 0.0], COVARIANCE), plain(2), 2000, np.random.default_rng(1))
    # a variance from 2000 draws has the relative error √(2/2000) = 3.2 %; three variances: 4 errors
    spread = np.cov(x.T) / COVARIANCE
    np.testing.assert_allclose(spread[np.triu_indices(2)], 4.0, rtol=4 * 0.032)


def test_starts_keep_to_the_bounds() -> None:
    target = NormalTarget(np.zeros(2), COVARIANCE, half_width=1.0)
    x = starting_walkers(target, optimum_at([0.0, 0.0], COVARIANCE), plain(2), 100, np.random.default_rng(1))
    assert x.shape == (100, 2)
    assert np.max(np.abs(x)) <= 1.0


def test_starts_without_a_covariance_come_from_the_prior_near_the_optimum() -> None:
    target = NormalTarget(np.zeros(2), 1e-4 * COVARIANCE)
    x = starting_walkers(target, optimum_at([0.0, 0.0], None), plain(2), 100, np.random.default_rng(1))
    assert np.all(np.isfinite(target.log_posterior(x)))
    assert np.linalg.matrix_rank(x) == 2
    assert np.std(x[:, 0]) > 0.02  # the standard deviation of the law


def test_a_posterior_without_a_finite_value_is_said() -> None:
    nowhere = NormalTarget(np.zeros(2), np.array([[np.nan, 0.0], [0.0, 1.0]]))
    with pytest.raises(InputError, match="a finite value near the start of the fit; found none"):
        starting_walkers(nowhere, optimum_at([0.0, 0.0], None), plain(2), 10, np.random.default_rng(1))


def test_starts_spread_along_what_the_data_leave_open() -> None:
    objective = builders.objective(builders.dwell_times(ONE_TEMPERATURE, n=200, seed=1))
    optimum = minimise(objective)
    natural = straightest(objective, optimum, np.random.default_rng(0))
    assert natural.temperature is not None  # at one temperature ln τ0 + E/k_BT is a straight line in E/T
    x = starting_walkers(objective, optimum, natural, 500, np.random.default_rng(1))
    values = finite_log_posterior(objective, x)
    assert np.all(values > float(objective.log_posterior(optimum.x)) - 150.0)
    log_tau_0 = x[:, objective.names.index("tau_0")]
    assert np.std(log_tau_0) > 0.7 * objective.prior.coordinates[objective.names.index("tau_0")].deviation


@pytest.mark.parametrize(("device", "images"), [(builders.QUOTES, 1), ({"delta_R": "0.110 ohm"}, 2)])
def test_both_signs_of_two_parameters_known_by_their_ratio(device: dict[str, str], images: int) -> None:
    objective = builders.objective(builders.dwell_times(ONE_TEMPERATURE, n=200, seed=1), device=device)
    optimum = minimise(objective)
    natural = straightest(objective, optimum, np.random.default_rng(0))
    signs = mirrors(objective, optimum.x, natural)
    assert signs.shape == (images, optimum.x.size)
    np.testing.assert_array_equal(signs[0], 1.0)
    values = objective.log_posterior(optimum.x * signs)
    np.testing.assert_allclose(values, values[0], rtol=1e-12)


def test_one_image_of_a_law_of_either_sign() -> None:
    natural = BentTarget().natural_coordinates(np.zeros(4), np.zeros(4))[0]
    signs = mirrors(BentTarget(), np.array([8.0, 0.5, 300.0, 5.0]), natural)
    np.testing.assert_array_equal(signs, [[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, 1.0, -1.0]])
