"""Dwell times against current or voltage: the figure of Eq. 27."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from stfit.figures.panels import Series, of_state, panels_figure, states_of
from stfit.figures.style import Quantity

_TOGETHER = 2  # as many series as share one panel


def dwell_time_figure(series: Sequence[Series], x: Quantity) -> Figure:
    """Dwell times (s, logarithmic) against x.

    A single pair of states shares one panel, where the two lines cross; more series (temperatures, fields) stand in
    one panel a state.
    """
    y = Quantity("dwell time", "s", log=True)
    if len(series) <= _TOGETHER:
        return panels_figure({"": series}, x, y)
    return panels_figure({f"out of {state}": of_state(series, state) for state in states_of(series)}, x, y)
