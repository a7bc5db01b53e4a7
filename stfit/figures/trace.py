"""One trace of two-state noise: an excerpt, the histogram of its levels, its dwells, its rates along the record."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter

from stfit.figures.style import LINES, MARKERS, WIDTH, AxisQuantity, journal_style, new_figure, shades

_LEFT, _RIGHT, _BOTTOM, _TOP, _GAP_X, _GAP_Y, _HIGH = 0.62, 0.10, 0.46, 0.10, 0.72, 0.52, 1.75  # inches
_COLUMNS: Final = 2
_STATES: Final = ("P", "AP")

Numbers = Mapping[str, Any]


class _Units(NamedTuple):
    """Of the levels, of the record, of the dwells."""

    signal: AxisQuantity
    time: AxisQuantity
    dwell: AxisQuantity


def trace_figure(panels: Numbers, signal: AxisQuantity, time: AxisQuantity, dwell: AxisQuantity) -> Figure:
    """The panels that are there, two a row. signal, time, dwell: units of the levels, of the record, of the dwells."""
    units = _Units(signal, time, dwell)
    drawn = {"excerpt": _excerpt, "histogram": _histogram, "survival": _survival, "rates": _rates}
    shown = [name for name in drawn if panels.get(name)]
    rows = (len(shown) + _COLUMNS - 1) // _COLUMNS
    height = _TOP + rows * _HIGH + (rows - 1) * _GAP_Y + _BOTTOM
    wide = (WIDTH - _LEFT - _RIGHT - _GAP_X * (_COLUMNS - 1)) / _COLUMNS
    with journal_style():
        figure = new_figure(height)
        for place, name in enumerate(shown):
            row, column = divmod(place, _COLUMNS)
            left = _LEFT + column * (wide + _GAP_X)
            below = height - _TOP - _HIGH - row * (_HIGH + _GAP_Y)
            axes = figure.add_axes((left / WIDTH, below / height, wide / WIDTH, _HIGH / height))
            draw: Callable[..., None] = drawn[name]
            draw(axes, panels[name], units)
            axes.yaxis.set_label_coords(-0.40 / wide, 0.5)
    return figure


def _excerpt(axes: Axes, numbers: Numbers, units: _Units) -> None:
    at = np.array(numbers["time"]) * units.dwell.factor
    axes.plot(at, np.array(numbers["value"]) * units.signal.factor, color="0.62", linewidth=0.5)
    axes.step(at, np.array(numbers["state"]) * units.signal.factor, where="post", color="0.1", linewidth=1.0)
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
    axes.set_ylim(0.4 * float(seen.min()), 30.0 * float(seen.max()))
    axes.set(xlabel=units.signal.text, ylabel=f"density (1/{units.signal.unit})")
    axes.legend(loc="upper center", ncols=3, handlelength=1.4, columnspacing=1.2)


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
    axes.legend(loc="best", handlelength=1.0)


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
    axes.legend(loc="upper right", ncols=2, handlelength=1.0)


def _logarithmic(axes: Axes, values: Sequence[float]) -> None:
    """A logarithmic axis where the values need one, a linear one from 0 else."""
    if values and max(values) > 8.0 * min(values):
        axes.set_yscale("log")
        low, high = axes.get_ylim()
        axes.set_ylim(low, high * (high / low) ** 0.25)
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        axes.set_ylim(0.0, 1.45 * axes.get_ylim()[1])
