"""What `stfit inspect` draws: rows as they stand in a file, or what a measurement shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

import numpy as np
import numpy.typing as npt

from stfit.loaders.containers import Table
from stfit.measurement import Observation, kinds
from stfit.measurement.columns import Layout
from stfit.pipeline.understood import Understood

Array = npt.NDArray[np.float64]


@final
@dataclass(frozen=True)
class Points:
    """What is drawn: columns against each other, with what they are; arrays of shape (rows,)."""

    x: Array
    y: Array
    x_label: str
    y_label: str


def record_points(reading: Understood) -> Points | None:
    """The rows of a record or a loop as its kind draws them; None for any other kind."""
    kind = kinds()[reading.kind]
    layout: Layout = kind.layout() if kind.listed is None else kind.listed()
    columns = reading.columns()
    drawn = [next((columns[name] for name in names if name in columns), None) for names in layout.drawn]
    if any(column is None or column[1].dtype == object for column in drawn):
        return None
    (x_label, x), (y_label, y) = (column for column in drawn if column is not None)
    kept = np.isfinite(x) & np.isfinite(y)
    return Points(x[kept], y[kept], x_label, y_label) if np.any(kept) else None


def raw_points(table: Table) -> Points | None:
    """The second column of numbers against the first; constants are passed over."""
    numbers = [
        (header, cells)
        for header, cells in zip(table.header, table.columns, strict=True)
        if header and cells.dtype != object and np.all(np.isfinite(cells)) and np.ptp(cells) > 0
    ]
    if len(numbers) < 2:
        return None
    (x_label, x), (y_label, y) = numbers[:2]
    return Points(x, y, x_label, y_label)


def observed_points(measurement: Observation) -> Points | None:
    """What the rows of a measurement show, against the axis of its figure."""
    view = measurement.view()
    axis, observed = view.axis, view.observed
    label, unit = observed.shows(0)
    kept = np.isfinite(axis.values) & np.isfinite(observed.value)
    if not np.any(kept):
        return None
    units = [f"{name} ({of})" if of else name for name, of in ((axis.name, axis.unit), (label, unit))]
    return Points(axis.values[kept], observed.value[kept], units[0], units[1])
