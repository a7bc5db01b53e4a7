"""SQLite databases that would run what they hold, or are larger than they say."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Final

from tests.hostile.case import Hostile, Right, holding
from tests.qcodes import RUNS, database, described

_UNITS: Final = {"bias": "mA", "R": "ohm"}
_ROWS: Final = [(0.5, 10.0), (1.5, 11.0)]
_RESULTS: Final = 'CREATE VIEW "results-1-1" AS SELECT 1 AS id, 2 AS bias, 3 AS R'
_ENDLESS: Final = (
    "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x AS id, x AS bias, x AS R FROM n"
)
_HEADER: Final = b"\x93NUMPY\x01\0v\0{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }"


def databases() -> Iterator[Hostile]:
    """Databases with views, triggers and expressions, with names that are no names, and with arrays that lie."""
    changes = {
        "view": ['DROP TABLE "results-1-1"', _RESULTS],
        "endless": ['DROP TABLE "results-1-1"', f'CREATE VIEW "results-1-1" AS {_ENDLESS}'],
        "runs": ["DROP TABLE runs", f"CREATE VIEW runs AS {_ENDLESS}"],
        "computed": [
            'DROP TABLE "results-1-1"',
            'CREATE TABLE "results-1-1" (id INTEGER PRIMARY KEY, bias, R AS (hex(zeroblob(1000))))',
            'INSERT INTO "results-1-1" (bias) VALUES (1)',
        ],
        "name": ["UPDATE runs SET result_table_name = 'x\"; DROP TABLE runs; --'"],
        "schema": ["UPDATE runs SET result_table_name = 'sqlite_master'"],
        "no json": ["UPDATE runs SET run_description = '{'"],
        "deep json": ["UPDATE runs SET run_description = replace(hex(zeroblob(50000)), '00', '[')"],
        "list": ["UPDATE runs SET run_description = '[1]'"],
        "no parameters": ["UPDATE runs SET run_description = '{}'"],
        "no text": ["UPDATE runs SET run_description = x'ff00'"],
        "words": ["""UPDATE "results-1-1" SET R = 'R' || char(27) || '[2J'"""],
    }
    for label, statements in changes.items():
        right = Right.EITHER if label in ("words", "no text", "computed") else Right.REFUSED
        yield Hostile("database", f"{label}.db", partial(_changed, statements), right)
    yield Hostile("database", "trigger.db", partial(_changed, [_trigger()]), Right.READ)
    for label, blob in {"declares": _HEADER.ljust(128), "pickled": b"\x80\x04N.", "empty": b""}.items():
        yield Hostile("database", f"{label}.db", partial(_blob, blob))
    yield Hostile("database", "parameter.db", _odd_parameter, Right.EITHER)
    yield Hostile("database", "many.db", _many_runs, Right.EITHER)
    for label, content in {"empty": b"", "magic": b"SQLite format 3\0" + b"\xff" * 200, "text": b"runs"}.items():
        yield Hostile("database", f"{label}.sqlite", holding(content))


def _trigger() -> str:
    return "CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM runs; END"


def _changed(statements: list[str], path: Path) -> None:
    database(path, _UNITS, [_ROWS])
    with closing(sqlite3.connect(path)) as made, made:
        for statement in statements:
            made.execute(statement)


def _blob(content: bytes, path: Path) -> None:
    rows: list[Any] = [(content, content)]
    database(path, _UNITS, [rows])


def _odd_parameter(path: Path) -> None:
    """A parameter whose name ends the quotes that SQL has around it."""
    name = 'a"") FROM runs --'
    with closing(sqlite3.connect(path)) as made, made:
        made.execute(RUNS)
        made.execute('CREATE TABLE "r" (id INTEGER PRIMARY KEY, x, "a"""") FROM runs --")')
        given = ("x", "r", described({"x": "", name: ""}))
        made.execute("INSERT INTO runs (name, result_table_name, run_description) VALUES (?, ?, ?)", given)


def _many_runs(path: Path) -> None:
    database(path, _UNITS, [_ROWS])
    with closing(sqlite3.connect(path)) as made, made:
        given = [("x", "results-1-1", described(_UNITS))] * 20_000
        made.executemany("INSERT INTO runs (name, result_table_name, run_description) VALUES (?, ?, ?)", given)
