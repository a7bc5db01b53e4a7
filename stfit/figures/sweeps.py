"""Hysteresis loops as they were measured: resistance against the current or the field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from stfit.figures.layout import PAGE, FigureLayout
from stfit.figures.legend import LEGEND_ABOVE
from stfit.figures.style import MARKERS, Array, AxisQuantity, journal_style, new_figure, shades

_ABOVE: Final = 0.28  # inches, for the legend
_STATES: Final = ("P", "AP")


def sweeps_figure(
    sweeps: Mapping[str, Array], drive: tuple[str, AxisQuantity], resistance: AxisQuantity, layout: FigureLayout = PAGE
) -> Figure:
    """Draw the samples of sweeps in their order, with the state that each was taken for.

    Parameters
    ----------
    sweeps : mapping of str to Array
        current (A) or field (T), resistance (ohm), state (0 for P, 1 for AP) and sweep of each sample, shape
        (samples,).
    drive : (str, AxisQuantity)
        Which of them was swept, and its axis.
    resistance : AxisQuantity
        The other axis.
    layout : FigureLayout
        Of the figure.

    Returns
    -------
    Figure
        One panel: lines along the sweeps, a marker for each sample.
    """
    swept, across = drive
    x, y = sweeps[swept] * across.factor, sweeps["resistance"] * resistance.factor
    high = layout.scale * _ABOVE + layout.main + layout.bottom
    with journal_style(layout.scale):
        figure = new_figure(high, layout.width)
        wide = layout.width - layout.left - layout.right
        axes = figure.add_axes(
            (layout.left / layout.width, layout.bottom / high, wide / layout.width, layout.main / high)
        )
        for sweep in np.unique(sweeps["sweep"]):
            along = sweeps["sweep"] == sweep
            axes.plot(x[along], y[along], color="0.7", linewidth=0.6, zorder=1)
        for code, state in enumerate(_STATES):
            found = sweeps["state"] == code
            colour = shades(state, 1)[0]
            face = "white" if state == "AP" else colour
            axes.plot(
                x[found], y[found], MARKERS[code], color=colour, markersize=2.4, markerfacecolor=face,
                markeredgewidth=0.6, linestyle="none", label=state,
            )  # fmt: skip
        axes.set(xlabel=across.text, ylabel=resistance.text)
        axes.legend(ncols=2, handlelength=1.0, **LEGEND_ABOVE)
    return figure
