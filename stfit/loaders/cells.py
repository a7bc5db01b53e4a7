"""The cells of a column: selected, read as numbers in SI or as codes, and checked one by one."""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.loaders.containers import Cells, Lines, Problems, Table, may_be_grouped, parse_numbers
from stfit.loaders.headers import Headers, Match, find_header, nearest
from stfit.loaders.proposals import columns_key, values_key
from stfit.loaders.records import MISSING
from stfit.measurement.columns import Column, Domain
from stfit.measurement.description import Condition, Description, Otherwise
from stfit.units import LARGEST, SMALLEST, UnitError, conversion, is_unit, quoted

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_SHOWN: Final = 5  # of the words in a column, where none of them is the one that was asked for
_COMPARISON: Final = re.compile(r"(<=|>=|!=|<|>|=)\s*(.*)", re.DOTALL)
_COMPARED: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
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


def inside(values: Array, domain: Domain) -> Mask:
    """Which numbers are in a domain, of the shape of the values."""
    return _INSIDE[domain](values)


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

    def without(self, bad: Mask) -> Selection:
        """The selection without some of its rows, shape (rows,)."""
        positions = np.arange(self.table.rows) if self.positions is None else self.positions
        return Selection(self.table, positions[~bad])

    def lines(self) -> Lines:
        """Physical line, from 1, of each row."""
        lines = self.table.lines()
        return lines if self.positions is None else lines[self.positions]


def select_rows(table: Table, where: Mapping[str, Condition], problems: Problems) -> Selection:
    """The rows that meet every condition; all rows where there is none.

    where: header of a column, or its number → what its cells must be: a text, a number, one of several, or a comparison
    such as "> 3" or "!= B".
    """
    if not where:
        return Selection(table)
    mask = np.ones(table.rows, dtype=np.bool_)
    for name, wanted in where.items():
        position = find_header(table, name)
        key = f"where.{name}"
        if position is None:
            problems.add(f"a column of the file{nearest(name, table.header)}", quoted(name), key=key)
            continue
        mask &= _meets(table, position, wanted)
        if not mask.any():
            words = ", ".join(quoted(_text(cell)) for cell in _distinct(table.columns[position])[:_SHOWN])
            problems.add(f"rows with {_asked(wanted)} in {quoted(name)}", f"none, but {words}", key=key)
            break
    return Selection(table, np.flatnonzero(mask))


def read_columns(
    selection: Selection, headers: Headers, description: Description, problems: Problems
) -> tuple[Selection, dict[str, npt.NDArray[Any]]]:
    """The values of all columns, and the rows they are of: without the bad ones, where they are to be left out.

    Values are of shape (rows,): int8 codes of words, text, or float64 in the column's SI unit. Every cell that is none
    of the words, no number or outside the column's domain is noted, in the words of the file.
    """
    values: dict[str, npt.NDArray[Any]] = {}
    bad = np.zeros(selection.rows, dtype=np.bool_)
    leave_out = description.dialect.bad_rows == "leave-out"
    for name, match in headers.matches.items():
        meanings = description.words.get(name, {})
        values[name], wrong, expected = _column(selection, match, meanings, problems)
        if leave_out:
            bad |= wrong
        elif wrong.any():
            _note_cells(selection, match, wrong, expected, problems)
    if bad.all() and bad.size:
        problems.add("rows that can be read", f"none of {bad.size}", key="bad_rows")
    elif bad.any():
        selection = selection.without(bad)
        values = {name: cells[~bad] for name, cells in values.items()}
    for column in headers.constants:
        value = description.constants[column.name]
        other = value.column if isinstance(value, Otherwise) else column.name
        held = next(reading for reading in column.readings if reading.name == other)
        values[held.name] = _constant(held, value, selection.rows, problems)
    return selection, values


