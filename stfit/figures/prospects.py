"""What the error becomes with each candidate for the next measurement: the figure of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from stfit.figures.style import LINES, MARKERS, Array, AxisQuantity, escape, journal_style, new_figure

_COLOURS = ("#08306b", "#b35806", "#1b7837", "#762a83", "#4d4d4d", "#c51b7d")  # differ in lightness too
_FEW_DECADES = 10.0  # of the hours planned, below which minor ticks have labels too
_SPREAD = 4.0  # of the largest error over the least, from which the axis is logarithmic


@dataclass(frozen=True)
class Prospect:
    """One candidate: hours (h) and errors along its curve, where it was planned, and what was simulated there.

    planned: hours and error. simulated: error and its own error, None where nothing was simulated.
    """

    label: str
    hours: Array
    error: Array
    planned: tuple[float, float]
    simulated: tuple[float, float] | None = None


def plan_figure(prospects: Sequence[Prospect], today: float | None, symbol: str, y: AxisQuantity) -> Figure:
    """Expected error of the target against hours of measurement; errors in SI, drawn in the unit of y.

    symbol: of the target, mathtext. today: the error there is, None where there is none.
    """
    with journal_style():
        figure = new_figure(3.7)
        axes = figure.add_axes((0.095, 0.135, 0.52, 0.835))
        if today is not None:
            axes.axhline(y.factor * today, color="0.35", linewidth=0.9, linestyle=(0, (2, 2)), label="today", zorder=1)
        for index, prospect in enumerate(prospects):
            _draw(axes, prospect, index, y.factor)
        axes.set(
            xscale="log",
            xlabel="measuring time with overheads (h)",
            ylabel=f"{escape(y.label)} {symbol}" + (f" ({escape(y.unit)})" if y.unit else ""),
        )
        _scale(axes, prospects, today, y.factor)
        axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.02), handlelength=2.6, labelspacing=0.7)
    return figure


def _draw(axes: Axes, prospect: Prospect, index: int, factor: float) -> None:
    colour, marker = _COLOURS[index % len(_COLOURS)], MARKERS[index % len(MARKERS)]
    axes.plot(
        prospect.hours,
        factor * prospect.error,
        color=colour,
        linestyle=LINES[index % len(LINES)],
        marker=marker,
        markevery=[int(np.argmin(np.abs(prospect.hours - prospect.planned[0])))],
        markersize=5,
        markerfacecolor="white",
        label="\n".join(escape(line) for line in prospect.label.splitlines()),
        zorder=2,
    )
    if prospect.simulated is not None:
        spread, error = prospect.simulated
        axes.errorbar(
            prospect.planned[0], factor * spread, factor * error, fmt=marker, color=colour, markersize=4, capsize=2.5,
            linewidth=0.9, zorder=3,
        )  # fmt: skip


def _twos_and_fives(value: float, _: int | None) -> str:
    """Minor labels of a logarithmic axis that shows little more than a decade."""
    return f"{value:g}" if f"{value:.0e}"[0] in "25" else ""


def _scale(axes: Axes, prospects: Sequence[Prospect], today: float | None, factor: float) -> None:
    """Limits that show every curve where it was planned; logarithmic where errors differ severalfold."""
    errors = [*(p.planned[1] for p in prospects), *([] if today is None else [today])]
    errors += [p.simulated[0] + 2 * p.simulated[1] for p in prospects if p.simulated is not None]
    ends = [float(np.min(p.error[p.hours <= 4 * p.planned[0]])) for p in prospects]
    low, high = factor * min([*errors, *ends]), factor * max(errors)
    if high > _SPREAD * low:
        axes.set(yscale="log", ylim=(low / 1.3, high * 1.3))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        margin = 0.1 * (high - low) or 0.1 * high
        axes.set_ylim(low - margin, high + margin)
    hours = [p.planned[0] for p in prospects]
    axes.set_xlim(min(hours) / 3.0, max(hours) * 3.0)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    few = max(hours) < _FEW_DECADES * min(hours)
    axes.xaxis.set_minor_formatter(FuncFormatter(_twos_and_fives) if few else NullFormatter())
