"""Results on disk: the report of a fit, the page of a plan."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from stfit.reports.bundle import write_report
from stfit.reports.formats import chosen_formats
from stfit.reports.plan import render_plan
from stfit.results import FitResult
from stfit.results.plan import Plan, plan_text
from stfit.results.storage import make_folder, write_texts

PLAN: Final = "plan.json"
PAGE: Final = "plan.html"


def report(result: FitResult | Plan, folder: str | Path, formats: str | Sequence[str] = ("html",)) -> Path:
    """Write result.json and the report (plan.html and plan.json) into a folder; the path of the report's first file.

    formats: of a fit's report: "html", "pdf", "md", "latex", several, or "all".
    """
    if isinstance(result, Plan):
        return write_plan_report(result, Path(folder))
    asked = formats if isinstance(formats, str) else ",".join(formats)
    return write_report(result, Path(folder), chosen_formats(asked))


def write_plan_report(plan: Plan, folder: Path | str) -> Path:
    """Write plan.json and plan.html into a folder, made if need be: both or none; the path of the page."""
    folder = Path(folder)
    page = render_plan(plan)  # before anything is touched
    make_folder(folder)
    return write_texts({folder / PLAN: plan_text(plan), folder / PAGE: page})[-1]