def _column(
    selection: Selection, match: Match, words: Mapping[str, str], problems: Problems
) -> tuple[npt.NDArray[Any], Mask, str]:
    """The values of a column, which of them are wrong, and what was expected there."""
    cells, column = _translated(selection.cells(match.position), words), match.column
    if column.text:
        values: npt.NDArray[Any] = np.array([_text(cell) for cell in cells], dtype=object)
        return values, np.asarray((values == "") & (not column.blank), dtype=np.bool_), "some text"
    if column.choices:
        values = _codes(cells, column)
        return values, values < 0, " or ".join(column.choices)
    if column.label and cells.dtype == object and not np.isfinite(parse_numbers(list(cells), decimal_comma=True)).any():
        return _labels(cells), np.asarray(cells == "", dtype=np.bool_), "a number or a word"
    factor, offset = (1.0, 0.0) if column.any_unit else _conversion(selection.table, match, problems)
    factor, offset = factor * match.gain, factor * match.offset + offset
    values = _numbers(selection.table, cells, factor, offset)
    wrong = ~(np.isfinite(values) & _INSIDE[column.domain](values))
    extreme, expected = _extreme(column, np.where(wrong, 0.0, values))
    return values, wrong | extreme, expected if extreme.any() and not wrong.any() else column.domain.value


def _labels(cells: Cells) -> Array:
    """Words as numbers, from 0 in the order in which they first appear."""
    _, first, place = np.unique(cells.astype(str), return_index=True, return_inverse=True)
    rank = np.empty(first.size)
    rank[np.argsort(first)] = np.arange(first.size)
    return np.asarray(rank[place.reshape(-1)])


def _extreme(column: Column, values: Array) -> tuple[Mask, str]:
    """Numbers too large, or too near to the 0 they must not be, for the powers and products they enter."""
    domain, unit = column.domain, column.unit
    smallest = SMALLEST if domain is Domain.POSITIVE else 0.0
    largest = _MOST if domain in _COUNTS else LARGEST
    expected = f"{domain.value}, of at most {largest:g} {unit}".rstrip()
    if smallest:
        expected = f"{domain.value} between {smallest:g} and {largest:g} {unit}".rstrip()
    return (values != 0) & ((np.abs(values) < smallest) | (np.abs(values) > largest)), expected


def _constant(column: Column, value: float | str, rows: int, problems: Problems) -> npt.NDArray[Any]:
    """The same value for all rows."""
    if column.text:
        return np.full(rows, value, dtype=object)
    if column.choices:
        return np.full(rows, value, dtype=np.int8)
    values = np.full(rows, value, dtype=np.float64)
    if rows and not _INSIDE[column.domain](values[:1])[0]:
        problems.add(column.domain.value, f"{value:g} {column.unit}".rstrip(), key=column.name)
    return values


def _note_cells(selection: Selection, match: Match, wrong: Mask, expected: str, problems: Problems) -> None:
    """One message for all rows that hold the same wrong cell; one for the column where there are many such cells."""
    rows = np.flatnonzero(wrong)
    cells, lines = selection.cells(match.position)[rows], selection.lines()[rows]
    header = selection.table.header[match.position]
    times = Counter(cells.tolist())
    at = dict(zip(reversed(cells.tolist()), reversed(lines.tolist()), strict=True))
    words = [_text(cell) for cell in times]
    if match.column.choices and all(words) and len(words) <= _SHOWN:
        expected += f", or {values_key(match.column, words)} in the analysis file"
    elif all(word.casefold() in MISSING for word in words):
        expected += ', or bad_rows = "leave-out" in the analysis file'
    elif selection.table.groups == "" and all(map(may_be_grouped, words)):
        expected += ', or decimal = "." or "," in the analysis file, which says what a mark before three digits is'
    if len(words) > _SHOWN or (match.column.choices and len(words) > 1):
        shown = ", ".join(_found(word) for word in words[:_SHOWN]) + (", …" if len(words) > _SHOWN else "")
        problems.add(expected, f"{shown} in {rows.size} rows", line=int(lines[0]), column=header)
        return
    for cell, count in times.items():
        found = _found(cell) + (f" in {count} rows" if count > 1 else "")
        problems.add(expected, found, line=at[cell], column=header)


