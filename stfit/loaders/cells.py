"""The cells of a column: selected, read as numbers in SI or as codes, and checked one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.loaders.containers import Cells, Lines, Problems, Table, parse_numbers
from stfit.loaders.headers import Match, find_header, nearest
from stfit.measurement.columns import Column, Domain
from stfit.units import LARGEST, SMALLEST, UnitError, conversion, quoted

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_SHOWN: Final = 5  # of the words in a column, where none of them is the one that was asked for
_COUNTS: Final = frozenset({Domain.COUNT, Domain.POSITIVE_COUNT})
_MOST: Final = 1e18  # counts that still are 64-bit integers
_INSIDE: Final[Mapping[Domain, Callable[[Array], Mask]]] = {
    Domain.FINITE: np.isfinite,
    Domain.POSITIVE: lambda x: x > 0,
    Domain.NON_NEGATIVE: lambda x: x >= 0,
    Domain.COUNT: lambda x: (x >= 0) & (x == np.floor(x)),
    Domain.POSITIVE_COUNT: lambda x: (x >= 1) & (x == np.floor(x)),
    Domain.PROBABILITY: lambda x: (x >= 0) & (x <= 1),
    Domain.FLAG: lambda x: (x == 0) | (x == 1),
}


@final
@dataclass(frozen=True)
class Selection:
    """Some rows of a table. positions: which, from 0, shape (rows,); None for all of them."""

    table: Table
    positions: npt.NDArray[np.int64] | None = None

    @property
    def rows(self) -> int:
        """How many there are."""
        return self.table.rows if self.positions is None else self.positions.size

    def cells(self, column: int) -> Cells:
        """The cells of a column, by its place in the file."""
        cells = self.table.columns[column]
        return cells if self.positions is None else cells[self.positions]

    def lines(self) -> Lines:
        """Physical line, from 1, of each row."""
        lines = self.table.lines()
        return lines if self.positions is None else lines[self.positions]


def select_rows(table: Table, where: Mapping[str, str | float], problems: Problems) -> Selection:
    """The rows whose cells equal what `where` asks for, header → text or number; all rows where it asks nothing."""
    if not where:
        return Selection(table)
    mask = np.ones(table.rows, dtype=np.bool_)
    for name, wanted in where.items():
        position = find_header(table, name)
        if position is None:
            expected = f"a column of the file{nearest(name, table.header)}"
            problems.add(expected, quoted(name), key=f"where.{name}")
            continue
        mask &= _equals(table, position, wanted)
        if not mask.any():
            words = ", ".join(
                quoted(_text(cell)) for cell in list(dict.fromkeys(table.columns[position].tolist()))[:_SHOWN]
            )
            problems.add(
                f"rows with {quoted(str(wanted))} in {quoted(name)}", f"none, but {words}", key=f"where.{name}"
            )
            break
    return Selection(table, np.flatnonzero(mask))


def column_values(selection: Selection, match: Match, problems: Problems) -> npt.NDArray[Any]:
    """The column's values, shape (rows,): int8 codes of words, text, or float64 in the column's SI unit.

    Every cell that is none of the words, no number or outside the column's domain is noted, in the words of the file.
    """
    cells = selection.cells(match.position)
    header = selection.table.header[match.position]
    if match.column.text:
        values: npt.NDArray[Any] = np.array([_text(cell) for cell in cells], dtype=object)
        expected, wrong = "some text", values == ""
    elif match.column.choices:
        values = _codes(cells, match.column)
        expected, wrong = " or ".join(match.column.choices), values < 0
    else:
        factor, offset = (1.0, 0.0) if match.column.any_unit else _conversion(selection.table, match, problems)
        values = _numbers(selection.table, cells, factor, offset)
        expected, wrong = match.column.domain.value, ~(np.isfinite(values) & _INSIDE[match.column.domain](values))
        _note_sizes(selection, match, np.where(wrong, 0.0, values), problems)
    if wrong.any():
        lines = selection.lines()
        for row in np.flatnonzero(wrong):
            problems.add(expected, _found(cells[row]), line=int(lines[row]), column=header)
    return values


def _note_sizes(selection: Selection, match: Match, values: Array, problems: Problems) -> None:
    """Note the numbers too large, or too near to the 0 they must not be, for the powers and products they enter."""
    domain, unit = match.column.domain, match.column.unit
    smallest = SMALLEST if domain is Domain.POSITIVE else 0.0
    largest = _MOST if domain in _COUNTS else LARGEST
    expected = f"{domain.value}, of at most {largest:g} {unit}".rstrip()
    if smallest:
        expected = f"{domain.value} between {smallest:g} and {largest:g} {unit}".rstrip()
    extreme = (values != 0) & ((np.abs(values) < smallest) | (np.abs(values) > largest))
    header = selection.table.header[match.position]
    for row in np.flatnonzero(extreme):
        found = _found(selection.cells(match.position)[row])
        problems.add(expected, found, line=int(selection.lines()[row]), column=header)


def _equals(table: Table, position: int, wanted: str | float) -> Mask:
    cells = table.columns[position]
    if cells.dtype == object and isinstance(wanted, str):
        return np.asarray(cells == wanted.strip(), dtype=np.bool_)
    number = parse_numbers([str(wanted)], decimal_comma=False)[0]
    return np.asarray(_numbers(table, cells, 1.0, 0.0) == number, dtype=np.bool_)


def _conversion(table: Table, match: Match, problems: Problems) -> tuple[float, float]:
    """Factor and offset into the column's unit; (1, 0) where the unit is wrong, which is noted."""
    column = match.column
    accepted = ", ".join(column.accepts)
    header = table.header[match.position]
    if match.unit is None and column.unit:
        remedy = f'"{column.name} ({column.accepts[0]})" in the file, or declared as columns.{column.name}'
        problems.add(f"a unit ({accepted}), as {remedy}", "none", line=table.header_line, column=header)
        return 1.0, 0.0
    try:
        return conversion(match.unit or "", column.unit)
    except UnitError as error:
        expected = f"a unit such as {accepted}" if accepted else error.expected
        problems.add(expected, error.found, line=table.header_line, column=header)
        return 1.0, 0.0


def _numbers(table: Table, cells: Cells, factor: float, offset: float) -> Array:
    """factor·number + offset; NaN where a cell is no number."""
    numbers = parse_numbers(list(cells), decimal_comma=table.decimal_comma) if cells.dtype == object else cells
    if (factor, offset) == (1.0, 0.0):
        return numbers
    with np.errstate(over="ignore"):  # what becomes infinite is found right after
        return np.asarray(factor * numbers + offset)


def _codes(cells: Cells, column: Column) -> npt.NDArray[np.int8]:
    """The codes of the words, −1 where a cell is none of them; case and spaces do not count, and → is ->."""
    known = {_plain_word(word): code for word, code in column.choices.items()}
    words = cells.tolist()
    codes = {word: known.get(_plain_word(_text(word)), -1) for word in set(words)}
    return np.fromiter(map(codes.__getitem__, words), np.int8, count=len(words))


def _plain_word(word: str) -> str:
    return "".join(word.split()).replace("→", "->").casefold()


def _text(cell: str | float) -> str:
    return cell if isinstance(cell, str) else f"{cell:.15g}"


def _found(cell: str | float) -> str:
    return quoted(_text(cell)) if cell != "" else "an empty cell"
