"""Panels of data, fit and bands against the drive, each with its residuals below."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import AutoMinorLocator, LogLocator, MaxNLocator, NullFormatter, StrMethodFormatter

from stfit.figures.style import LINES, MARKERS, WIDTH, Array, Quantity, escape, journal_style, new_figure, shades

_LEFT, _RIGHT, _BOTTOM, _GAP, _SEAM = 0.62, 0.10, 0.48, 0.26, 0.08  # inches
_MAIN, _RESIDUAL = 2.75, 0.95  # inches, heights
_TITLED, _UNTITLED = 0.30, 0.08  # inches above the panels
_MARGIN: Final = 0.06  # of the range, about the data
_LEGEND_ROWS: Final = 6
_LEGEND_LINE: Final = 0.18  # inches
_OWN_GAP: Final = 0.80  # inches between panels that have each its own vertical axis
_FEW: Final = 1e4  # from one end of a logarithmic axis to the other


@final
@dataclass(frozen=True)
class Fit:
    """A fitted curve with its bands; arrays of shape (points,), SI units, NaN where a band is open."""

    x: Array
    y: Array
    lo68: Array
    hi68: Array
    lo95: Array
    hi95: Array


@final
@dataclass(frozen=True)
class Series:
    """Points that belong together, with their fit. Arrays of shape (rows,), SI units.

    state: "P" or "AP", the state that is left; it gives the colour. observed: NaN where a row gives a limit only:
    `low` then holds a lower limit, or `high` an upper one. residual: signed root of the deviance, or NaN.
    beside: another estimate of each row, uncorrected, drawn as small crosses; NaN where there is none.
    shows, unit: the observable and its SI unit, where those of one figure differ in that.
    """

    label: str
    state: str
    x: Array
    observed: Array
    low: Array
    high: Array
    residual: Array
    fit: Fit | None = None
    shows: str = ""
    unit: str = ""
    beside: Array | None = None


_STATE: Final = re.compile(r"^A?P(\s*(->|→)\s*A?P)?(,\s*|$)")


def states_of(series: Sequence[Series]) -> list[str]:
    """The states that the series leave, P first."""
    return sorted({entry.state for entry in series}, key=lambda state: (state != "P", state))


def of_state(series: Sequence[Series], state: str) -> list[Series]:
    """The series that leave `state`, for a panel titled by it: their labels need not repeat it."""
    return [replace(entry, label=_STATE.sub("", entry.label)) for entry in series if entry.state == state]


Panels = Mapping[str, Sequence[Series]]  # title → what the panel shows


def panels_figure(
    panels: Panels, x: Quantity, y: Quantity | Mapping[str, Quantity], *, legend_above: bool = False
) -> Figure:
    """One column a panel: data with their own errors, fit, 68 % and 95 % bands; below, residuals with ±1 and ±2.

    y: of all panels, which then share their limits, or of each by its title, which its own axis then stands for.
    legend_above: legends of several series stand above the panels, which curves fill from side to side.
    """
    own = isinstance(y, Mapping)
    vertical = y if isinstance(y, Mapping) else dict.fromkeys(panels, y)
    with journal_style():
        lines = max(len(group) for group in panels.values()) if legend_above else 0
        head = (_TITLED if any(panels) and not own else _UNTITLED) + _LEGEND_LINE * ((lines + 1) // 2) * (lines > 1)
        figure = new_figure(head + _MAIN + _SEAM + _RESIDUAL + _BOTTOM)
        top, bottom = _grid(figure, len(panels), _OWN_GAP if own else _GAP)
        everything = [series for group in panels.values() for series in group]
        reach = _reach([series.residual for series in everything])
        for column, (title, group) in enumerate(panels.items()):
            _draw_panel(top[column], group, x, vertical[title])
            _draw_residuals(bottom[column], group, x, reach)
            if lines > 1:
                _raise_legend(top[column])
            top[column].set_ylim(*_limits(group if own else everything, vertical[title]))
            if own:
                _plain_ticks(top[column])
            else:
                top[column].set_title(escape(title), loc="left", pad=4)
        _label(top, bottom, x, list(vertical.values()) if own else [*vertical.values()][:1])
    return figure


def _grid(figure: Figure, columns: int, gap: float) -> tuple[list[Axes], list[Axes]]:
    height = figure.get_figheight()
    wide = (WIDTH - _LEFT - _RIGHT - gap * (columns - 1)) / columns
    top: list[Axes] = []
    bottom: list[Axes] = []
    for column in range(columns):
        left = (_LEFT + column * (wide + gap)) / WIDTH
        below = (left, _BOTTOM / height, wide / WIDTH, _RESIDUAL / height)
        above = (left, (_BOTTOM + _RESIDUAL + _SEAM) / height, wide / WIDTH, _MAIN / height)
        top.append(figure.add_axes(above))
        bottom.append(figure.add_axes(below, sharex=top[-1]))
    return top, bottom


def _draw_panel(axes: Axes, group: Sequence[Series], x: Quantity, y: Quantity) -> None:
    handles = []
    if y.log:
        axes.set_yscale("log")
    for series, style in zip(group, _styles(group), strict=True):
        if series.fit is not None:
            _draw_fit(axes, series.fit, style, x, y)
        _draw_points(axes, series, style, x, y)
        handles.append(Line2D([], [], label=escape(series.label), **style))
    axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10]))
    axes.xaxis.set_minor_locator(AutoMinorLocator(2))
    axes.tick_params(labelbottom=False)
    columns = 1 + (len(handles) - 1) // _LEGEND_ROWS
    if any(handle.get_label() for handle in handles):
        axes.legend(handles=handles, ncols=columns, loc="best", frameon=columns > 1, edgecolor="none")


def _raise_legend(axes: Axes) -> None:
    """The legend above the title of its panel, in two columns."""
    legend = axes.get_legend()
    if legend is not None:
        handles, above = legend.legend_handles, 1.0 + _TITLED / _MAIN
        axes.legend(
            handles=handles, ncols=2, loc="lower left", bbox_to_anchor=(0.0, above), borderpad=0, borderaxespad=0
        )


def _plain_ticks(axes: Axes) -> None:
    """1, 2, 5, 10 on a logarithmic axis of few decades, where powers of ten would be too few or too long."""
    low, high = axes.get_ylim()
    if axes.get_yscale() == "log" and high < _FEW * low:
        axes.yaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axes.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())


def _styles(group: Sequence[Series]) -> list[dict[str, Any]]:
    """Colour, marker and line of each series: the colour tells the state, its lightness and the marker the series."""
    states = [series.state for series in group]
    palettes = {state: iter(shades(state, states.count(state))) for state in set(states)}
    several = len(palettes) > 1
    styles: list[dict[str, Any]] = []
    for index, state in enumerate(states):
        colour = next(palettes[state])
        hollow = state == "AP"
        styles.append(
            {
                "color": colour,
                "marker": MARKERS[(int(hollow) if several else index) % len(MARKERS)],
                "markerfacecolor": "white" if hollow else colour,
                "markersize": 4.2,
                "markeredgewidth": 0.9,
                "linestyle": LINES[1 if several and hollow else 0],
            }
        )
    return styles


def _draw_fit(axes: Axes, fit: Fit, style: Mapping[str, Any], x: Quantity, y: Quantity) -> None:
    at = fit.x * x.factor
    for low, high, opacity in ((fit.lo95, fit.hi95, 0.16), (fit.lo68, fit.hi68, 0.30)):
        axes.fill_between(at, low * y.factor, high * y.factor, color=style["color"], alpha=opacity, linewidth=0)
    axes.plot(at, fit.y * y.factor, color=style["color"], linestyle=style["linestyle"])


def _draw_points(axes: Axes, series: Series, style: Mapping[str, Any], x: Quantity, y: Quantity) -> None:
    known = np.isfinite(series.observed)
    points = {key: value for key, value in style.items() if key != "linestyle"} | {"linestyle": "none"}
    value = series.observed[known]
    errors = np.abs(np.stack([value - series.low[known], series.high[known] - value]))
    axes.errorbar(
        series.x[known] * x.factor, value * y.factor, yerr=np.nan_to_num(errors) * y.factor, elinewidth=0.8, **points
    )
    if series.beside is not None:
        crosses: dict[str, Any] = {"marker": "x", "markersize": 3.6, "markeredgewidth": 0.8, "linestyle": "none"}
        beside = series.beside * y.factor
        axes.plot(series.x * x.factor, beside, color=style["color"], alpha=0.75, zorder=1.5, **crosses)
    for bound, marker in ((series.low, "$\\uparrow$"), (series.high, "$\\downarrow$")):
        limit = ~known & np.isfinite(bound)
        axes.plot(series.x[limit] * x.factor, bound[limit] * y.factor, **(points | {"marker": marker, "markersize": 9}))


def _draw_residuals(axes: Axes, group: Sequence[Series], x: Quantity, reach: float) -> None:
    axes.axhline(0, color="0.3", linewidth=0.7)
    for level, line in ((1, (0, (4, 2))), (2, (0, (1, 2)))):
        for sign in (-1, 1):
            axes.axhline(sign * level, color="0.55", linewidth=0.7, linestyle=line)
    for series, style in zip(group, _styles(group), strict=True):
        axes.plot(series.x * x.factor, series.residual, **(dict(style) | {"linestyle": "none", "markersize": 3.4}))
    axes.set_ylim(-reach, reach)
    axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))


def _label(top: Sequence[Axes], bottom: Sequence[Axes], x: Quantity, y: Sequence[Quantity]) -> None:
    """Label the axes; y: one for each panel that has its own vertical axis, the first for all others."""
    for axes in bottom:
        axes.set_xlabel(x.text)
    for axes in (*top[len(y) :], *bottom[1:]):
        axes.tick_params(labelleft=False)
    for axes, quantity in zip(top, y, strict=False):
        axes.set_ylabel(quantity.text)
    bottom[0].set_ylabel("residual")
    for axes in (*top[: len(y)], bottom[0]):
        axes.yaxis.set_label_coords(-(_LEFT - 0.13) / (top[0].get_position().width * WIDTH), 0.5)


def _limits(every: Sequence[Series], y: Quantity) -> tuple[float, float]:
    """The range of data and fit: a band that runs away does not set it."""
    if y.unit == "" and not y.log:
        return -_MARGIN, 1 + _MARGIN
    shown = [part for s in every for part in (s.observed, s.low, s.high, np.array([]) if s.fit is None else s.fit.y)]
    values = np.concatenate(shown) * y.factor
    values = values[np.isfinite(values) & ((values > 0) | (not y.log))]
    if values.size == 0:
        return (0.1, 10.0) if y.log else (0.0, 1.0)
    if not y.log:
        margin = _MARGIN * float(np.ptp(values)) or 1.0
        return float(values.min()) - margin, float(values.max()) + margin
    margin = 10.0 ** (_MARGIN * max(float(np.log10(values.max() / values.min())), 1.0))
    return float(values.min()) / margin, float(values.max()) * margin


def _reach(residuals: Sequence[Array]) -> float:
    values = np.abs(np.concatenate([np.zeros(1), *residuals]))
    return max(2.6, 1.12 * float(np.nanmax(values)))
