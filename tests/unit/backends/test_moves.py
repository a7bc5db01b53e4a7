"""Proposals: symmetric, or with the ratio of their densities."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_t

from stfit.backends.moves import differential, global_t

WALKERS = np.random.default_rng(1).standard_normal((40, 3))
OTHERS = np.random.default_rng(2).standard_normal((50, 3)) @ np.diag([1.0, 10.0, 1e-2]) + 5.0


def test_a_fresh_point_has_the_density_it_claims() -> None:
    there, log_ratio = global_t(WALKERS, OTHERS, np.random.RandomState(3))
    law = multivariate_t(np.mean(OTHERS, axis=0), np.cov(OTHERS.T, bias=True), df=5)
    expected = law.logpdf(WALKERS) - law.logpdf(there)
    # walkers lie up to 500 widths away: squares of 1e5 with 16 digits, times a condition of 1e6
    np.testing.assert_allclose(log_ratio, expected, rtol=1e-9, atol=1e-9)


def test_fresh_points_follow_the_others() -> None:
    there, _ = global_t(np.zeros((40000, 3)), OTHERS, np.random.RandomState(3))
    # Student's t with 5 degrees of freedom has 5/3 of the covariance of its shape and kurtosis 9, so that a variance
    # from 40000 draws has the relative error √(8/40000) = 1.4 %; 4 of them
    np.testing.assert_allclose(np.var(there, axis=0), 5 / 3 * np.var(OTHERS, axis=0), rtol=4 * 0.014)


def test_others_in_a_plane_are_no_obstacle() -> None:
    flat = OTHERS.copy()
    flat[:, 2] = flat[:, 0]
    there, log_ratio = global_t(flat[:10], flat, np.random.RandomState(3))
    assert np.all(np.isfinite(there))
    assert np.all(np.isfinite(log_ratio))


def test_differences_of_two_different_others() -> None:
    others = np.array([[0.0], [1.0]])
    there, log_ratio = differential(np.zeros((1000, 1)), others, np.random.RandomState(3))
    # two others: the step is ±2.38/√2, never 0
    assert np.abs(there) == pytest.approx(2.38 / np.sqrt(2.0), rel=1e-4)
    assert 400 < np.count_nonzero(there > 0) < 600  # 500 ± 16, 6 errors
    np.testing.assert_array_equal(log_ratio, 0.0)
