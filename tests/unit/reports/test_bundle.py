from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from stfit.outputs import MANIFEST, Output, Work
from stfit.reports.bundle import write_report
from stfit.reports.html import render
from stfit.results import FitResult, read
from tests.builders import contents_of

WORK = Work("fit", ("a pillar",))
EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("example.py")))
RESULT: FitResult = EXAMPLES["one_temperature"]()


def test_a_report_is_a_page_and_the_result_it_was_made_from(tmp_path: Path) -> None:
    path = write_report(RESULT, Output(tmp_path / "reports" / "nanopillar", WORK)).paths[0]
    assert path == tmp_path / "reports" / "nanopillar" / "report.html"
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["report.html", "result.json", MANIFEST]
    stored = read(path.with_name("result.json"))
    assert stored == RESULT
    assert path.read_text(encoding="utf-8") == render(stored)


def test_a_report_replaces_the_one_before(tmp_path: Path) -> None:
    write_report(RESULT, Output(tmp_path, WORK))
    path = write_report(EXAMPLES["not_converged"](), Output(tmp_path, WORK)).paths[0]
    assert "did not converge" in path.read_text(encoding="utf-8")


def test_a_report_that_cannot_be_drawn_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_report(RESULT, Output(tmp_path, WORK), ("md",))
    before = contents_of(tmp_path)

    def broken(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("stfit.reports.content.svg_file", broken)
    with pytest.raises(OSError, match="No space left"):
        write_report(EXAMPLES["not_converged"](), Output(tmp_path, WORK), ("md",))
    assert contents_of(tmp_path) == before
