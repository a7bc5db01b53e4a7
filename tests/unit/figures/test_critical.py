"""The figure of Eq. 28."""

from __future__ import annotations

import numpy as np
import pytest

from stfit.figures.critical_figure import critical_current_figure
from stfit.figures.panels import FittedCurve, Series
from stfit.figures.style import AxisQuantity

DELTA_R = AxisQuantity("ΔR", "mΩ", 1e3)


def series(label: str, state: str, slope: float) -> Series:
    x = np.array([0.1, 0.2, 0.4])
    grid = np.linspace(0.0, 0.4, 5)
    line = slope * grid
    fit = FittedCurve(grid, line, 0.9 * line, 1.1 * line, 0.8 * line, 1.2 * line)
    return Series(label, state, x, slope * x, 0.95 * slope * x, 1.05 * slope * x, np.array([0.5, -1.0, 0.2]), fit)


def test_both_transitions_share_one_panel_whose_lines_leave_the_origin() -> None:
    figure = critical_current_figure([series("P→AP", "P", -300.0), series("AP→P", "AP", 1000.0)], DELTA_R)
    top, bottom = figure.axes
    assert top.get_ylabel() == "inverse critical current (1/A)"
    assert bottom.get_xlabel() == "ΔR (mΩ)"
    fits = [np.asarray(line.get_xydata()) for line in top.get_lines()]
    assert [line[0].tolist() for line in fits if len(line) == 5] == [[0.0, 0.0], [0.0, 0.0]]
    low, high = top.get_ylim()
    assert low < -120.0
    assert high > 400.0


@pytest.mark.parametrize(("slope", "unit"), [(300.0, "1/A"), (3e4, "1/mA")])
def test_the_unit_follows_the_size(slope: float, unit: str) -> None:
    figure = critical_current_figure([series("AP→P", "AP", slope)], DELTA_R)
    assert figure.axes[0].get_ylabel() == f"inverse critical current ({unit})"


def test_several_temperatures_stand_in_one_panel_a_transition() -> None:
    several = [series(f"P→AP, {kelvin} K", "P", -300.0 - kelvin) for kelvin in (4, 77)]
    figure = critical_current_figure([*several, series("AP→P, 4 K", "AP", 1000.0)], DELTA_R)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles[::2] == ["P → AP", "AP → P"]
    legend = figure.axes[0].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["4 K", "77 K"]
