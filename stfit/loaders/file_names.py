"""Settings that stand in the names of files, as the table that somebody would type by hand."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, final

import numpy as np

from stfit.errors import InputError, Problem
from stfit.loaders.assembled import cells_of_text, sha256_of
from stfit.loaders.containers import Cells, Problems, Table
from stfit.loaders.described import columns_in
from stfit.loaders.headers import find_header
from stfit.loaders.names import fits, is_called
from stfit.measurement.columns import FILE, GROUP, Layout
from stfit.measurement.description import Description
from stfit.units import quoted

_FIELD: Final = re.compile(r"\{(\w*)(?::([^{}]+))?\}")
_NUMBER: Final = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
_LETTER: Final = r"(?:[^\W\d_]|[°%‰])"  # of a unit
_QUANTITY: Final = re.compile(
    rf"(?P<before>[^{{}}]*?){_NUMBER}\s*(?P<unit>[^\W\d_][^\s{{}},;)_\]]{{0,9}})(?P<behind>[^{{}}]*)"
)
_LONGEST: Final = 200  # letters of a name that is looked at
_SHOWN: Final = 5


@final
@dataclass(frozen=True)
class Listing:
    """Files, and the pattern of their names: text with fields {name} or {name:unit}.

    A field with a unit is a number, behind which the unit may stand; {} is any text. A pattern with slashes is that of
    the folders above a file, too. folder: to which names are relative.
    """

    folder: Path
    files: tuple[Path, ...]
    pattern: str = ""

    def table(self, path: Path) -> Table:
        """An index of the files: a column `file`, and one for each field. InputError: names that do not fit.

        path: what messages call it.
        """
        headers, cells = _fields([self._name(file) for file in self.files], self.pattern, path)
        header = ["file", *headers]
        names = [Path(os.path.relpath(file, self.folder)).as_posix() for file in self.files]
        columns = [np.array(names, dtype=object), *cells]
        sums = "".join(f"{name} {sha256_of(file)}\n" for name, file in zip(names, self.files, strict=True))
        digest = hashlib.sha256(sums.encode("utf-8", "surrogateescape")).hexdigest()
        rows = np.arange(1, len(names) + 1)
        said = (f"{', '.join(header[1:])} from the names of {len(names)} files",) if headers else ()
        return Table(path, digest, tuple(header), tuple(columns), lambda: rows, header_line=0, recognised=said)

    def _name(self, file: Path) -> str:
        """What the pattern is held against: the name of a file, with as many folders as the pattern has."""
        depth = self.pattern.count("/")
        return "/".join([*file.parts[len(file.parts) - 1 - depth : -1], file.stem])


def named_by_groups(table: Table, pattern: str) -> Table:
    """A table whose column `group` holds names of groups, with a column for each field of the pattern of these names.

    InputError: names that do not fit, or no such column.
    """
    place = find_header(table, GROUP.name)
    if place is None:
        found = ", ".join(quoted(header) for header in table.header)
        raise InputError(
            Problem(f"{table.path.name}, key 'pattern'", 'groups, as group = "*" joins or lists them', found)
        )
    names = [cell if isinstance(cell, str) else f"{cell:.15g}" for cell in table.columns[place].tolist()]
    headers, cells = _fields(names, pattern, table.path)
    said = (*table.recognised, f"{', '.join(headers)} from the names of the groups")
    return replace(table, header=(*table.header, *headers), columns=(*table.columns, *cells), recognised=said)


def pattern_key(table: Table, layout: Layout) -> str:
    """The key `pattern` that takes a setting of the layout from the names of groups; "" where they hold none.

    Such names are alike but for one number with a unit, of the dimension of a column that the table has not.
    """
    place = find_header(table, GROUP.name)
    if place is None:
        return ""
    names = [str(cell) for cell in table.columns[place].tolist()]
    found = [_QUANTITY.fullmatch(name) if len(name) <= _LONGEST else None for name in names]
    parts = {match.group("before", "unit", "behind") for match in found if match is not None}
    if None in found or len(parts) != 1:
        return ""
    ((before, unit, behind),) = parts
    wanted = [column for group in (layout.required, *layout.alternatives) for column in group]
    for column in wanted:
        there = any(is_called(header, column.name, column) for header in table.header)
        if column.unit and not there and fits(unit, column):
            pattern = f"{before}{{{column.name}:{unit}}}{behind}"
            return f"pattern = {json.dumps(pattern, ensure_ascii=False)} takes it from the names of the groups"
    return ""


def _fields(names: Sequence[str], pattern: str, path: Path) -> tuple[list[str], list[Cells]]:
    """The fields of a pattern as headers, and what each name holds for them. InputError: names that do not fit."""
    fields = [(name, unit) for name, unit in _FIELD.findall(pattern) if name]
    if not pattern:
        return [], []
    expression = _expression(pattern)
    found = {name: expression.fullmatch(name) for name in dict.fromkeys(names)}
    wrong = [name for name, match in found.items() if match is None]
    if wrong:
        more = ", …" if len(wrong) > _SHOWN else ""
        shown = ", ".join(quoted(name) for name in wrong[:_SHOWN])
        raise InputError(Problem(f"{path.name}, key 'pattern'", f"names such as {quoted(pattern)}", f"{shown}{more}"))
    groups = {name: match.groups() for name, match in found.items() if match is not None}
    headers = [f"{name} ({unit})" if unit else name for name, unit in fields]
    return headers, [cells_of_text([groups[name][place] for name in names]) for place in range(len(fields))]


def settings_of(
    listing: Listing, path: Path, layout: Layout, description: Description
) -> list[tuple[Path, Description]]:
    """Each file that is taken, with a description in which the settings of its name are constants.

    `where` chooses among the files by what their names say; what else it says holds for their rows.
    """
    table = listing.table(path)
    by_name = {name: wanted for name, wanted in description.where.items() if find_header(table, name) is not None}
    named = table.header[1:]
    columns = [column for column in layout.columns if any(is_called(header, column.name, column) for header in named)]
    words = {column.name: description.words[column.name] for column in columns if column.name in description.words}
    chosen = Description(words=words, where=by_name)
    found = columns_in(table, Layout((FILE, *columns)), chosen, Problems(path))
    rest = {name: wanted for name, wanted in description.where.items() if name not in by_name}
    return [
        (
            listing.folder / str(found.values["file"][row]),
            description.with_constants({column.name: found.values[column.name][row] for column in columns}, rest),
        )
        for row in range(found.selection.rows)
    ]


def _expression(pattern: str) -> re.Pattern[str]:
    """The regular expression of a pattern; each named field is a group.

    Another field right behind a number takes neither its last digits nor the letters of another unit.
    """
    parts, last = [], 0
    for field in _FIELD.finditer(pattern):
        parts.append(re.escape(pattern[last : field.start()]))
        name, unit = field.groups()
        last = field.end()
        if unit and pattern[last : last + 1] == "{":
            parts.append(f"({_NUMBER})(?:\\s*{re.escape(unit)}(?!{_LETTER})|(?!\\s?{_LETTER}|\\.?[0-9]))")
        else:
            parts.append(f"({_NUMBER})\\s*(?:{re.escape(unit)})?" if unit else "([^/]+?)" if name else "[^/]*?")
    return re.compile("".join([*parts, re.escape(pattern[last:])]))
