"""Estimates of several results beside each other, with their intervals: a forest plot."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullFormatter, StrMethodFormatter

from stfit.figures.style import WIDTH, escape, journal_style, new_figure

_LINE, _NAMES = 0.165, 1.9  # inches: of a line of a name, for the names
_ABOVE, _BELOW = 0.15, 0.5  # inches: above a panel, and below it for its numbers and label
_PER_ROW: Final = 2
_LETTERS: Final = 26  # of a line of a name
_INK, _BAND, _GUIDE = "#0b3c6b", "#9ecae1", "0.45"
_MARGIN: Final = 0.08
_FEW: Final = 20.0  # from one end of a logarithmic axis to the other, below which powers of ten are too few ticks

Ends = tuple[float | None, float | None]


@final
@dataclass(frozen=True)
class ForestLine:
    """One result in a panel, numbers in the unit of the panel; value None: only `words` are written."""

    value: float | None
    inner: Ends | None
    outer: Ends | None
    words: str = ""


@final
@dataclass(frozen=True)
class ForestPanel:
    """One quantity. label: mathtext, with unit. common: value, low and high of what the results share."""

    label: str
    lines: tuple[ForestLine, ...]
    common: tuple[float, float, float] | None = None
    log: bool = False


def forest_figure(names: Sequence[str], panels: Sequence[ForestPanel]) -> Figure:
    """Thick bars are 68 %, thin ones 95 %, an arrow where an interval is open; the band is the common value.

    Names stand whole, in as many lines as they need.
    """
    written = [textwrap.wrap(name, _LETTERS) or [""] for name in names]
    rows = -(-len(panels) // _PER_ROW)
    inside = _LINE * (0.7 + max(map(len, written))) * len(names)
    height = rows * (_ABOVE + inside + _BELOW)
    with journal_style():
        figure = new_figure(height)
        grid = figure.subplots(rows, _PER_ROW, sharey=True, squeeze=False)
        bottom, top, hspace = _BELOW / height, 1.0 - _ABOVE / height, (_ABOVE + _BELOW) / inside
        figure.subplots_adjust(left=_NAMES / WIDTH, right=0.98, bottom=bottom, top=top, wspace=0.08, hspace=hspace)
        for axes, panel in zip(grid.flat, panels, strict=False):
            _draw(axes, panel)
        for axes in list(grid.flat)[len(panels) :]:
            axes.set_visible(False)
        for axes in grid[:, 0]:
            axes.set_yticks(range(len(names)), ["\n".join(map(escape, lines)) for lines in written])
            axes.set_ylim(len(names) - 0.4, -0.6)
    return figure


def _draw(axes: Axes, panel: ForestPanel) -> None:
    axes.set_xlabel(panel.label)
    axes.tick_params(axis="y", which="both", left=False, right=False)
    low, high = _range(panel)
    if panel.log:
        axes.set_xscale("log")
    if panel.log and high / low < _FEW:
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
    elif not panel.log:
        axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.set_xlim(low, high)
    if panel.common is not None:
        axes.axvspan(panel.common[1], panel.common[2], color=_BAND, alpha=0.6, linewidth=0)
        axes.axvline(panel.common[0], color=_INK, linewidth=0.7)
    for place, line in enumerate(panel.lines):
        _draw_line(axes, place, line, (low, high))


def _draw_line(axes: Axes, place: int, line: ForestLine, limits: tuple[float, float]) -> None:
    if line.value is None and line.outer is None:
        axes.text(0.5, place, line.words, transform=axes.get_yaxis_transform(), ha="center", va="center", color=_GUIDE)
        return
    for ends, width in ((line.outer, 1.0), (line.inner, 3.0)):
        if ends is None:
            continue
        shown = [limit if end is None else end for end, limit in zip(ends, limits, strict=True)]
        axes.plot(shown, [place, place], "-", color=_INK, linewidth=width, solid_capstyle="butt")
        for end, limit, marker in zip(ends, limits, ("<", ">"), strict=True):
            if end is None:
                axes.plot([limit], [place], marker, color=_INK, markersize=5, clip_on=False)
    if line.value is not None:
        axes.plot([line.value], [place], "o", color=_INK, markersize=4.5)


def _range(panel: ForestPanel) -> tuple[float, float]:
    """The ends of the axis: all that is shown, with a margin."""
    numbers = [n for line in panel.lines for n in (line.value, *(line.inner or ()), *(line.outer or ()))]
    numbers += [*panel.common] if panel.common else []
    finite = np.array([n for n in numbers if n is not None and np.isfinite(n)], dtype=float)
    if finite.size == 0:
        return 0.0, 1.0
    if panel.log:
        low, high = np.log10(np.min(finite)), np.log10(np.max(finite))
        margin = _MARGIN * (high - low) or 0.5
        return float(10.0 ** (low - margin)), float(10.0 ** (high + margin))
    low, high = float(np.min(finite)), float(np.max(finite))
    margin = _MARGIN * (high - low) or 0.1 * abs(high) or 1.0
    return low - margin, high + margin
