"""How a table stands in a text: separator, header, units and first row, as declared or recognised from its first lines.

What is recognised is said in sentences. A row of numbers is never a header. Names that are known (those of a kind, or
of the description) go before the shape of the lines.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from stfit.errors import InputError, Problem
from stfit.loaders.containers import grouping_of, is_number
from stfit.loaders.contents import require_columns
from stfit.loaders.names import is_known, plain_name
from stfit.loaders.preamble import setting_in, settings_of, told_in
from stfit.loaders.records import MISSING, WHITE_SPACE, Record, is_comment, records, split_cells
from stfit.loaders.separators import LAST, SAMPLE, SEPARATORS, separator_of, usual_width
from stfit.loaders.shapes import named_part
from stfit.loaders.structure import Structure
from stfit.loaders.unit_cells import as_unit, says_no_unit, with_units
from stfit.measurement.description import Dialect
from stfit.units import quoted

_APART: Final = re.compile(r"\s{2,}|\t")  # names with spaces in them
_UNIT_BEHIND: Final = re.compile(r"\s+(?=[(\[]|/\s)|(?<=\s/)\s+")  # white space that ends no name
_LONGEST_HEADER: Final = 10_000  # characters of a line in which names are looked for
_RULE: Final = re.compile(r"[\s|+:=-]*[-=]{3}[\s|+:=-]*")  # below a header
_IN_WORDS: Final = {"\t": "a tab", WHITE_SPACE: "white space"}


def structure_of(lines: Sequence[str], declared: Dialect, known: Collection[str], path: Path) -> Structure:
    """How the table stands that begins in `lines`, the first ones of a text.

    known: plain names that a header may hold. InputError: a header that is declared and not there, no row at all, more
    columns than a table has.
    """
    separator = declared.separator or separator_of(lines)
    head = _Head(lines, separator, declared, known, path)
    header = head.header()
    units = head.units(header)
    first_line = declared.first_row or head.first_line(header, units)
    names = with_units(header.cells or [], [] if units is None else units.cells or [])
    sentences = _sentences(separator, head, header, units, first_line)
    settings = settings_of(_settings(lines, separator, header, first_line))
    require_columns(path, len(names))
    groups = {".": ",", ",": "."}[declared.decimal] if declared.decimal else head.groups()
    comma, found = declared.decimal != ".", head.first_data is not None
    below = [] if units is None or units.first < header.first else [units.first]
    below += [line for line in range(header.last + 1, first_line) if _RULE.fullmatch(lines[line - 1])]
    return Structure(
        separator,
        names,
        header.first,
        first_line,
        comma,
        groups,
        sentences,
        found,
        settings,
        below=tuple(below) if header.first else (),
    )


class _Head:
    """The first lines of a text as rows, and what they are."""

    def __init__(
        self, lines: Sequence[str], separator: str, declared: Dialect, known: Collection[str], path: Path
    ) -> None:
        self.lines = lines
        self.separator = separator
        self.declared = declared
        self.known = known
        self.path = path
        skipped = declared.skip or 0
        self.rows = [row for row in records(lines[skipped:], separator, skipped + 1, strict=False) if row.cells]
        sample = self.rows[-SAMPLE:]
        self.width = usual_width(sample[-LAST:])
        self.numeric = _numeric_columns(sample, self.width)
        self.first_data = self._first_data(0)

    def header(self) -> Record:
        """The header; a record of line 0 with numbers for names where there is none."""
        if self.declared.header is not None:
            return self._declared_header(self.declared.header)
        if not self.rows:
            return Record(0, 0, [])
        if self.declared.skip is not None and self.first_data != 0:
            return self._fitting(self.rows[0])
        above = [self._fitting(row) for row in self.rows[: self.first_data]]
        named = self._by_names(above)
        if named is not None:
            return named
        if self.first_data == 0:
            return self._in_a_comment() or self.without_header()
        return above[0] if self.first_data is None else self._by_shape(above)

    def without_header(self) -> Record:
        """What stands for a header where there is none."""
        return Record(0, 0, [str(number) for number in range(1, self.width + 1)])

    def units(self, header: Record) -> Record | None:
        """The row of units below the header, if there is one."""
        line = self.declared.units_line
        if line is not None:
            return Record(line, line, split_cells(self._line(line, "units_line"), self.separator)) if line else None
        if header.first == 0:
            return None
        below = next((row for row in self.rows if row.first > header.last), None)
        if below is not None and self._is_units_row(below):
            return below
        beside = (header.last + 1, header.first - 1)  # remarks below and above it
        lines = [number for number in beside if 1 <= number <= len(self.lines) and is_comment(self.lines[number - 1])]
        remarks = [Record(n, n, split_cells(_unmarked(self.lines[n - 1]), self.separator)) for n in lines]
        return next((remark for remark in remarks if self._is_units_row(remark)), None)

    def groups(self) -> str:
        """What groups the digits of the numbers."""
        return grouping_of(cell for row in self.rows[-SAMPLE:] for cell in row.cells or [])

    def first_line(self, header: Record, units: Record | None) -> int:
        """Where the rows begin: below header, units and a rule, remarks between units and numbers left out."""
        if header.first == 0:
            return self.rows[0].first if self.rows else 1
        if units is None or self.first_data is None:
            line = max(header.last, 0 if units is None else units.last) + 1
            while line <= len(self.lines) and _RULE.fullmatch(self.lines[line - 1]):
                line += 1
            return line
        between = [row for row in self.rows[: self.first_data] if row.first > units.last]
        remarks = all(not self._has_numbers(row.cells or []) for row in between)
        return self.rows[self.first_data].first if remarks and between else units.last + 1

    def _declared_header(self, header: int | str) -> Record:
        if header == 0:
            return self.without_header()
        if isinstance(header, int):
            return Record(header, header, split_cells(_uncommented(self._line(header, "header")), self.separator))
        for number, line in enumerate(self.lines, start=1):
            cells = split_cells(_uncommented(line), self.separator)
            if plain_name(header) in map(plain_name, cells):
                return Record(number, number, cells)
        where = f"{self.path.name}, key 'header'"
        raise InputError(Problem(where, "a name in the header", f"no line with {quoted(header)}"))

    def _line(self, number: int, key: str) -> str:
        if number > len(self.lines):
            where = f"{self.path.name}, key '{key}'"
            raise InputError(Problem(where, f"a line of the file above its rows, 1 to {len(self.lines)}", f"{number}"))
        return self.lines[number - 1]

    def _by_names(self, above: Sequence[Record]) -> Record | None:
        """The row above the numbers that holds most of the known names, the last of them; None where none does."""
        counts = [0 if self._has_numbers(row.cells or []) else self._names_in(row.cells or []) for row in above]
        units = [self._is_units_row(row) for row in above]
        for place in range(1, len(above)):  # V is a name too
            if units[place] and not units[place - 1] and len(above[place - 1].cells or []) == self.width:
                counts[place] = 0
        if not counts or max(counts) == 0:
            return None
        most = max(counts)
        return above[len(counts) - 1 - counts[::-1].index(most)]

    def _names_in(self, cells: Iterable[str]) -> int:
        return sum(is_known(cell, self.known) for cell in cells)

    def _in_a_comment(self) -> Record | None:
        """The last remark above the numbers that holds as many names as there are columns."""
        first = self.rows[0].first
        for number in range(first - 1, 0, -1):
            line = self.lines[number - 1]
            if not is_comment(line):
                continue
            cells = self._names_behind_a_number(line) or self._names_of(_uncommented(line))
            if cells is not None:
                return Record(number, number, cells)
        return None

    def _names_behind_a_number(self, line: str) -> list[str] | None:
        """The names of "#,current (mA),n", whose first column counts the rows; None where there are none."""
        first, *names = split_cells(_unmarked(line), self.separator) or [""]
        usable = len(names) == self.width - 1 and all(names) and not any(map(is_number, names))
        return ["", *names] if usable and not first and not all(map(as_unit, names)) else None

    def _fitting(self, row: Record) -> Record:
        """A row above the numbers; cut by another mark than the rows where that gives a name for every column."""
        cells = row.cells or []
        named = len(named_part(cells))
        first = self.rows[self.first_data or 0].cells or [""]
        with_index = named == self.width - 1 and first[0] in ("0", "1")  # as R writes it
        if self.width in (named, len(cells)) or with_index or row.first != row.last:
            return row
        names = self._names_of(self.lines[row.first - 1])
        return row if names is None else Record(row.first, row.last, names)

    def _names_of(self, line: str) -> list[str] | None:
        """One name a column, whatever stands between the names; None where the line holds none."""
        if len(line) > _LONGEST_HEADER:
            return None
        cut = (split_cells(line, separator) for separator in (self.separator, *SEPARATORS))
        tied = _UNIT_BEHIND.sub("\0", line).split()
        for cells in (*cut, _APART.split(line.strip()), [name.replace("\0", " ") for name in tied]):
            if len(cells) == self.width and not any(map(is_number, cells)) and all(cells):
                return cells
        return None

    def _by_shape(self, above: Sequence[Record]) -> Record:
        """The last row above the numbers, or the one above that where the last holds units."""
        alike = [row for row in above if row.cells and len(row.cells) == self.width]
        if not alike:
            return above[0]
        if len(alike) > 1 and self._is_units_row(alike[-1]) and not self._is_data(alike[-2]):
            return alike[-2]
        return next((row for row in reversed(alike) if not self._has_numbers(row.cells or [])), alike[0])

    def _first_data(self, start: int) -> int | None:
        """Which row is the first of two (or the last alone) that hold numbers where numbers stand."""
        rows = self.rows
        for place in range(start, len(rows)):
            if self._is_data(rows[place]) and (place + 1 == len(rows) or self._is_data(rows[place + 1])):
                return place
        return None

    def _is_data(self, row: Record) -> bool:
        cells = row.cells or []
        if len(cells) != self.width or not self.numeric:
            return False
        there = [cells[place] for place in self.numeric if cells[place].casefold() not in MISSING]
        return bool(there) and all(map(is_number, there))

    def _has_numbers(self, cells: Sequence[str]) -> bool:
        """Whether there is a number where numbers stand."""
        return any(is_number(cells[place]) for place in self.numeric if place < len(cells))

    def _is_units_row(self, row: Record) -> bool:
        """Whether units, and nothing else, stand where numbers stand below."""
        cells = row.cells or []
        there = [cells[place] for place in self.numeric if place < len(cells) and not says_no_unit(cells[place])]
        return len(cells) <= self.width and bool(there) and all(as_unit(cell) for cell in there)


def _numeric_columns(rows: Sequence[Record], width: int) -> list[int]:
    """Places of the columns in which most cells are numbers."""
    alike = [row.cells for row in rows if row.cells is not None and len(row.cells) == width]
    found = []
    for place in range(width):
        cells = [row[place] for row in alike if row[place].casefold() not in MISSING]
        if cells and 2 * sum(map(is_number, cells)) > len(cells):
            found.append(place)
    return found


def _uncommented(line: str) -> str:
    return _unmarked(line).strip()


def _unmarked(line: str) -> str:
    return line.lstrip().lstrip("#%/")


def _sentences(separator: str, head: _Head, header: Record, units: Record | None, first_line: int) -> tuple[str, ...]:
    """What was recognised and is not said of every table."""
    found = []
    declared = head.declared
    if declared.separator is None and separator != ",":
        found.append(f"cells are separated by {_IN_WORDS.get(separator, quoted(separator))}")
    if header.first == 0 and declared.header is None and head.rows:
        found.append("no header: columns go by their numbers, from 1")
    elif header.first and declared.header is None and declared.skip is None:
        found += _header_words(head, header)
    if units is not None and declared.units_line is None:
        found.append(f"units in line {units.first}")
    last = header.last if units is None else units.last
    if declared.first_row is None and header.first and first_line > last + 1:
        found.append(f"lines between line {last} and line {first_line} are left out")
    return tuple(found)


def _settings(lines: Sequence[str], separator: str, header: Record, first_line: int) -> Iterator[tuple[str, str]]:
    """What the lines above the rows say, in remarks or in two cells: a name and a value."""
    for number, line in enumerate(lines[: max(first_line - 1, 0)], start=1):
        if number == header.first:
            continue
        pair = told_in(line, separator) if number < header.first else setting_in(line)
        if pair is not None:
            yield pair


def _header_words(head: _Head, header: Record) -> list[str]:
    if is_comment(head.lines[header.first - 1]):
        return [f"header in line {header.first}, a comment"]
    passed = sum(row.first < header.first for row in head.rows)
    lines = "1 line" if passed == 1 else f"{passed} lines"
    return [f"header in line {header.first}, below {lines} of other text"] if passed else []
