"""What the loader understands of a file, before anything is fitted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.loaders.containers import Problems, Table, read_table
from stfit.loaders.headers import match_headers
from stfit.loaders.tables import TableKind, load_table
from stfit.measurements import KINDS, Measurement
from stfit.reduction import RAW_KINDS
from stfit.units import split_header

Array = npt.NDArray[np.float64]

TABLES: Final[Mapping[str, type[TableKind]]] = {**KINDS, **RAW_KINDS}
_CONTAINERS: Final = {
    ".csv": "comma-, semicolon- or tab-separated text",
    ".tsv": "tab-separated text",
    ".txt": "separated text",
    ".xlsx": "an Excel workbook",
    ".parquet": "a Parquet file",
    ".h5": "an HDF5 file",
    ".hdf5": "an HDF5 file",
    ".npy": "a NumPy file",
    ".npz": "a NumPy file",
    ".mat": "a MATLAB file",
    ".tdms": "an NI TDMS file",
    ".lvm": "a LabVIEW measurement file",
}
_SHOWN_WORDS: Final = 6  # of the words in a column


@final
@dataclass(frozen=True)
class ColumnSeen:
    """A column as it stands in the file. content: its range, or the words it holds."""

    name: str
    unit: str
    content: str


@final
@dataclass(frozen=True)
class Points:
    """What is drawn: columns against each other, with what they are; arrays of shape (rows,)."""

    x: Array
    y: Array
    x_label: str
    y_label: str


@final
@dataclass(frozen=True)
class Inspection:
    """A file as it was understood.

    fitting: kinds whose columns are all there. kind: the declared one, "" for none; made: the kind that it became.
    rows: of the file; used: of the measurement, 0 without a kind. points: None where there are not two columns of
    numbers.
    """

    file: str
    container: str
    sha256: str
    rows: int
    columns: tuple[ColumnSeen, ...]
    fitting: tuple[str, ...]
    kind: str
    made: str
    used: int
    notices: tuple[str, ...]
    points: Points | None


def inspect(path: Path, kind: str | None = None, **keys: Any) -> Inspection:
    """Read a file, as the declared kind if there is one; InputError with everything that is wrong.

    keys: polarity, columns, where and the keys of the kind, as in [[measurement]].
    """
    if kind is not None and kind not in TABLES:
        raise InputError(Problem("option '--kind'", f"one of {', '.join(TABLES)}", repr(kind)))
    table = read_table(path)
    measurement = None if kind is None else _as_kind(path, TABLES[kind], keys)
    return Inspection(
        file=str(path),
        container=_CONTAINERS[path.suffix.lower()],
        sha256=table.sha256,
        rows=table.rows,
        columns=tuple(_seen(header, cells) for header, cells in zip(table.header, table.columns, strict=True)),
        fitting=tuple(name for name, entry in TABLES.items() if _fits(table, entry)),
        kind=kind or "",
        made="" if measurement is None else measurement.kind,
        used=0 if measurement is None else int(measurement.settings.state.size),
        notices=() if measurement is None else measurement.origin.notices,
        points=_raw_points(table) if measurement is None else _observed_points(measurement),
    )


def _as_kind(path: Path, kind: type[TableKind], keys: Mapping[str, Any]) -> Measurement:
    own = dict(keys)
    common = {name: own.pop(name) for name in ("polarity", "columns", "where") if name in own}
    return load_table(path, kind, **common, keys=own)


def _seen(header: str, cells: npt.NDArray[Any]) -> ColumnSeen:
    name, unit = split_header(header)
    if cells.dtype == object:
        words = list(dict.fromkeys(cells.tolist()))
        more = f", … ({len(words)} different)" if len(words) > _SHOWN_WORDS else ""
        content = ", ".join(str(word) for word in words[:_SHOWN_WORDS]) + more
    else:
        low, high = float(np.min(cells)), float(np.max(cells))
        different = np.unique(cells).size
        content = f"{low:.6g}" if low == high else f"{low:.6g} to {high:.6g}, {different} different"
    return ColumnSeen(name, unit or "", content)


def _fits(table: Table, kind: type[TableKind]) -> bool:
    """Whether the columns of a kind are all there, each with its name or an alias."""
    problems = Problems(table.path)
    matches = match_headers(table, kind.layout, {}, problems).matches
    required = {column.name for column in kind.layout.required}
    groups = kind.layout.alternatives
    complete = not groups or any(all(column.name in matches for column in group) for group in groups)
    return complete and required <= matches.keys()


def _raw_points(table: Table) -> Points | None:
    """The second column of numbers against the first; constants are passed over."""
    numbers = [
        (header, cells)
        for header, cells in zip(table.header, table.columns, strict=True)
        if cells.dtype != object and np.all(np.isfinite(cells)) and np.ptp(cells) > 0
    ]
    if len(numbers) < 2:
        return None
    (x_label, x), (y_label, y) = numbers[:2]
    return Points(x, y, x_label, y_label)


def _observed_points(measurement: Measurement) -> Points | None:
    """What the rows of a measurement show, against the axis of its figure."""
    shown, _ = measurement.shown()
    axis, observed = shown.axis, shown.observed()
    label, unit = observed.shows(0)
    kept = np.isfinite(axis.values) & np.isfinite(observed.value)
    if not np.any(kept):
        return None
    units = [f"{name} ({of})" if of else name for name, of in ((axis.name, axis.unit), (label, unit))]
    return Points(axis.values[kept], observed.value[kept], units[0], units[1])


def in_words(found: Inspection) -> str:
    """The inspection as plain text, columns aligned."""
    facts = [
        ("container", found.container),
        ("sha256", found.sha256),
        ("rows", str(found.rows)),
        ("could be", ", ".join(found.fitting) or "no kind by the names of its columns: declare them with `columns`"),
    ]
    if found.kind:
        became = "" if found.made == found.kind else f", which became {found.made}"
        facts.append(("read as", f"{found.kind}{became}: {found.used} rows for the fit"))
    facts += [("notice", notice) for notice in found.notices]
    rows = [("column", "unit", "content"), *((c.name, c.unit or "–", c.content) for c in found.columns)]
    return "\n".join([found.file, "", *_aligned(facts), "", *_aligned(rows)])


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
