from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

from stfit.errors import InputError
from stfit.reports.bundle import write_report
from stfit.reports.html import render
from stfit.results import FitResult, read

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("example.py")))
RESULT: FitResult = EXAMPLES["one_temperature"]()


def test_a_report_is_a_page_and_the_result_it_was_made_from(tmp_path: Path) -> None:
    path = write_report(RESULT, tmp_path / "reports" / "nanopillar")
    assert path == tmp_path / "reports" / "nanopillar" / "report.html"
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["report.html", "result.json"]
    stored = read(path.with_name("result.json"))
    assert stored == RESULT
    assert path.read_text(encoding="utf-8") == render(stored)


def test_a_report_replaces_the_one_before(tmp_path: Path) -> None:
    write_report(RESULT, tmp_path)
    path = write_report(EXAMPLES["not_converged"](), tmp_path)
    assert "did not converge" in path.read_text(encoding="utf-8")


def test_a_folder_that_is_a_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="out: expected a folder for the report; found a file of that name"):
        write_report(RESULT, folder)
    assert folder.read_text(encoding="utf-8") == "mine"


def test_a_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="expected a folder that can be made; found Not a directory"):
        write_report(RESULT, tmp_path / "out" / "below")


def test_a_report_that_is_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(InputError, match=r"report\.html: expected a file that can be written; found Is a directory"):
        write_report(RESULT, tmp_path)
