"""Figures that question a fit: correlations of its parameters, and its residuals."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from stfit.figures.style import Array, journal_style, new_figure

_DIVERGING = LinearSegmentedColormap.from_list("correlation", ["#b35806", "#f7f7f7", "#2166ac"])  # orange, white, blue
_CELL, _LEFT, _BELOW, _EDGE, _LETTER = 0.46, 0.55, 0.32, 0.06, 0.085  # inches
_MOST_POINTS = 300
_DARK = 0.75  # |correlation| from which its number is written in white


def correlation_figure(symbols: Sequence[str], correlations: Array) -> Figure:
    """The matrix of correlations, lower triangle. symbols: mathtext, (n,); correlations: (n, n), NaN where unknown."""
    count = len(symbols)
    side = _CELL * (count - 1)
    letters = max((len(text) for text in symbols if not text.startswith("$")), default=0)
    left, below = max(_LEFT, _LETTER * letters), max(_BELOW, _LETTER * letters)
    wide, high = side + left + _EDGE, side + below + _EDGE
    with journal_style():
        figure = new_figure(high, wide)
        axes = figure.add_axes((left / wide, below / high, side / wide, side / high))
        shown = np.ma.masked_where(np.triu(np.ones((count, count), dtype=bool)), correlations)
        axes.pcolormesh(shown, cmap=_DIVERGING, vmin=-1, vmax=1, edgecolors="white", linewidth=1)
        for row, column in zip(*np.tril_indices(count, -1), strict=True):
            value = float(correlations[row, column])
            if np.isfinite(value):
                colour = "white" if abs(value) > _DARK else "0.1"
                text = f"{round(value, 2) + 0.0:.2f}".replace("-", "−")  # + 0.0: no −0.00
                axes.text(column + 0.5, row + 0.5, text, ha="center", va="center", color=colour, fontsize=8.5)
        centres = np.arange(count) + 0.5
        axes.set_xticks(centres[:-1], symbols[:-1], rotation=90 if below > _BELOW else 0)
        axes.set_yticks(centres[1:], symbols[1:])
        axes.minorticks_off()
        axes.tick_params(length=0)
        axes.set(xlim=(0, count - 1), ylim=(count, 1))
        axes.spines[:].set_visible(False)
    return figure


def residuals_figure(residual: Array) -> Figure:
    """Ordered residuals against the quantiles of a normal distribution: on the diagonal where the fit is right.

    residual: (rows,), NaN left out. Of many rows, evenly spaced ranks stand for all.
    """
    ordered = np.sort(residual[np.isfinite(residual)])
    quantiles = normal_quantiles(ordered.size)
    shown = np.unique(np.linspace(0, ordered.size - 1, min(ordered.size, _MOST_POINTS)).round().astype(int))
    reach = max(3.0, 1.08 * float(np.abs(ordered).max(initial=0.0)))
    with journal_style():
        figure = new_figure(3.1, 3.1)
        axes = figure.add_axes((0.17, 0.15, 0.80, 0.80))
        axes.plot([-reach, reach], [-reach, reach], color="0.4", linewidth=0.7)
        axes.plot(
            quantiles[shown],
            ordered[shown],
            "o",
            color="0.15",
            markersize=3,
            markerfacecolor="none",
            label="residuals",
            linestyle="none",
        )
        axes.set(xlim=(-3.3, 3.3), ylim=(-reach, reach), xlabel="normal quantile", ylabel="ordered residual")
    return figure


def normal_quantiles(count: int) -> Array:
    """Where `count` ordered draws of a standard normal distribution are expected (Blom's positions), shape (count,)."""
    positions = (np.arange(1, count + 1) - 0.375) / (count + 0.25)
    normal = NormalDist()
    return np.array([normal.inv_cdf(float(position)) for position in positions])
