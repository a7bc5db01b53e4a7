"""Whatever happens to a command that writes: what stands in its folder is of one run, whole."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Final

import pytest

from tests import faults

QUICK: Final = ("init", "inspect", "simulate")  # tests/campaign/kills.py tries every command, and many times

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="Linux says which processes another one started"),
]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return faults.world(tmp_path_factory.mktemp("world") / "template", stored=False)


@pytest.mark.parametrize("command", [c for c in faults.COMMANDS if c.name in QUICK], ids=lambda command: command.name)
def test_nothing_is_lost(template: Path, tmp_path: Path, command: faults.Command) -> None:
    found = faults.states(command, template, tmp_path)
    for number in range(3):
        place = tmp_path / str(number) / template.name
        assert faults.killed(found, place, random.Random(number)) == ""  # noqa: S311 - instants, no secrets
    assert faults.gone_on_with(found, place) == ""
    assert faults.full_disk(found, tmp_path / "full" / template.name) == ""
    if os.geteuid() == 0:
        assert faults.read_only(found, tmp_path / "closed" / template.name) == ""
