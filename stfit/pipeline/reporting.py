"""A plan on disk: its data and its page."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from stfit.reports.plan_page import render_plan
from stfit.results.measurement_plan import MeasurementPlan, plan_text
from stfit.results.storage import make_folder, write_texts

PLAN: Final = "plan.json"
PAGE: Final = "plan.html"


def write_plan_report(plan: MeasurementPlan, folder: Path | str) -> Path:
    """Write plan.json and plan.html into a folder, made if need be: both or none; the path of the page."""
    folder = Path(folder)
    page = render_plan(plan)  # before anything is touched
    make_folder(folder)
    return write_texts({folder / PLAN: plan_text(plan), folder / PAGE: page})[-1]
