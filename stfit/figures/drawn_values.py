"""The values that a figure shows, for a reader who points at them or saves them as a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, QuadMesh
from matplotlib.container import BarContainer, ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import StepPatch

from stfit.figures.style import Array

_POINT: Final = 72.0  # of an inch, which is the unit of a drawing
_DIGITS: Final = 5
_MOST: Final = 20000  # values of a figure; more would weigh more than they tell
_MATHTEXT: Final = re.compile(r"(?<!\\)\$((?:[^$\\]|\\.)*)\$")
_BRACES: Final = re.compile(r"\\mathrm|[{}]|\\,")
_COMMANDS: Final = {r"\times": "×", r"\uparrow": "↑", r"\downarrow": "↓"}

Values = dict[str, Any]


def drawn_values(figure: Figure) -> list[Values]:
    """The labelled points, lines, bars and cells of every panel.

    Parameters
    ----------
    figure : Figure
        Of `stfit.figures`; what it draws with a label of its own is a value, all else decoration.

    Returns
    -------
    list of dict
        For each panel with values: "x", "y", what its axes show, with units (`axes.set_label` says it where a vertical
        axis is not labelled); "at", how a value becomes a place in the
        drawing, for each axis (logarithmic or not, factor, offset), in points; "series", each with its name "n", the
        values "x" and "y", error bars "lo" and "hi" where it has them, and "tip" where a pointer finds its points.
    """
    panels = [_panel(figure, axes) for axes in figure.axes]
    kept = [panel for panel in panels if panel["series"]]
    count = sum(len(series["y"]) for panel in kept for series in panel["series"])
    return kept if count <= _MOST else []


def plain_text(text: str) -> str:
    r"""A label without mathtext: "l/L_θθ (e)" for "$l/L_{\mathrm{θθ}}$ (e)", "τ0" for "$τ_{\mathrm{0}}$"."""

    def unset(found: re.Match[str]) -> str:
        inner = found[1]
        for command, letter in _COMMANDS.items():
            inner = inner.replace(command, letter)
        return re.sub(r"_(\d)", r"\1", _BRACES.sub("", inner))

    return _MATHTEXT.sub(unset, text).replace(r"\$", "$").strip()


def _panel(figure: Figure, axes: Axes) -> Values:
    across = axes.get_xlabel() or _foot(figure, axes).get_xlabel()
    up = str(axes.get_label()) or axes.get_ylabel() or _first(figure, axes).get_ylabel()
    title = plain_text(axes.get_title(loc="left"))
    series = [*_points(axes), *_lines(axes), *_bars(axes), *_steps(axes), *_cells(axes)]
    return {
        **({"title": title} if title else {}),
        "x": plain_text(across),
        "y": plain_text(up),
        "at": _places(figure, axes),
        "series": series,
    }


def _places(figure: Figure, axes: Axes) -> list[list[float]]:
    """Of each axis: 1 where it is logarithmic, and factor and offset from the value, or its log10, to points."""
    box = axes.get_position()
    size = figure.get_size_inches() * _POINT
    places: list[list[float]] = []
    ends = (
        (axes.get_xlim(), axes.get_xscale(), box.x0 * size[0], box.x1 * size[0]),
        (axes.get_ylim(), axes.get_yscale(), (1 - box.y0) * size[1], (1 - box.y1) * size[1]),
    )
    for (low, high), scale, start, end in ends:
        log = scale == "log"
        first, last = (np.log10([low, high]) if log else np.array([low, high])).tolist()
        factor = (end - start) / (last - first)
        places.append([int(log), float(f"{factor:.7g}"), float(f"{start - factor * first:.7g}")])
    return places


def _points(axes: Axes) -> Iterator[Values]:
    """Points with error bars."""
    for container in axes.containers:
        if not isinstance(container, ErrorbarContainer) or container[0] is None:
            continue
        line: Line2D = container[0]
        name = line.get_label() if _named(line) else container.get_label()
        if not isinstance(name, str) or name.startswith("_"):
            continue
        bars = [part for part in container[2] if isinstance(part, LineCollection)]
        yield _series(name, line, tip=True) | _error_bars(bars, vertical=container.has_yerr)


def _error_bars(bars: Sequence[LineCollection], *, vertical: bool) -> Values:
    if not bars:
        return {}
    ends = np.array([segment[:, int(vertical)] for segment in bars[0].get_segments()])
    return {"lo": _rounded(ends[:, 0]), "hi": _rounded(ends[:, 1])} if ends.size else {}


def _lines(axes: Axes) -> Iterator[Values]:
    in_containers = {id(c[0]) for c in axes.containers if isinstance(c, ErrorbarContainer)}
    for line in axes.lines:
        if _named(line) and id(line) not in in_containers:
            yield _series(str(line.get_label()), line, tip=line.get_linestyle() == "None")


def _bars(axes: Axes) -> Iterator[Values]:
    names = [plain_text(tick.get_text()) for tick in axes.get_yticklabels()]
    for container in axes.containers:
        if not isinstance(container, BarContainer) or not _named(container):
            continue
        if container.orientation == "vertical":
            at = _rounded(np.array([bar.get_x() + bar.get_width() / 2.0 for bar in container]))
            high = _rounded(np.array([bar.get_height() for bar in container]))
            yield {"n": plain_text(str(container.get_label())), "x": at, "y": high}
        else:
            wide = _rounded(np.array([bar.get_width() for bar in container]))
            yield {"n": plain_text(str(container.get_label())), "x": wide, "y": names[: len(wide)]}


def _steps(axes: Axes) -> Iterator[Values]:
    for patch in axes.patches:
        if isinstance(patch, StepPatch) and _named(patch):
            values, edges, _ = patch.get_data()
            middle = (np.asarray(edges)[1:] + np.asarray(edges)[:-1]) / 2.0
            yield {"n": plain_text(str(patch.get_label())), "x": _rounded(middle), "y": _rounded(np.asarray(values))}


def _cells(axes: Axes) -> Iterator[Values]:
    for mesh in axes.collections:
        if not isinstance(mesh, QuadMesh):
            continue
        values: Array = np.ma.filled(np.ma.asarray(mesh.get_array(), dtype=float), np.nan)
        columns, rows = (
            [plain_text(t.get_text()) for t in ticks] for ticks in (axes.get_xticklabels(), axes.get_yticklabels())
        )
        first = values.shape[0] - len(rows)  # a triangle has no first row
        for name, row in zip(rows, values[first:], strict=True):
            yield {"n": name, "x": columns, "y": _rounded(row[: len(columns)])}


def _named(artist: Any) -> bool:
    return not str(artist.get_label()).startswith("_")


def _series(name: str, line: Line2D, *, tip: bool) -> Values:
    data = np.asarray(line.get_xydata(), dtype=float)
    data = data[np.isfinite(data).all(axis=1)]
    found: Values = {"n": plain_text(name), "x": _rounded(data[:, 0]), "y": _rounded(data[:, 1])}
    return found | ({"tip": 1} if tip else {})


def _rounded(values: Any) -> list[float | None]:
    return [float(f"{value:.{_DIGITS}g}") if np.isfinite(value) else None for value in np.asarray(values, dtype=float)]


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
