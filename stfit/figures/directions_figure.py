"""The eigen-directions of what the data know: which parameters each is made of, and how sharply it is seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import LinearSegmentedColormap

from stfit.figures.style import Array, Figure, journal_style, new_figure

_SEQUENTIAL = LinearSegmentedColormap.from_list("components", ["#f7f7f7", "#67a9cf", "#084081"])
_CELL, _WIDE, _LEFT, _ABOVE, _EDGE = 0.30, 0.52, 1.05, 0.42, 0.06  # inches
_SHOWN = 0.095  # of a direction, from which a component is written out
_DARK = 0.6  # from which it is written in white


def eigen_directions_figure(symbols: Sequence[str], sharpness: Array, components: Array) -> Figure:
    """Heat map of the magnitudes of the components, stiffest direction above.

    symbols: mathtext, (p,). sharpness: 1/error along a unit of each direction, (k,); 0 where the data see nothing.
    components: (k, p), each row of unit length.
    """
    count, width = components.shape
    wide, high = _LEFT + _WIDE * width + _EDGE, _ABOVE + _CELL * count + _EDGE
    with journal_style():
        figure = new_figure(high, wide)
        axes = figure.add_axes((_LEFT / wide, _EDGE / high, _WIDE * width / wide, _CELL * count / high))
        size = np.abs(components)
        axes.pcolormesh(size, cmap=_SEQUENTIAL, vmin=0, vmax=1, edgecolors="white", linewidth=1)
        for row, column in np.argwhere(size > _SHOWN):
            colour = "white" if size[row, column] > _DARK else "0.1"
            text = f"{size[row, column]:.2f}"
            axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=colour, fontsize=8.5)
        axes.set_xticks(np.arange(width) + 0.5, symbols)
        axes.set_yticks(np.arange(count) + 0.5, [_sharpness(float(value)) for value in sharpness])
        axes.xaxis.set_ticks_position("top")
        axes.minorticks_off()
        axes.tick_params(length=0)
        axes.set(xlim=(0, width), ylim=(count, 0))
        axes.set_ylabel("sharpness", labelpad=4)
        axes.spines[:].set_visible(False)
    return figure


def _sharpness(value: float) -> str:
    """Two digits; "unseen" for zero."""
    if value == 0.0:
        return "unseen"
    if 0.1 <= value < 1e5:
        return f"{float(f'{value:.2g}'):g}"
    digits, power = f"{value:.1e}".split("e")
    return rf"${digits}\times10^{{{int(power)}}}$"
