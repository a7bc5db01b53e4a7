"""The files that an index lists: what of a description is theirs, and how they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Final, final

from stfit.errors import CellProblem, InputError
from stfit.loaders.containers import Problems, Table
from stfit.loaders.described import Described, columns_in, known_in
from stfit.loaders.headers import find_header
from stfit.loaders.proposals import listed
from stfit.loaders.reading import read_table
from stfit.measurement.columns import Layout
from stfit.measurement.description import PLAIN, ColumnSource, Description, Dialect

_NAMED: Final = 3  # files that a sentence names


@final
@dataclass(frozen=True)
class Listed:
    """The files of an index, in a folder, all described alike.

    records: what stands for files where one table holds them all, by their names. named: the columns of the files that
    the index names, in plain form.
    """

    folder: Path = field(default_factory=Path)
    description: Description = field(default_factory=Description)
    records: Mapping[str, Described] = field(default_factory=dict)
    named: frozenset[str] = frozenset()

    def read(self, path: Path, layout: Layout, own: Mapping[str, str] | None = None, group: str = "") -> Described:
        """The columns of a layout in one of the files.

        own: name of a column → its header or number in this file, as the index gives it. group: which of the file, as
        the index gives it. InputError: what is wrong.
        """
        if path.name in self.records:
            return self.records[path.name]
        said = self.description.of_columns({column.name for column in layout.columns})
        columns = {key: replace(said.columns.get(key, ColumnSource(at)), column=at) for key, at in (own or {}).items()}
        description = replace(said, columns={**said.columns, **columns})
        if group:
            description = replace(description, dialect=replace(description.dialect, group=group))
        known = known_in(layout, said) | self.named
        table = _kept(path, description.dialect, known) if own else read_table(path, description.dialect, known)
        return columns_in(table, layout, description, Problems(path))


def _kept(path: Path, dialect: Dialect, known: frozenset[str]) -> Table:
    """A table that several rows of an index name one after the other: it is read once."""
    try:
        stat = path.stat()
    except OSError:
        return read_table(path, dialect, known)  # which says what is wrong
    return _read(path, (stat.st_size, stat.st_mtime_ns), dialect, known)


@lru_cache(maxsize=1)
def _read(path: Path, stamp: tuple[int, int], dialect: Dialect, known: frozenset[str]) -> Table:  # noqa: ARG001
    """The table in a file; stamp: its size and time of change, by which the next version is told apart."""
    return read_table(path, dialect, known)


def divided(description: Description, index: Layout, record: Layout, table: Table) -> tuple[Description, Description]:
    """What of a description is said of an index, and what of the files that it lists.

    Columns, words and constants belong to the one that has such a column; what both have belongs to the index where its
    header holds the name. Which rows are taken concerns the index; how a table stands in a text, the files: an index
    is recognised.
    """
    of_index = {column.name for column in index.columns}
    of_files = {column.name for column in record.columns}
    said = {*description.columns, *description.words, *description.constants}
    shared = {name for name in of_index & of_files if not _is_there(table, name, description)}
    theirs = said & ((of_files - of_index) | shared)
    dialect = replace(PLAIN, bad_rows=description.dialect.bad_rows)
    return (
        replace(description.of_columns(said - theirs), dialect=dialect),
        replace(description.of_columns(theirs), where={}),
    )


def _is_there(table: Table, name: str, description: Description) -> bool:
    source = description.columns.get(name)
    return source is None or find_header(table, source.column) is not None


def in_common(sentences: Sequence[tuple[str, Iterable[str]]]) -> list[str]:
    """What was recognised of several files, (file, sentences): each sentence once, with the files it is said of."""
    files: dict[str, list[str]] = {}
    for file, said in sentences:
        for sentence in said:
            files.setdefault(sentence, []).append(file)
    return [f"{_named(names)}: {sentence}" for sentence, names in files.items()]


def _named(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= _NAMED else f"{names[0]} to {names[-1]} ({len(names)} files)"


def problems_of(refused: Sequence[tuple[int, InputError]]) -> list[CellProblem]:
    """What is wrong with files of an index, (row, error): the same in several files is one message, of the first."""
    same: dict[tuple[str, str, str], list[tuple[int, str]]] = {}
    for row, error in refused:
        for problem in error.problems:
            file, _, place = problem.where.partition(", ")
            same.setdefault((place, problem.expected, problem.found), []).append((row, file))
    found = []
    for (place, expected, what), files in same.items():
        row, file = files[0]
        others = f", likewise in {listed([name for _, name in files[1:]])}" if len(files) > 1 else ""
        where = f"{file}, {place}" if place else file
        found.append(CellProblem(row, "file", f"{where}: {expected}", f"{what}{others}"))
    return found
