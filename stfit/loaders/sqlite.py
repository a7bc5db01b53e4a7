"""SQLite databases (.db) of QCoDeS: the results of a run, with the names and units that its description gives.

QCoDeS, `qcodes.dataset.sqlite`: the table `runs` holds for each run its number, the name of its table of results and
its `run_description`, JSON whose "interdependencies" ("interdependencies_" since version 1) name the parameters, their
units and what each depends on. Every measured parameter has rows of its own, in which the others are NULL. Arrays are
stored in the form of NumPy's .npy. The file is opened read-only and as one that nobody writes to:
views, virtual tables and triggers are not used.
"""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.files import require_size
from stfit.loaders.contents import MOST_COLUMNS, REMEDY, Contents, with_unit
from stfit.loaders.groups import ONLY, Choice, Group, chosen

_RUNS: Final = "SELECT run_id, name, result_table_name, run_description FROM runs ORDER BY run_id LIMIT ?"
_TABLE: Final = (
    "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ? AND sql NOT LIKE 'CREATE VIRTUAL%'"
)
_NUMBER: Final = 8  # bytes that a number takes, once read
_ALLOWED: Final = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION})
_FUNCTIONS: Final = frozenset({"count", "sum", "length", "like"})
_LONGEST_HEADER: Final = 10_000  # bytes of the header of an array


@final
@dataclass(frozen=True)
class _Parameter:
    """A column of results. depends: the names of the parameters that were set; empty for one that was set itself."""

    name: str
    unit: str
    depends: tuple[str, ...]

    @property
    def header(self) -> str:
        return with_unit(self.name, self.unit)


def read(path: Path, size_limit: int, choice: Choice = ONLY) -> Contents:
    """The results of a run: a column for each of its parameters, a row for each point.

    Parameters
    ----------
    path : Path
        The file.
    size_limit : int
        Bytes that the results may have.
    choice : Choice
        Which run is meant, by its number.

    Returns
    -------
    Contents
        The columns; where parameters were measured at other points than each other, NaN stands where there is none.

    Raises
    ------
    InputError
        As `stfit.loaders.groups.chosen`; if it is no database of QCoDeS, if it has changes that stand in another file
        yet, or if the results are larger than they may be.
    """
    changes = path.with_name(f"{path.name}-wal")
    if changes.is_file() and changes.stat().st_size:
        expected = "a database that is complete; close the program that writes to it, and its last changes are in it"
        raise InputError(Problem(path.name, expected, f"changes that stand in {changes.name} yet"))
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        _restrict(database, size_limit)
        if not database.execute(_TABLE, ("runs",)).fetchone()[0]:
            raise InputError(Problem(path.name, "a database of QCoDeS, with a table 'runs'", "none"))
        runs = database.execute(_RUNS, (MOST_COLUMNS,)).fetchall()
        groups = [_run(path, database, run, size_limit) for run in runs if run[2] is not None]
        return chosen(path, groups, choice, size_limit)


def _restrict(database: sqlite3.Connection, size_limit: int) -> None:
    """Nothing but reading tables: what a database defines for itself is refused before it runs."""

    def authorised(action: int, *said: str | None) -> int:
        _, called, _, view = said
        function = action == sqlite3.SQLITE_FUNCTION and (called or "").lower() not in _FUNCTIONS
        denied = action not in _ALLOWED or function or view is not None
        return sqlite3.SQLITE_DENY if denied else sqlite3.SQLITE_OK

    database.execute("PRAGMA trusted_schema = OFF")
    database.execute("PRAGMA cell_size_check = ON")
    database.execute("PRAGMA temp_store = MEMORY")
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, min(size_limit, 2**31 - 1))
    database.text_factory = lambda stored: stored.decode("utf-8", "replace")
    database.set_authorizer(authorised)


def _run(path: Path, database: sqlite3.Connection, run: Sequence[Any], size_limit: int) -> Group:
    number, name, table, description = run
    parameters = list(_parameters(description))

    def columns() -> list[tuple[str, Any]]:
        if not database.execute(_TABLE, (table,)).fetchone()[0]:
            raise InputError(Problem(f"{path.name}, run {number}", f"the table {table!r} of its results", "none"))
        rows = _results(f"{path.name}, run {number}, unpacked", database, table, parameters, size_limit)
        return _merged(parameters, rows)

    return Group(str(number), tuple(parameter.header for parameter in parameters), 0, columns, {"run": str(name)})


