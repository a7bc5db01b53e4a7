"""The figure of ramps: a panel a transition, legends above the curves that fill it."""

import numpy as np

from stfit.figures.panels import FittedCurve, Series
from stfit.figures.style import AxisQuantity
from stfit.kinds.ramp.figure import switching_current_figure

X = np.linspace(0.5e-3, 1.5e-3, 12)
SHARE = 1.0 - np.exp(-np.exp(8e3 * (X - 1e-3)))


def series(state: str, label: str) -> Series:
    curve = FittedCurve(X, SHARE, SHARE - 0.01, SHARE + 0.01, SHARE - 0.02, SHARE + 0.02)
    return Series(label, state, X, SHARE, SHARE - 0.05, SHARE + 0.05, np.zeros(12), curve)


def test_transitions_have_panels_with_legends_above() -> None:
    labels = [f"{kelvin} K, {rate} A/s" for kelvin in (260, 330) for rate in (0.1, 1, 10)]
    figure = switching_current_figure(
        [series("P", f"P→AP, {label}") for label in labels] + [series("AP", f"AP→P, {label}") for label in labels],
        AxisQuantity("current", "mA", 1e3),
    )
    top, _, other, _ = figure.axes
    assert [axes.get_title(loc="left") for axes in (top, other)] == ["P → AP", "AP → P"]
    assert top.get_ylabel() == "switched share"
    legend = top.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == labels
    figure.canvas.draw()
    box, panel = legend.get_window_extent(), top.get_window_extent()
    assert box.y0 > panel.y1
    assert box.y1 <= figure.bbox.y1
    assert box.x1 <= other.get_window_extent().x0


def test_one_series_needs_no_room_for_a_legend() -> None:
    lone = switching_current_figure([series("P", "P→AP")], AxisQuantity("current", "mA", 1e3))
    several = switching_current_figure(
        [series("P", "P→AP, 1 K"), series("P", "P→AP, 2 K")], AxisQuantity("current", "mA")
    )
    assert lone.get_figheight() < several.get_figheight()
    assert lone.axes[0].get_legend() is None
