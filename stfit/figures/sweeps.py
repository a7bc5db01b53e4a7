"""Hysteresis loops as they were measured: resistance against the current or the field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from stfit.figures.layout import PAGE, FigureLayout
from stfit.figures.legend import LEGEND_ABOVE
from stfit.figures.style import MARKERS, Array, AxisQuantity, journal_style, new_figure, shades

_ABOVE: Final = 0.28  # inches, for a row of the legend
_WHOLE: Final[Any] = {"color": "0.7", "linewidth": 0.6}
_MINOR: Final[Any] = {"color": "tab:green", "linewidth": 0.9, "linestyle": (0, (4, 1.5))}
_MEAN: Final = {1.0: "mean, upward", -1.0: "mean, downward"}
_STATES: Final = ("P", "AP")


def sweeps_figure(
    sweeps: Mapping[str, Array], drive: tuple[str, AxisQuantity], resistance: AxisQuantity, layout: FigureLayout = PAGE
) -> Figure:
    """Draw the samples of sweeps in their order, with the state that each was taken for.

    Parameters
    ----------
    sweeps : mapping of str to Array
        current (A) or field (T), resistance (ohm), state (0 for P, 1 for AP), sweep and minor (0 or 1) of each sample,
        shape (samples,); changes of state and the mean loop, as the schema of results describes them.
    drive : (str, AxisQuantity)
        Which of them was swept, and its axis.
    resistance : AxisQuantity
        The other axis.
    layout : FigureLayout
        Of the figure.

    Returns
    -------
    Figure
        One panel: lines along the sweeps, a marker for each sample, a bar at each change of state, the mean loop.
    """
    swept, across = drive
    x, y = sweeps[swept] * across.factor, sweeps["resistance"] * resistance.factor
    high = layout.scale * _ABOVE * (2 if layout.stacked else 1) + layout.main + layout.bottom
    with journal_style(layout.scale):
        figure = new_figure(high, layout.width)
        wide = layout.width - layout.left - layout.right
        axes = figure.add_axes(
            (layout.left / layout.width, layout.bottom / high, wide / layout.width, layout.main / high)
        )
        for sweep in np.unique(sweeps["sweep"]):
            along = sweeps["sweep"] == sweep
            style = _MINOR if np.any(sweeps["minor"][along]) else _WHOLE
            axes.plot(x[along], y[along], zorder=1, **style)
        for code, state in enumerate(_STATES):
            found = sweeps["state"] == code
            colour = shades(state, 1)[0]
            face = "white" if state == "AP" else colour
            axes.plot(
                x[found], y[found], MARKERS[code], color=colour, markersize=2.4, markerfacecolor=face,
                markeredgewidth=0.6, linestyle="none", label=state,
            )  # fmt: skip
            left = sweeps["change_from"] == code
            axes.plot(
                sweeps["change"][left] * across.factor, sweeps["change_resistance"][left] * resistance.factor, "|",
                color=colour, markersize=7.0, markeredgewidth=0.8, linestyle="none", label=f"leaves {state}",
            )  # fmt: skip
        handles = axes.get_legend_handles_labels()[0]
        handles = [*handles[::2], *handles[1::2]]
        if "mean" in sweeps:
            for way in (1.0, -1.0):
                along = sweeps["mean_direction"] == way
                axes.plot(
                    sweeps["mean"][along] * across.factor, sweeps["mean_resistance"][along] * resistance.factor,
                    color="0.1", linewidth=1.3, zorder=3, label=_MEAN[way],
                )  # fmt: skip
            handles.append(Line2D([], [], color="0.1", linewidth=1.3, label="mean"))
        if np.any(sweeps["minor"]):
            handles.append(Line2D([], [], label="minor loop", **_MINOR))
        axes.set(xlabel=across.text, ylabel=resistance.text)
        axes.legend(handles=handles, ncols=len(handles) if not layout.stacked else 3, handlelength=1.0, **LEGEND_ABOVE)
    return figure
