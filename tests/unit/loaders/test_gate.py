"""The gate: what is judged before reading, the process that reads, its limits, and what is said of its end."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl import Workbook

import stfit
from stfit.errors import InputError
from stfit.loaders import gate
from stfit.loaders.gate import limited, one_reader
from stfit.loaders.reading import read_table
from stfit.loaders.tables import TableRequest, load_tables
from stfit.measurement import kinds
from stfit.measurement.description import ColumnSource, Description
from tests.saying import unnamed

Write = Callable[..., Path]
COLUMNS = {"current": "current (mA)", "total_time": "total_time (s)"}


def dwells(path: Path, rows: int = 2) -> Path:
    """A table of dwells in a .npz."""
    states = np.array(["P", "AP"] * (rows // 2))
    np.savez_compressed(
        path, state=states, current=np.arange(1.0, rows + 1), n=np.full(rows, 3), total_time=np.ones(rows)
    )
    return path


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as refused:
        read_table(path)
    return str(refused.value)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """The processes that are started, none of them before."""
    processes: list[Any] = []
    begin = subprocess.Popen

    def counted(*arguments: Any, **options: Any) -> Any:
        processes.append(begin(*arguments, **options))
        return processes[-1]

    monkeypatch.setattr(subprocess, "Popen", counted)
    token = gate._READER.set(None)
    yield processes
    gate._READER.reset(token)


def test_one_process_reads_all_files_of_an_analysis_and_ends(tmp_path: Path, started: list[Any]) -> None:
    files = [dwells(tmp_path / f"{number}.npz") for number in range(3)]
    said = Description(columns={name: ColumnSource(header) for name, header in COLUMNS.items()})
    found = load_tables([TableRequest(file, kinds()["dwell-times"], description=said) for file in files])
    assert len(found) == 3
    assert len(started) == 1
    assert started[0].poll() is not None


def test_text_starts_no_process(write: Write, started: list[Any]) -> None:
    assert read_table(write("a,b\n1,2\n")).rows == 1
    assert not started


def test_a_damaged_file_leaves_the_reader_and_a_file_that_ends_it_does_not(tmp_path: Path, started: list[Any]) -> None:
    good = dwells(tmp_path / "good.npz")
    (tmp_path / "bad.npz").write_bytes(b"no archive")
    with one_reader():
        assert "cannot be read as one" in refusal(tmp_path / "bad.npz")
        assert read_table(good).rows == 2
        assert len(started) == 1
        started[0].kill()
        assert not unnamed(refusal(good), "good.npz", "a NumPy file", "SIGKILL", ".csv")
        assert read_table(good).rows == 2
    assert len(started) == 2


def test_a_file_that_takes_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = Workbook()
    assert book.active is not None
    for row in range(20_000):
        book.active.append([row] * 10)
    book.save(tmp_path / "long.xlsx")
    monkeypatch.setattr(gate, "_SECONDS", (0.001, 0.0))
    assert not unnamed(refusal(tmp_path / "long.xlsx"), "long.xlsx", "an Excel workbook", "0 s", ".csv")


def test_a_file_above_the_limit_is_refused_and_the_key_it_names_raises_it(tmp_path: Path) -> None:
    path = dwells(tmp_path / "a.npz", 1000)
    with limited(1000):
        assert not unnamed(refusal(path), "a.npz", "1 kB", "size_limit")
    with pytest.raises(InputError, match=r"unpacked: expected at most 22 kB \(the key size_limit raises it\)"):
        stfit.load(path, "dwell-times", columns=COLUMNS, size_limit=22_000)
    assert stfit.load(path, "dwell-times", columns=COLUMNS, size_limit=100_000).settings.state.size == 1000


def test_a_limit_of_an_analysis_holds_for_the_files_of_an_index(tmp_path: Path) -> None:
    np.save(tmp_path / "trace.npy", np.zeros(1000))
    (tmp_path / "index.csv").write_text("file,current (mA)\ntrace.npy,1\n")
    with pytest.raises(InputError, match=r"trace\.npy: at most 2 kB \(the key size_limit raises it\); found 8\.2 kB"):
        stfit.load(tmp_path / "index.csv", "telegraph-trace", sample_interval=1e-5, unit="ohm", size_limit=2000)


@pytest.mark.parametrize("size", ["8 GB", 0, -1, 1.5])
def test_a_limit_in_python_is_a_number_of_bytes(tmp_path: Path, size: object) -> None:
    with pytest.raises(InputError, match="size_limit: expected bytes"):
        stfit.load(dwells(tmp_path / "a.npz"), "dwell-times", size_limit=size)
