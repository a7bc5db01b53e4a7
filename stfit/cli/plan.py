"""`stfit plan`: which measurement to take next."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from stfit.cli.app import app
from stfit.cli.completion import targets
from stfit.cli.options import MOST, MOST_PROCESSES, AnalysisFile, Seed
from stfit.cli.output import Force, analysis_output, say_removed
from stfit.cli.progress import watched_work
from stfit.cli.saying import (
    NOT_ANSWERED,
    command,
    require_analysis,
    say,
    say_document,
)
from stfit.cli.unfinished import kept_until_written


@app.command(
    help="Find the next measurement: how much each candidate reduces the error of l/L_θθ per hour.",
    epilog="Example: stfit plan datasets/nanopillar/analysis.toml --hours 8",
)
def plan(
    analysis: AnalysisFile,
    *,
    target: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            autocompletion=targets,
            help="Quantity whose error is to be reduced, in place of the one in the file.  [default: l_over_L]",
        ),
    ] = None,
    hours: Annotated[
        float | None, typer.Option(metavar="H", help="Available time; every candidate is extended or cut to fill it.")
    ] = None,
    check: Annotated[
        int, typer.Option(metavar="N", min=0, max=MOST, help="Number of best candidates to simulate.")
    ] = 3,
    refits: Annotated[int, typer.Option(metavar="N", min=10, max=MOST, help="Simulations of each candidate.")] = 200,
    processes: Annotated[
        int | None,
        typer.Option(metavar="N", min=1, max=MOST_PROCESSES, help="Number of processes.  [default: all processors]"),
    ] = None,
    seed: Seed = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", readable=False, help="Folder of the plan.  [default: reports/<name>]"),
    ] = None,
    force: Force = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print plan.json in place of the summary.")] = False,
) -> None:
    """Do what `stfit plan --help` says."""
    from stfit.analysis import read_analysis
    from stfit.analysis.reading import with_target

    require_analysis(analysis)
    wanted = read_analysis(analysis) if target is None else with_target(read_analysis(analysis), target)
    output = analysis_output(analysis, "plan", out, ("plan.html", "plan.json"), force=force)

    with kept_until_written(output.folder):
        with watched_work("Planning"):
            # under the bar, as it takes a part of a second
            from stfit.backends.parallel import available_processes
            from stfit.pipeline.loading import load_measurements
            from stfit.pipeline.planning import end_of, plan_analysis, with_plan
            from stfit.studies.plan import Trials

            wanted = with_plan(wanted, hours=hours)
            trials = Trials(
                check,
                refits,
                seed=wanted.fit.seed if seed is None else seed,
                processes=available_processes() if processes is None else processes,
            )
            found = plan_analysis(wanted, load_measurements(wanted), trials, command=command())

        from stfit.reports.plan_words import summary
        from stfit.results.measurement_plan import plan_text

        if as_json:
            say_document(plan_text(found).rstrip())
        else:
            say(summary(found).rstrip())
        with watched_work("Drawing the plan"):
            # draws figures, which the answer above does not wait for
            from stfit.pipeline.reporting import write_plan_report

            written = write_plan_report(found, output)
        say_removed(written)
        say(f"Plan: {written.paths[0]}", err=as_json)
    for sentence in (reasons := end_of(found, wanted.fit.free)):
        say(f"stfit: {sentence}", err=True)
    if reasons:
        raise typer.Exit(NOT_ANSWERED)
