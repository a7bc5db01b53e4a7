"""Switching probability under pulses."""

from __future__ import annotations

from collections.abc import Sequence

from stfit.figures.layout import PAGE, FigureLayout
from stfit.figures.panels import Series, of_state, panels_figure, states_of
from stfit.figures.style import AxisQuantity, Figure

_TRANSITIONS = {"P": "P → AP", "AP": "AP → P"}


def switching_probability_figure(series: Sequence[Series], x: AxisQuantity, layout: FigureLayout = PAGE) -> Figure:
    """Switching probability, 0 to 1, against x; one panel a transition, residuals below."""
    panels = {_TRANSITIONS.get(state, state): of_state(series, state) for state in states_of(series)}
    return panels_figure(panels, x, AxisQuantity("switching probability", ""), layout=layout)
