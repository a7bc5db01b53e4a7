"""Panels of data, fit and bands against the drive, each with its residuals below."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import AutoMinorLocator, MaxNLocator

from stfit.figures.layout import PAGE, FigureLayout, Grid, grid_of
from stfit.figures.legend import LEGEND_LINE, legend_columns, place_legend, shortened
from stfit.figures.log_ticks import log_ticks
from stfit.figures.style import LINES, MARKERS, Array, AxisQuantity, escape, journal_style, shades

_MARGIN: Final = 0.06  # of the range, about the data
_POINTS: Final = 72.0  # of an inch
_OVERLAP: Final = 0.5  # of the range of all, from which stacked panels share their horizontal axis


@final
@dataclass(frozen=True)
class FittedCurve:
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
    fit: FittedCurve | None = None
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
    panels: Panels,
    x: AxisQuantity,
    y: AxisQuantity | Mapping[str, AxisQuantity],
    *,
    layout: FigureLayout = PAGE,
) -> Figure:
    """A panel for each title: data with their own errors, fit, 68 % and 95 % bands; below, residuals with ±1 and ±2.

    y: of all panels, which then share their limits, or of each by its title, which its own axis then stands for.
    Legends stand above the panels, where no data lie; the ticks of all panels follow one rule.
    """
    own = isinstance(y, Mapping)
    vertical = y if isinstance(y, Mapping) else dict.fromkeys(panels, y)
    everything = [series for group in panels.values() for series in group]
    shared = layout.stacked and len(panels) > 1 and _overlap(list(panels.values()))
    with journal_style(layout.scale):
        names = {title: [shortened(series.label, layout) for series in group] for title, group in panels.items()}
        columns = min(legend_columns(group, layout, len(panels)) for group in names.values())
        rows = max(-(-len(group) // columns) if any(group) else 0 for group in names.values())
        above = layout.scale * LEGEND_LINE * rows
        apart = not shared if layout.stacked else own
        grid = grid_of(layout, len(panels), titled=any(panels) and not own, above=above, own=apart)
        reach = _reach([series.residual for series in everything])
        for index, (title, group) in enumerate(panels.items()):
            axes = grid.main[index]
            _draw_panel(axes, group, x, vertical[title], layout)
            place_legend(axes, names[title], _styles(group), columns)
            if grid.residual:
                _draw_residuals(grid.residual[index], group, x, reach, layout)
                grid.residual[index].set_gid(f"residual-{index}")
                grid.residual[index].xaxis.set_gid(f"foot-{index}")
            axes.set_gid(f"panel-{index}")
            axes.set_ylim(*_limits(group if own or layout.stacked else everything, vertical[title]))
            if not own:
                axes.set_title(escape(title), loc="left", pad=4 + _POINTS * above)
        log_ticks([axes for axes in grid.main if axes.get_yscale() == "log"])
        _label(grid, x, list(vertical.values()), layout, own=own, shared=shared)
    return grid.figure


def _overlap(groups: Sequence[Sequence[Series]]) -> bool:
    """Whether the panels cover much the same range, so that one horizontal axis serves all."""
    lows, highs = zip(*((min(map(_low, group)), max(map(_high, group))) for group in groups), strict=True)
    return bool(min(highs) - max(lows) > _OVERLAP * (max(highs) - min(lows)))


def _low(series: Series) -> float:
    return float(np.min(series.x))


def _high(series: Series) -> float:
    return float(np.max(series.x))


def _draw_panel(axes: Axes, group: Sequence[Series], x: AxisQuantity, y: AxisQuantity, layout: FigureLayout) -> None:
    if y.log:
        axes.set_yscale("log")
    for series, style in zip(group, _styles(group), strict=True):
        if series.fit is not None:
            _draw_fit(axes, series, series.fit, style, x, y)
        _draw_points(axes, series, style, x, y)
    axes.xaxis.set_major_locator(MaxNLocator(6 if layout.stacked else 8, steps=[1, 2, 5, 10]))
    axes.xaxis.set_minor_locator(AutoMinorLocator(2))
    axes.tick_params(labelbottom=not layout.residual)


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


def _draw_fit(
    axes: Axes, series: Series, fit: FittedCurve, style: Mapping[str, Any], x: AxisQuantity, y: AxisQuantity
) -> None:
    at = fit.x * x.factor
    for low, high, opacity in ((fit.lo95, fit.hi95, 0.16), (fit.lo68, fit.hi68, 0.30)):
        axes.fill_between(at, low * y.factor, high * y.factor, color=style["color"], alpha=opacity, linewidth=0)
    label = f"fit {escape(series.label)}".strip()
    axes.plot(at, fit.y * y.factor, color=style["color"], linestyle=style["linestyle"], label=label)


def _draw_points(axes: Axes, series: Series, style: Mapping[str, Any], x: AxisQuantity, y: AxisQuantity) -> None:
    known = np.isfinite(series.observed)
    points = {key: value for key, value in style.items() if key != "linestyle"} | {"linestyle": "none"}
    value = series.observed[known]
    errors = np.abs(np.stack([value - series.low[known], series.high[known] - value]))
    drawn = axes.errorbar(
        series.x[known] * x.factor, value * y.factor, yerr=np.nan_to_num(errors) * y.factor, elinewidth=0.8, **points
    )
    drawn[0].set_label(escape(series.label) or " ")  # for `drawn_values`; the legend has handles of its own
    if series.beside is not None:
        crosses: dict[str, Any] = {"marker": "x", "markersize": 3.6, "markeredgewidth": 0.8, "linestyle": "none"}
        beside = series.beside * y.factor
        axes.plot(series.x * x.factor, beside, color=style["color"], alpha=0.75, zorder=1.5, **crosses)
    for bound, marker in ((series.low, "$\\uparrow$"), (series.high, "$\\downarrow$")):
        limit = ~known & np.isfinite(bound)
        if not np.any(limit):
            continue  # an arrow is an outline of mathtext, which takes a while to read
        axes.plot(series.x[limit] * x.factor, bound[limit] * y.factor, **(points | {"marker": marker, "markersize": 9}))


def _draw_residuals(axes: Axes, group: Sequence[Series], x: AxisQuantity, reach: float, layout: FigureLayout) -> None:
    axes.axhline(0, color="0.3", linewidth=0.7)
    for level, line in ((1, (0, (4, 2))), (2, (0, (1, 2)))):
        for sign in (-1, 1):
            axes.axhline(sign * level, color="0.55", linewidth=0.7, linestyle=line)
    for series, style in zip(group, _styles(group), strict=True):
        points = dict(style) | {"linestyle": "none", "markersize": 3.4, "label": escape(series.label) or " "}
        axes.plot(series.x * x.factor, series.residual, **points)
    axes.set_ylim(-reach, reach)
    axes.yaxis.set_major_locator(MaxNLocator(2 if layout.stacked else 4, integer=True))
    axes.tick_params(top=False, which="both")  # so that the panel can be folded away, its axis moved up


def _label(
    grid: Grid, x: AxisQuantity, y: Sequence[AxisQuantity], layout: FigureLayout, *, own: bool, shared: bool
) -> None:
    """Label the axes. own: every panel has its own vertical axis; shared: the last has the horizontal one."""
    beside = not own and not layout.stacked  # the first panel then carries the vertical axis of all
    for index, (axes, quantity) in enumerate(zip(grid.main, y, strict=True)):
        if index and beside:
            axes.tick_params(labelleft=False)
        else:
            _name_vertical(axes, quantity.text, layout)
    for index, axes in enumerate(grid.residual):
        if index and not layout.stacked:
            axes.tick_params(labelleft=False)
        else:
            _name_vertical(axes, "residual", layout)
    if shared:
        reach = [axes.get_xlim() for axes in grid.main]
        for axes in grid.main:
            axes.set_xlim(min(low for low, _ in reach), max(high for _, high in reach))
    for axes in grid.lowest[-1:] if shared else grid.lowest:
        axes.set_xlabel(x.text)
    for axes in grid.lowest[:-1] if shared else ():
        axes.tick_params(labelbottom=False)


def _name_vertical(axes: Axes, text: str, layout: FigureLayout) -> None:
    axes.set_ylabel(text)
    wide = axes.get_position().width * layout.width
    axes.yaxis.set_label_coords(-(layout.left - 0.13) / wide, 0.5)


def _limits(every: Sequence[Series], y: AxisQuantity) -> tuple[float, float]:
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
