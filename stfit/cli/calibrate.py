"""`stfit calibrate`: whether the intervals of a fit are as wide as they say."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stfit.cli import completion
from stfit.cli.app import app
from stfit.cli.options import MOST, MOST_PROCESSES, AnalysisFile, Seed
from stfit.cli.output import Force, analysis_output, say_removed
from stfit.cli.progress import watched_work
from stfit.cli.saying import command, end, require_analysis, say, say_document
from stfit.cli.unfinished import kept_until_written


@app.command(
    help="Simulate a measurement many times from its fit and count how often the intervals contain the truth.",
    epilog="Example: stfit calibrate datasets/nanopillar/analysis.toml -n 200 --seed 1",
)
def calibrate(
    analysis: AnalysisFile,
    *,
    replicas: Annotated[
        int, typer.Option("-n", metavar="N", min=2, max=MOST, help="Number of simulated measurements.")
    ] = 200,
    intervals: Annotated[
        str,
        typer.Option(
            metavar="KINDS",
            autocompletion=completion.intervals,
            help="Intervals to test, with commas between: covariance, profile, bootstrap, posterior.",
        ),
    ] = "covariance,profile",
    sbc: Annotated[
        int | None,
        typer.Option(
            metavar="N", min=1, max=MOST, help="Draw N true values from the prior; rank each among its posterior draws."
        ),
    ] = None,
    seed: Seed = None,
    processes: Annotated[
        int,
        typer.Option(metavar="N", min=1, max=MOST_PROCESSES, help="Number of processes; results do not depend on it."),
    ] = 1,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            readable=False,
            help="Where the report goes.  [default: reports/<name of the analysis>-calibration]",
        ),
    ] = None,
    force: Force = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print result.json in place of the tables.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only the path of the report.")] = False,
) -> None:
    """Do what `stfit calibrate --help` says."""
    from stfit.analysis import read_analysis

    require_analysis(analysis)
    plan = read_analysis(analysis)
    kinds = [kind.strip() for kind in intervals.split(",") if kind.strip()]

    from stfit.reports.formats import REPORT, RESULT

    output = analysis_output(analysis, "calibrate", out, (REPORT, RESULT), force=force)

    with kept_until_written(output.folder):
        with watched_work("Calibrating", quiet=quiet):
            # under the bar, as it takes a part of a second
            from stfit.pipeline.calibrating import calibrated
            from stfit.pipeline.loading import load_measurements
            from stfit.pipeline.run import asked_but_not_identified
            from stfit.studies.sbc import Repetitions

            result = calibrated(
                plan,
                load_measurements(plan),
                Repetitions(replicas, plan.fit.seed if seed is None else seed, processes=processes),
                intervals=kinds if sbc is None or "posterior" in kinds else [*kinds, "posterior"],
                posteriors=sbc,
                command=command(),
            )
        if as_json:
            from stfit.results.storage import as_text

            say_document(as_text(result).rstrip())
        elif result.calibration and not quiet:
            from stfit.reports.calibration_words import calibration_text

            say(calibration_text(result.calibration))

        with watched_work("Drawing the report", quiet=quiet):
            from stfit.reports.bundle import write_report  # draws figures, which the answer above does not wait for

            written = write_report(result, output)
        say_removed(written)
        say(f"Report: {written.paths[0]}", err=as_json)
    end(result, asked_but_not_identified(result, plan.fit.free))
