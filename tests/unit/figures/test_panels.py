from __future__ import annotations

from typing import Any

import matplotlib as mpl
import numpy as np
import pytest

from stfit.figures.dwell_figure import dwell_time_figure
from stfit.figures.panels import FittedCurve, Series, of_state, panels_figure
from stfit.figures.style import AxisQuantity, svg
from stfit.kinds.pulse.figure import switching_probability_figure

CURRENT = AxisQuantity("current", "mA", 1e3)
NAN = np.nan


def series(label: str, state: str, **changes: Any) -> Series:
    x = np.linspace(-1e-3, 1e-3, 5)
    y = np.exp(x * 1e3)
    fit = FittedCurve(x, y, y * 0.9, y * 1.1, y * 0.8, y * 1.2)
    parts: dict[str, Any] = {"x": x, "observed": y, "low": y * 0.9, "high": y * 1.1, "residual": x * 1e3, "fit": fit}
    return Series(label, state, **(parts | changes))


def test_one_pair_of_states_shares_a_panel_with_residuals_below() -> None:
    figure = dwell_time_figure([series("P, 295 K", "P"), series("AP, 295 K", "AP")], CURRENT)
    top, bottom = figure.axes
    assert top.get_yscale() == "log"
    assert top.get_ylabel() == "dwell time (s)"
    assert bottom.get_xlabel() == "current (mA)"
    assert bottom.get_ylabel() == "residual"
    legend = top.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["P, 295 K", "AP, 295 K"]


def test_the_states_differ_in_marker_line_and_filling() -> None:
    figure = dwell_time_figure([series("P", "P"), series("AP", "AP")], CURRENT)
    legend = figure.axes[0].get_legend()
    assert legend is not None
    p, ap = legend.get_lines()
    assert p.get_marker() != ap.get_marker()
    assert p.get_linestyle() != ap.get_linestyle()
    assert ap.get_markerfacecolor() == "white"


def test_several_temperatures_stand_in_a_panel_a_state_on_one_scale() -> None:
    every = [series(f"{state}, {t} K", state) for t in (275, 285, 295) for state in ("P", "AP")]
    figure = dwell_time_figure(every, CURRENT)
    tops = figure.axes[::2]
    assert [axes.get_title(loc="left") for axes in tops] == ["out of P", "out of AP"]
    assert tops[0].get_ylim() == tops[1].get_ylim()
    legend = tops[1].get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["275 K", "285 K", "295 K"]


def test_a_probability_is_shown_from_0_to_1_in_a_panel_a_transition() -> None:
    half = np.full(5, 0.5)
    both = [series(f"{name}, 10 ns", state, observed=half) for name, state in (("AP->P", "AP"), ("P->AP", "P"))]
    figure = switching_probability_figure(both, CURRENT)
    assert [axes.get_title(loc="left") for axes in figure.axes[::2]] == ["P → AP", "AP → P"]
    low, high = figure.axes[0].get_ylim()
    assert low < 0 < 1 < high


@pytest.mark.parametrize(
    ("label", "shown"),
    [
        ("P, 295 K", "295 K"),
        ("P->AP, 10 ns", "10 ns"),
        ("P → AP, 10 ns", "10 ns"),
        ("P→AP", ""),
        ("Pt, 5 K", "Pt, 5 K"),
    ],
)
def test_a_label_does_not_repeat_the_title(label: str, shown: str) -> None:
    assert [entry.label for entry in of_state([series(label, "P"), series("x", "AP")], "P")] == [shown]


def test_a_row_with_a_limit_only_is_an_arrow() -> None:
    observed = np.array([1.0, NAN, NAN, 1.0, 1.0])
    low = np.array([0.9, 0.5, NAN, 0.9, 0.9])
    high = np.array([1.1, NAN, 3.0, 1.1, 1.1])
    figure = dwell_time_figure([series("P", "P", observed=observed, low=low, high=high)], CURRENT)
    drawn = {str(line.get_marker()): np.asarray(line.get_ydata()).tolist() for line in figure.axes[0].get_lines()}
    assert drawn["$\\uparrow$"] == [0.5]
    assert drawn["$\\downarrow$"] == [3.0]


def test_a_band_that_runs_away_does_not_set_the_scale() -> None:
    x = np.linspace(-1e-3, 1e-3, 5)
    y = np.ones(5)
    wild = FittedCurve(x, y, y * 1e-9, y * 1e9, y * 1e-30, y * 1e30)
    figure = dwell_time_figure([series("P", "P", fit=wild)], CURRENT)
    low, high = figure.axes[0].get_ylim()
    # The data span 0.33 to 3.0 (e^∓1 with 10 % errors); the margin is 6 % of that in the logarithm.
    assert 0.2 < low < 0.34
    assert 2.9 < high < 4.0


def test_residuals_beyond_the_usual_stay_in_view() -> None:
    figure = dwell_time_figure([series("P", "P", residual=np.array([0.0, 9.0, -1.0, NAN, 1.0]))], CURRENT)
    assert figure.axes[1].get_ylim()[1] > 9.0


@pytest.mark.parametrize("y", [AxisQuantity("dwell time", "s", log=True), AxisQuantity("power", "W")])
def test_rows_without_any_number_still_draw(y: AxisQuantity) -> None:
    empty = np.full(5, NAN)
    figure = panels_figure(
        {"": [series("P", "P", observed=empty, low=empty, high=empty, residual=empty, fit=None)]}, CURRENT, y
    )
    low, high = figure.axes[0].get_ylim()
    assert low < high


def test_a_linear_scale_keeps_a_margin_about_the_data() -> None:
    figure = panels_figure({"": [series("P", "P")]}, CURRENT, AxisQuantity("power", "W"))
    low, high = figure.axes[0].get_ylim()
    assert low < np.exp(-1.0) * 0.9
    assert high > np.exp(1.0) * 1.1


def test_mathtext_and_markup_in_labels_are_drawn_literally() -> None:
    figure = dwell_time_figure([series("$\\frac$ <b>", "P"), series("100 $", "AP")], CURRENT)
    assert svg(figure, "", "a").startswith("<svg")


def test_the_settings_of_matplotlib_are_left_alone() -> None:
    before = dict(mpl.rcParams)
    svg(dwell_time_figure([series("P", "P")], CURRENT), "", "a")
    assert dict(mpl.rcParams) == before
