"""A table with a declared kind becomes a measurement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from stfit.errors import TableError
from stfit.loaders.cells import Selection, column_values, select_rows
from stfit.loaders.containers import Problems, Table, read_table
from stfit.loaders.headers import Headers, find_header, match_headers, nearest
from stfit.measurement.base import Measurement, Origin
from stfit.measurement.columns import Layout
from stfit.measurement.kind import Kind
from stfit.units import quoted


def load_table(
    path: str | Path,
    kind: Kind,
    *,
    polarity: int = 1,
    columns: Mapping[str, str] | None = None,
    where: Mapping[str, str | float] | None = None,
    keys: Mapping[str, Any] | None = None,
) -> Measurement:
    """The measurement in a file.

    columns: our name → the file's header, with the unit the file leaves out. where: header → the text or number of
    the rows to take. keys: what the kind wants to know beside its columns.
    Raises InputError with every problem of the file: what cannot be read, headers, units, cells, impossible rows.
    """
    file = Path(path)
    _check_keys(file, kind, keys or {})
    problems = Problems(file)
    loaded = _load(file, kind.layout(), columns or {}, where or {}, problems)
    table = loaded.selection.table
    notices = _notices(table, loaded.headers, where or {})
    chosen = ", ".join(f"{header} = {value}" for header, value in (where or {}).items())
    label = f" [{chosen}]" if chosen else ""
    origin = Origin(str(path), table.sha256, loaded.selection.rows, notices, label, kind.name)
    try:
        measurement: Measurement = kind.build()(loaded.values, polarity=polarity, origin=origin, **(keys or {}))
    except TableError as error:
        _note_rows(error, loaded.selection, loaded.headers, problems)
        problems.raise_any()
        raise
    return measurement


def load_columns(path: Path, layout: Layout) -> Mapping[str, npt.NDArray[Any]]:
    """The columns of a table that is no measurement, by their names in the layout: SI units, words as int8 codes.

    Raises InputError with every problem of the file.
    """
    return _load(path, layout, {}, {}, Problems(path)).values


@dataclass(frozen=True)
class _Loaded:
    selection: Selection
    headers: Headers
    values: Mapping[str, npt.NDArray[Any]]


def _load(
    file: Path,
    layout: Layout,
    columns: Mapping[str, str],
    where: Mapping[str, str | float],
    problems: Problems,
) -> _Loaded:
    table = read_table(file)
    headers = match_headers(table, layout, columns, problems)
    selection = select_rows(table, where, problems)
    values = {name: column_values(selection, match, problems) for name, match in headers.matches.items()}
    problems.raise_any()
    return _Loaded(selection, headers, values)


def _check_keys(file: Path, kind: Kind, keys: Mapping[str, Any]) -> None:
    problems = Problems(file)
    known = sorted(kind.keys().own())
    for key in keys:
        if key in known:
            continue
        expected = f"one of the keys {', '.join(known)}{nearest(key, known)}" if known else "no such key"
        problems.add(expected, f"{quoted(key)}, which {kind.name} does not know", key=key)
    problems.raise_any()


def _notices(table: Table, headers: Headers, where: Mapping[str, str | float]) -> tuple[str, ...]:
    asked = {find_header(table, name) for name in where}
    left_over = (table.header[position] for position in headers.unused if position not in asked)
    return tuple(f"column {quoted(name)} is not used" for name in left_over)


def _note_rows(error: TableError, selection: Selection, headers: Headers, problems: Problems) -> None:
    """What the kind found impossible, with the rows as lines and the columns as headers of the file."""
    lines = selection.lines()
    for problem in error.problems:
        line = selection.table.header_line if problem.row is None else int(lines[problem.row])
        match = headers.matches.get(problem.column)
        column = problem.column if match is None else selection.table.header[match.position]
        problems.add(problem.expected, problem.found, line=line, column=column)
