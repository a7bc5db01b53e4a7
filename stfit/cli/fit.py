"""`stfit fit`: from an analysis file to a report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from stfit.cli.app import app
from stfit.cli.completion import backends
from stfit.cli.options import MOST_PROCESSES, AnalysisFile, Formats, ReportFolder, Seed
from stfit.cli.output import Force, analysis_output, say_removed
from stfit.cli.progress import watched_work
from stfit.cli.saying import command, end, require_analysis, say, say_document
from stfit.cli.unfinished import kept_until_written
from stfit.errors import InputError, Problem

if TYPE_CHECKING:
    from stfit.analysis import Analysis
    from stfit.outputs import Output
    from stfit.results.result import FitResult


@app.command(
    help="Fit the measurements of an analysis file and write a report.",
    epilog="Example: stfit fit datasets/nanopillar/analysis.toml --seed 7 --out out/",
)
def fit(
    analysis: AnalysisFile,
    *,
    backend: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            autocompletion=backends,
            help="Method, in place of the one in the file: least-squares or mcmc.",
        ),
    ] = None,
    seed: Seed = None,
    out: ReportFolder = None,
    force: Force = False,
    resume: Annotated[bool, typer.Option("--resume", help="Continue the chain in the output folder (mcmc).")] = False,
    processes: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, max=MOST_PROCESSES, help="Number of processes (mcmc); the chain does not depend on it."
        ),
    ] = 1,
    formats: Formats = "html",
    as_json: Annotated[bool, typer.Option("--json", help="Print result.json in place of the summary.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print only the path of the report.")] = False,
) -> None:
    """Do what `stfit fit --help` says."""
    from stfit.analysis import read_analysis, with_backend

    require_analysis(analysis)
    plan = read_analysis(analysis)
    if backend is not None:
        plan = with_backend(plan, backend, "option '--backend'")
    if resume and plan.fit.backend != "mcmc":
        raise InputError(Problem("option '--resume'", "a chain to go on with: --backend mcmc", plan.fit.backend))

    from stfit.reports.formats import CHAIN, chosen_formats, files_of, places_of

    chosen = chosen_formats(formats)
    begun = plan.fit.backend == "mcmc" and not resume  # a chain, which is not there yet
    output = analysis_output(analysis, "fit", out, [*places_of(chosen), *([CHAIN] if begun else [])], force=force)

    seed = plan.fit.seed if seed is None else seed
    with kept_until_written(output.folder):
        if plan.fit.backend == "mcmc":
            result = _sampled(plan, seed, output, resume, processes, quiet)
        else:
            result = _fitted(plan, seed, quiet)
        _say_answer(result, as_json, quiet)

        with watched_work("Drawing the report", quiet=quiet):
            from stfit.reports.bundle import write_report  # draws figures, which the answer above does not wait for

            written = write_report(result, output, chosen)
        say_removed(written)
        for name in files_of(chosen, result=False):
            say(f"Report: {output.folder / name}", err=as_json)

    from stfit.pipeline.run import asked_but_not_identified

    end(result, asked_but_not_identified(result, plan.fit.free))


def _say_answer(result: FitResult, as_json: bool, quiet: bool) -> None:
    if as_json:
        from stfit.results.storage import as_text

        say_document(as_text(result).rstrip())
    elif not quiet:
        from stfit.reports.summary import summary

        say(summary(result))


def _fitted(plan: Analysis, seed: int, quiet: bool) -> FitResult:
    with watched_work("Fitting", quiet=quiet):
        from stfit.pipeline.fitting import run_analysis  # under the bar, as it takes a part of a second

        return run_analysis(plan, seed=seed, command=command())


def _sampled(plan: Analysis, seed: int, output: Output, resume: bool, processes: int, quiet: bool) -> FitResult:
    """The result with its chain, which is stored beside the report as it grows."""
    with watched_work("Fitting and sampling", quiet=quiet) as bar:
        from stfit.backends.budget import Run
        from stfit.pipeline.fitting import run_analysis
        from stfit.reports.formats import CHAIN

        run = Run(output.folder / CHAIN, resume, processes, bar, output)
        return run_analysis(plan, seed=seed, command=command(), chain=run)
