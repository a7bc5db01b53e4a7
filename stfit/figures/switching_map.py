"""Switching probability over drive and pulse width, with the contours of a fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from matplotlib.figure import Figure

from stfit.figures.layout import PAGE, FigureLayout
from stfit.figures.style import LINES, Array, AxisQuantity, journal_style, new_figure

_TITLE: Final = 0.3  # inches above the panels
_BAR: Final = 0.78  # inches for the scale of the colours
_CONTOURS: Final = {0.1: LINES[1], 0.5: LINES[0], 0.9: LINES[2]}
_SURE: Final = 1e-12  # of a share, beyond which its logarithms are followed no farther


def switching_map(
    panels: Mapping[str, Mapping[str, Array]], drive: AxisQuantity, width: AxisQuantity, layout: FigureLayout = PAGE
) -> Figure:
    """Draw what share of pulses switched as a colour, and where a fit has 10, 50 and 90 %.

    Parameters
    ----------
    panels : mapping of str to mapping of str to Array
        By the title of a panel: "drive", "pulse_width" (SI), "observed" and "fitted" share of each row, shape (rows,).
    drive, width : AxisQuantity
        Of the axes; the pulse width is drawn by its logarithm.
    layout : FigureLayout
        Of the figure.

    Returns
    -------
    Figure
        One panel a title, beside each other, or one above another in a column.
    """
    down, across = (len(panels), 1) if layout.stacked else (1, len(panels))
    title = layout.scale * _TITLE
    high = down * (title + layout.main + layout.bottom)
    each = (layout.width - layout.left - _BAR - layout.gap * (across - 1)) / across
    with journal_style(layout.scale):
        figure = new_figure(high, layout.width)
        for place, (name, rows) in enumerate(panels.items()):
            row, column = (place, 0) if layout.stacked else (0, place)
            bottom = high - (row + 1) * (title + layout.main) - row * layout.bottom
            box = (layout.left + column * (each + layout.gap), bottom, each, layout.main)
            axes = figure.add_axes(_of(box, layout.width, high))
            shown = axes.scatter(
                rows["drive"] * drive.factor, rows["pulse_width"] * width.factor, c=rows["observed"],
                cmap="viridis", vmin=0.0, vmax=1.0, marker="s", s=30, linewidths=0,
            )  # fmt: skip
            for share, style in _CONTOURS.items():
                at, widths = _contour(rows, share)
                axes.plot(
                    at * drive.factor, widths * width.factor, color="0.1", linewidth=1.4 if share == 0.5 else 0.8,
                    linestyle=style, label=f"{100 * share:.0f} % of the fit",
                )  # fmt: skip
            axes.set(xlabel=drive.text, yscale="log", title=name)
            axes.set_ylabel(width.text if column == 0 else "")
            axes.tick_params(labelleft=column == 0)
        bar = (layout.width - _BAR + 0.1, layout.bottom, 0.12, high - layout.bottom - title)
        figure.colorbar(shown, cax=figure.add_axes(_of(bar, layout.width, high)), label="switching probability")
    return figure


def _of(box: tuple[float, float, float, float], width: float, height: float) -> tuple[float, float, float, float]:
    """Inches as parts of the figure."""
    return box[0] / width, box[1] / height, box[2] / width, box[3] / height


def _contour(rows: Mapping[str, Array], share: float) -> tuple[Array, Array]:
    """The drive at which each pulse width reaches a share, between the rows that it has; NaN where it does not."""
    widths = np.unique(rows["pulse_width"])
    at = np.full(widths.shape, np.nan)
    for place, width in enumerate(widths):
        there = rows["pulse_width"] == width
        reached, drive = _exposure(rows["fitted"][there]), rows["drive"][there]
        order = np.argsort(reached)
        wanted = float(_exposure(np.array(share)))
        if reached[order[0]] <= wanted <= reached[order[-1]]:
            at[place] = np.interp(wanted, reached[order], drive[order])
    return at, widths


def _exposure(share: Array) -> Array:
    """ln(−ln(1 − P)), which is straight in the drive where ln τ is."""
    return np.asarray(np.log(-np.log1p(-np.clip(share, _SURE, 1.0 - _SURE))))
