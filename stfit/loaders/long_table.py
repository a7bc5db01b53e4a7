"""Many records below each other in one table: grouped by their settings, they are an index and its files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.loaders.cells import Selection
from stfit.loaders.containers import Problems, Table
from stfit.loaders.described import Described, columns_in
from stfit.loaders.headers import Headers, Match
from stfit.loaders.listed import Listed, divided
from stfit.loaders.names import is_called
from stfit.measurement.columns import FILE, Layout
from stfit.measurement.description import Description
from stfit.units import quoted

_READ: Final = 10  # rows a value, below which a setting that has a noise was read beside every sample


def is_long(table: Table, description: Description) -> bool:
    """Whether a table that should list files lists none."""
    if FILE.name in description.columns:
        return False
    names = (FILE.name, *FILE.aliases)
    return not any(is_called(header, name, FILE) for header in table.header for name in names)


def grouped(
    table: Table, layouts: tuple[Layout, Layout], description: Description, path: Path
) -> tuple[Described, Listed]:
    """The index that a long table stands for, and its records.

    layouts: of the index and of its files. A record is what has the same settings; it is called by those that vary. The
    order of its samples is that of the file. InputError: what is wrong with the table, by its lines.
    """
    index, record = _without_swept(layouts[0], layouts[1]), layouts[1]
    own, theirs = divided(description, index, record, table)
    problems = Problems(path)
    samples = columns_in(table, record, replace(theirs, where=description.where), problems)
    taken = {match.position for match in samples.headers.matches.values()}
    header = tuple("" if place in taken else name for place, name in enumerate(table.header))
    rows = samples.selection
    required = tuple(column for column in index.required if column.name != FILE.name)
    settings_layout = Layout(required, index.alternatives, index.optional)
    found = columns_in(_rows_of(replace(table, header=header), rows), settings_layout, own, problems)
    group, first = _groups(found)
    names = _names(found, first)
    columns = {name: _of_groups(values, group, first) for name, values in found.values.items()}
    columns[FILE.name] = np.array(names, dtype=object)
    records = {
        name: replace(
            samples, recognised=(), values={key: cells[group == place] for key, cells in samples.values.items()}
        )
        for place, name in enumerate(names)
    }
    used = {found.selection.table.header[match.position] for match in found.headers.matches.values()}
    idle = {f"column {quoted(name)} is not used" for name in used}
    notices = [notice for notice in samples.notices if notice not in idle]
    if len(names) > 1:
        notices.append(f"{len(names)} records in one table, told apart by {', '.join(_varying(found, first))}")
    said = (*samples.recognised, *(word for word in found.recognised if word not in samples.recognised))
    heads = Headers(found.headers.matches, (), found.headers.constants)
    selection = Selection(found.selection.table, first)
    described = Described(selection, heads, columns, said, tuple(notices))
    return described, Listed(path.parent, theirs, records)


def _without_swept(index: Layout, record: Layout) -> Layout:
    """The layout of an index without what varies within a record."""
    swept = {column.name for column in (record.alternatives[0] if record.alternatives else ())}
    groups = (group for group in index.alternatives if swept.isdisjoint(column.name for column in group))
    return replace(index, alternatives=tuple(groups), optional=tuple(c for c in index.optional if c.name not in swept))


def _rows_of(table: Table, rows: Selection) -> Table:
    """The table with the rows that were taken alone."""
    columns = tuple(rows.cells(place) for place in range(len(table.columns)))
    return replace(table, columns=columns, lines=rows.lines)


def _groups(found: Described) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.int64]]:
    """The record of each row, by first appearance, and the first row of each record."""
    rows = found.selection.rows
    keys = []
    for name, values in found.values.items():
        match = found.headers.matches.get(name)
        if match is not None and not _is_read(match, values):
            keys.append(np.unique(values, return_inverse=True)[1])
    if not keys:
        return np.zeros(rows, dtype=np.intp), np.zeros(1, dtype=np.int64)
    _, first, group = np.unique(np.stack(keys), axis=1, return_index=True, return_inverse=True)
    order = np.argsort(first)
    rank = np.empty_like(order)
    rank[order] = np.arange(order.size)
    return rank[group.reshape(-1)], first[order].astype(np.int64)


def _is_read(match: Match, values: npt.NDArray[Any]) -> bool:
    """Whether a setting was read beside every sample, so that it tells no records apart."""
    return match.column.noise is not None and _READ * np.unique(values).size > values.size


def _of_groups(values: npt.NDArray[Any], group: npt.NDArray[np.intp], first: npt.NDArray[np.int64]) -> Any:
    """The value of each record; the mean of what was read beside its samples."""
    if values.dtype != np.float64:
        return values[first]
    means = np.bincount(group, weights=values) / np.bincount(group)
    same = np.bincount(group, weights=values != values[first][group]) == 0
    return np.where(same, values[first], means)


def _varying(found: Described, first: npt.NDArray[np.int64]) -> list[str]:
    """The columns in which records differ."""
    matches = found.headers.matches
    return [
        name
        for name, values in found.values.items()
        if name in matches and not _is_read(matches[name], values) and np.unique(values[first]).size > 1
    ]


def _names(found: Described, first: npt.NDArray[np.int64]) -> list[str]:
    """What each record is called: its settings as the file writes them."""
    table = found.selection.table
    varying = [found.headers.matches[name] for name in _varying(found, first)]
    names = []
    for row in first:
        parts = [f"{match.column.name} {_written(table, match, int(row))}" for match in varying]
        names.append(", ".join(parts) or "all rows")
    return names


def _written(table: Table, match: Match, row: int) -> str:
    cell = table.columns[match.position][row]
    text = cell if isinstance(cell, str) else f"{cell:.10g}"
    return f"{text} {match.unit or ''}".strip().replace("/", " per ")
