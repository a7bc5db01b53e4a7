"""What a report shows of pulses of many widths: the switching probability over drive and width."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from stfit.figures.layout import COLUMN, PAGE
from stfit.figures.style import Array, AxisQuantity, Figure
from stfit.figures.switching_map import switching_map
from stfit.reports.content import Block, Drawing, Gallery, Width
from stfit.reports.view import common_unit
from stfit.results.result import MeasurementSummary

_FEWEST: Final = 4  # pulse widths, and drives of each on the average, that make a map
_UNITS: Final = {"current": "A", "voltage": "V"}


def section(summary: MeasurementSummary, index: int) -> list[Block]:
    """The map of each transition that was pulsed with widths enough.

    Parameters
    ----------
    summary : MeasurementSummary
        The measurement; one with few widths, or several temperatures or fields, has no blocks.
    index : int
        Its place in the result, from 1.

    Returns
    -------
    list of Block
        For `stfit.reports`.
    """
    drive = "voltage" if summary.reduced and "voltage" in summary.reduced[0] else "current"
    panels = {name: rows for name in _transitions(summary) if (rows := _rows(summary, name, drive)) is not None}
    if not panels:
        return []
    x, y = _axis(drive, "drive", _UNITS[drive], panels), _axis("pulse width", "pulse_width", "s", panels)

    def draw(width: Width) -> Figure:
        return switching_map(panels, x, y, COLUMN if width == "column" else PAGE)

    words = "Switching probability over drive and pulse width; lines: where the fit has 10, 50 and 90 %."
    return [Gallery((Drawing(f"switching-map-{index}", draw, words, words),))]


def _transitions(summary: MeasurementSummary) -> list[str]:
    return list(dict.fromkeys(row["transition"] for row in summary.reduced if "transition" in row))


def _rows(summary: MeasurementSummary, transition: str, drive: str) -> Mapping[str, Array] | None:
    """The rows of a transition; None where they make no map."""
    rows = [row for row in summary.reduced if row.get("transition") == transition]
    if len({(row.get("temperature"), row.get("field")) for row in rows}) > 1:
        return None
    names = {"drive": drive, "pulse_width": "pulse_width", "observed": "observed", "fitted": "fitted"}
    columns = {name: _column(rows, key) for name, key in names.items()}
    widths = np.unique(columns["pulse_width"]).size
    return columns if widths >= _FEWEST and len(rows) >= _FEWEST * widths else None


def _column(rows: list[dict[str, Any]], key: str) -> Array:
    return np.array([np.nan if row[key] is None else row[key] for row in rows], dtype=float)


def _axis(label: str, name: str, unit: str, panels: Mapping[str, Mapping[str, Array]]) -> AxisQuantity:
    factor, shown = common_unit(np.concatenate([rows[name] for rows in panels.values()]).tolist(), unit)
    return AxisQuantity(label, shown, factor)
