"""Whose the folder of a report is that a Python session writes."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import stfit
from stfit.errors import InputError
from stfit.outputs import MANIFEST
from stfit.results import FitResult, read
from tests.saying import unnamed

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).parents[1] / "reports" / "example.py"))
RESULT: FitResult = EXAMPLES["one_temperature"]()


@pytest.fixture(autouse=True)
def _undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """No figures, which take the time and play no part."""
    monkeypatch.setattr("stfit.reports.bundle.drawings", lambda _: ())


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != MANIFEST)


def test_the_same_analysis_again_replaces_its_report(tmp_path: Path) -> None:
    stfit.report(RESULT, tmp_path, "md")
    stfit.report(replace(RESULT, seed=8, created="later"), tmp_path, "latex")
    assert names(tmp_path) == ["report.tex", "result.json", "table.tex"]
    assert read(tmp_path / "result.json").seed == 8


def test_another_analysis_is_refused_unless_it_is_forced(tmp_path: Path) -> None:
    stfit.report(RESULT, tmp_path, "md")
    other = replace(RESULT, title="another pillar")
    with pytest.raises(InputError) as refusal:
        stfit.report(other, tmp_path, "md")
    assert not unnamed(str(refusal.value), "report.md", "result.json", RESULT.title, "force=True")
    assert "--force" not in str(refusal.value)
    stfit.report(other, tmp_path, "md", force=True)
    assert read(tmp_path / "result.json").title == "another pillar"


def test_a_stored_result_gets_further_forms_beside_those_it_has(tmp_path: Path) -> None:
    stfit.report(RESULT, tmp_path, "md")
    assert stfit.report(read(tmp_path / "result.json"), tmp_path, "latex") == tmp_path / "report.tex"
    assert names(tmp_path) == ["report.md", "report.tex", "result.json", "table.tex"]
