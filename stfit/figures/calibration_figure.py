"""Figures of a calibration: pulls, coverages with their bands, ranks of simulation-based calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from stfit.figures.style import LINES, MARKERS, WIDTH, Array, escape, journal_style, new_figure, shades

_COLUMNS: Final = 4
_CELL: Final = 1.25  # inches, height of a histogram
_LINE, _BETWEEN = 0.12, 0.10  # inches, of a kind of interval and between two quantities, in the figure of coverages
_HEAD, _FOOT, _SIDE = 0.55, 0.48, 0.85  # inches
_REACH: Final = 4.0  # of the histograms of pulls
_BINS: Final = 16


@final
@dataclass(frozen=True)
class Covered:
    """Coverages of one kind of interval: fraction covered and its band, shape (quantities, levels); NaN for none."""

    kind: str
    fraction: Array
    lowest: Array
    highest: Array


def pulls_figure(pulls: Mapping[str, Array]) -> Figure:
    """One histogram of pulls a quantity, with the standard normal that they should be. Keys: mathtext."""
    rows = -(-len(pulls) // _COLUMNS)
    with journal_style():
        figure = new_figure(rows * _CELL + _FOOT)
        grid = figure.subplots(rows, _COLUMNS, squeeze=False, sharex=True)
        figure.subplots_adjust(left=0.03, right=0.99, top=0.985, bottom=_FOOT / (rows * _CELL + _FOOT), wspace=0.08)
        cells = grid.ravel().tolist()
        for axes, (name, values) in zip(cells, pulls.items(), strict=False):
            _draw_pulls(axes, name, values)
        for axes in cells[len(pulls) :]:
            axes.set_visible(False)
        for axes in cells[max(0, len(pulls) - _COLUMNS) : len(pulls)]:
            axes.set_xlabel("(estimate − truth)/error")
            axes.tick_params(labelbottom=True)
    return figure


def coverage_figure(symbols: Sequence[str], levels: Mapping[str, float], kinds: Sequence[Covered]) -> Figure:
    """What every kind of interval covers of every quantity; a bar is where a right interval would lie.

    symbols: mathtext, one a quantity. levels: title → nominal fraction, one panel each.
    """
    rows = (_LINE * len(kinds) + _BETWEEN) * len(symbols)
    height = _HEAD + _FOOT + rows
    with journal_style():
        figure = new_figure(height)
        wide = (WIDTH - _SIDE - 0.12 - 0.22 * (len(levels) - 1)) / len(levels)
        for column, (title, nominal) in enumerate(levels.items()):
            left = _SIDE + column * (wide + 0.22)
            box = (left / WIDTH, _FOOT / height, wide / WIDTH, rows / height)
            axes = figure.add_axes(box)
            _draw_coverage(axes, kinds, column, nominal)
            axes.set_title(title, loc="left", pad=4)
            axes.set_yticks(np.arange(len(symbols)), symbols if column == 0 else [""] * len(symbols))
            axes.set_xlabel("covered (%)")
        handles, names = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="upper right", ncols=len(kinds), borderaxespad=0.1, columnspacing=1.2)
    return figure


def ranks_figure(points: Array, lower: Array, upper: Array, differences: Mapping[str, Array]) -> Figure:
    """Distribution function of the ranks less the uniform one, within its simultaneous band; keys: mathtext.

    points, lower, upper and each of differences: shape (points,).
    """
    rows = -(-len(differences) // _COLUMNS)
    at = np.concatenate([[0.0], points, [1.0]])
    reach = 1.15 * max(float(np.max(np.abs([lower, upper]))), *(float(np.max(np.abs(d))) for d in differences.values()))
    with journal_style():
        figure = new_figure(rows * _CELL + _FOOT)
        grid = figure.subplots(rows, _COLUMNS, squeeze=False, sharex=True, sharey=True)
        bottom = _FOOT / (rows * _CELL + _FOOT)
        figure.subplots_adjust(left=0.085, right=0.985, top=0.985, bottom=bottom, wspace=0.12, hspace=0.08)
        cells = grid.ravel().tolist()
        for axes, (name, difference) in zip(cells, differences.items(), strict=False):
            axes.fill_between(at, _ended(lower), _ended(upper), color="0.85", linewidth=0)
            axes.axhline(0.0, color="0.5", linewidth=0.7)
            axes.plot(at, _ended(difference), color=shades("P", 1)[0], label=name)
            axes.text(0.05, 0.93, name, transform=axes.transAxes, va="top")
            axes.set(xlim=(0.0, 1.0), ylim=(-reach, reach))
            axes.set_xticks([0.0, 0.5, 1.0], ["0", "0.5", "1"])
        for axes in cells[len(differences) :]:
            axes.set_visible(False)
        for axes in cells[max(0, len(differences) - _COLUMNS) : len(differences)]:
            axes.set_xlabel("rank of the truth")
            axes.tick_params(labelbottom=True)
        for row in grid:
            row[0].set_ylabel("ECDF − uniform")
    return figure


def _draw_pulls(axes: Axes, name: str, values: Array) -> None:
    edges = np.linspace(-_REACH, _REACH, _BINS + 1)
    axes.hist(
        np.clip(values, -_REACH, _REACH), bins=edges.tolist(), color="0.80", edgecolor="0.45", linewidth=0.5, label=name
    )
    axes.set_label("number")
    fine = np.linspace(-_REACH, _REACH, 161)
    expected = values.size * (edges[1] - edges[0]) * np.exp(-0.5 * fine**2) / np.sqrt(2.0 * np.pi)
    axes.plot(fine, expected, color=shades("AP", 1)[0])
    axes.text(0.04, 0.94, name, transform=axes.transAxes, va="top")
    axes.set(xlim=(-_REACH, _REACH), yticks=[])
    axes.set_ylim(0.0, 1.25 * max(axes.get_ylim()[1], float(expected.max(initial=0.0)), 1.0))
    axes.set_xticks([-2, 0, 2])


def _draw_coverage(axes: Axes, kinds: Sequence[Covered], column: int, nominal: float) -> None:
    count = kinds[0].fraction.shape[0]
    axes.axvline(100.0 * nominal, color="0.35", linewidth=0.8)
    line = _LINE / (_LINE * len(kinds) + _BETWEEN)
    offsets = line * (np.arange(len(kinds)) - (len(kinds) - 1) / 2)
    for index, (kind, offset) in enumerate(zip(kinds, offsets, strict=True)):
        y = np.arange(count) + offset
        lowest, highest, found = (100.0 * part[:, column] for part in (kind.lowest, kind.highest, kind.fraction))
        axes.barh(y, highest - lowest, left=lowest, height=0.55 * line, color="0.87", linewidth=0)
        axes.plot(found, y, label=escape(kind.kind), **_marker(index))
    everything = [100.0 * part[:, column] for kind in kinds for part in (kind.lowest, kind.highest, kind.fraction)]
    low, high = float(np.nanmin(everything)), float(np.nanmax(everything))
    margin = 0.06 * (high - low)
    axes.set(xlim=(low - margin, min(high + margin, 102.0)), ylim=(count - 0.5, -0.5))
    axes.tick_params(axis="y", which="both", length=0)
    axes.yaxis.minorticks_off()
    axes.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10], integer=True))


def _marker(index: int) -> dict[str, Any]:
    colour = (*shades("P", 2), *shades("AP", 2))[index % len(LINES)]
    return {"marker": MARKERS[index % len(MARKERS)], "color": colour, "markersize": 4.2, "linestyle": "none"}


def _ended(values: Array) -> Array:
    """With the zero at both ends, where every distribution function meets the uniform one."""
    return np.concatenate([[0.0], values, [0.0]])
