"""Inverse critical currents against ΔR: the figure of Eq. 28."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from stfit.figures.layout import PAGE, FigureLayout
from stfit.figures.panels import Series, of_state, panels_figure, states_of
from stfit.figures.style import AxisQuantity
from stfit.units import choose_prefix

_TRANSITIONS = {"P": "P → AP", "AP": "AP → P"}
_TOGETHER = 2  # as many series as share one panel


def critical_current_figure(series: Sequence[Series], x: AxisQuantity, layout: FigureLayout = PAGE) -> Figure:
    """1/I_c (1/A) against x, with the fit through the origin; both transitions in one panel, residuals below.

    More series (temperatures) stand in one panel a transition.
    """
    values = np.concatenate([entry.observed for entry in series])
    factor, unit = choose_prefix(values[np.isfinite(values)].tolist(), "1/A")
    y = AxisQuantity("inverse critical current", unit, factor)
    if len(series) <= _TOGETHER:
        return panels_figure({"": series}, x, y, layout=layout)
    return panels_figure(
        {_TRANSITIONS[state]: of_state(series, state) for state in states_of(series)}, x, y, layout=layout
    )
