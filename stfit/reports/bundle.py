"""A report on disk: report.html and result.json in one folder."""

from __future__ import annotations

from pathlib import Path

from stfit.errors import InputError, Problem
from stfit.reports.html import render
from stfit.results.result import FitResult
from stfit.results.storage import write, write_text

REPORT = "report.html"
RESULT = "result.json"


def write_report(result: FitResult, folder: Path | str) -> Path:
    """Write result.json and report.html into `folder`, made if need be; the path of the report.

    Each file is there whole or not at all. InputError where the folder is a file or cannot be written.
    """
    folder = Path(folder)
    page = render(result)  # before anything is touched
    _make_folder(folder)
    write(result, folder / RESULT)
    return write_text(page, folder / REPORT)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise InputError(Problem(str(folder), "a folder for the report", "a file of that name")) from error
    except OSError as error:
        raise InputError(Problem(str(folder), "a folder that can be made", error.strerror or str(error))) from error
