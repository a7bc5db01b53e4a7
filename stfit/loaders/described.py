"""The columns of a layout in one file, found as a description says."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.loaders.assembled import shown_value
from stfit.loaders.cells import Selection, read_columns, select_rows
from stfit.loaders.containers import Problems, Table
from stfit.loaders.headers import Headers, find_header, match_headers
from stfit.loaders.likely import DEVICES, devices_in
from stfit.loaders.names import fits, in_unit_of, is_called, known_names, plain_name, split_for, symbol, unit_of
from stfit.loaders.proposals import example
from stfit.loaders.reading import read_table
from stfit.measurement.columns import Column, Layout
from stfit.measurement.description import Description
from stfit.units import quoted, split_header

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
    table, taken = _with_single_values(table, layout, description, problems)
    problems.raise_any()
    headers = match_headers(table, layout, description, problems)
    problems.raise_any()
    chosen = select_rows(table, description.where, problems)
    problems.raise_any()
    if not layout.record:
        _refuse_several_devices(chosen, headers, description, problems)
    selection, values = read_columns(chosen, headers, description, problems)
    problems.raise_any()
    recognised = (*table.recognised, *taken, *_names_recognised(table, layout, headers))
    return Described(selection, headers, values, recognised, _notices(chosen, selection, headers, description))


def _refuse_several_devices(chosen: Selection, headers: Headers, description: Description, problems: Problems) -> None:
    """InputError where a column that nobody uses tells several devices apart: one law does not describe them."""
    asked = {find_header(chosen.table, name) for name in description.where}
    for position in headers.unused:
        header = chosen.table.header[position]
        if position in asked or plain_name(header) not in DEVICES:
            continue
        names = devices_in(chosen.table.columns[position])
        if names:
            shown = ", ".join(quoted(str(name)) for name in names[:_SHOWN]) + (", …" if len(names) > _SHOWN else "")
            value = json.dumps(names[0], ensure_ascii=False)
            key = f"where = {{{json.dumps(split_header(header)[0], ensure_ascii=False)} = {value}}}"
            expected = f"rows of one device, {key}, or a list of those that are to be fitted as one"
            problems.add(expected, f"{len(names)} devices: {shown}", column=header)
    problems.raise_any()


def _with_single_values(
    table: Table, layout: Layout, description: Description, problems: Problems
) -> tuple[Table, list[str]]:
    """The table with a column for each single value beside it that the kind asks for, and sentences that say so.

    Such is one that the description names, and one that is called as a column of the kind and has a unit, or is a word.
    One that the file tells again with another value holds for some rows only, and nobody knows for which.
    """
    asked = {plain_name(name) for name in description.where}
    asked |= {plain_name(s.column) for s in description.columns.values() if isinstance(s.column, str)}
    open_columns = [
        column
        for column in layout.columns
        if (column.single or not layout.record)  # whose other columns vary
        and column.name not in description.columns
        and column.name not in description.constants.keys() | description.elsewhere
        and not any(
            is_called(header, name, column) for header in table.header for name in (column.name, *column.aliases)
        )
    ]
    there = {plain_name(header) for header in table.header}
    taken = [
        (name, value)
        for name, value in table.settings
        if plain_name(name) not in there
        and (plain_name(name) in asked or any(_tells(name, value, column) for column in open_columns))
    ]
    taken = list({symbol(name): (name, value) for name, value in reversed(taken)}.values())[::-1]
    for name, value in taken:
        others = [said for said in table.settings if symbol(said[0]) == symbol(name)]
        if not all(_agree((name, value), said) for said in others):
            constants = (c for c in open_columns if _tells(name, value, c))
            remedy = next((f", or the constant {c.name} = {example(c)}" for c in constants), "")
            found = " and ".join(dict.fromkeys(f"{quoted(other)} = {shown_value(said)}" for other, said in others))
            problems.add(f"one value of {quoted(name)} for all rows{remedy}", found)
    if not taken:
        return table, []
    cells = [np.full(table.rows, value, dtype=object if isinstance(value, str) else np.float64) for _, value in taken]
    header = (*table.header, *(name for name, _ in taken))
    words = [f"{quoted(name)} = {shown_value(value)} holds for all rows" for name, value in taken]
    return replace(table, header=header, columns=(*table.columns, *cells)), words


def _agree(first: tuple[str, float | str], second: tuple[str, float | str]) -> bool:
    """Whether two values of one name are the same; one without a unit is in that of the other."""
    (name, value), (other, said) = first, second
    converted = said if None in (unit_of(name), unit_of(other)) else in_unit_of(name, other, said)
    if isinstance(value, str) or isinstance(converted, str) or converted is None:
        return value == converted
    return math.isclose(value, converted, rel_tol=1e-9)  # but for the rounding of a unit


def _tells(name: str, value: float | str, column: Column) -> bool:
    """Whether a single value says all that is to be known of a column: its name, and a unit where it has one."""
    if not any(is_called(name, known, column) for known in (column.name, *column.aliases)):
        return False
    if column.choices or column.text:
        return isinstance(value, str)
    unit = split_for(name, column)[1]
    return isinstance(value, float) and bool(column.unit) and unit is not None and fits(unit, column)


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
