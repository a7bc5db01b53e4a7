"""The common value of independent estimates, and whether they agree on it."""

from __future__ import annotations

from math import erfc, exp, sqrt

import numpy as np
import pytest

from stfit.results.pooling import TENSION, common_value, common_value_with_shared_errors


def test_equal_sides_give_the_weighted_mean_in_closed_form() -> None:
    found = common_value([8.0, 9.0, 7.0], [7.5, 8.0, 6.8], [8.5, 10.0, 7.2])
    weights = np.array([4.0, 1.0, 25.0])
    mean = float(weights @ [8.0, 9.0, 7.0]) / 30.0
    chi2 = float(weights @ (np.array([8.0, 9.0, 7.0]) - mean) ** 2)
    # the search ends within 1e-9 of the gap between estimates (1); Brent's ends within 1e-12 of a step
    assert found.value == pytest.approx(mean, abs=2e-8)
    assert (found.high - found.value) == pytest.approx(sqrt(1 / 30.0), abs=1e-7)
    assert (found.value - found.low) == pytest.approx(sqrt(1 / 30.0), abs=1e-7)
    assert found.chi2 == pytest.approx(chi2, rel=1e-12)  # stationary: second order in the error of the value
    assert found.dof == 2
    assert found.p_value == pytest.approx(exp(-chi2 / 2), rel=1e-10)  # χ² of two degrees of freedom


def test_two_that_disagree_are_in_tension() -> None:
    found = common_value([0.0, 5.0], [-1.0, 4.0], [1.0, 6.0])
    assert found.chi2 == pytest.approx(12.5, rel=1e-12)
    assert found.p_value == pytest.approx(erfc(sqrt(12.5 / 2)), rel=1e-9)
    assert found.verdict == TENSION
    assert list(found.pulls) == pytest.approx([-2.5, 2.5], abs=1e-7)


def test_each_estimate_counts_with_the_side_that_faces_the_others() -> None:
    # 0 (+1 −9) and 10 (+9 −1): between them both errors are 1, so they meet in the middle at 5 standard errors each
    found = common_value([0.0, 10.0], [-9.0, 9.0], [1.0, 19.0])
    assert found.value == pytest.approx(5.0, abs=1e-6)
    assert found.chi2 == pytest.approx(50.0, rel=1e-10)


def test_a_mirror_mirrors() -> None:
    values, lows, highs = [1.0, 2.5, 1.8], [0.6, 2.0, 1.7], [1.9, 2.6, 2.4]
    found = common_value(values, lows, highs)
    mirrored = common_value([-v for v in values], [-h for h in highs], [-low for low in lows])
    # each found within 1e-9 of the gaps, of order 1
    assert mirrored.value == pytest.approx(-found.value, abs=1e-8)
    assert [mirrored.low, mirrored.high] == pytest.approx([-found.high, -found.low], abs=1e-7)


def test_equal_estimates_agree() -> None:
    found = common_value([2.0, 2.0], [1.0, 1.0], [3.0, 3.0])
    assert (found.value, found.chi2, found.p_value, found.verdict) == (2.0, 0.0, 1.0, "agree")


@pytest.mark.parametrize(("values", "lows", "highs"), [([1.0], [0.5], [1.5]), ([1.0, 2.0], [1.0, 1.5], [1.5, 2.5])])
def test_one_estimate_or_one_without_an_error_has_no_common_value(
    values: list[float], lows: list[float], highs: list[float]
) -> None:
    with pytest.raises(ValueError, match="two estimates or more, each inside its interval"):
        common_value(values, lows, highs)


REPLICAS = 300
# the share below 0.1 of 300 p-values has a standard error √(0.1·0.9/300) = 0.0173; z = 3.48, two-sided at 0.001/2
BAND = 3.48 * 0.0173


def share_below(shift: float) -> float:
    """How many of the p-values of three estimates of 0 are below 0.1, the first moved by `shift` errors."""
    rng = np.random.default_rng(20261126)
    errors = np.array([1.0, 0.5, 2.0])
    p_values = []
    for draw in rng.normal(size=(REPLICAS, 3)) * errors + np.array([shift, 0.0, 0.0]):
        p_values.append(common_value(draw.tolist(), (draw - errors).tolist(), (draw + errors).tolist()).p_value)
    return float(np.mean(np.array(p_values) < 0.1))


def test_the_p_value_of_agreement_is_one() -> None:
    assert abs(share_below(0.0) - 0.1) < BAND


def test_estimates_that_do_not_agree_are_told() -> None:
    assert share_below(2.0) - 0.1 > BAND  # the negative control


def test_a_shared_quote_does_not_average_out() -> None:
    """Two estimates of error 1 of which 0.8 comes from one quote: generalised least squares has √(0.36/2 + 0.64)."""
    found = common_value_with_shared_errors([8.0, 9.0], [7.0, 8.0], [9.0, 10.0], [[0.8, 0.8]])
    assert found.value == pytest.approx(8.5, abs=1e-8)
    assert 0.5 * (found.high - found.low) == pytest.approx(np.sqrt(0.18 + 0.64), rel=1e-9)
    assert found.chi2 == pytest.approx(1.0 / 0.72, rel=1e-9)  # by the independent parts, 0.36 each


def test_without_a_shared_quote_it_is_the_common_value() -> None:
    sides = ([8.0, 9.0, 7.5], [7.0, 8.5, 7.2], [9.5, 9.4, 8.1])
    found, plain = common_value_with_shared_errors(*sides, [[0.0, 0.0, 0.0]]), common_value(*sides)
    assert (found.value, found.chi2) == (plain.value, plain.chi2)
    assert (found.low, found.high) == pytest.approx((plain.low, plain.high), rel=1e-14)
