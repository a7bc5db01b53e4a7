"""The figure of Eq. 32: an axis for each observable."""

from __future__ import annotations

import numpy as np

from stfit.figures.fmr import fmr_figure
from stfit.figures.panels import Series
from stfit.figures.style import AxisQuantity


def series(state: str, shows: str, unit: str, values: list[float]) -> Series:
    y = np.array(values)
    x = np.linspace(-1e-3, 1e-3, y.size)
    return Series(f"{state}, {shows}", state, x, y, 0.9 * y, 1.1 * y, np.zeros(y.size), shows=shows, unit=unit)


CURRENT = AxisQuantity("current", "mA", 1e3)


def test_power_and_linewidth_have_their_own_axes_with_both_states() -> None:
    group = [
        series(s, n, u, v)
        for s in ("P", "AP")
        for n, u, v in (("power", "", [1.0, 2.0]), ("linewidth", "T", [4e-3, 9e-3]))
    ]
    figure = fmr_figure(group, CURRENT)
    top = figure.axes[::2]
    assert [axes.get_ylabel() for axes in top] == ["power (arb. units)", "linewidth (mT)"]
    assert [axes.get_yscale() for axes in top] == ["log", "log"]
    for axes in top:
        legend = axes.get_legend()
        assert legend is not None
        assert [text.get_text() for text in legend.get_texts()] == ["P", "AP"]
    low, high = top[1].get_ylim()
    assert low < 3.6  # 0.9 of 4 mT, the lower end of an error bar
    assert high > 9.9


def test_against_a_frequency_the_axis_is_linear() -> None:
    figure = fmr_figure([series("P", "linewidth", "T", [4e-3, 9e-3])], AxisQuantity("frequency", "GHz", 1e-9))
    assert figure.axes[0].get_yscale() == "linear"


def test_a_power_below_zero_has_a_linear_axis_that_shows_it() -> None:
    figure = fmr_figure([series("P", "power", "", [-0.5, 3.0])], CURRENT)
    assert figure.axes[0].get_yscale() == "linear"
    assert figure.axes[0].get_ylim()[0] < -0.5
    assert figure.axes[0].get_ylim()[1] > 3.0
