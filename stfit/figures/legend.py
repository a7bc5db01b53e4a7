"""Legends above the panels of a figure, where no data lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from stfit.figures.layout import FigureLayout
from stfit.figures.style import escape

LEGEND_ABOVE: Final[Any] = {
    "loc": "lower left",
    "bbox_to_anchor": (0.0, 1.0),
    "borderpad": 0.2,
    "borderaxespad": 0.1,
    "handletextpad": 0.5,
    "columnspacing": 1.0,
    "labelspacing": 0.25,
}
LEGEND_LINE: Final = 0.17  # inches, the height of a row
_LONGEST: Final = 44  # letters of a label in a legend of the page
_HANDLE: Final = 0.48  # inches of an entry beside its letters, and
_LETTER: Final = 0.066  # of each of these


def shortened(label: str, layout: FigureLayout) -> str:
    """A label that a legend has room for; a whole one is in the words of the figure."""
    most = _LONGEST // 2 if layout.stacked else _LONGEST
    return label if len(label) <= most else f"{label[: most - 1]}…"


def legend_columns(labels: Sequence[str], layout: FigureLayout, panels: int) -> int:
    """How many entries of a legend stand side by side above a panel.

    Parameters
    ----------
    labels : sequence of str
        Of the entries; the longest sets the width of all.
    layout : FigureLayout
        Of the figure.
    panels : int
        How many panels the figure has.

    Returns
    -------
    int
        At least 1.
    """
    wide = layout.width - layout.left - layout.right
    if not layout.stacked:
        wide = (wide - layout.own_gap * (panels - 1)) / panels
    entry = layout.scale * (_HANDLE + _LETTER * max(map(len, labels)))
    return max(1, int(wide / entry))


def place_legend(axes: Axes, labels: Sequence[str], styles: Sequence[Mapping[str, Any]], columns: int) -> None:
    """Draw the legend between a panel and its title, entries row by row; none where no label has letters.

    Parameters
    ----------
    axes : Axes
        The panel.
    labels, styles : sequence
        Of the entries: text, and keywords of matplotlib's lines.
    columns : int
        How many entries stand side by side.
    """
    if not any(labels):
        return
    handles = [Line2D([], [], label=escape(label), **style) for label, style in zip(labels, styles, strict=True)]
    columns = min(columns, len(handles))
    by_column = [handle for column in range(columns) for handle in handles[column::columns]]  # as matplotlib fills it
    axes.legend(
        handles=by_column,
        ncols=columns,
        handlelength=1.7,
        **LEGEND_ABOVE,
    )
