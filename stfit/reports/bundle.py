"""A report on disk: report.html and result.json in one folder."""

from __future__ import annotations

from pathlib import Path

from stfit.reports.html import render
from stfit.results.result import FitResult
from stfit.results.storage import as_text, make_folder, write_texts

REPORT = "report.html"
RESULT = "result.json"


def write_report(result: FitResult, folder: Path | str) -> Path:
    """Write result.json and report.html into `folder`, made if need be; the path of the report.

    Both files are there, whole, or none of them. InputError where the folder is a file or cannot be written.
    """
    folder = Path(folder)
    page = render(result)  # before anything is touched
    make_folder(folder)
    return write_texts({folder / RESULT: as_text(result), folder / REPORT: page})[-1]
