"""What a notebook shows of an observation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.markup import block, paragraph, table
from stfit.measurement.observation import Observation, View, name_of
from stfit.units import choose_prefix

Array = npt.NDArray[np.float64]

_SHOWN: Final = 8  # rows
_DIGITS: Final = 6


def observation_html(observation: Observation) -> str:
    """Kind, file, polarity, remarks, and the first rows of its table with units; every text is escaped."""
    view, origin = observation.view(), observation.origin
    count = view.state.size
    words = f"{origin.kind}, {origin.rows or count} rows, polarity {origin.polarity:+d}"
    if count != origin.rows and origin.rows:
        words += f"; shown as {count}"
    head, body = head_of(view)
    more = [paragraph(f"… and {count - _SHOWN} more")] if count > _SHOWN else []
    notices = [paragraph(f"notice: {notice}") for notice in origin.notices]
    return block(paragraph(name_of(observation), "h4"), paragraph(words), table(head, body), *more, *notices)


def head_of(view: View) -> tuple[list[str], list[list[str]]]:
    """Names with units and the first rows: state, drive, settings, and what was observed with its 68 % ends."""
    settings, observed, axis = view.shown.settings, view.observed, view.axis
    columns: list[tuple[str, Sequence[str]]] = [
        ("state", view.words[:_SHOWN]),
        _column(axis.name, axis.values, axis.unit),
    ]
    columns += [
        _column(name, values, unit)
        for name, values, unit in (("temperature", settings.temperature, "K"), ("field", settings.field, "T"))
        if np.any(np.isfinite(values))
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
