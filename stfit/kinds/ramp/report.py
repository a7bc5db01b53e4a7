"""What a report shows of hysteresis loops: the first as measured, their mean, and where the state changed."""

from __future__ import annotations

from typing import Final

import numpy as np

from stfit.figures.layout import COLUMN, PAGE
from stfit.figures.style import AxisQuantity, Figure
from stfit.figures.sweeps import sweeps_figure
from stfit.kinds.ramp.swept import SWEPT
from stfit.reports.content import Block, Drawing, Gallery, Width
from stfit.results.result import MeasurementSummary
from stfit.units import choose_prefix

_CHANGES: Final = ("change", "change_resistance", "change_from")


def section(summary: MeasurementSummary, index: int) -> list[Block]:
    """The figure of the sweeps that a result keeps.

    Parameters
    ----------
    summary : MeasurementSummary
        The measurement; one without sweeps has no blocks.
    index : int
        Its place in the result, from 1.

    Returns
    -------
    list of Block
        For `stfit.reports`.
    """
    if not summary.sweeps:
        return []
    sweeps = {name: np.array(values) for name, values in summary.sweeps.items()}
    # results of version 0.1 have samples only
    sweeps = {"minor": np.zeros_like(sweeps["sweep"]), **dict.fromkeys(_CHANGES, np.zeros(0))} | sweeps
    swept = next(swept for swept in SWEPT if swept.name in sweeps)
    axes = ((swept.name, swept.unit), ("resistance", "ohm"))
    drive, resistance = (_in_prefix(name, unit, sweeps[name].tolist()) for name, unit in axes)
    count = np.unique(sweeps["sweep"]).size

    def draw(width: Width) -> Figure:
        return sweeps_figure(sweeps, (swept.name, drive), resistance, COLUMN if width == "column" else PAGE)

    which = "The first sweep" if count == 1 else f"The first {count} sweeps"
    if np.any(sweeps["minor"]):
        which += " (minor loops, of smaller range, dashed)"
    marked = " A bar stands where the state changed, on any of the sweeps." if sweeps["change"].size else ""
    if "mean" in sweeps:
        marked += f" Dark line: mean of {sweeps['mean_sweeps'][0]:.0f} sweeps, step by step and each way."
    words = f"{which}: resistance against {swept.name}, with the state of each sample.{marked}"
    return [
        Gallery(
            (Drawing(f"sweeps-{index}", draw, words, f"{which} as measured, with the state of each sample.{marked}"),)
        )
    ]


def _in_prefix(label: str, unit: str, values: list[float]) -> AxisQuantity:
    factor, shown = choose_prefix(values, unit)
    return AxisQuantity(label, shown.replace("ohm", "Ω"), factor)