def _parameters(description: object) -> Iterator[_Parameter]:
    """The parameters of a run, in the order of its description."""
    said = json.loads(description) if isinstance(description, str) else {}
    if "interdependencies" in said:
        for spec in said["interdependencies"]["paramspecs"]:
            yield _Parameter(str(spec["name"]), str(spec["unit"]), tuple(map(str, spec["depends_on"])))
        return
    there = said.get("interdependencies_", {})
    for name, spec in there.get("parameters", {}).items():
        yield _Parameter(name, str(spec["unit"]), tuple(map(str, there["dependencies"].get(name, ()))))


def _results(
    where: str, database: sqlite3.Connection, table: str, parameters: Sequence[_Parameter], size_limit: int
) -> list[list[Any]]:
    """The cells of each parameter, in the order in which they were stored."""
    names = ", ".join(_identifier(parameter.name) for parameter in parameters)
    sizes = ", ".join(f"SUM(LENGTH({_identifier(parameter.name)}))" for parameter in parameters)
    source = _identifier(table)
    count, *stored = database.execute(f"SELECT COUNT(*), {sizes} FROM {source}").fetchone()  # noqa: S608 - quoted
    size = _NUMBER * count * len(parameters) + sum(length or 0 for length in stored)
    require_size(where, size, size_limit, REMEDY)
    rows = database.execute(f"SELECT {names} FROM {source} ORDER BY id").fetchall()  # noqa: S608 - quoted
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in parameters]


def _identifier(name: str) -> str:
    """A name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def _merged(parameters: Sequence[_Parameter], cells: Sequence[Sequence[Any]]) -> list[tuple[str, Any]]:
    """Columns of one length: parameters that were measured at the same points stand beside each other."""
    by_name = {parameter.name: column for parameter, column in zip(parameters, cells, strict=True)}
    measured = [parameter for parameter in parameters if parameter.depends]
    parts: dict[str, dict[str, Any]] = {}
    for parameter in measured:
        there = [place for place, cell in enumerate(by_name[parameter.name]) if cell is not None]
        names = [*parameter.depends, parameter.name]
        parts[parameter.name] = {name: _column([by_name[name][place] for place in there]) for name in names}
    set_points = [_set_points(parameter, parts[parameter.name]) for parameter in measured]
    alike = all(_same(set_points[0], points) for points in set_points[1:])
    if not measured or not alike:
        return [(parameter.header, _column(column)) for parameter, column in zip(parameters, cells, strict=True)]
    together: dict[str, Any] = {}
    for parameter in measured:
        together |= parts[parameter.name]
    return [(parameter.header, together[parameter.name]) for parameter in parameters if parameter.name in together]


def _set_points(parameter: _Parameter, part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: part[name] for name in parameter.depends}


def _same(first: Mapping[str, Any], second: Mapping[str, Any]) -> bool:
    return first.keys() == second.keys() and all(np.array_equal(first[name], second[name]) for name in first)


def _column(cells: Sequence[Any]) -> Any:
    """Numbers, texts, or the numbers of all arrays in a column, one behind the other."""
    if any(isinstance(cell, bytes) for cell in cells):
        return np.concatenate([_array(cell) for cell in cells])
    if any(isinstance(cell, str) and cell.lower() != "nan" for cell in cells):
        return ["" if cell is None else str(cell) for cell in cells]
    return np.array([np.nan if cell is None else float(cell) for cell in cells], dtype=np.float64)


def _array(cell: Any) -> npt.NDArray[Any]:
    """An array in the form of a .npy file, of one dimension; nothing is unpickled."""
    if not isinstance(cell, bytes):
        return np.array([np.nan if cell is None else float(cell)])
    stored = np.lib.format.read_array(io.BytesIO(cell), allow_pickle=False, max_header_size=_LONGEST_HEADER)
    return np.asarray(stored).reshape(-1)
