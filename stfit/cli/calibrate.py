"""`stfit calibrate`: whether the intervals of a fit are as wide as they say."""

from __future__ import annotations

from typing import Annotated

import typer

from stfit.cli.app import app
from stfit.cli.options import AnalysisFile, ReportFolder, Seed
from stfit.cli.saying import command, default_folder, end, require_analysis, require_writable, say, say_document


@app.command(epilog="Example: stfit calibrate datasets/nanopillar/analysis.toml -n 200 --seed 1")
def calibrate(
    analysis: AnalysisFile,
    *,
    replicas: Annotated[int, typer.Option("-n", metavar="N", min=2, help="How many measurements are simulated.")] = 200,
    intervals: Annotated[
        str,
        typer.Option(metavar="KINDS", help="Which intervals: covariance, profile, bootstrap, posterior, with commas."),
    ] = "covariance,profile",
    sbc: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, help="Sample N posteriors, their truths drawn from the prior, and rank them."),
    ] = None,
    seed: Seed = None,
    processes: Annotated[int, typer.Option(metavar="N", min=1, help="Side by side; changes no number.")] = 1,
    out: ReportFolder = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print result.json in place of the tables.")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="No tables and no bar, only where the report is.")
    ] = False,
) -> None:
    """Simulate a measurement again from its own fit, and see whether the intervals are as wide as they say."""
    from stfit.analysis import read_analysis

    require_analysis(analysis)
    plan = read_analysis(analysis)
    kinds = [kind.strip() for kind in intervals.split(",") if kind.strip()]
    folder = default_folder(analysis) if out is None else out

    from stfit.reports.formats import REPORT, RESULT

    require_writable(folder, (REPORT, RESULT))

    from stfit.backends.parallel import watched
    from stfit.pipeline import asked_but_not_identified, report
    from stfit.pipeline import calibrate as calibrated
    from stfit.reports.progress import progress_bar
    from stfit.results.calibration import calibration_text

    with progress_bar(quiet=quiet) as shown, watched(shown):
        result = calibrated(
            plan,
            replicas=replicas,
            seed=plan.fit.seed if seed is None else seed,
            intervals=kinds if sbc is None or "posterior" in kinds else [*kinds, "posterior"],
            posteriors=sbc,
            processes=processes,
            progress=shown,
            command=command(),
        )
    page = report(result, folder)
    if as_json:
        say_document((folder / RESULT).read_text(encoding="utf-8").rstrip())
    elif result.calibration and not quiet:
        say(calibration_text(result.calibration))
    say(f"Report: {page}", err=as_json)
    end(result, asked_but_not_identified(result, plan.fit.free))
