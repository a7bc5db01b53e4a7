from __future__ import annotations

import numpy as np
import pytest

from stfit.figures.diagnostic import correlation_figure, normal_quantiles, residuals_figure


def test_correlations_show_the_lower_triangle_with_its_numbers() -> None:
    matrix = np.array([[1.0, -0.001, np.nan], [-0.001, 1.0, -0.97], [np.nan, -0.97, 1.0]])
    axes = correlation_figure(["$a$", "$b$", "a long name"], matrix).axes[0]
    assert [text.get_text() for text in axes.texts] == ["0.00", "−0.97"]
    assert [text.get_text() for text in axes.get_xticklabels()] == ["$a$", "$b$"]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["$b$", "a long name"]


def test_residuals_are_ordered_against_normal_quantiles() -> None:
    residual = np.array([0.3, np.nan, -1.2, 5.0])
    axes = residuals_figure(residual).axes[0]
    points = axes.get_lines()[1]
    assert np.asarray(points.get_ydata()).tolist() == [-1.2, 0.3, 5.0]
    assert axes.get_ylim()[1] > 5.0


def test_of_many_residuals_some_stand_for_all() -> None:
    residual = np.random.default_rng(1).normal(size=5000)
    points = np.asarray(residuals_figure(residual).axes[0].get_lines()[1].get_ydata())
    assert points.size == 300
    assert points[0] == residual.min()
    assert points[-1] == residual.max()


def test_no_residual_is_an_empty_figure() -> None:
    assert np.asarray(residuals_figure(np.array([np.nan])).axes[0].get_lines()[1].get_ydata()).size == 0


@pytest.mark.parametrize("count", [1, 2, 7, 100])
def test_normal_quantiles_rise_and_are_symmetric(count: int) -> None:
    quantiles = normal_quantiles(count)
    assert (np.diff(quantiles) > 0).all()
    # Blom's positions are symmetric about 1/2 to a rounding error of 1e-16, times the slope of the quantile (< 200).
    np.testing.assert_allclose(quantiles, -quantiles[::-1], atol=1e-13)
