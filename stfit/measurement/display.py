"""What a notebook shows of a measurement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.markup import block, paragraph, table
from stfit.measurement.base import Observation, name_of
from stfit.units import choose_prefix

Array = npt.NDArray[np.float64]

_SHOWN: Final = 8  # rows
_DIGITS: Final = 6


def measurement_html(measurement: Observation) -> str:
    """Kind, file, polarity, remarks, and the first rows of its table with units; every text is escaped."""
    shown, rows = measurement.shown()
    count = shown.settings.state.size
    words = f"{measurement.kind}, {measurement.origin.rows or count} rows, polarity {measurement.polarity:+d}"
    if count != measurement.origin.rows and measurement.origin.rows:
        words += f"; shown as {count}"
    head, body = head_of(measurement, shown, rows)
    more = [paragraph(f"… and {count - _SHOWN} more")] if count > _SHOWN else []
    notices = [paragraph(f"notice: {notice}") for notice in measurement.origin.notices]
    return block(paragraph(name_of(measurement), "h4"), paragraph(words), table(head, body), *more, *notices)


def head_of(
    measurement: Observation, shown: Observation, rows: npt.NDArray[np.intp] | slice
) -> tuple[list[str], list[list[str]]]:
    """Names with units and the first rows: state, drive, settings, and what was observed with its 68 % ends."""
    settings, observed, axis = measurement.settings, shown.observed(), shown.axis
    states = [shown.state_words[code] for code in shown.settings.state[:_SHOWN]]
    columns: list[tuple[str, Sequence[str]]] = [("state", states), _column(axis.name, axis.values, axis.unit)]
    columns += [
        _column(name, values[rows], unit)
        for name, values, unit in (("temperature", settings.temperature, "K"), ("field", settings.field, "T"))
        if np.any(np.isfinite(values[rows]))
    ]
    if observed.by_row:
        columns.append(("observed", [f"{name} ({unit})" if unit else name for name, unit in observed.by_row[:_SHOWN]]))
    label, unit = ("value", "") if observed.by_row else (observed.label, observed.unit)
    ends = (("", observed.value), (" from", observed.low), (" to", observed.high))
    columns += [_column(label + suffix, values, unit) for suffix, values in ends]
    return [name for name, _ in columns], [list(cells) for cells in zip(*(c for _, c in columns), strict=True)]


def _column(name: str, values: Array, unit: str) -> tuple[str, list[str]]:
    """A column in the unit in which it reads best, "–" for what is not there."""
    finite = values[np.isfinite(values)]
    factor, label = choose_prefix(finite.tolist(), unit) if unit and unit != "K" and finite.size else (1.0, unit)
    cells = [f"{factor * value:.{_DIGITS}g}" if np.isfinite(value) else "–" for value in values[:_SHOWN]]
    return f"{name} ({label})" if label else name, cells
