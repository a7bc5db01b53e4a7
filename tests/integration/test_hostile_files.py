"""What a file can do to us: nothing. Files made to leak, crash, hang, fill the memory or deceive are answered well."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from stfit.loaders.gate import one_reader
from tests.hostile.case import Hostile
from tests.hostile.every import HEAVY, built, damaged
from tests.hostile.trying import Tried, table, tried

GROWTH = 2_000_000  # kB by which this process may grow, and which the reader may have


def all_tried(cases: Iterable[Hostile], folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[Tried]:
    """Try every case in a fresh folder, one process reading the binary files of all."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "argv", sys.argv)
    outcomes = []
    with one_reader():
        for number, case in enumerate(cases):
            own = folder / str(number)
            own.mkdir()
            outcomes.append(tried(case, own))
            shutil.rmtree(own)
    print("\n" + table(outcomes))  # noqa: T201 - what a campaign is for
    return outcomes


def faults(outcomes: Iterable[Tried]) -> str:
    return "\n".join(f"{o.case.kind}, {o.case.name}: {'; '.join(o.faults)}" for o in outcomes if o.faults)


def test_five_hundred_hostile_files_are_answered_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    quick = [case for case in built() if case.name not in HEAVY]
    outcomes = all_tried([*quick, *damaged(each=2)], tmp_path, monkeypatch)
    assert len(outcomes) >= 500
    assert not faults(outcomes), faults(outcomes)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < GROWTH


@pytest.mark.slow
def test_heavy_and_many_damaged_files_are_answered_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heavy = [case for case in built() if case.name in HEAVY]
    outcomes = all_tried([*heavy, *damaged(each=20)], tmp_path, monkeypatch)
    assert not faults(outcomes), faults(outcomes)
