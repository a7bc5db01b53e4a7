"""Tables with declared kinds become measurements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar, final

import numpy.typing as npt

from stfit.errors import InputError, TableError
from stfit.loaders.cells import Selection
from stfit.loaders.containers import Problems, Table
from stfit.loaders.described import Described, columns_in, open_table
from stfit.loaders.file_names import Listing, named_by_groups, pattern_key
from stfit.loaders.gate import limited, one_reader
from stfit.loaders.headers import Headers, nearest
from stfit.loaders.listed import Listed, divided
from stfit.loaders.long_table import grouped, is_long
from stfit.loaders.names import known_names, plain_name
from stfit.loaders.reading import has_groups, read_table
from stfit.loaders.settings import UNCERTAINTIES, Loaded, settle
from stfit.measurement.base import Origin
from stfit.measurement.columns import COLUMN, GROUP, Layout
from stfit.measurement.description import PLAIN, Condition, Description
from stfit.measurement.kind import Kind
from stfit.measurement.observation import Observation
from stfit.units import quoted

_Made = TypeVar("_Made")


@final
@dataclass(frozen=True)
class TableRequest:
    """A table to be loaded as a kind.

    description: what is said of the file, and of those that it lists. keys: what the kind wants to know beside its
    columns. uncertainties: column → the standard deviation of one reading in it, SI, where it is stated. listing: the
    files, where no index lists them; `path` is then what messages call it. pattern: of the names of groups, which hold
    settings. table: what is in memory, in place of a file. size_limit: bytes that the file, or one that it lists, may
    have; None leaves the general limit. entry: which [[measurement]] of an analysis asks for it, from 0.
    """

    path: Path
    kind: Kind
    polarity: int = 1
    description: Description = field(default_factory=Description)
    keys: Mapping[str, Any] = field(default_factory=dict)
    uncertainties: Mapping[str, float] = field(default_factory=dict)
    listing: Listing | None = None
    pattern: str = ""
    size_limit: int | None = None
    table: Table | None = None
    entry: int | None = None


def load_tables(requests: Sequence[TableRequest]) -> list[Observation]:
    """The measurements in several files, whose readings of temperature, field, ramp rate and pulse width are settled.

    Raises InputError with every problem of every file: what cannot be read, headers, units, cells, impossible rows.
    """
    with one_reader():
        outcomes = [_attempt(_read, request) for request in requests]
        settled = iter(settle([outcome for outcome in outcomes if not isinstance(outcome, InputError)]))
        built = [
            outcome if isinstance(outcome, InputError) else _attempt(_build, request, next(settled))
            for request, outcome in zip(requests, outcomes, strict=True)
        ]
    problems = [problem for outcome in built if isinstance(outcome, InputError) for problem in outcome.problems]
    if problems:
        raise InputError(problems)
    return [outcome for outcome in built if not isinstance(outcome, InputError)]


def load_table(path: str | Path, kind: Kind, **options: Any) -> Observation:
    """The measurement in one file; options: the fields of a TableRequest. Raises InputError as `load_tables`."""
    return load_tables([TableRequest(Path(path), kind, **options)])[0]


def load_columns(path: Path, layout: Layout) -> Mapping[str, npt.NDArray[Any]]:
    """The columns of a table that is no measurement, by their names in the layout: SI units, words as int8 codes.

    Raises InputError with every problem of the file.
    """
    plain = Description()
    return columns_in(open_table(path, layout, plain), layout, plain, Problems(path)).values


def opened(request: TableRequest) -> Table:
    """The table of a kind, or the index of one that lists files: also the groups of a file, each of them a record.

    Raises InputError as `stfit.loaders.reading.read_table`.
    """
    if request.table is not None:
        return request.table
    layout = request.kind.layout()
    if request.kind.listed is None:
        table = open_table(request.path, layout, request.description)
    else:
        group = request.description.dialect.group if has_groups(request.path) else ""
        table = read_table(request.path, replace(PLAIN, group=group), known_names(layout), several="listed")
    return named_by_groups(table, request.pattern) if request.pattern else table


def _attempt(step: Callable[..., _Made], request: TableRequest, *arguments: Any) -> _Made | InputError:
    """What a step makes of a request, or what is wrong with the file, to be said with that of all others."""
    try:
        with limited(request.size_limit):
            return step(request, *arguments)
    except InputError as error:
        return error


def _read(request: TableRequest) -> Loaded:
    problems = Problems(request.path)
    _check_keys(request, problems)
    layout, listed, listing = request.kind.layout(), request.kind.listed, request.listing
    description, files = request.description, None
    table = opened(request) if listing is None else listing.table(request.path)
    if listed is not None and listing is None and is_long(table, description):
        found, files = grouped(table, (layout, listed()), _of_files(request), request.path)
    elif listed is not None:
        own, theirs = divided(_of_files(request), layout, listed(), table)
        files = Listed(request.path.parent if listing is None else listing.folder, theirs)
        found = _index(table, layout, own, problems)
        files = replace(files, named=frozenset(map(plain_name, found.values.get(COLUMN.name, ()))))
    else:
        found = columns_in(table, layout, description, problems)
    for name in (name for name in request.uncertainties if name not in found.values):
        problems.add(
            f"a column {quoted(name)}, to whose readings this uncertainty belongs", "none", key=UNCERTAINTIES[name]
        )
    problems.raise_any()
    return Loaded(found, request.uncertainties, files)


def _index(table: Table, layout: Layout, description: Description, problems: Problems) -> Described:
    """The columns of an index; InputError says too what the names of groups hold."""
    try:
        return columns_in(table, layout, description, problems)
    except InputError as error:
        if not (key := pattern_key(table, layout)):
            raise
        raise InputError([replace(problem, found=f"{problem.found}; {key}") for problem in error.problems]) from error


def _of_files(request: TableRequest) -> Description:
    """What is said of a table and the files that it lists, without the group that was opened already."""
    if request.kind.listed is None or not has_groups(request.path):
        return request.description
    return replace(request.description, dialect=replace(request.description.dialect, group=""))


def _build(request: TableRequest, loaded: Loaded) -> Observation:
    selection, name = loaded.found.selection, request.kind.name
    group, where = request.description.dialect.group, request.description.where
    chosen = [f"{GROUP.name} = {group}"] if group else []
    chosen += [f"{header} {_words(wanted)}" for header, wanted in where.items()]
    label = f" [{', '.join(chosen)}]" if chosen else ""
    found = loaded.found
    origin = Origin(
        file=str(request.path),
        sha256=selection.table.sha256,
        rows=selection.rows,
        notices=found.notices,
        label=label,
        kind=name,
        polarity=request.polarity,
        recognised=found.recognised,
        entry=request.entry,
    )
    keys = dict(request.keys) if loaded.files is None else {**request.keys, "listed": loaded.files}
    try:
        build = request.kind.build()
        measurement: Observation = build(found.values, origin=origin, **keys)
    except TableError as error:
        problems = Problems(request.path)
        _note_rows(error, selection, found.headers, problems)
        problems.raise_any()
        raise
    return measurement


def _words(wanted: Condition) -> str:
    """A condition behind the name of a column."""
    if isinstance(wanted, tuple):
        return " or ".join(map(_words, wanted))
    text = str(wanted)
    return text if text[:1] in "<>=!" and text else f"= {text}"


def _check_keys(request: TableRequest, problems: Problems) -> None:
    """Refuse the keys that the kind does not know."""
    known = sorted(request.kind.keys().own())
    for key in request.keys:
        if key in known:
            continue
        expected = f"one of the keys {', '.join(known)}{nearest(key, known)}" if known else "no such key"
        problems.add(expected, f"{quoted(key)}, which {request.kind.name} does not know", key=key)
    problems.raise_any()


def _note_rows(error: TableError, selection: Selection, headers: Headers, problems: Problems) -> None:
    """What the kind found impossible, with the rows as lines and the columns as headers of the file."""
    lines = selection.lines()
    same: dict[tuple[str, str, str], list[int]] = {}
    for problem in error.problems:
        match = headers.matches.get(problem.column)
        column = problem.column if match is None else selection.table.header[match.position]
        line = selection.table.header_line if problem.row is None else int(lines[problem.row])
        same.setdefault((column, problem.expected, problem.found), []).append(line)
    for (column, expected, found), at in same.items():
        problems.add(expected, found + (f", in {len(at)} rows" if len(at) > 1 else ""), line=at[0], column=column)
