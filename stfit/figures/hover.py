"""Where the points of a figure lie in its drawing, and what a reader who points at one is told."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

_POINT = 72.0  # of an inch, which is the unit of a drawing
_MOST = 4000  # points of a figure; more would weigh more than they tell


def hover_points(figure: Figure) -> list[list[Any]]:
    """[x, y, words] of every named point, in the coordinates of the SVG; none of a figure with too many.

    Named are the lines of points that carry a label of their own, see `panels`.
    """
    lines = [(axes, line) for axes in figure.axes for line in axes.lines if not str(line.get_label()).startswith("_")]
    if sum(np.size(line.get_xdata()) for _, line in lines) > _MOST:
        return []
    return [point for axes, line in lines for point in _of_line(figure, axes, line)]


def _of_line(figure: Figure, axes: Axes, line: Line2D) -> list[list[Any]]:
    data = np.asarray(line.get_xydata(), dtype=float)
    data = data[np.isfinite(data).all(axis=1)]
    at = line.get_transform().transform(data) * (_POINT / figure.dpi)
    across = axes.get_xlabel() or _foot(figure, axes).get_xlabel()
    up = axes.get_ylabel() or _first(figure, axes).get_ylabel()
    label = str(line.get_label()).replace(r"\$", "$").strip()
    head = f"{label}\n" if label else ""
    high = figure.get_figheight() * _POINT
    return [
        [round(float(x), 1), round(high - float(y), 1), f"{head}{across}: {value[0]:.4g}\n{up}: {value[1]:.4g}"]
        for (x, y), value in zip(at, data, strict=True)
    ]


def _foot(figure: Figure, axes: Axes) -> Axes:
    """The axes that carry the label of a shared horizontal axis: below, in the same column."""
    left = axes.get_position().x0
    column = [entry for entry in figure.axes if abs(entry.get_position().x0 - left) < 1e-6 and entry.get_xlabel()]
    return min(column, key=lambda entry: entry.get_position().y0, default=axes)


def _first(figure: Figure, axes: Axes) -> Axes:
    """The axes that carry the label of a shared vertical axis: to the left, in the same row."""
    low = axes.get_position().y0
    row = [entry for entry in figure.axes if abs(entry.get_position().y0 - low) < 1e-6 and entry.get_ylabel()]
    return min(row, key=lambda entry: entry.get_position().x0, default=axes)
