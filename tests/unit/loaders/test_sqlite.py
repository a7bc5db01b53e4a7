"""Databases of QCoDeS: runs, their parameters, and what a database must not do."""

from __future__ import annotations

import io
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from stfit.errors import InputError
from stfit.loaders.reading import read_table
from stfit.measurement.description import Dialect
from tests.qcodes import database
from tests.saying import unnamed

UNITS = {"bias": "mA", "R": "ohm", "V": "mV"}


def blob(values: list[float] | list[complex]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.array(values))
    return stream.getvalue()


ROWS = [(0.5, 10.0, None), (0.5, None, 1.0), (1.5, 11.0, None), (1.5, None, 2.0)]
HEADER = ("bias (mA)", "R (ohm)", "V (mV)")


@pytest.mark.parametrize("version", [0, 1])
def test_parameters_measured_at_the_same_points_stand_beside_each_other(tmp_path: Path, version: int) -> None:
    table = read_table(database(tmp_path / "a.db", UNITS, [ROWS], version))
    assert table.header == HEADER
    assert [column.tolist() for column in table.columns] == [[0.5, 1.5], [10.0, 11.0], [1.0, 2.0]]
    assert table.settings == (("run", "loop 1"),)


def test_a_run_is_chosen_by_its_number(tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", UNITS, [ROWS, [(2.5, 12.0, 3.0)], ROWS])
    with pytest.raises(InputError) as refused:
        read_table(path)
    assert not unnamed(str(refused.value), "a.db", 'group = "1"', "'3'")
    assert read_table(path, Dialect(group="2")).columns[1].tolist() == [12.0]
    assert read_table(path, Dialect(group="*")).columns[0].tolist() == [1, 1, 2, 3, 3]


def test_points_of_one_parameter_alone_are_missing_for_the_other(tmp_path: Path) -> None:
    table = read_table(database(tmp_path / "a.db", UNITS, [[(0.5, 10.0, None), (1.5, None, 2.0)]]))
    assert table.columns[1].tolist() == ["10", "nan"]


def test_arrays_are_rows_and_complex_numbers_two_columns(tmp_path: Path) -> None:
    rows = [(blob([0.0, 1.0]), blob([10.0, 11.0]), None), (blob([0.0, 1.0]), None, blob([1j, 2.0]))]
    table = read_table(database(tmp_path / "a.db", UNITS, [rows]))
    assert table.header == ("bias (mA)", "R (ohm)", "V re (mV)", "V im (mV)")
    assert [column.tolist() for column in table.columns] == [[0, 1], [10, 11], [0, 2], [1, 0]]


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as refused:
        read_table(path)
    return str(refused.value)


def test_what_a_database_would_run_is_refused(tmp_path: Path) -> None:
    for place, table in enumerate(("CREATE VIEW runs AS SELECT 1", "CREATE TABLE other (x)")):
        with closing(sqlite3.connect(tmp_path / f"{place}.db")) as made, made:
            made.execute(table)
        assert not unnamed(refusal(tmp_path / f"{place}.db"), f"{place}.db", "QCoDeS", "runs")
    path = database(tmp_path / "a.db", UNITS, [ROWS])
    with closing(sqlite3.connect(path)) as made, made:
        made.execute('DROP TABLE "results-1-1"')
        made.execute('CREATE VIEW "results-1-1" AS SELECT 1 AS id, 2 AS bias, 3 AS R, 4 AS V')
    assert not unnamed(refusal(path), "a.db", "results-1-1")


def test_changes_that_are_not_in_the_file_yet_are_not_lost_in_silence(tmp_path: Path) -> None:
    path = database(tmp_path / "a.db", UNITS, [ROWS])
    path.with_name("a.db-wal").write_bytes(b"changes")
    assert not unnamed(refusal(path), "a.db", "a.db-wal")
