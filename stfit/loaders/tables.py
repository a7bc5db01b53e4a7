"""Tables with declared kinds become measurements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, final

import numpy.typing as npt

from stfit.errors import InputError, TableError
from stfit.loaders.cells import Selection, column_values, select_rows
from stfit.loaders.containers import Problems, Table
from stfit.loaders.gate import limited, one_reader
from stfit.loaders.headers import Headers, find_header, match_headers, nearest
from stfit.loaders.reading import read_table
from stfit.loaders.settings import UNCERTAINTIES, Loaded, settle
from stfit.measurement.base import Origin
from stfit.measurement.columns import Layout
from stfit.measurement.kind import Kind
from stfit.measurement.observation import Observation
from stfit.units import quoted

_Made = TypeVar("_Made")


@final
@dataclass(frozen=True)
class TableRequest:
    """A table to be loaded as a kind.

    columns: our name → the file's header, with the unit the file leaves out. where: header → the text or number of
    the rows to take. keys: what the kind wants to know beside its columns. uncertainties: column → the standard
    deviation of one reading in it, SI, where it is stated. size_limit: bytes that the file, or one that it lists, may
    have; None leaves the general limit.
    """

    path: Path
    kind: Kind
    polarity: int = 1
    columns: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str | float] = field(default_factory=dict)
    keys: Mapping[str, Any] = field(default_factory=dict)
    uncertainties: Mapping[str, float] = field(default_factory=dict)
    size_limit: int | None = None


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
    _, _, values = _load(path, layout, {}, {}, Problems(path))
    return values


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
    selection, headers, values = _load(request.path, request.kind.layout(), request.columns, request.where, problems)
    for name in (name for name in request.uncertainties if name not in values):
        problems.add(f"a column {quoted(name)}, of whose readings it is", "none", key=UNCERTAINTIES[name])
    problems.raise_any()
    notices = _notices(selection.table, headers, request.where)
    return Loaded(selection, headers, values, request.uncertainties, notices)


def _build(request: TableRequest, loaded: Loaded) -> Observation:
    selection = loaded.selection
    chosen = ", ".join(f"{header} = {value}" for header, value in request.where.items())
    label = f" [{chosen}]" if chosen else ""
    digest, name = selection.table.sha256, request.kind.name
    origin = Origin(str(request.path), digest, selection.rows, loaded.notices, label, name, request.polarity)
    try:
        build = request.kind.build()
        measurement: Observation = build(loaded.values, origin=origin, **request.keys)
    except TableError as error:
        problems = Problems(request.path)
        _note_rows(error, selection, loaded.headers, problems)
        problems.raise_any()
        raise
    return measurement


def _load(
    file: Path,
    layout: Layout,
    columns: Mapping[str, str],
    where: Mapping[str, str | float],
    problems: Problems,
) -> tuple[Selection, Headers, dict[str, npt.NDArray[Any]]]:
    table = read_table(file)
    headers = match_headers(table, layout, columns, problems)
    selection = select_rows(table, where, problems)
    values = {name: column_values(selection, match, problems) for name, match in headers.matches.items()}
    problems.raise_any()
    return selection, headers, values


def _check_keys(request: TableRequest, problems: Problems) -> None:
    """Refuse the keys that the kind does not know."""
    known = sorted(request.kind.keys().own())
    for key in request.keys:
        if key in known:
            continue
        expected = f"one of the keys {', '.join(known)}{nearest(key, known)}" if known else "no such key"
        problems.add(expected, f"{quoted(key)}, which {request.kind.name} does not know", key=key)
    problems.raise_any()


def _notices(table: Table, headers: Headers, where: Mapping[str, str | float]) -> tuple[str, ...]:
    asked = {find_header(table, name) for name in where}
    left_over = (table.header[position] for position in headers.unused if position not in asked)
    return (*table.recognised, *(f"column {quoted(name)} is not used" for name in left_over))


def _note_rows(error: TableError, selection: Selection, headers: Headers, problems: Problems) -> None:
    """What the kind found impossible, with the rows as lines and the columns as headers of the file."""
    lines = selection.lines()
    for problem in error.problems:
        line = selection.table.header_line if problem.row is None else int(lines[problem.row])
        match = headers.matches.get(problem.column)
        column = problem.column if match is None else selection.table.header[match.position]
        problems.add(problem.expected, problem.found, line=line, column=column)
