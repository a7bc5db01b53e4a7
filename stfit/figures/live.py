"""Data with curves that are moved by hand: drawn once, the curves put elsewhere as often as need be."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Final, final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.image import imsave
from matplotlib.lines import Line2D

from stfit.figures.style import MARKERS, Array, escape, journal_style, shades

_PANEL: Final = (4.2, 2.9)  # inches
_PER_ROW: Final = 2
_PIXELS: Final = 100  # an inch: sharp enough to judge a curve, quick enough to follow a slider
_MOST_NAMED: Final = 8  # series in a legend
_ROOM: Final = 0.08  # of the range of the data, about them


@final
@dataclass(frozen=True)
class LiveSeries:
    """Points of one state at one setting, as shown. x, y: shape (n,). ends: 68 % ends of y, shape (2, n), or NaN."""

    label: str
    state: str
    x: Array
    y: Array
    ends: Array


@final
@dataclass(frozen=True)
class LivePanel:
    """One measurement, or one observable of it."""

    title: str
    x_label: str
    y_label: str
    series: tuple[LiveSeries, ...]
    log: bool = False


@final
class LiveFigure:
    """A figure of data whose curves move. lines: one for each series, in the order of the panels."""

    def __init__(self, panels: Sequence[LivePanel]) -> None:
        columns = min(len(panels), _PER_ROW)
        rows = -(-len(panels) // columns)
        with journal_style():
            self.figure = Figure(figsize=(_PANEL[0] * columns, _PANEL[1] * rows), dpi=_PIXELS, layout="constrained")
            self._canvas: Any = FigureCanvasAgg(self.figure)  # whose buffers have no types
            grid = self.figure.subplots(rows, columns, squeeze=False)
            self._background: Any = None
            self.lines: list[Line2D] = []
            for axes, panel in zip(grid.flat, panels, strict=False):
                self.lines += _draw(axes, panel)
            for axes in list(grid.flat)[len(panels) :]:
                axes.set_visible(False)

    def move(self, curves: Sequence[tuple[Array, Array]]) -> None:
        """Put each curve where it now is: abscissae and ordinates in the units of its panel."""
        for line, (x, y) in zip(self.lines, curves, strict=True):
            line.set_data(x, y)

    def png(self) -> bytes:
        """The figure as it stands: what does not move is drawn the first time only."""
        with journal_style():
            if self._background is None:
                self._background = self._drawn_without_curves()
            self._canvas.restore_region(self._background)
            for line in self.lines:
                self._canvas.figure.draw_artist(line)
        buffer = io.BytesIO()
        imsave(buffer, np.asarray(self._canvas.buffer_rgba()), format="png")
        return buffer.getvalue()

    def _drawn_without_curves(self) -> Any:
        for line in self.lines:
            line.set_visible(False)
        self._canvas.draw()
        for line in self.lines:
            line.set_visible(True)
        return self._canvas.copy_from_bbox(self.figure.bbox)


def _draw(axes: Axes, panel: LivePanel) -> list[Line2D]:
    """The points of a panel, and a line without points for each series."""
    lines = []
    for state in dict.fromkeys(series.state for series in panel.series):
        colours = iter(shades(state, sum(series.state == state for series in panel.series)))
        for place, series in enumerate(entry for entry in panel.series if entry.state == state):
            lines.append((series, _draw_series(axes, series, next(colours), MARKERS[place % len(MARKERS)])))
    if panel.log:
        axes.set_yscale("log")
    axes.set(title=escape(PurePath(panel.title).name), xlabel=escape(panel.x_label), ylabel=escape(panel.y_label))
    _fix_limits(axes, panel)
    if len(panel.series) <= _MOST_NAMED:
        axes.legend()
    drawn = {id(series): line for series, line in lines}
    return [drawn[id(series)] for series in panel.series]


def _draw_series(axes: Axes, series: LiveSeries, colour: tuple[float, ...], marker: str) -> Line2D:
    error = np.nan_to_num(np.abs(series.ends - series.y), nan=0.0, posinf=0.0)
    style: dict[str, Any] = {"color": colour, "markersize": 3.5, "linewidth": 0.0, "elinewidth": 0.8}
    axes.errorbar(series.x, series.y, error, fmt=marker, label=escape(series.label), **style)
    return axes.plot([], [], "-", color=colour, linewidth=1.2)[0]


def _fix_limits(axes: Axes, panel: LivePanel) -> None:
    """Limits of the data, which a curve that is far off does not change."""
    y = np.concatenate([series.y for series in panel.series])
    y = y[np.isfinite(y) & ((y > 0) | (not panel.log))]
    if y.size == 0:
        return
    low, high = float(np.min(y)), float(np.max(y))
    if panel.log:
        room = (high / low) ** _ROOM * 1.3
        axes.set_ylim(low / room, high * room)
        return
    room = _ROOM * (high - low) or abs(high) or 1.0
    axes.set_ylim(low - room, high + room)
