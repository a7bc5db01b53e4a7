"""The error budget as bars, and what each measurement says of one number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from stfit.figures.layout import PAGE, FigureLayout
from stfit.figures.style import AxisQuantity, escape, journal_style, new_figure

_BAR, _HEAD, _FOOT, _LEFT, _RIGHT = 0.23, 0.52, 0.44, 0.62, 0.14  # inches
_LETTER: Final = 0.078  # inches, of a name beside the axis
_WIDEST: Final = 0.4  # of the figure, for names
_FILLS: Final = ("#0b3c6b", "#e9b872", "#5a8fc0", "#f7ead3", "#8c4a0b", "#c9d8e6")  # neighbours differ in grey too
_DARK, _LIGHT = "#0b3c6b", "#c6dbef"


def shares_figure(shares: Mapping[str, Mapping[str, float]], layout: FigureLayout = PAGE) -> Figure:
    """Stacked bars of the parts of each variance, which add to 1; labels of rows and of sources are mathtext."""
    sources = list(dict.fromkeys(source for parts in shares.values() for source in parts))
    rows = -(-len(sources) // (3 if layout.stacked else 6))
    head = layout.scale * (_HEAD + 0.17 * (rows - 1))
    high = head + _BAR * len(shares) + _FOOT
    with journal_style(layout.scale):
        figure = new_figure(high, layout.width)
        wide = layout.width - _LEFT - _RIGHT
        axes = figure.add_axes((_LEFT / layout.width, _FOOT / high, wide / layout.width, _BAR * len(shares) / high))
        done = np.zeros(len(shares))
        for index, source in enumerate(sources):
            part = np.array([100.0 * parts.get(source, 0.0) for parts in shares.values()])
            colour = _FILLS[index % len(_FILLS)]
            axes.barh(
                np.arange(len(shares)), part, 0.72, done, label=source, color=colour, edgecolor="0.2", linewidth=0.4
            )
            done += part
        axes.set(xlim=(0.0, 100.0), ylim=(len(shares) - 0.5, -0.5), xlabel="share of the variance (%)")
        axes.set_yticks(np.arange(len(shares)), list(shares))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.tick_params(axis="y", length=0)
        axes.legend(
            loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=3 if layout.stacked else 6, borderaxespad=0.2,
            handlelength=1.2, columnspacing=1.2,
        )  # fmt: skip
    return figure


@final
@dataclass(frozen=True)
class LeaveOneOut:
    """What one measurement says of a number. alone, without: value and error by itself and of all the others."""

    label: str
    alone: tuple[float, float] | None
    without: tuple[float, float] | None


def forest_figure(
    found: Sequence[LeaveOneOut],
    together: tuple[float, float],
    x: AxisQuantity,
    label: str,
    layout: FigureLayout = PAGE,
) -> Figure:
    """A row a measurement: alone (full) and all others without it (open), 68 % bars; the band is all together.

    label: of the number, mathtext. x: its unit.
    """
    letters = max((len(entry.label) for entry in found), default=1)
    left = min(0.3 + layout.scale * _LETTER * letters, _WIDEST * layout.width)
    high = layout.scale * 0.42 + 0.34 * len(found) + _FOOT
    with journal_style(layout.scale):
        figure = new_figure(high, layout.width)
        wide = layout.width - left - _RIGHT
        axes = figure.add_axes((left / layout.width, _FOOT / high, wide / layout.width, 0.34 * len(found) / high))
        low, top = ((together[0] + sign * together[1]) * x.factor for sign in (-1, 1))
        axes.axvspan(low, top, color=_LIGHT, linewidth=0, label="all together")
        axes.axvline(together[0] * x.factor, color=_DARK, linewidth=0.8)
        for shift, kind, face in ((-0.16, "alone", _DARK), (0.16, "without", "white")):
            points = [(row, getattr(entry, kind)) for row, entry in enumerate(found)]
            seen = [(row, value) for row, value in points if value is not None]
            if seen:
                axes.errorbar(
                    [value[0] * x.factor for _, value in seen], [row + shift for row, _ in seen],
                    xerr=[value[1] * x.factor for _, value in seen], color=_DARK, linestyle="none", markersize=4.2,
                    marker="o" if kind == "alone" else "s", markerfacecolor=face, elinewidth=0.9,
                    label="alone" if kind == "alone" else "all others",
                )  # fmt: skip
        axes.set_yticks(range(len(found)), [_shortened(entry.label, left, layout) for entry in found])
        axes.set(ylim=(len(found) - 0.5, -0.5), xlabel=f"{label} ({escape(x.unit)})" if x.unit else label)
        axes.yaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.tick_params(axis="y", length=0)
        figure.legend(loc="upper left", ncols=3, borderaxespad=0.3, columnspacing=1.2, handlelength=1.6)
    return figure


def _shortened(label: str, inches: float, layout: FigureLayout) -> str:
    most = max(int((inches - 0.15) / (layout.scale * _LETTER)), 8)
    return escape(label if len(label) <= most else f"…{label[1 - most :]}")
