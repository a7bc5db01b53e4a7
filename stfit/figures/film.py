"""The resonances of a film: f against H_res and ΔH against f with residuals, all spectra as a map, single spectra."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from stfit.figures.layout import PAGE, FigureLayout, grid_of
from stfit.figures.legend import LEGEND_LINE, legend_columns, place_legend, shortened
from stfit.figures.style import MARKERS, Array, escape, journal_style, new_figure

_GHZ, _MT = 1e-9, 1e3
_LEVELS: Final = 24  # of the colours of a map
_COLUMNS: Final = 160  # cells of a map along a sweep, of which equal neighbours are one
_ACROSS: Final = 3  # spectra side by side
_HIGH: Final = 1.25  # inches of one of them
_FURTHEST: Final = 4.0  # residuals in standard errors that an axis shows at least


@final
@dataclass(frozen=True)
class FilmSeries:
    """Lines of one series with their fit; SI units, arrays of shape (lines,).

    frequency, field, width: with the errors and the fitted values of the latter two, None where there are none.
    used: which lines the fit rests on. curve: frequency, resonance_field and field_linewidth along the fit.
    """

    label: str
    frequency: Array
    field: tuple[Array, Array, Array | None] | None
    width: tuple[Array, Array, Array | None]
    used: npt.NDArray[np.bool_]
    curve: Mapping[str, Array]


def film_figure(series: Sequence[FilmSeries], layout: FigureLayout = PAGE) -> Figure:
    """Draw f against |H_res| and ΔH against f, with residuals in standard errors below each.

    Parameters
    ----------
    series : sequence of FilmSeries
        The first panel is left out where none of them has fields.
    layout : FigureLayout
        Of the figure.

    Returns
    -------
    Figure
        Lines that the fit leaves out are hollow.
    """
    with journal_style(layout.scale):
        labels = [shortened(one.label, layout) for one in series] if len(series) > 1 else [""]
        placed = any(one.field is not None for one in series)
        panels = 2 if placed else 1
        rows = -(-len(labels) // legend_columns(labels, layout, panels)) if any(labels) else 0
        grid = grid_of(layout, panels, titled=False, above=rows * LEGEND_LINE, own=True)
        styles = _styles(len(series))
        for one, style in zip(series, styles, strict=True):
            if one.field is not None:
                _draw_positions(grid.main[0], grid.residual[0] if grid.residual else None, one, style)
            _draw_widths(grid.main[-1], grid.residual[-1] if grid.residual else None, one, style)
        if placed:
            _named(grid.main[0], grid.residual[0] if grid.residual else None, "μ0|H_res| (mT)", "f (GHz)")
        _named(grid.main[-1], grid.residual[-1] if grid.residual else None, "f (GHz)", "μ0ΔH, FWHM (mT)")
        if any(labels):
            place_legend(grid.main[0], labels, styles, legend_columns(labels, layout, panels))
    return grid.figure


def _styles(count: int) -> list[dict[str, Any]]:
    colours = mpl.colormaps["viridis"](np.linspace(0.0, 0.85, count) if count > 1 else [0.25])
    return [
        {"color": tuple(colour), "marker": MARKERS[place % len(MARKERS)], "markersize": 4.0}
        for place, colour in enumerate(colours.tolist())
    ]


def _draw_positions(main: Axes, below: Axes | None, one: FilmSeries, style: dict[str, Any]) -> None:
    if one.field is None:
        return
    field, stderr, fitted = one.field
    if "resonance_field" in one.curve:
        along = one.curve["resonance_field"] >= 0
        main.plot(one.curve["resonance_field"][along] * _MT, one.curve["frequency"][along] * _GHZ, color=style["color"])
    _points(main, np.abs(field) * _MT, one.frequency * _GHZ, one.used, style)
    if below is not None and fitted is not None:
        _points(below, np.abs(field) * _MT, (field - fitted) / stderr, one.used, style)


def _draw_widths(main: Axes, below: Axes | None, one: FilmSeries, style: dict[str, Any]) -> None:
    width, stderr, fitted = one.width
    if "field_linewidth" in one.curve:
        main.plot(one.curve["frequency"] * _GHZ, one.curve["field_linewidth"] * _MT, color=style["color"])
    main.errorbar(
        one.frequency * _GHZ, width * _MT, stderr * _MT, color=style["color"], linestyle="none", linewidth=0.8
    )
    _points(main, one.frequency * _GHZ, width * _MT, one.used, style)
    if below is not None and fitted is not None:
        _points(below, one.frequency * _GHZ, (width - fitted) / stderr, one.used, style)


def _points(axes: Axes, x: Array, y: Array, used: npt.NDArray[np.bool_], style: dict[str, Any]) -> None:
    for chosen, face in ((used, style["color"]), (~used, "white")):
        if np.any(chosen):
            axes.plot(x[chosen], y[chosen], linestyle="none", markerfacecolor=face, **style)


def _named(main: Axes, below: Axes | None, x: str, y: str) -> None:
    main.set_ylabel(_math(y))
    main.set_xlim(left=0.0)
    main.set_ylim(bottom=0.0)
    if below is None:
        main.set_xlabel(_math(x))
        return
    main.tick_params(labelbottom=False)
    below.set_xlabel(_math(x))
    below.set_ylabel(r"residual / $\sigma$")
    below.axhline(0.0, color="0.5", linewidth=0.7)
    found = [np.abs(np.asarray(line.get_ydata(), dtype=float)) for line in below.lines]
    reach = max([_FURTHEST, *(1.15 * float(np.max(part)) for part in found if part.size)])
    below.set_ylim(-reach, reach)
    below.yaxis.set_major_locator(MaxNLocator(3))


def _math(text: str) -> str:
    return (
        text.replace("μ0|H_res|", r"$\mu_0|H_\mathrm{res}|$").replace("μ0ΔH", r"$\mu_0\Delta H$").replace("f ", "$f$ ")
    )


@final
@dataclass(frozen=True)
class SpectraToDraw:
    """Spectra one after the other, arrays of shape (samples,): number of each, its setting, x, signal, fit.

    setting: Hz of sweeps in field, T of those in frequency; None where nothing says. swept: "field" or "frequency".
    """

    number: Array
    setting: Array | None
    x: Array
    signal: Array
    fitted: Array
    swept: str


def map_figure(spectra: SpectraToDraw, curves: Sequence[Mapping[str, Array]], layout: FigureLayout = PAGE) -> Figure:
    """Draw all spectra as a map, each scaled by its own largest change, with the fitted dispersion over it.

    Parameters
    ----------
    spectra : SpectraToDraw
        With settings; of several spectra at one setting the first is drawn.
    curves : sequence of mapping
        frequency (Hz) and resonance_field (T) along each fit.
    layout : FigureLayout
        Of the figure.

    Returns
    -------
    Figure
        Field and frequency along the axes.
    """
    if spectra.setting is None:
        raise ValueError("a map needs the setting of each spectrum")
    high = layout.main * 1.2 + layout.bottom + 0.1
    x_factor, y_factor = (_MT, _GHZ) if spectra.swept == "field" else (_GHZ, _MT)
    settings, first = np.unique(spectra.setting, return_index=True)
    edges = _edges(settings * y_factor)
    with journal_style(layout.scale):
        figure = new_figure(high, layout.width)
        wide = layout.width - layout.left - layout.right
        axes = figure.add_axes(
            (layout.left / layout.width, layout.bottom / high, wide / layout.width, 1.2 * layout.main / high)
        )
        cells: dict[int, list[Any]] = {}
        for place, number in enumerate(spectra.number[first].tolist()):
            rows = spectra.number == number
            for level, left, right in _runs(spectra.x[rows] * x_factor, spectra.signal[rows]):
                low, top = edges[place], edges[place + 1]
                cells.setdefault(level, []).append([(left, low), (right, low), (right, top), (left, top)])
        colours = mpl.colormaps["RdBu_r"]
        for level, polygons in sorted(cells.items()):
            axes.add_collection(
                PolyCollection(polygons, facecolors=colours((level + 0.5) / _LEVELS), edgecolors="face", linewidths=0.2)
            )
        x_range = (float(np.min(spectra.x)) * x_factor, float(np.max(spectra.x)) * x_factor)
        for curve in curves:
            pair = [curve["resonance_field"] * _MT, curve["frequency"] * _GHZ]
            along, across = pair if spectra.swept == "field" else pair[::-1]
            for sign in (1.0, -1.0) if spectra.swept == "field" and x_range[0] < 0 else (1.0,):
                axes.plot(sign * along, across, color="0.1", linewidth=0.9, linestyle=(0, (4, 2)))
        axes.set(xlim=x_range, ylim=(edges[0], edges[-1]))
        names = (r"$\mu_0 H$ (mT)", "$f$ (GHz)")
        axes.set_xlabel(names[spectra.swept != "field"])
        axes.set_ylabel(names[spectra.swept == "field"])
    return figure


def _edges(settings: Array) -> Array:
    """Borders between settings in increasing order, shape (settings + 1,)."""
    if settings.size == 1:
        return np.array([settings[0] - 0.5, settings[0] + 0.5])
    middles = 0.5 * (settings[1:] + settings[:-1])
    return np.concatenate([[settings[0] - (middles[0] - settings[0])], middles, [2 * settings[-1] - middles[-1]]])


def _runs(x: Array, signal: Array) -> list[tuple[int, float, float]]:
    """Level and ends of every stretch of a spectrum that has one level; its median is the middle one."""
    borders = np.linspace(x[0], x[-1], min(_COLUMNS, x.size) + 1)
    middles = 0.5 * (borders[1:] + borders[:-1])
    values = np.interp(middles, x, signal) - float(np.median(signal))
    size = float(np.max(np.abs(values))) or 1.0
    level = np.clip(((values / size + 1.0) * 0.5 * _LEVELS).astype(int), 0, _LEVELS - 1)
    starts = np.flatnonzero(np.diff(level, prepend=-1))
    ends = np.append(starts[1:], level.size)
    return [(int(level[a]), float(borders[a]), float(borders[b])) for a, b in zip(starts, ends, strict=True)]


def spectra_figure(spectra: SpectraToDraw, names: Sequence[tuple[int, str]], layout: FigureLayout = PAGE) -> Figure:
    """Draw single spectra with their fits.

    Parameters
    ----------
    spectra : SpectraToDraw
        Among them those that are drawn.
    names : sequence of (int, str)
        The number of each that is drawn, and what stands above it.
    layout : FigureLayout
        Of the figure.

    Returns
    -------
    Figure
        Small panels: points are samples, lines are fits.
    """
    across = 2 if layout.stacked else _ACROSS
    down = -(-len(names) // across)
    with journal_style(layout.scale):
        figure = new_figure(down * _HIGH + layout.bottom, layout.width)
        factor = _MT if spectra.swept == "field" else _GHZ
        for place, (number, name) in enumerate(names):
            axes = figure.add_subplot(down, across, place + 1)
            rows = spectra.number == number
            axes.plot(spectra.x[rows] * factor, spectra.signal[rows], ".", color="0.55", markersize=1.8)
            axes.plot(spectra.x[rows] * factor, spectra.fitted[rows], color="#b2182b", linewidth=0.9)
            axes.set_title(escape(name), fontsize=7.5 * layout.scale)
            axes.tick_params(labelleft=False, labelsize=7 * layout.scale)
            axes.xaxis.set_major_locator(MaxNLocator(3))
        figure.supxlabel(r"$\mu_0 H$ (mT)" if spectra.swept == "field" else "$f$ (GHz)", fontsize=9 * layout.scale)
        figure.subplots_adjust(
            left=0.03,
            right=0.99,
            top=1 - 0.2 / (down * _HIGH),
            bottom=0.42 / (down * _HIGH + 0.4),
            hspace=0.55,
            wspace=0.08,
        )
    return figure
