"""The [sampler] section."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stfit.analysis import analysis_of
from stfit.analysis.entries import SamplerEntry
from stfit.backends.budget import Budget
from stfit.errors import InputError
from stfit.pipeline.sampling import budget_of


def read(section: dict[str, Any]) -> SamplerEntry:
    return analysis_of({"sampler": section}, Path(), "my.toml").sampler


def test_every_key() -> None:
    section = {"ensembles": 8, "walkers": 40, "steps": 500, "target": 2000}
    assert read(section) == SamplerEntry(8, 40, 500, 2000)
    assert budget_of(analysis_of({"sampler": section}, Path(), "my.toml")) == Budget(8, 40, 500, 2000)


def test_defaults_are_those_of_the_sampler() -> None:
    assert budget_of(analysis_of({}, Path(), "my.toml")) == Budget()


@pytest.mark.parametrize(
    ("key", "value", "least"),
    [("ensembles", 0, 1), ("walkers", 7, 8), ("walkers", 64.0, 8), ("steps", "many", 100), ("target", True, 100)],
)
def test_whole_numbers_of_some_size(key: str, value: Any, least: int) -> None:
    with pytest.raises(InputError, match=rf"my\.toml, key 'sampler\.{key}': expected a whole number, {least} or more"):
        read({key: value})


def test_an_unknown_key_names_the_nearest() -> None:
    with pytest.raises(InputError, match="walkers"):
        read({"walker": 64})
