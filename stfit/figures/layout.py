"""Where the panels of a figure stand: side by side over a page, or one above another in a journal's column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, final

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from stfit.figures.style import COLUMN_WIDTH, WIDTH, new_figure

_SEAM: Final = 0.08  # inches between a panel and its residuals
_TITLED: Final = 0.30  # inches above a panel with a title, and
_UNTITLED: Final = 0.08  # without


@final
@dataclass(frozen=True)
class FigureLayout:
    """Sizes in inches. main, residual: heights of a panel and of its residuals, which are left out where 0.

    gap: between panels; own_gap: between panels that have each its own axis there. scale: of the text.
    """

    width: float
    stacked: bool
    main: float
    residual: float
    left: float
    bottom: float
    gap: float
    own_gap: float
    right: float = 0.10
    scale: float = 1.0

    def without_residuals(self) -> FigureLayout:
        """The same with data and fit only."""
        return replace(self, residual=0.0)

    @property
    def seam(self) -> float:
        """Between a panel and its residuals."""
        return _SEAM if self.residual else 0.0

    @property
    def pair(self) -> float:
        """Height of a panel with its residuals."""
        return self.main + self.seam + self.residual


PAGE: Final = FigureLayout(WIDTH, False, 2.75, 0.95, left=0.62, bottom=0.48, gap=0.26, own_gap=0.80)
COLUMN: Final = FigureLayout(COLUMN_WIDTH, True, 1.70, 0.62, left=0.55, bottom=0.40, gap=0.12, own_gap=0.46, scale=0.84)


@final
@dataclass(frozen=True)
class Grid:
    """The axes: of the panels, and of their residuals below (none where they are left out)."""

    figure: Figure
    main: Sequence[Axes]
    residual: Sequence[Axes]

    @property
    def lowest(self) -> Sequence[Axes]:
        """What stands at the foot of each panel."""
        return self.residual or self.main


def grid_of(layout: FigureLayout, count: int, *, titled: bool, above: float, own: bool) -> Grid:
    """Axes of `count` panels. titled: a title stands above each; above: inches for its legend; own: axes not shared.

    own says of panels side by side that each has its vertical axis, of stacked ones that each has its horizontal one.
    """
    head = (_TITLED if titled else _UNTITLED) + above
    gap = layout.own_gap if own else layout.gap
    if layout.stacked:
        step = layout.pair + gap + (head if titled or above else 0.0)
        high = head + layout.pair + (count - 1) * step + layout.bottom
        corners = [(layout.left, layout.bottom + (count - 1 - index) * step) for index in range(count)]
        wide = layout.width - layout.left - layout.right
    else:
        high = head + layout.pair + layout.bottom
        wide = (layout.width - layout.left - layout.right - gap * (count - 1)) / count
        corners = [(layout.left + index * (wide + gap), layout.bottom) for index in range(count)]
    return _placed(new_figure(high, layout.width), layout, corners, wide)


def _placed(figure: Figure, layout: FigureLayout, corners: Sequence[tuple[float, float]], wide: float) -> Grid:
    size = figure.get_size_inches()
    main: list[Axes] = []
    residual: list[Axes] = []
    for left, low in corners:
        across = (left / size[0], wide / size[0])
        above = low + layout.residual + layout.seam
        main.append(figure.add_axes((across[0], above / size[1], across[1], layout.main / size[1])))
        if layout.residual:
            below = (across[0], low / size[1], across[1], layout.residual / size[1])
            residual.append(figure.add_axes(below, sharex=main[-1]))
    return Grid(figure, main, residual)
