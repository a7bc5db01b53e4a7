"""Power and linewidth of resonance lines: the figure of Eq. 32."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from matplotlib.figure import Figure

from stfit.figures.layout import PAGE, FigureLayout
from stfit.figures.panels import Series, panels_figure
from stfit.figures.style import AxisQuantity
from stfit.units import choose_prefix


def fmr_figure(series: Sequence[Series], x: AxisQuantity, layout: FigureLayout = PAGE) -> Figure:
    """Power and linewidth (FWHM) against x, logarithmic; one panel an observable, in which the states stand together.

    Against a frequency the axis is linear, as the law 4παf/γ is.
    """
    shown = dict.fromkeys(entry.shows for entry in series)
    panels = {name: [_untitled(entry) for entry in series if entry.shows == name] for name in shown}
    axes = {name: _axis(name, group, log=x.label != "frequency") for name, group in panels.items()}
    return panels_figure(panels, x, axes, layout=layout)


def _untitled(entry: Series) -> Series:
    """The series without the observable in its label, which is the title of its panel."""
    name = entry.shows.removeprefix("peak ")
    return replace(entry, label=", ".join(part for part in entry.label.split(", ") if part != name))


def _axis(name: str, group: Sequence[Series], *, log: bool) -> AxisQuantity:
    """The vertical axis, in the unit in which the values read best; a power that is not positive has no logarithm."""
    values = np.concatenate([entry.observed for entry in group])
    positive = bool(np.all(values[np.isfinite(values)] > 0))
    factor, unit = choose_prefix(values.tolist(), group[0].unit)
    return AxisQuantity(name, unit or "arb. units", factor, log=log and positive)
