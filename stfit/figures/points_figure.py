"""Points as they stand in a file: what `stfit inspect` draws."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from stfit.figures.style import Array, escape, journal_style, new_figure

_DECADES = 2.0  # of positive values, from which they are drawn on a logarithmic axis
_MANY = 2000  # points, from which they are drawn as dots


def points_figure(x: Array, y: Array, x_label: str, y_label: str) -> Figure:
    """y against x, shape (n,), finite; positive values over more than two decades by logarithm."""
    with journal_style():
        figure = new_figure(3.2, 4.6)
        axes = figure.add_axes((0.17, 0.16, 0.80, 0.80))
        if x.size > _MANY:
            axes.plot(x, y, ".", color="0.15", markersize=1.5, rasterized=True)
        else:
            axes.plot(x, y, "o", color="0.15", markersize=3, markerfacecolor="none")
        for values, rescale in ((x, axes.set_xscale), (y, axes.set_yscale)):
            if np.min(values) > 0 and np.log10(np.max(values) / np.min(values)) > _DECADES:
                rescale("log")
        axes.set(xlabel=escape(x_label), ylabel=escape(y_label))
    return figure
