"""What fuzzing found or reached: every input of the corpus is read without a finding."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.seeds import CORPUS, own, seeds
from tests.fuzz.targets import Target, read_here, targets

TARGETS = targets()
LARGEST = 300_000  # bytes of the corpus


@pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)
def test_seeds_and_corpus_are_read(target: Target, tmp_path: Path) -> None:
    path = tmp_path / target.file
    for name, content in target.beside.items():
        path.with_name(name).write_bytes(content)
    with read_here():
        for content in seeds(target):
            path.write_bytes(content)
            target.run(path)


def test_every_target_has_a_file_of_ours_from_which_fuzzing_begins() -> None:
    assert [name for name, target in TARGETS.items() if not any(own(target))] == []


def test_the_corpus_is_small() -> None:
    files = [path for path in CORPUS.rglob("*") if path.is_file()]
    assert {path.parent.name for path in files} <= set(TARGETS)
    assert sum(path.stat().st_size for path in files) < LARGEST
