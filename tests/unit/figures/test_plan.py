"""The figure of a plan."""

from __future__ import annotations

import numpy as np
import pytest

from stfit.figures.prospects import Prospect, plan_figure
from stfit.figures.style import AxisQuantity

HOURS = np.geomspace(1.0, 100.0, 20)


def prospect(scale: float, simulated: tuple[float, float] | None = None) -> Prospect:
    error = scale / np.sqrt(1.0 + HOURS)
    return Prospect(f"one $ or\nother {scale:g}", HOURS, error, (float(HOURS[10]), float(error[10])), simulated)


def test_curves_today_and_simulated_points() -> None:
    figure = plan_figure([prospect(1.0, (0.3, 0.02)), prospect(1.5)], 2.0, "$l$", AxisQuantity("error of", "e", 1.0))
    (axes,) = figure.axes
    assert axes.get_ylabel() == "error of $l$ (e)"
    assert len(axes.containers) == 1  # one bar for one simulated candidate
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [  # type: ignore[union-attr]
        "today",
        "one \\$ or\nother 1",
        "one \\$ or\nother 1.5",
    ]


def test_errors_that_differ_severalfold_have_a_logarithmic_axis() -> None:
    y = AxisQuantity("error of", "e", 1.0)
    assert plan_figure([prospect(1.0)], 20.0, "$l$", y).axes[0].get_yscale() == "log"
    assert plan_figure([prospect(1.0)], 0.5, "$l$", y).axes[0].get_yscale() == "linear"


def test_the_unit_is_that_of_the_axis() -> None:
    (axes,) = plan_figure([prospect(1e-3)], None, "$E$", AxisQuantity("error of", "meV", 1e3)).axes
    drawn = axes.lines[0].get_ydata()
    assert np.asarray(drawn)[10] == pytest.approx(1e3 * prospect(1e-3).error[10], rel=1e-12)
