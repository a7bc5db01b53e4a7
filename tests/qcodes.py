"""Databases of QCoDeS, made by the schema that QCoDeS publishes.

`qcodes.dataset.sqlite.initial_schema` and `query_helpers`: the tables runs and results-N, numbers as REAL, arrays as
blobs in the form of .npy, a row for each measured parameter; `qcodes.dataset.descriptions`: run_description.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

RUNS = """CREATE TABLE runs (run_id INTEGER PRIMARY KEY AUTOINCREMENT, exp_id INTEGER, name TEXT,
result_table_name TEXT, result_counter INTEGER, run_timestamp INTEGER, completed_timestamp INTEGER,
is_completed BOOLEAN, parameters TEXT, guid TEXT, run_description TEXT)"""


def described(units: Mapping[str, str], version: int = 1) -> str:
    """What QCoDeS says of a run that measures all other parameters against the first."""
    first, *measured = units
    if version == 0:
        specs = [
            {"name": name, "label": name, "unit": unit, "depends_on": [] if name == first else [first]}
            for name, unit in units.items()
        ]
        return json.dumps({"version": 0, "interdependencies": {"paramspecs": specs}})
    parameters = {name: {"name": name, "label": name, "unit": unit} for name, unit in units.items()}
    inside = {"parameters": parameters, "dependencies": {name: [first] for name in measured}, "inferences": {}}
    return json.dumps({"version": 1, "interdependencies_": {**inside, "standalones": []}})


def database(path: Path, units: Mapping[str, str], runs: Sequence[Sequence[Any]], version: int = 1) -> Path:
    """A database with the rows of each run, a cell for each parameter."""
    with closing(sqlite3.connect(path)) as made, made:
        made.execute(RUNS)
        for number, rows in enumerate(runs, start=1):
            table = f"results-1-{number}"
            made.execute(f'CREATE TABLE "{table}" (id INTEGER PRIMARY KEY, {", ".join(units)})')
            places = ", ".join("?" * len(units))
            made.executemany(f'INSERT INTO "{table}" ({", ".join(units)}) VALUES ({places})', rows)  # noqa: S608
            given = (f"loop {number}", table, described(units, version))
            made.execute("INSERT INTO runs (name, result_table_name, run_description) VALUES (?, ?, ?)", given)
    return path
