"""One trace of two-state noise: the record, an excerpt, the histogram of its levels, its dwells, its rates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from stfit.figures.layout import PAGE, FigureLayout
from stfit.figures.legend import LEGEND_ABOVE
from stfit.figures.log_ticks import log_ticks
from stfit.figures.style import LINES, MARKERS, AxisQuantity, journal_style, new_figure, shades

_RIGHT, _TOP, _HIGH = 0.10, 0.26, 1.65  # inches
_GAP_X: Final = 0.72
_STATES: Final = ("P", "AP")
_MARK: Final = "#e0b040"  # of the excerpt in the record

Numbers = Mapping[str, Any]


class _Units(NamedTuple):
    """Of the levels, of the record, of the dwells."""

    signal: AxisQuantity
    time: AxisQuantity
    dwell: AxisQuantity


def trace_figure(
    panels: Numbers, signal: AxisQuantity, time: AxisQuantity, dwell: AxisQuantity, layout: FigureLayout = PAGE
) -> Figure:
    """The panels that are there, two a row of a page. signal, time, dwell: units of levels, record and dwells.

    The excerpt is marked in the record where both are there.
    """
    units = _Units(signal, time, dwell)
    columns = 1 if layout.stacked else 2
    drawn = {"record": _record, "excerpt": _excerpt, "histogram": _histogram, "survival": _survival, "rates": _rates}
    shown = [name for name in drawn if panels.get(name)]
    rows = -(-len(shown) // columns)
    top, high, gap = (layout.scale * inches for inches in (_TOP, _HIGH, _TOP + layout.bottom))
    height = top + rows * high + (rows - 1) * gap + layout.bottom
    wide = (layout.width - layout.left - _RIGHT - _GAP_X * (columns - 1)) / columns
    with journal_style(layout.scale):
        figure = new_figure(height, layout.width)
        for place, name in enumerate(shown):
            row, column = divmod(place, columns)
            left = layout.left + column * (wide + _GAP_X)
            below = height - top - high - row * (high + gap)
            axes = figure.add_axes((left / layout.width, below / height, wide / layout.width, high / height))
            draw: Callable[..., None] = drawn[name]
            draw(axes, panels[name], units)
            axes.yaxis.set_label_coords(-(layout.left - 0.15) / wide, 0.5)
            if name == "record":
                excerpt = [panels["excerpt"][end] * time.factor for end in ("begin", "end")]
                axes.axvspan(*excerpt, color=_MARK, linewidth=0.0)
                axes.axvline(sum(excerpt) / 2.0, color=_MARK, linewidth=1.0)  # that is seen however short it is
            if axes.get_yscale() == "log":
                log_ticks([axes])
            if axes.get_legend_handles_labels()[1]:
                axes.legend(ncols=3, handlelength=1.4, **LEGEND_ABOVE)
    return figure


def _record(axes: Axes, numbers: Numbers, units: _Units) -> None:
    at = np.array(numbers["time"]) * units.time.factor
    low, high = (np.array(numbers[name]) * units.signal.factor for name in ("low", "high"))
    axes.fill_between(at, low, high, color="0.82", linewidth=0.0, label="96 % of the samples")
    for state, line in zip(_STATES, LINES, strict=False):
        level = np.array(numbers[state]) * units.signal.factor
        axes.plot(at, level, color=shades(state, 1)[0], linestyle=line, linewidth=1.0, label=state)
    axes.set(xlim=(at[0], at[-1]), xlabel=f"time in the record ({units.time.unit})", ylabel=units.signal.text)
    axes.yaxis.set_major_locator(MaxNLocator(5))


def _excerpt(axes: Axes, numbers: Numbers, units: _Units) -> None:
    at = np.array(numbers["time"]) * units.dwell.factor
    axes.plot(at, np.array(numbers["value"]) * units.signal.factor, color="0.62", linewidth=0.5, label="samples")
    axes.step(
        at, np.array(numbers["state"]) * units.signal.factor, where="post", color="0.1", linewidth=1.0, label="state"
    )
    axes.set(xlim=(at[0], at[-1]), xlabel=f"time ({units.dwell.unit})", ylabel=units.signal.text)
    axes.yaxis.set_major_locator(MaxNLocator(5))


def _histogram(axes: Axes, numbers: Numbers, units: _Units) -> None:
    value, density = (
        np.array(numbers["value"]) * units.signal.factor,
        np.array(numbers["density"]) / units.signal.factor,
    )
    axes.plot(value, density, "o", color="0.45", markersize=1.8, label="samples")
    for state, line in zip(_STATES, LINES, strict=False):
        gaussian = np.array(numbers[state]) / units.signal.factor
        axes.plot(value, gaussian, color=shades(state, 1)[0], linestyle=line, label=state)
    axes.set_yscale("log")
    seen = density[density > 0]
    axes.set_ylim(0.4 * float(seen.min()), 2.0 * float(seen.max()))
    axes.set(xlabel=units.signal.text, ylabel=f"density (1/{units.signal.unit})")


def _survival(axes: Axes, numbers: Numbers, units: _Units) -> None:
    lowest = 1.0
    for state, marker in zip(_STATES, MARKERS, strict=False):
        at, share = np.array(numbers[state]["time"]) * units.dwell.factor, np.array(numbers[state]["share"])
        if share.size == 0:
            continue
        lowest = min(lowest, float(share.min()))
        colour = shades(state, 1)[0]
        face = "white" if state == "AP" else colour
        axes.plot(at, share, marker, color=colour, markersize=2.6, markerfacecolor=face, linestyle="none", label=state)
        if "tau" in numbers[state]:
            line = np.linspace(0.0, float(at.max()), 50)
            axes.plot(line, np.exp(-line / (numbers[state]["tau"] * units.dwell.factor)), color=colour, linewidth=0.9)
    axes.set_yscale("log")
    axes.set_ylim(0.5 * lowest, 1.8)
    axes.set_xlim(left=0.0)
    axes.set(xlabel=f"dwell ({units.dwell.unit})", ylabel="share that is longer")


def _rates(axes: Axes, numbers: Numbers, units: _Units) -> None:
    at = np.array(numbers["time"]) * units.time.factor
    every: list[float] = []
    for state, marker in zip(_STATES, MARKERS, strict=False):
        rate, error = (np.array(numbers[state][name]) / units.dwell.factor for name in ("rate", "error"))
        colour = shades(state, 1)[0]
        face = "white" if state == "AP" else colour
        style: dict[str, Any] = {
            "color": colour,
            "markersize": 3.0,
            "markerfacecolor": face,
            "elinewidth": 0.8,
            "linestyle": "none",
        }
        axes.errorbar(at, rate, yerr=np.minimum(error, 0.9 * rate), marker=marker, label=f"out of {state}", **style)
        every += [float(value) for value in rate if value > 0]
    _logarithmic(axes, every)
    axes.set(xlabel=f"time in the record ({units.time.unit})", ylabel=f"rate (1/{units.dwell.unit})")


def _logarithmic(axes: Axes, values: Sequence[float]) -> None:
    """A logarithmic axis where the values need one, a linear one from 0 else."""
    if values and max(values) > 8.0 * min(values):
        axes.set_yscale("log")
    else:
        axes.set_ylim(0.0, 1.15 * axes.get_ylim()[1])
