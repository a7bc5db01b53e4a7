"""Which column of a file is which column of a kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from typing import Final, final

from stfit.loaders.containers import Problems, Table
from stfit.measurement.columns import Column, Layout
from stfit.units import UnitError, conversion, quoted, split_header

_LONGEST_NAME: Final = 100  # of those compared for likeness, which takes the square of the length
_MOST_NAMES: Final = 200  # of those compared for likeness
_KEPT: Final = 4096  # names whose plain form is remembered, since every kind asks for it


@final
@dataclass(frozen=True)
class Match:
    """A column of the kind, where it stands in the file (from 0), and its unit: the header's, or the declared one."""

    column: Column
    position: int
    unit: str | None


@final
@dataclass(frozen=True)
class Headers:
    """The columns found, by their names in the kind, and the positions of those left over."""

    matches: Mapping[str, Match]
    unused: tuple[int, ...]


def match_headers(table: Table, layout: Layout, declared: Mapping[str, str], problems: Problems) -> Headers:
    """Find the layout's columns among the table's headers; what is wrong goes to `problems`.

    declared: our name → the header, with the unit the file leaves out; it goes before any likeness of names. A name
    goes before an alias; case, spaces and underscores do not count. Of the layout's alternatives the first that is
    there as a whole is taken, and the columns of the others are left over.
    """
    search = _Search(table, layout, declared, problems)
    search.match_declared()
    search.match_by_name()
    matches = search.complete()
    used = {match.position for match in matches.values()}
    unused = tuple(position for position in range(len(table.header)) if position not in used)
    return Headers(matches, unused)


def find_header(table: Table, name: str) -> int | None:
    """Position of the header written so; else of the only one like it but for its unit, case, spaces, underscores."""
    for simplified in (str.strip, _name, _plain_name):
        alike = [position for position, header in enumerate(table.header) if simplified(header) == simplified(name)]
        if len(alike) == 1:
            return alike[0]
    return None


def nearest(name: str, known: Iterable[str]) -> str:
    """A phrase for a message, "; the nearest is …", of the known name most like this one; "" where none is."""
    short = (entry for entry in known if len(entry) <= _LONGEST_NAME)
    by_plain = {_plain_name(entry): entry for entry in islice(short, _MOST_NAMES)}
    close = get_close_matches(_plain_name(name[:_LONGEST_NAME]), by_plain, n=1)
    return f"; the nearest is {quoted(by_plain[close[0]])}" if close else ""


