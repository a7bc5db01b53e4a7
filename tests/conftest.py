"""What all tests share: one thread of linear algebra, no example of hypothesis timed, the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from stfit.loaders.gate import one_reader

# The matrices here are small and every core has its own worker: more threads would only wait for each other, which
# took up to ten times the work itself. Read when NumPy is first imported; subprocesses inherit it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

settings.register_profile("untimed", deadline=None)  # the machines that tests run on are not alike
settings.load_profile("untimed")


@pytest.fixture(scope="session", autouse=True)
def reader_of_all_tests() -> Iterator[None]:
    """One process reads the binary containers of all tests, begun by the first that has one."""
    with one_reader():
        yield


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., int]:
    """Runs the command line inside this process, in a folder of its own, and gives its exit status."""
    from stfit.cli import main

    monkeypatch.chdir(tmp_path)

    def call(*arguments: str) -> int:
        monkeypatch.setattr(sys, "argv", ["stfit", *arguments])
        with pytest.raises(SystemExit) as end:
            main()
        return int(end.value.code or 0)

    return call
