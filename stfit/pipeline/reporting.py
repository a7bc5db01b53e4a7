"""A plan on disk: its data and its page; whose the folder of a report is."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from stfit.outputs import ARGUMENT, Output, Work, Written, checksum, entry_of
from stfit.pipeline.source import Source
from stfit.reports.formats import RESULT
from stfit.reports.plan_page import render_plan
from stfit.results import FitResult
from stfit.results.measurement_plan import MeasurementPlan, plan_text
from stfit.results.storage import as_text

PLAN: Final = "plan.json"
PAGE: Final = "plan.html"


def write_plan_report(plan: MeasurementPlan, output: Output) -> Written:
    """Write plan.json and plan.html, both or none."""
    return output.write({PAGE: render_plan(plan), PLAN: plan_text(plan)})


def output_of(result: FitResult | MeasurementPlan, folder: Path, *, force: bool) -> Output:
    """Where a Python session writes what a fit or a plan returned.

    Parameters
    ----------
    result : FitResult or MeasurementPlan
        A result of an analysis file is the work of that file; another is known by its title and its data.
    folder : Path
        The folder.
    force : bool
        Whether files of anybody may be replaced.

    Returns
    -------
    Output
        Where the folder holds this very result, its other files stay.
    """
    if isinstance(result, MeasurementPlan):
        return Output(folder, Work("plan", (result.title,)), force, ARGUMENT)
    stored = entry_of(folder, RESULT)
    if stored and stored.sha256 == checksum(as_text(result)):
        return Output(folder, Work(*stored.owner), force, ARGUMENT, keeping=True)
    command = "calibrate" if result.calibration else "fit"
    return Output(folder, Work(command, sources_of(result)), force, ARGUMENT)


def sources_of(result: FitResult) -> tuple[Path | str, ...]:
    """The analysis file of a result, or its title and data where there is none or it is not known any more."""
    if isinstance(result.source, Source) and result.source.analysis.sha256:
        return (Path(result.source.analysis.source),)
    return (result.title, *(entry.file for entry in result.inputs))
