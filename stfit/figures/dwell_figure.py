"""Dwell times against current or voltage: the figure of Eq. 27."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from stfit.figures.layout import PAGE, FigureLayout
from stfit.figures.panels import Series, of_state, panels_figure, states_of
from stfit.figures.style import AxisQuantity
from stfit.units import choose_prefix

_TOGETHER = 2  # as many series as share one panel
_FEW = 1e4  # from the shortest dwell time to the longest, for which one prefix serves
_NEAR = 100.0  # for which the prefix is that of the longest


def _dwell_times(series: Sequence[Series]) -> AxisQuantity:
    """The vertical axis: in ms, µs, … where that reads well, else in s by powers of ten."""
    shown = np.concatenate([part for entry in series for part in (entry.observed, entry.low, entry.high)])
    shown = shown[np.isfinite(shown) & (shown > 0)]
    if shown.size == 0 or shown.max() > _FEW * shown.min():
        return AxisQuantity("dwell time", "s", log=True)
    near = shown.max() < _NEAR * shown.min()
    factor, unit = choose_prefix([float(shown.max() if near else np.sqrt(shown.max() * shown.min()))], "s")
    return AxisQuantity("dwell time", unit, factor, log=True)


def dwell_time_figure(series: Sequence[Series], x: AxisQuantity, layout: FigureLayout = PAGE) -> Figure:
    """Dwell times (s, logarithmic) against x.

    A single pair of states shares one panel, where the two lines cross; more series (temperatures, fields) stand in
    one panel a state.
    """
    y = _dwell_times(series)
    if len(series) <= _TOGETHER:
        return panels_figure({"": series}, x, y, layout=layout)
    return panels_figure(
        {f"out of {state}": of_state(series, state) for state in states_of(series)}, x, y, layout=layout
    )
