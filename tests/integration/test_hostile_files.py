"""What a file can do to us: nothing. Files made to leak, crash, hang, fill the memory or deceive are answered well."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.every import HEAVY, built, damaged, stored
from tests.hostile.trying import faults, tried_all

KEYS = 120  # of the analyses with a key that is wrong, which README's line tries
GROWTH = 2_000_000  # kB by which this process may grow, and which the reader may have


@pytest.mark.slow
def test_hostile_inputs_are_answered_well(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    quick = [case for case in built() if case.name not in HEAVY]
    many = [case for case in quick if case.kind == "key"]
    few = [case for case in quick if case.kind != "key"] + many[:: len(many) // KEYS]
    outcomes = tried_all([*few, *damaged(each=2), *stored(20)], tmp_path)
    assert len(outcomes) >= 800
    assert not faults(outcomes), faults(outcomes)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < GROWTH


@pytest.mark.slow
def test_heavy_and_many_damaged_inputs_are_answered_well(tmp_path: Path) -> None:
    heavy = [case for case in built() if case.name in HEAVY or case.kind == "key"]
    outcomes = tried_all([*heavy, *damaged(each=20), *stored(200)], tmp_path)
    assert len(outcomes) >= 1500
    assert not faults(outcomes), faults(outcomes)
