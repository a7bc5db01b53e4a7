"""Fits against the truth that their data were made from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from stfit.results import Estimate

DATASETS: Final = Path(__file__).parents[1] / "datasets"
PULL: Final = 4.1  # standard errors: two-sided probability 0.001, shared among some 20 parameters


def truth_of(folder: Path) -> dict[str, float]:
    """True values (SI) by public name, as the virtual laboratory wrote them."""
    entries = json.loads((folder / "truth.json").read_text(encoding="utf-8"))["parameters"]
    return {name: entry["value"] for name, entry in entries.items()}


def pulls(found: Mapping[str, Estimate], truth: Mapping[str, float]) -> dict[str, float]:
    """Deviations from the truth in standard errors, of all that have one."""
    return {
        name: (entry.value - truth[name]) / entry.stderr
        for name, entry in found.items()
        if name in truth and entry.stderr and entry.value is not None
    }


def assert_true(found: Mapping[str, Estimate], truth: Mapping[str, float], *least: str) -> None:
    """All that has an error is the truth; these have one."""
    of = pulls(found, truth)
    assert set(least) <= set(of)
    assert all(abs(pull) < PULL for pull in of.values()), of
