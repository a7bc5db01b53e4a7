"""The columns of a layout in one file, found as a description says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

import numpy.typing as npt

from stfit.loaders.cells import Selection, read_columns, select_rows
from stfit.loaders.containers import Problems, Table
from stfit.loaders.headers import Headers, find_header, match_headers
from stfit.loaders.names import known_names, plain_name
from stfit.loaders.reading import read_table
from stfit.measurement.columns import Layout
from stfit.measurement.description import Description
from stfit.units import quoted

_SHOWN: Final = 5  # lines that a notice names


@final
@dataclass(frozen=True)
class Described:
    """The columns of a layout in a file.

    values: by the names in the layout, shape (rows,): SI units, int8 codes of words, text. recognised: what was
    recognised of the file, in sentences. notices: what is left out.
    """

    selection: Selection
    headers: Headers
    values: Mapping[str, npt.NDArray[Any]]
    recognised: tuple[str, ...]
    notices: tuple[str, ...]


def open_table(path: Path, layout: Layout, description: Description) -> Table:
    """The table in a file whose header may hold the names of the layout and those that the description gives."""
    return read_table(path, description.dialect, known_in(layout, description))


def known_in(layout: Layout, description: Description) -> frozenset[str]:
    """The plain names that a header may hold."""
    named = [source.column for source in description.columns.values() if isinstance(source.column, str)]
    return known_names(layout, (*named, *description.where))


def columns_in(table: Table, layout: Layout, description: Description, problems: Problems) -> Described:
    """The columns of the layout; InputError with what is wrong: with the table as a whole, else with all its cells."""
    headers = match_headers(table, layout, description, problems)
    problems.raise_any()
    chosen = select_rows(table, description.where, problems)
    problems.raise_any()
    selection, values = read_columns(chosen, headers, description, problems)
    problems.raise_any()
    recognised = (*table.recognised, *_names_recognised(table, layout, headers))
    return Described(selection, headers, values, recognised, _notices(chosen, selection, headers, description))


def _names_recognised(table: Table, layout: Layout, headers: Headers) -> list[str]:
    """Which columns have another name than the kind gives them, and nobody declared it."""
    words = []
    own = {plain_name(column.name) for column in layout.columns}
    for match in headers.matches.values():
        header = table.header[match.position]
        if not match.declared and plain_name(header) not in own:
            unit = f" in {match.unit}" if match.unit and not match.column.any_unit else ""
            words.append(f"column {quoted(header)} is taken for {match.column.name}{unit}")
    return words


def _notices(chosen: Selection, selection: Selection, headers: Headers, description: Description) -> tuple[str, ...]:
    table = chosen.table
    asked = {find_header(table, name) for name in description.where}
    left_over = (table.header[position] for position in headers.unused if position not in asked)
    notices = [f"column {quoted(name)} is not used" for name in left_over]
    lines = list(table.left_out)
    if selection.rows < chosen.rows:
        lines += sorted(set(chosen.lines().tolist()) - set(selection.lines().tolist()))
    if lines:
        shown = ", ".join(map(str, sorted(lines)[:_SHOWN])) + (", …" if len(lines) > _SHOWN else "")
        one = len(lines) == 1
        notices.append(
            f"{len(lines)} bad {'row is' if one else 'rows are'} left out: {'line' if one else 'lines'} {shown}"
        )
    return tuple(notices)
