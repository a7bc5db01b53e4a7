"""The error budget as bars, and what measurements say of one number."""

from __future__ import annotations

import numpy as np
from matplotlib.colors import to_rgb

from stfit.figures import budget_figure
from stfit.figures.budget_figure import LeaveOneOut, forest_figure, shares_figure
from stfit.figures.layout import COLUMN
from stfit.figures.style import AxisQuantity

SHARES = {"$a$": {"statistics": 0.25, "beta": 0.75}, "$b$": {"statistics": 1.0, "beta": 0.0}}


def test_bars_fill_a_hundred_per_cent() -> None:
    (axes,) = shares_figure(SHARES).axes
    ends: dict[int, float] = {}
    for bar in axes.patches:
        x, y = bar.get_x() + bar.get_width(), round(bar.get_y() + bar.get_height() / 2)  # type: ignore[attr-defined]
        ends[y] = max(ends.get(y, 0.0), x)
    assert ends == {0: 100.0, 1: 100.0}
    assert [text.get_text() for text in axes.get_yticklabels()] == ["$a$", "$b$"]


def test_neighbours_in_a_bar_are_told_apart_in_grey() -> None:
    luminance = np.array([0.2126, 0.7152, 0.0722])  # Rec. 709
    grey = np.array([to_rgb(fill) for fill in budget_figure._FILLS]) @ luminance
    assert (np.abs(np.diff(grey)) > 0.1).all()  # a tenth of the scale is seen without effort


def test_a_row_shows_what_a_measurement_says_alone_and_all_others_without_it() -> None:
    found = [LeaveOneOut("a.csv", (1.0, 0.1), (2.0, 0.2)), LeaveOneOut("b.csv", None, (3.0, 0.3))]
    (axes,) = forest_figure(found, (2.0, 0.1), AxisQuantity("x", "mA", 1e3), "$x$", COLUMN).axes
    assert axes.get_xlabel() == "$x$ (mA)"
    points = [line for line in axes.lines if line.get_marker() in {"o", "s"}]
    assert [list(map(float, line.get_xdata())) for line in points] == [[1000.0], [2000.0, 3000.0]]  # type: ignore[arg-type]


def test_a_long_name_keeps_its_end_which_tells_files_apart() -> None:
    found = [LeaveOneOut(f"{'long/' * 30}{name}.csv", (1.0, 0.1), None) for name in "ab"]
    (axes,) = forest_figure(found, (1.0, 0.1), AxisQuantity("x", ""), "x", COLUMN).axes
    assert [text.get_text()[-5:] for text in axes.get_yticklabels()] == ["a.csv", "b.csv"]
    assert all(text.get_text().startswith("…") for text in axes.get_yticklabels())