@dataclass(frozen=True)
class _Search:
    table: Table
    layout: Layout
    declared: Mapping[str, str]
    problems: Problems
    matches: dict[str, Match] = field(default_factory=dict)

    def match_declared(self) -> None:
        """Take the columns that the analysis file names."""
        known = {column.name: column for column in self.layout.columns}
        for name, header in self.declared.items():
            key = f"columns.{name}"
            position = find_header(self.table, header)
            if name not in known:
                expected = f"one of the columns {', '.join(known)}{nearest(name, known)}"
                self.problems.add(expected, quoted(name), key=key)
            elif position is None:
                found = f"{quoted(header)}{nearest(header, self.table.header)}"
                self.problems.add("a column of the file", found, key=key)
            elif any(match.position == position for match in self.matches.values()):
                self.problems.add("a column that is declared once", quoted(header), key=key)
            else:
                self.matches[name] = self._declared_match(known[name], position, header)

    def match_by_name(self) -> None:
        """Take the columns that are called as the kind calls them, or by an alias."""
        for column in self.layout.columns:
            found = [] if column.name in self.declared else self._candidates(column)
            if len(found) > 1:
                names = " and ".join(quoted(self.table.header[position]) for position in found)
                self.problems.add(f"one column for {quoted(column.name)}", names, line=self.table.header_line)
            if found:
                unit = split_header(self.table.header[found[0]])[1]
                self.matches[column.name] = Match(column, found[0], unit)

    def complete(self) -> dict[str, Match]:
        """The matches of the required columns, the alternative taken and the optional ones; notes what is missing."""
        groups = self.layout.alternatives
        taken = next((group for group in groups if all(column.name in self.matches for column in group)), ())
        if groups and not taken and not any(self._is_reported(column) for group in groups for column in group):
            self._report_alternatives()
        for column in self.layout.required:
            if column.name not in self.matches and not self._is_reported(column):
                found = f"none{nearest(column.name, self._header_names())}"
                self.problems.add(f"a column {_described(column)}", found, line=self.table.header_line)
        wanted = (*self.layout.required, *taken, *self.layout.optional)
        present = [_by_unit(self.matches[column.name]) for column in wanted if column.name in self.matches]
        return {match.column.name: match for match in present}

    def _declared_match(self, column: Column, position: int, header: str) -> Match:
        written, declared = split_header(self.table.header[position])[1], split_header(header)[1]
        if written is not None and declared is not None and written != declared:
            key = f"columns.{column.name}"
            self.problems.add(f"the unit that the file gives, {quoted(written)}", quoted(declared), key=key)
        return Match(column, position, declared if written is None else written)

    def _candidates(self, column: Column) -> list[int]:
        """Positions of the headers that name the column; where none does, of those that are one of its aliases."""
        taken = {match.position for match in self.matches.values()}
        free = [(position, header) for position, header in enumerate(self.table.header) if position not in taken]
        exact = [position for position, header in free if _is_called(header, column.name, column)]
        return exact or [position for position, header in free if self._is_alias(header, column)]

    def _is_alias(self, header: str, column: Column) -> bool:
        """Whether the header is an alias of the column, and not the name of another one."""
        if not any(_is_called(header, alias, column) for alias in column.aliases):
            return False
        return not any(_is_called(header, other.name, other) for other in self.layout.columns)

    def _is_reported(self, column: Column) -> bool:
        """Whether its absence was noted already: it was declared, and that went wrong."""
        return column.name in self.declared and column.name not in self.matches

    def _report_alternatives(self) -> None:
        groups = [" and ".join(_described(column) for column in group) for group in self.layout.alternatives]
        absent = [c for group in self.layout.alternatives for c in group if c.name not in self.matches]
        likely = next((phrase for column in absent if (phrase := nearest(column.name, self._header_names()))), "")
        there = [quoted(self.table.header[self.matches[name].position]) for name in self._alternatives_there()]
        found = f"only {' and '.join(there)}" if there else "none of them"
        self.problems.add(f"the columns {', or '.join(groups)}", f"{found}{likely}", line=self.table.header_line)

    def _alternatives_there(self) -> list[str]:
        names = dict.fromkeys(column.name for group in self.layout.alternatives for column in group)
        return [name for name in names if name in self.matches]

    def _header_names(self) -> list[str]:
        """The headers that are no column of the kind yet."""
        taken = {match.position for match in self.matches.values()}
        return [header for position, header in enumerate(self.table.header) if position not in taken]


def _by_unit(match: Match) -> Match:
    """The match, of the other column that its header may stand for where the unit is that one's."""
    other = match.column.otherwise
    if other is None or _fits(match.unit, match.column) or not _fits(match.unit, other):
        return match
    return replace(match, column=other)


@lru_cache(_KEPT)
def _name(header: str) -> str:
    return split_header(header)[0]


@lru_cache(_KEPT)
def _plain_name(header: str) -> str:
    return "".join(_name(header).split()).replace("_", "").casefold()


def _described(column: Column) -> str:
    unit = f" ({column.accepts[0]})" if column.accepts else ""
    return f"'{column.name}{unit}'"


def _is_called(header: str, name: str, column: Column) -> bool:
    """Whether the header names the column so. A letter is a symbol: in the other case its unit must tell t from T."""
    if _name(header) == name:
        return True
    return _plain_name(header) == _plain_name(name) and (len(name) > 1 or _fits(split_header(header)[1], column))


def _fits(unit: str | None, column: Column) -> bool:
    try:
        conversion(unit or "", column.unit)
    except UnitError:
        return False
    return True
