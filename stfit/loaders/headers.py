"""Which column of a file is which column of a kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import final

import numpy as np

from stfit.loaders.containers import Problems, Table
from stfit.loaders.names import fits, is_called, nearest, plain_name, split_for
from stfit.loaders.proposals import MOST, columns_key, example, listed, may_be, possible_columns
from stfit.measurement.columns import Column, Layout
from stfit.measurement.description import ColumnSource, Description
from stfit.units import UnitError, conversion, quoted, split_header

__all__ = ["Headers", "Match", "find_header", "match_headers", "named_columns", "nearest"]


@final
@dataclass(frozen=True)
class Match:
    """A column of the kind, where it stands in the file (from 0), and what its numbers are: gain · number + offset.

    unit: of these numbers, the header's or the declared one. declared: whether the description names the column.
    """

    column: Column
    position: int
    unit: str | None
    gain: float = 1.0
    offset: float = 0.0
    declared: bool = False


@final
@dataclass(frozen=True)
class Headers:
    """The columns found, by their names in the kind, and the positions of those left over.

    constants: columns of the kind whose value is given for all rows.
    """

    matches: Mapping[str, Match]
    unused: tuple[int, ...]
    constants: tuple[Column, ...] = ()


def match_headers(table: Table, layout: Layout, description: Description, problems: Problems) -> Headers:
    """Find the layout's columns among the table's headers; what is wrong goes to `problems`.

    What is declared (a column, by its header or number, or a constant) goes before any likeness of names. A name goes
    before an alias; case, spaces and underscores do not count. Of the layout's alternatives the first that is there as
    a whole is taken, and the columns of the others are left over.
    """
    search = _Search(table, layout, description, problems)
    search.match_declared()
    search.match_by_name()
    if layout.record:
        search.match_by_dimension()
    matches, constants = search.complete()
    used = {match.position for match in matches.values()}
    unused = tuple(place for place, header in enumerate(table.header) if header and place not in used)
    return Headers(matches, unused, constants)


def named_columns(table: Table, layout: Layout, description: Description) -> Mapping[str, Match]:
    """The columns of a layout that headers name, or the description; those of an alternative that is not whole too."""
    search = _Search(table, layout, description, Problems(table.path))
    search.match_declared()
    search.match_by_name()
    if layout.record:
        search.match_by_dimension()
    return search.matches


def find_header(table: Table, name: str | int) -> int | None:
    """Position of a column by its number from 1, or by its header: the one written so, else the only one like it.

    Unit, case, spaces and underscores do not count then. A number may be text, where no header is written so.
    """
    if not isinstance(name, int):
        for simplified in (str.strip, _name, plain_name):
            alike = [place for place, header in enumerate(table.header) if simplified(header) == simplified(name)]
            if len(alike) == 1:
                return alike[0]
    number = name if isinstance(name, int) else int(name) if name.isascii() and name.isdigit() and len(name) < 9 else 0
    return number - 1 if 1 <= number <= len(table.header) else None


@dataclass(frozen=True)
class _Search:
    table: Table
    layout: Layout
    description: Description
    problems: Problems
    matches: dict[str, Match] = field(default_factory=dict)

    def match_declared(self) -> None:
        """Take the columns that the analysis file names."""
        known = {column.name: column for column in self.layout.columns}
        for name, source in self.description.columns.items():
            key = f"columns.{name}"
            position = find_header(self.table, source.column)
            if name not in known:
                expected = f"one of the columns {', '.join(known)}{nearest(name, known)}"
                self.problems.add(expected, quoted(name), key=key)
            elif name in self.description.constants:
                self.problems.add("a column or a constant", "both", key=key)
            elif position is None:
                self.problems.add(self._a_column_there(), self._not_there(source.column), key=key)
            elif any(match.position == position for match in self.matches.values()):
                self.problems.add("a column that is declared once", quoted(str(source.column)), key=key)
            else:
                self.matches[name] = self._declared_match(known[name], position, source)

    def match_by_name(self) -> None:
        """Take the columns that are called as the kind calls them, or by an alias."""
        for column in self.layout.columns:
            declared = column.name in self.description.columns or column.name in self.description.constants
            found = [] if declared else self._candidates(column)
            if len(found) > 1 and not self._alike(found):
                names = listed([quoted(self.table.header[position]) for position in found])
                expected = f"one column for {quoted(column.name)}, or {columns_key([(column, found[0] + 1)])}"
                self.problems.add(expected, names, line=self.table.header_line)
            if found:
                unit = split_for(self.table.header[found[0]], column)[1]
                self.matches[column.name] = Match(column, found[0], unit)

    def match_by_dimension(self) -> None:
        """Take what is left for a column of a record: the only header with a unit of its dimension, or the last one."""
        for column in self.layout.columns:
            if self._is_there(column) or self._is_reported(column):
                continue
            if column.any_unit and column in self.layout.optional:
                continue  # what is left may be anything
            others = (other for other in self.layout.required if other is not column)
            if column.any_unit and not all(map(self._is_there, others)):
                continue  # what is left may be one of these
            free = self._header_names()
            fitting = free if column.any_unit else self._of_dimension(column)
            if len(fitting) == 1 and free.count(fitting[0]) == 1:
                unit = split_for(fitting[0], column)[1]
                self.matches[column.name] = Match(column, self.table.header.index(fitting[0]), unit)

    def complete(self) -> tuple[dict[str, Match], tuple[Column, ...]]:
        """The matches of the required columns, the alternative taken and the optional ones; notes what is missing."""
        groups = self.layout.alternatives
        taken = next((group for group in groups if all(map(self._is_there, group))), ())
        missing = [c for c in self.layout.required if not self._is_there(c) and not self._is_reported(c)]
        lacks_group = bool(groups) and not taken and not any(self._is_reported(c) for group in groups for c in group)
        if not self.matches and not self.description.columns and (missing or lacks_group):
            self._report_everything(missing)
        else:
            if lacks_group:
                self._report_alternatives()
            for column in missing:
                self._report_missing(column)
        wanted = (*self.layout.required, *taken, *self.layout.optional)
        present = [_by_unit(self.matches[column.name]) for column in wanted if column.name in self.matches]
        constants = tuple(column for column in wanted if column.name in self.description.constants)
        return {match.column.name: match for match in present}, constants

    def _declared_match(self, column: Column, position: int, source: ColumnSource) -> Match:
        key = f"columns.{column.name}"
        written = split_for(self.table.header[position], column)[1]
        declared = source.unit or (split_header(source.column)[1] if isinstance(source.column, str) else None)
        if source.scaled and (column.choices or column.text):
            self.problems.add("no gain or offset for a column of words", "one", key=key)
        if source.scaled:
            return Match(column, position, declared or written, source.gain, source.offset, declared=True)
        if written is not None and declared is not None and not _same_unit(written, declared, column):
            expected = f"the unit that the file gives, {quoted(written)}, or a gain that turns it into the declared one"
            self.problems.add(expected, quoted(declared), key=key)
        return Match(column, position, declared if written is None else written, declared=True)

    def _candidates(self, column: Column) -> list[int]:
        """Positions of the headers that name the column; where none does, of those that are one of its aliases."""
        taken = {match.position for match in self.matches.values()}
        free = [(place, header) for place, header in enumerate(self.table.header) if header and place not in taken]
        exact = [position for position, header in free if is_called(header, column.name, column)]
        return exact or [position for position, header in free if self._is_alias(header, column)]

    def _alike(self, positions: list[int]) -> bool:
        """Whether columns hold the same under one header, so that any of them will do."""
        first, *others = positions
        header, columns = self.table.header, self.table.columns
        return all(header[p] == header[first] and np.array_equal(columns[p], columns[first]) for p in others)

    def _is_alias(self, header: str, column: Column) -> bool:
        """Whether the header is an alias of the column, and not the name of another one."""
        if not any(is_called(header, alias, column) for alias in column.aliases):
            return False
        return not any(is_called(header, other.name, other) for other in self.layout.columns)

    def _is_there(self, column: Column) -> bool:
        return column.name in self.matches or column.name in self.description.constants

    def _is_reported(self, column: Column) -> bool:
        """Whether its absence was noted already: it was declared, and that went wrong."""
        return column.name in self.description.columns and column.name not in self.matches

    def _a_column_there(self) -> str:
        if self.table.numbered:
            return f"a number from 1 to {len(self.table.header)}, as the columns have no names"
        return "a column of the file"

    def _not_there(self, name: str | int) -> str:
        if isinstance(name, int):
            return f"number {name} of {len(self.table.header)}"
        return f"{quoted(name)}{nearest(name, self.table.header)}"

    def _report_everything(self, missing: list[Column]) -> None:
        """No column of the kind is there: one message for all, with the key that names them."""
        every = [*missing, *(self.layout.alternatives[0] if self.layout.alternatives else ())]
        wanted = possible_columns(self.table, every)
        expected = f"the columns {', '.join(map(_described, every))}"
        if self.table.numbered:
            expected += f", by their numbers, for example {columns_key(wanted)}" if wanted else ", by their numbers"
            number = len(self.table.header)
            found = "1 column without a name" if number == 1 else f"{number} columns without names"
        else:
            headers = [(column, self.table.header[place - 1]) for column, place in wanted]
            expected += f", or their headers, for example {columns_key(headers)}" if headers else ""
            found = listed([quoted(header) for header in self.table.header if header])
        self.problems.add(expected, found, line=self.table.header_line)

    def _report_missing(self, column: Column) -> None:
        likely = self._likely(column)
        single = column.text or column.measured or self.layout.record
        constant = "" if single else f", or the constant {column.name} = {example(column)}"
        self.problems.add(f"a column {_described(column)}{constant}", f"none{likely}", line=self.table.header_line)

    def _likely(self, column: Column) -> str:
        """The header that may be the column: by its name, else the only one of its dimension."""
        left = self._header_names()
        right = [name for name in left[:MOST] if (unit := split_for(name, column)[1]) is None or fits(unit, column)]
        if phrase := nearest(column.name, right):
            name = next(name for name in right if phrase.endswith(quoted(name)))
            return f"{phrase}, {columns_key([(column, name)])}"
        alike = self._of_dimension(column)
        if len(alike) == 1:
            return f"; {columns_key([(column, alike[0])])} takes the only column of this dimension"
        possible = [name for name in right if may_be(self.table, self.table.header.index(name), column)]
        if len(possible) > 1 and column.measured:
            names = listed([quoted(name) for name in possible])
            return f"; {names} may hold it, for example {columns_key([(column, possible[0])])}"
        if possible and (len(left) == 1 or self.layout.record):
            which = "the" if len(left) == 1 else "a"
            return f"; {columns_key([(column, possible[0])])} takes {which} column that is left"
        return ""

    def _of_dimension(self, column: Column) -> list[str]:
        """The headers that are no column yet and have a unit of the dimension of this one."""
        return [name for name in self._header_names() if column.unit and fits(split_for(name, column)[1], column)]

    def _report_alternatives(self) -> None:
        groups = [" and ".join(_described(column) for column in group) for group in self.layout.alternatives]
        absent = [c for group in self.layout.alternatives for c in group if not self._is_there(c)]
        absent.sort(key=lambda column: not column.any_unit)  # of which nothing more is said than that it is there
        likely = next((phrase for column in absent if (phrase := self._likely(column))), "")
        there = [quoted(self.table.header[self.matches[name].position]) for name in self._alternatives_there()]
        found = f"only {' and '.join(there)}" if there else "none of them"
        self.problems.add(f"the columns {', or '.join(groups)}", f"{found}{likely}", line=self.table.header_line)

    def _alternatives_there(self) -> list[str]:
        names = dict.fromkeys(column.name for group in self.layout.alternatives for column in group)
        return [name for name in names if name in self.matches]

    def _header_names(self) -> list[str]:
        """The headers that are no column of the kind yet."""
        taken = {match.position for match in self.matches.values()}
        return [header for place, header in enumerate(self.table.header) if header and place not in taken]


def _by_unit(match: Match) -> Match:
    """The match, of the other column that its header may stand for where the unit is that one's."""
    meant = (reading for reading in match.column.readings if fits(match.unit, reading))
    return replace(match, column=next(meant, match.column))


def _same_unit(first: str, second: str, column: Column) -> bool:
    """Whether two units are one, however they are written; units of another dimension are told apart by their text."""
    try:
        return conversion(first, column.unit) == conversion(second, column.unit)
    except UnitError:
        return first == second


def _name(header: str) -> str:
    return split_header(header)[0]


def _described(column: Column) -> str:
    unit = f" ({column.accepts[0]})" if column.accepts else ""
    return f"'{column.name}{unit}'"
