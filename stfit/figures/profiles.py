"""Profile likelihoods, and contours of two parameters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from stfit.figures.layout import PAGE, FigureLayout
from stfit.figures.style import Array, journal_style, new_figure

_LINES: Final = ((1.0, "68 %"), (3.841458820694124, "95 %"))
_TOP: Final = 5.6
_PER_ROW: Final = 4
_FINE: Final = 161
_FILLS: Final = ("#9ecae1", "#2b6ca8")
_PROFILE, _PARABOLA, _GUIDE = "#0b3c6b", "#b35806", "0.6"


@dataclass(frozen=True)
class ProfilePanel:
    """One profile: values, rise in deviance, rise of the covariance's parabola or none. label: mathtext, with unit."""

    label: str
    best: float
    values: Array
    rise: Array
    parabola: Array


@dataclass(frozen=True)
class Region:
    """One joint region: the polygon, and which of its points are open."""

    label: str
    x: Array
    y: Array
    open: Any


def profiles_figure(panels: Sequence[ProfilePanel], layout: FigureLayout = PAGE) -> Figure:
    """Rise in deviance against each quantity, the covariance's parabola dashed, lines where the intervals end."""
    columns = min(len(panels), _PER_ROW // 2 if layout.stacked else _PER_ROW)
    rows = -(-len(panels) // columns)
    cell = 1.44 if layout.stacked else 1.62
    with journal_style(layout.scale):
        figure = new_figure(0.35 + 1.95 * rows, 0.5 + cell * columns)
        grid = figure.subplots(rows, columns, sharey=True, squeeze=False)
        for axes, panel in zip(grid.flat, panels, strict=False):
            _draw(axes, panel)
        for axes in list(grid.flat)[len(panels) :]:
            axes.set_visible(False)
        for axes in grid[:, 0]:
            axes.set_ylabel("rise in deviance")
        last = grid.flat[len(panels) - 1]
        for level, words in _LINES:
            last.annotate(
                words, (1.0, level), xycoords=("axes fraction", "data"), xytext=(3, 0), textcoords="offset points",
                va="center", fontsize=8.5, color="0.35", annotation_clip=False,
            )  # fmt: skip
        wide = figure.get_figwidth()
        figure.subplots_adjust(left=0.48 / wide, right=1 - 0.42 / wide, bottom=0.48 / (0.35 + 1.95 * rows), top=0.97)
        figure.subplots_adjust(wspace=0.12, hspace=0.42)
    return figure


def _draw(axes: Any, panel: ProfilePanel) -> None:
    x = panel.values
    for level, _ in _LINES:
        axes.axhline(level, color=_GUIDE, linewidth=0.6, linestyle=(0, (1, 2)))
    if panel.parabola.size:
        axes.plot(
            *_smooth(x, panel.parabola, panel),
            color=_PARABOLA,
            linestyle=(0, (4, 2)),
            linewidth=1.0,
            label="parabola of the covariance",
        )
    axes.plot(*_smooth(x, panel.rise, panel), color=_PROFILE, label="profile")
    axes.plot(panel.best, 0.0, "o", color=_PROFILE, markersize=3.2, clip_on=False)
    axes.set(ylim=(0.0, _TOP), xlabel=panel.label)
    axes.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 2.5, 5, 10], prune="both"))
    axes.margins(x=0.03)


def _smooth(x: Array, rise: Array, panel: ProfilePanel) -> tuple[Array, Array]:
    """A curve through the points: of the signed root of the rise, which is nearly straight."""
    root = np.sqrt(rise) * np.sign(panel.values - panel.best)
    fine = np.linspace(x[0], x[-1], _FINE)
    return fine, np.square(np.interp(fine, x, root))


def contours_figure(labels: tuple[str, str], best: tuple[float, float], regions: Sequence[Region]) -> Figure:
    """Joint regions of two quantities, the inner one darker; open parts are left undrawn. labels: mathtext."""
    with journal_style():
        figure = new_figure(3.0, 3.6)
        axes = figure.add_axes((0.19, 0.17, 0.78, 0.79))
        outer_first = sorted(regions, key=lambda region: region.label, reverse=True)
        for region, colour in zip(outer_first, _FILLS, strict=False):
            across, up = _outline(region.x, region.y)
            if np.any(region.open):
                kept = np.where(region.open, np.nan, 1.0)
                axes.plot(region.x * kept, region.y * kept, color=colour, label=f"{region.label} %")
                continue
            axes.fill(across, up, facecolor=colour, alpha=0.35, linewidth=0)
            axes.plot(across, up, color=_PROFILE, linewidth=0.9, label=f"{region.label} %")
            top = int(np.argmax(up))
            axes.annotate(
                f"{region.label} %", (across[top], up[top]), xytext=(0, 2.5), textcoords="offset points",
                ha="center", va="bottom", fontsize=8.5, color="0.25",
            )  # fmt: skip
        axes.plot(*best, "+", color="0.1", markersize=7)
        axes.margins(0.12)
        axes.xaxis.set_major_locator(MaxNLocator(5))
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.set(xlabel=labels[0], ylabel=labels[1])
    return figure


def _outline(x: Array, y: Array) -> tuple[Array, Array]:
    """A closed smooth curve through the points of a polygon (their Fourier series)."""
    fine = 8 * x.size
    outline = []
    for values in (x, y):
        spectrum = np.fft.rfft(values)
        outline.append(np.fft.irfft(spectrum, fine) * (fine / values.size))
    return np.append(outline[0], outline[0][0]), np.append(outline[1], outline[1][0])
