"""Tail probabilities: counted, continued, and none from rounding noise."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2, gamma

from stfit.diagnostics.tails import chi_square_tail, deviance_tail, exponential_tail, lower_tail, upper_tail

RNG = np.random.default_rng(4)
ROUNDING = 1e-10 * RNG.random(100)


def test_both_tails_are_counted_where_enough_values_are_beyond() -> None:
    replicas = np.arange(100.0)
    assert upper_tail(replicas, 80.0) == pytest.approx(21 / 101)
    assert lower_tail(replicas, 19.0) == pytest.approx(21 / 101)


def test_both_tails_go_on_as_a_gamma_law() -> None:
    replicas = chi2.ppf((np.arange(1000) + 0.5) / 1000, 30)  # its own quantiles: moments to some 1e-3
    for tail, value, law in ((upper_tail, 80.0, chi2.sf), (lower_tail, 8.0, chi2.cdf)):
        assert tail(replicas, value) == pytest.approx(law(value, 30), rel=0.1)


def test_an_exponential_tail_goes_on_as_one() -> None:
    replicas = gamma.ppf((np.arange(1000) + 0.5) / 1000, 1.0)
    # the mean excess of the 20 largest values is 1 to 1/√20, and the discrete quantiles leave 0.1 of it
    assert np.log(exponential_tail(replicas, 12.0)) == pytest.approx(-12.0, abs=(12.0 - np.log(50.0)) * 0.15)
    assert exponential_tail(replicas, 1.0) == pytest.approx(np.exp(-1.0), abs=0.01)


def test_a_statistic_that_is_rounding_in_data_and_replicas_is_not_tested() -> None:
    assert deviance_tail(ROUNDING, 1.5e-10, 1.0) is None
    assert deviance_tail(np.full(100, 0.9242), 0.9242, 1.0) is None  # nor one that could not be another


def test_data_that_disagree_where_no_replica_does_are_rejected() -> None:
    found = deviance_tail(ROUNDING, 30.0, 1.0)
    assert found == pytest.approx(chi2.sf(30.0, 1))
    assert found is not None
    assert found < 1e-7


def test_data_without_any_scatter_have_the_largest_p() -> None:
    assert deviance_tail(chi2.rvs(30, size=100, random_state=RNG), 1e-12, 30.0) == 1.0


@pytest.mark.parametrize(("left", "deviance", "expected"), [(4.0, 6.0, chi2.sf(6.0, 4)), (0.0, 6.0, None)])
def test_the_asymptotic_tail_needs_freedom(left: float, deviance: float, expected: float | None) -> None:
    assert chi_square_tail(deviance, left, 5.0) == (None if expected is None else pytest.approx(expected))


def test_without_freedom_a_deviance_that_the_truth_could_not_have_is_a_misfit() -> None:
    assert chi_square_tail(1622.0, 0.0, 2.0) == pytest.approx(chi2.sf(1622.0, 2))