def _meets(table: Table, position: int, wanted: Condition) -> Mask:
    """Which rows meet a condition."""
    if isinstance(wanted, tuple):
        return np.asarray(np.logical_or.reduce([_meets(table, position, one) for one in wanted]), dtype=np.bool_)
    compared = _COMPARISON.fullmatch(wanted.strip()) if isinstance(wanted, str) else None
    if compared is None:
        return _equals(table, position, wanted)
    mark, value = compared.groups()
    if mark in ("=", "!="):
        same = _equals(table, position, value)
        return same if mark == "=" else ~same
    number = parse_numbers([value], decimal_comma=False)[0]
    return np.asarray(_COMPARED[mark](_numbers(table, table.columns[position], 1.0, 0.0), number), dtype=np.bool_)


def _asked(wanted: Condition) -> str:
    return " or ".join(map(_asked, wanted)) if isinstance(wanted, tuple) else quoted(str(wanted))


def _equals(table: Table, position: int, wanted: str | float) -> Mask:
    """Which cells are a number or a text; numbers by their value, also among words."""
    cells = table.columns[position]
    number = parse_numbers([str(wanted)], decimal_comma=False)[0]
    same = np.asarray(_numbers(table, cells, 1.0, 0.0) == number, dtype=np.bool_)
    return same | (cells == wanted.strip()) if cells.dtype == object and isinstance(wanted, str) else same


def _conversion(table: Table, match: Match, problems: Problems) -> tuple[float, float]:
    """Factor and offset into the column's unit; (1, 0) where none is needed, or it is wrong, which is noted."""
    column = match.column
    if column.bare and not (match.unit and is_unit(match.unit)):
        return 1.0, 0.0
    accepted = ", ".join(column.accepts)
    header = table.header[match.position]
    if match.unit is None and column.unit:
        remedy = columns_key([(column, match.position + 1 if table.numbered else header)])
        problems.add(f"a unit ({accepted}), for example by {remedy}", "none", line=table.header_line, column=header)
        return 1.0, 0.0
    try:
        return conversion(match.unit or "", column.unit)
    except UnitError as error:
        expected = f"a unit such as {accepted}" if accepted else error.expected
        problems.add(expected, error.found, line=table.header_line, column=header)
        return 1.0, 0.0


def _numbers(table: Table, cells: Cells, factor: float, offset: float) -> Array:
    """factor·number + offset; NaN where a cell is no number."""
    numbers = cells
    if cells.dtype == object:
        numbers = parse_numbers(list(cells), decimal_comma=table.decimal_comma, groups=table.groups)
    if (factor, offset) == (1.0, 0.0):
        return numbers
    with np.errstate(over="ignore"):  # what becomes infinite is found right after
        return np.asarray(factor * numbers + offset)


def _translated(cells: Cells, words: Mapping[str, str]) -> Cells:
    """The cells with words in place of what they stand for; numbers are found by value, words by their letters."""
    if not words:
        return cells
    meanings = {plain: meaning for word, meaning in words.items() for plain in _spellings(word)}
    said = {cell: meanings.get(_plain_word(_text(cell)), _text(cell)) for cell in _distinct(cells)}
    return np.array([said[cell] for cell in cells.tolist()], dtype=object)


def _spellings(word: str) -> tuple[str, ...]:
    number = parse_numbers([word], decimal_comma=True)[0]
    return (_plain_word(word), _text(float(number))) if np.isfinite(number) else (_plain_word(word),)


def _codes(cells: Cells, column: Column) -> npt.NDArray[np.int8]:
    """The codes of the words, −1 where a cell is none of them; case and spaces do not count, and → is ->."""
    known = {_plain_word(word): code for word, code in column.choices.items()}
    words = cells.tolist()
    codes = {word: known.get(_plain_word(_text(word)), -1) for word in set(words)}
    return np.fromiter(map(codes.__getitem__, words), np.int8, count=len(words))


def _distinct(cells: Cells) -> list[str | float]:
    """Every cell there is once, in the order of the rows."""
    return list(dict.fromkeys(cells.tolist()))


def _plain_word(word: str) -> str:
    return "".join(word.split()).strip("'").replace("→", "->").casefold()


def _text(cell: str | float) -> str:
    return cell if isinstance(cell, str) else f"{cell:.15g}"


def _found(cell: str | float) -> str:
    return quoted(_text(cell)) if cell != "" else "an empty cell"
