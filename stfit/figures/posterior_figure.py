"""Figures of a chain: its marginals, alone beside their priors and in pairs, and whether its ensembles agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any, Final, final

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter

from stfit.figures.style import WIDTH, Array, AxisQuantity, escape, journal_style, new_figure, shades

_LEFT, _BELOW, _EDGE, _GAP = 0.72, 0.72, 0.12, 0.05  # inches
_WIDEST_CELL: Final = 1.75
_GRID: Final = 40  # points along each axis of a density
_WIDENED: Final = 1.6  # over Scott's rule in two dimensions
_WIDEST_KERNEL: Final = 0.6  # standard deviations of the draws
_LEVELS: Final = (0.95, 0.6827)  # probability inside the contours
_POINTS: Final = 80  # draws that stand for all beside the contours
_SMALL: Final = 7.5  # size of numbers on axes
_TICKS: Final = 3
_ROW, _ROW_GAP, _TRACE_LEFT, _MIDDLE = 0.72, 0.14, 0.95, 0.45  # inches
_BLUE: Final[Any] = shades("P", 2)
_PRIOR: Final[Any] = shades("AP", 2)[0]


@final
@dataclass(frozen=True)
class Drawn:
    """One quantity of a chain. Densities belong to the bins between `edges` (bins + 1,), per unit, or per unit of ln.

    symbol: mathtext. quantity: unit and factor, log where its axis is. draws: (n,), thinned. prior: (bins,), None where
    unknown. identified: whether the data tell it. ranks: (ensembles, twentieths), frequencies over those expected.
    spread: the standard deviation expected of these, None where it is not known.
    """

    symbol: str
    quantity: AxisQuantity
    draws: Array
    edges: Array
    posterior: Array
    prior: Array | None
    identified: bool
    ranks: Array
    spread: float | None

    @property
    def label(self) -> str:
        """The symbol with its unit."""
        return f"{self.symbol} ({escape(self.quantity.unit)})" if self.quantity.unit else self.symbol


def corner_figure(shown: Sequence[Drawn]) -> Figure:
    """Marginals on the diagonal, with the prior dashed; below it, pairs: draws with 68 % and 95 % contours."""
    count = len(shown)
    cell = min(_WIDEST_CELL, (WIDTH - _LEFT - _EDGE - _GAP * (count - 1)) / count)
    side = count * cell + (count - 1) * _GAP
    wide, high = side + _LEFT + _EDGE, side + _BELOW + _EDGE
    with journal_style():
        figure = new_figure(high, wide)
        for column, row in combinations_with_replacement(range(count), 2):
            left = _LEFT + column * (cell + _GAP)
            bottom = _BELOW + (count - 1 - row) * (cell + _GAP)
            axes = figure.add_axes((left / wide, bottom / high, cell / wide, cell / high))
            if row == column:
                _draw_marginal(axes, shown[row])
            else:
                _draw_pair(axes, shown[column], shown[row])
            _dress(axes, shown[column], shown[row], at_left=column == 0 < row, at_bottom=row == count - 1)
        _key(figure, count)
    return figure


def chain_figure(shown: Sequence[Drawn], ensemble: Array, step: Array) -> Figure:
    """Of each quantity: draws of every ensemble along the chain; how often each ensemble has which ranks.

    ensemble, step: of the draws, shape (n,).
    """
    count = len(shown)
    high = count * _ROW + (count - 1) * _ROW_GAP + 0.55 + 0.25
    with journal_style():
        figure = new_figure(high)
        wide = (WIDTH - _TRACE_LEFT - _MIDDLE - _EDGE) / 2.0
        for row, drawn in enumerate(shown):
            bottom = (high - 0.25 - (row + 1) * _ROW - row * _ROW_GAP) / high
            left = figure.add_axes((_TRACE_LEFT / WIDTH, bottom, wide / WIDTH, _ROW / high))
            right = figure.add_axes(((_TRACE_LEFT + wide + _MIDDLE) / WIDTH, bottom, wide / WIDTH, _ROW / high))
            _draw_trace(left, drawn, ensemble, step)
            _draw_ranks(right, drawn)
            for axes, label in ((left, "step"), (right, "rank among all draws")):
                axes.tick_params(labelbottom=row == count - 1, labelsize=_SMALL)
                if row == count - 1:
                    axes.set_xlabel(label)
        figure.text(_TRACE_LEFT / WIDTH, 1 - 0.17 / high, "draws of each ensemble")
        figure.text((_TRACE_LEFT + wide + _MIDDLE) / WIDTH, 1 - 0.17 / high, "frequency of ranks over that expected")
    return figure


def _draw_marginal(axes: Axes, drawn: Drawn) -> None:
    edges = drawn.edges * drawn.quantity.factor
    # densities are compared bin by bin, so their common unit does not matter
    axes.stairs(drawn.posterior, edges, fill=True, color=_BLUE[1], alpha=0.55 if drawn.identified else 0.2)
    axes.stairs(drawn.posterior, edges, color=_BLUE[0], linewidth=0.9, label="posterior")
    axes.set_label("density (arb. units)")
    if drawn.prior is not None:
        axes.stairs(
            drawn.prior, edges, color=_PRIOR, linewidth=0.9, linestyle=(0, (4, 1.5)), baseline=None, label="prior"
        )
    top = float(np.max(drawn.posterior))
    if drawn.prior is not None and float(np.max(drawn.prior)) < 3.0 * top:  # a prior that stands out is no scale
        top = max(top, float(np.max(drawn.prior)))
    axes.set_ylim(0.0, 1.12 * top)
    if not drawn.identified:
        axes.text(0.5, 0.5, "not\nidentified", transform=axes.transAxes, ha="center", va="center", fontsize=_SMALL)


def _draw_pair(axes: Axes, across: Drawn, up: Drawn) -> None:
    some = np.unique(np.linspace(0, across.draws.size - 1, min(across.draws.size, _POINTS)).round().astype(int))
    x, y = (drawn.draws[some] * drawn.quantity.factor for drawn in (across, up))
    axes.plot(x, y, ".", color="0.55", markersize=1.6, markeredgewidth=0, label="draws")
    known = across.identified and up.identified
    u, v, density, levels = _density(*(_scaled(drawn) for drawn in (across, up)))
    horizontal, vertical = _unscaled(u, across), _unscaled(v, up)
    if levels[0] < levels[1] < float(np.max(density)):
        axes.contour(
            horizontal,
            vertical,
            density,
            levels=levels,
            colors=[_BLUE[1], _BLUE[0]] if known else ["0.6", "0.3"],
            linewidths=(0.8, 1.0),
        )


def _scaled(drawn: Drawn) -> tuple[Array, Array]:
    """Draws and ends of the axis, in logarithms where the axis is one."""
    draws, ends = drawn.draws * drawn.quantity.factor, np.array(_limits(drawn))
    return (np.log(draws), np.log(ends)) if drawn.quantity.log else (draws, ends)


def _unscaled(grid: Array, drawn: Drawn) -> Array:
    return np.exp(grid) if drawn.quantity.log else grid


def _density(across: tuple[Array, Array], up: tuple[Array, Array]) -> tuple[Array, Array, Array, list[float]]:
    """Grids, the kernel density on them (rows upward), and its levels inside which 95 % and 68 % of the draws lie.

    The kernel is wide, so that few draws give smooth contours, and the draws are drawn together by as much, so that
    their covariance stays what it is (M. West, J. R. Stat. Soc. B 55, 409, 1993). It is never narrower than the grid,
    so that a ridge is drawn whole.
    """
    draws = np.stack([across[0], up[0]])
    grids = [np.linspace(ends[0], ends[1], _GRID) for ends in (across[1], up[1])]
    spacing = np.array([grid[1] - grid[0] for grid in grids])
    bandwidth = min(_WIDENED * draws.shape[1] ** (-1.0 / 6.0), _WIDEST_KERNEL)
    root = np.linalg.cholesky(bandwidth**2 * np.cov(draws) + np.diag(spacing**2))
    centre = np.mean(draws, axis=1, keepdims=True)  # near which squares keep their digits
    mesh = np.stack(np.meshgrid(*grids)).reshape(2, -1)
    kernels = np.linalg.solve(root, np.sqrt(1.0 - bandwidth**2) * (draws - centre))

    def at(points: Array) -> Array:
        white = np.linalg.solve(root, points - centre)
        squares = np.sum(white**2, axis=0)[:, None] + np.sum(kernels**2, axis=0) - 2.0 * white.T @ kernels
        return np.asarray(np.mean(np.exp(-0.5 * squares), axis=1))

    levels = [float(np.quantile(at(draws), 1.0 - inside)) for inside in _LEVELS]
    return grids[0], grids[1], at(mesh).reshape(_GRID, _GRID), levels


def _limits(drawn: Drawn) -> tuple[float, float]:
    return float(drawn.edges[0]) * drawn.quantity.factor, float(drawn.edges[-1]) * drawn.quantity.factor


def _dress(axes: Axes, across: Drawn, up: Drawn, *, at_left: bool, at_bottom: bool) -> None:
    width, height = axes.get_figure(root=True).get_size_inches()  # type: ignore[union-attr]
    _axis(axes, across, "x")
    if across is up:
        axes.set_yticks([])
    else:
        _axis(axes, up, "y")
    axes.tick_params(labelleft=at_left, labelbottom=at_bottom, labelsize=_SMALL, length=2.5)
    axes.tick_params(axis="x", labelrotation=90)
    axes.minorticks_off()
    if at_bottom:
        axes.set_xlabel(across.label, fontsize=9)
        axes.xaxis.set_label_coords(0.5, -(_BELOW - 0.30) / (axes.get_position().height * height))
    if at_left:
        axes.set_ylabel(up.label, fontsize=9)
        axes.yaxis.set_label_coords(-(_LEFT - 0.22) / (axes.get_position().width * width), 0.5)


def _axis(axes: Axes, drawn: Drawn, which: str) -> None:
    if drawn.quantity.log:
        getattr(axes, f"set_{which}scale")("log")
    getattr(axes, f"set_{which}lim")(*_limits(drawn))
    axis = axes.xaxis if which == "x" else axes.yaxis
    if drawn.quantity.log:
        axis.set_major_locator(LogLocator(numticks=_TICKS + 1))
        axis.set_minor_formatter(NullFormatter())
    else:
        axis.set_major_locator(MaxNLocator(_TICKS, steps=[1, 2, 5, 10], prune="both"))


def _key(figure: Figure, count: int) -> None:
    """What is drawn how, in the empty upper corner."""
    if count < 2:
        return
    handles = [
        Patch(facecolor=_BLUE[1], edgecolor=_BLUE[0], alpha=0.7, label="posterior"),
        Line2D([], [], color=_PRIOR, linestyle=(0, (4, 1.5)), linewidth=0.9, label="prior"),
        Line2D([], [], color=_BLUE[0], linewidth=1.0, label="68 %"),
        Line2D([], [], color=_BLUE[1], linewidth=0.8, label="95 %"),
    ]
    figure.legend(handles=handles, loc="upper right", fontsize=8 if count < 3 else 9)


def _draw_trace(axes: Axes, drawn: Drawn, ensemble: Array, step: Array) -> None:
    for index, colour in enumerate(_ensemble_colours(int(np.max(ensemble)) + 1)):
        mine = ensemble == index
        axes.plot(
            step[mine],
            drawn.draws[mine] * drawn.quantity.factor,
            color=colour,
            linewidth=0.6,
            label=f"ensemble {index + 1}",
        )
    if drawn.quantity.log:
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(numticks=_TICKS + 1))
        axes.yaxis.set_minor_formatter(NullFormatter())
    else:
        axes.yaxis.set_major_locator(MaxNLocator(_TICKS))
    axes.set_ylabel(drawn.label, fontsize=9)
    axes.yaxis.set_label_coords(-(_TRACE_LEFT - 0.25) / (axes.get_position().width * WIDTH), 0.5)
    axes.margins(x=0.01)
    axes.minorticks_off()


def _draw_ranks(axes: Axes, drawn: Drawn) -> None:
    edges = np.linspace(0.0, 1.0, drawn.ranks.shape[1] + 1)
    if drawn.spread is not None:
        axes.axhspan(1.0 - 2.0 * drawn.spread, 1.0 + 2.0 * drawn.spread, color="0.9", linewidth=0)
    axes.axhline(1.0, color="0.4", linewidth=0.7)
    for index, (row, colour) in enumerate(zip(drawn.ranks, _ensemble_colours(drawn.ranks.shape[0]), strict=True)):
        axes.stairs(row, edges, color=colour, linewidth=0.8, baseline=None, label=f"ensemble {index + 1}")
    axes.set_label(f"frequency of ranks of {drawn.symbol} over that expected")
    reach = max(0.25, 1.2 * float(np.max(np.abs(drawn.ranks - 1.0))), 2.4 * (drawn.spread or 0.0))
    axes.set(xlim=(0, 1), ylim=(max(0.0, 1.0 - reach), 1.0 + reach))
    axes.yaxis.set_major_locator(MaxNLocator(_TICKS))
    axes.minorticks_off()


def _ensemble_colours(count: int) -> list[tuple[float, ...]]:
    """From dark to light, told apart in grey too."""
    return [tuple(mpl.colormaps["cividis"](at)) for at in np.linspace(0.0, 0.85, count)]
