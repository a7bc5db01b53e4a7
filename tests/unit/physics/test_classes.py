"""The G² test over classes."""

import numpy as np
import pytest
from scipy.stats import power_divergence

from stfit.physics.classes import class_counts, g_squared


def test_classes_expect_ten_events_between_two_and_forty() -> None:
    assert class_counts(np.array([1.0, 19.0, 20.0, 39.0, 155.0, 400.0, 1e6])).tolist() == [2, 2, 2, 3, 15, 40, 40]


def test_each_set_has_its_own_deviance() -> None:
    observed = np.array([12.0, 8.0, 10.0, 3.0, 0.0, 17.0, 20.0])
    expected = np.array([10.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0])
    found, freedom = g_squared(observed, expected, np.array([0, 3]))
    assert freedom.tolist() == [2.0, 3.0]
    for value, part, k, n in ((found[0], slice(0, 3), 3, 30), (found[1], slice(3, 7), 4, 40)):
        plain = power_divergence(observed[part], expected[part], lambda_="log-likelihood").statistic
        assert value == pytest.approx(plain / (1 + (k + 1) / (6 * n)), rel=1e-14)  # Williams, equal classes


def test_classes_without_expectation_do_no_harm() -> None:
    found, freedom = g_squared(np.array([5.0, 5.0, 0.0]), np.array([5.0, 5.0, 0.0]), np.array([0]))
    assert found.tolist() == [0.0]
    assert freedom.tolist() == [2.0]


def test_its_mean_is_its_freedom() -> None:
    rng = np.random.default_rng(0)
    share = np.array([0.3, 0.3, 0.2, 0.1, 0.1])
    drawn = rng.multinomial(60, share, 4000)
    found = [g_squared(row.astype(float), 60 * share, np.array([0]))[0][0] for row in drawn]
    # standard error √(2·4/4000) = 0.045, and Williams' q leaves terms of order 1/n², below 0.02
    assert np.mean(found) == pytest.approx(4.0, abs=4 * 0.045)
