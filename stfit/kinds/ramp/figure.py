"""Distributions of switching currents under ramps."""

from __future__ import annotations

from collections.abc import Sequence

from stfit.figures.layout import PAGE, FigureLayout
from stfit.figures.panels import Series, of_state, panels_figure, states_of
from stfit.figures.style import AxisQuantity, Figure

_TRANSITIONS = {"P": "P → AP", "AP": "AP → P"}


def switching_current_figure(series: Sequence[Series], x: AxisQuantity, layout: FigureLayout = PAGE) -> Figure:
    """The share that has switched when the ramp reaches x, 0 to 1; one panel a transition, residuals below."""
    panels = {_TRANSITIONS.get(state, state): of_state(series, state) for state in states_of(series)}
    return panels_figure(panels, x, AxisQuantity("switched share", ""), layout=layout)
