"""The command line: one command for each thing a laboratory wants to know.

Exit status: 0 done; 2 bad input or usage; 3 the fit did not converge, the chain is unusable, or the data do not
identify a parameter that was asked for; 1 is a bug. Heavy imports stand inside the commands, so that `stfit --help`
answers at once.
"""

from __future__ import annotations

import io
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from stfit import __version__
from stfit.errors import InputError, Problem, StfitError

if TYPE_CHECKING:
    from stfit.analysis import Analysis
    from stfit.results.result import FitResult

BAD_INPUT: Final = 2
NOT_ANSWERED: Final = 3

_FORMATS: Final = "Forms of the report: html, pdf (needs stfit[pdf]), md, latex, several with commas, or all."

_app: Final = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help needs no import of rich
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line and end the process with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Greek letters is no reason to fail
    try:
        _app(prog_name="stfit")
    except StfitError as error:
        typer.echo(f"stfit: {error}", err=True)
        sys.exit(BAD_INPUT)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"stfit {__version__}")
        raise typer.Exit


@_app.callback(epilog="Example: stfit fit datasets/nanopillar/analysis.toml")
def stfit(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """From dwell times, switching, critical currents and FMR lines to l/L_θθ, the asymmetry c_i and τ0."""


@_app.command(epilog="Example: stfit fit datasets/nanopillar/analysis.toml --seed 7 --out out/")
def fit(
    analysis: Annotated[Path, typer.Argument(metavar="ANALYSIS", readable=False, help="The analysis file (TOML).")],
    *,
    backend: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="How to fit, in place of the file's own choice: least-squares or mcmc."),
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Seed of every random number, in place of the file's own.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", readable=False, help="Where the report goes.  [default: reports/<name of the analysis>]"
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the chain in the output folder (mcmc).")] = False,
    processes: Annotated[
        int, typer.Option(metavar="N", min=1, help="Processes that draw a chain (mcmc); they do not change it.")
    ] = 1,
    formats: Annotated[str, typer.Option("--format", metavar="NAMES", help=_FORMATS)] = "html",
    as_json: Annotated[bool, typer.Option("--json", help="Print result.json in place of the summary.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print no summary, only where the report is.")] = False,
) -> None:
    """Fit the measurements of an analysis file and write a report."""
    from stfit.analysis import read_analysis, with_backend

    plan = read_analysis(analysis)
    if backend is not None:
        plan = with_backend(plan, backend, "option '--backend'")
    folder = _default_folder(analysis) if out is None else out

    from stfit.reports.formats import RESULT, chosen_formats, files_of

    chosen = chosen_formats(formats)
    _require_writable(folder, files_of(chosen))

    from stfit.pipeline import asked_but_not_identified, report, run_analysis

    seed = plan.fit.seed if seed is None else seed
    if plan.fit.backend == "mcmc":
        result = _sampled(plan, seed, folder, resume, processes)
    else:
        result = run_analysis(plan, seed=seed, command=_command())
    report(result, folder, chosen)
    if as_json:
        _say((folder / RESULT).read_text(encoding="utf-8").rstrip())
    elif not quiet:
        from stfit.reports.text import summary

        _say(summary(result))
    for name in files_of(chosen, result=False):
        _say(f"Report: {folder / name}", err=as_json)
    _end(result, asked_but_not_identified(result, plan.fit.free))


def _sampled(plan: Analysis, seed: int, folder: Path, resume: bool, processes: int) -> FitResult:
    """The result with its chain, which is stored beside the report as it grows."""
    from stfit.pipeline import Run, run_analysis
    from stfit.pipeline.sampling import CHAIN
    from stfit.reports.progress import sampling_bar
    from stfit.results.storage import make_folder

    make_folder(folder)
    _require_writable(folder, (CHAIN,))
    with sampling_bar() as bar:
        return run_analysis(plan, seed=seed, command=_command(), chain=Run(folder / CHAIN, resume, processes, bar))


@_app.command("report", epilog="Example: stfit report out/result.json --format pdf")
def report_command(
    result: Annotated[Path, typer.Argument(metavar="RESULT.json", readable=False, help="What a fit stored.")],
    *,
    formats: Annotated[str, typer.Option("--format", metavar="NAMES", help=_FORMATS)] = "html",
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", readable=False, help="Where it goes.  [default: the folder of the result]"),
    ] = None,
) -> None:
    """Make the report of a stored result again, in any form, without a new fit."""
    from stfit.reports.formats import chosen_formats, files_of

    chosen = chosen_formats(formats)
    folder = result.parent if out is None else out
    _require_writable(folder, files_of(chosen, result=False))

    from stfit.reports.bundle import write_report
    from stfit.results.storage import read

    write_report(read(result), folder, chosen, with_result=False)
    for name in files_of(chosen, result=False):
        _say(f"Report: {folder / name}")


@_app.command(epilog="Example: stfit plan datasets/nanopillar/analysis.toml --hours 8")
def plan(
    analysis: Annotated[Path, typer.Argument(metavar="ANALYSIS", readable=False, help="The analysis file (TOML).")],
    *,
    target: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Whose error is to shrink, in place of the file's choice.  [default: l_over_L]"
        ),
    ] = None,
    hours: Annotated[
        float | None, typer.Option(metavar="H", help="Time to spend, which every candidate is then made to fill.")
    ] = None,
    check: Annotated[int, typer.Option(metavar="N", min=0, help="How many of the best are simulated.")] = 3,
    refits: Annotated[int, typer.Option(metavar="N", min=10, help="How often each of them.")] = 200,
    processes: Annotated[
        int | None, typer.Option(metavar="N", min=1, help="How many share the simulations.  [default: all processors]")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Seed of every random number, in place of the file's own.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", readable=False, help="Where the plan goes.  [default: reports/<name>]"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print plan.json in place of the summary.")] = False,
) -> None:
    """Say which measurement to take next: what each would do for the error of l/L_θθ, per hour."""
    from stfit.analysis import read_analysis
    from stfit.analysis.reading import with_target

    wanted = read_analysis(analysis) if target is None else with_target(read_analysis(analysis), target)
    folder = _default_folder(analysis) if out is None else out
    _require_writable(folder, ("plan.json", "plan.html"))

    from stfit.backends.parallel import available_processes
    from stfit.pipeline import load_measurements
    from stfit.pipeline.planning import end_of, plan_analysis, with_plan, write_plan_report
    from stfit.results.plan import plan_text

    wanted = with_plan(wanted, hours=hours)
    found = plan_analysis(
        wanted,
        load_measurements(wanted),
        seed=wanted.fit.seed if seed is None else seed,
        check=check,
        refits=refits,
        processes=available_processes() if processes is None else processes,
        command=_command(),
    )
    page = write_plan_report(found, folder)
    _say((plan_text(found) if as_json else found.summary()).rstrip())
    _say(f"Plan: {page}", err=as_json)
    for sentence in (reasons := end_of(found, wanted.fit.free)):
        _say(f"stfit: {sentence}", err=True)
    if reasons:
        raise typer.Exit(NOT_ANSWERED)


@_app.command(epilog="Example: stfit simulate --device device.toml --seed 1 --out sim/")
def simulate(
    *,
    device: Annotated[
        Path, typer.Option(metavar="DEVICE.toml", readable=False, help="The device and the design of its measurement.")
    ],
    seed: Annotated[int, typer.Option(metavar="N", min=0, help="Seed: the same one gives the same files.")],
    out: Annotated[Path, typer.Option(metavar="DIR", readable=False, help="Where the files go.")],
) -> None:
    """Write a synthetic measurement of a device whose truth is known."""
    _require_writable(out)

    from stfit.pipeline import simulate_device

    for path in simulate_device(device, out, seed):
        _say(f"Wrote: {path}")


@_app.command(epilog="Example: stfit calibrate datasets/nanopillar/analysis.toml -n 200 --seed 1")
def calibrate(
    analysis: Annotated[Path, typer.Argument(metavar="ANALYSIS", readable=False, help="The analysis file (TOML).")],
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
    seed: Annotated[
        int | None, typer.Option(metavar="N", min=0, help="Seed of every random number, in place of the file's own.")
    ] = None,
    processes: Annotated[int, typer.Option(metavar="N", min=1, help="Side by side; changes no number.")] = 1,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", readable=False, help="Where the report goes.  [default: reports/<name of the analysis>]"
        ),
    ] = None,
) -> None:
    """Simulate a measurement again from its own fit, and see whether the intervals are as wide as they say."""
    from stfit.analysis import read_analysis

    plan = read_analysis(analysis)
    kinds = [kind.strip() for kind in intervals.split(",") if kind.strip()]
    folder = _default_folder(analysis) if out is None else out

    from stfit.reports.formats import REPORT, RESULT

    _require_writable(folder, (REPORT, RESULT))

    from stfit.pipeline import asked_but_not_identified, report
    from stfit.pipeline import calibrate as calibrated
    from stfit.reports.progress import progress_bar
    from stfit.results.calibration import calibration_text

    with progress_bar() as shown:
        result = calibrated(
            plan,
            replicas=replicas,
            seed=plan.fit.seed if seed is None else seed,
            intervals=kinds if sbc is None or "posterior" in kinds else [*kinds, "posterior"],
            posteriors=sbc,
            processes=processes,
            progress=shown,
            command=_command(),
        )
    page = report(result, folder)
    if result.calibration:
        _say(calibration_text(result.calibration))
    _say(f"Report: {page}")
    _end(result, asked_but_not_identified(result, plan.fit.free))


@_app.command(epilog="Example: stfit inspect dwell.csv --kind dwell-times")
def inspect(
    file: Annotated[Path, typer.Argument(metavar="FILE", readable=False, help="A file with a table.")],
    *,
    kind: Annotated[
        str | None, typer.Option(metavar="KIND", help="Read it as this kind, as [[measurement]] would.")
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="NAME=VALUE", help="A key of [[measurement]]: dead_time=25us; repeatable."),
    ] = None,
    png: Annotated[
        Path | None, typer.Option(metavar="FILE.png", readable=False, help="Draw the plot there, not in the terminal.")
    ] = None,
) -> None:
    """Show what is understood of a file: container, columns, units, rows, remarks, and a plot."""
    if png is not None:
        _require_writable(png.absolute().parent, (png.name,))

    from stfit.pipeline.inspection import in_words
    from stfit.pipeline.inspection import inspect as inspected

    found = inspected(file, kind, **_keys_of(key or []))
    _say(in_words(found))
    if found.points is None:
        return
    points = found.points
    if png is None:
        from stfit.reports.terminal_plot import drawn

        _say("\n" + drawn(points.x, points.y, points.x_label, points.y_label))
        return

    from stfit.figures.points import points_figure

    points_figure(points.x, points.y, points.x_label, points.y_label).savefig(png, dpi=150)
    _say(f"Plot: {png}")


def _keys_of(pairs: Sequence[str]) -> dict[str, Any]:
    """NAME=VALUE pairs as an analysis file would hold them: TOML where the value is some, else text."""
    import tomllib

    keys: dict[str, Any] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name.strip():
            raise InputError(Problem("option '--key'", "NAME=VALUE", repr(pair)))
        try:
            keys[name.strip()] = tomllib.loads(f"value = {value}")["value"]
        except tomllib.TOMLDecodeError:
            keys[name.strip()] = value.strip()
    return keys


def _default_folder(analysis: Path) -> Path:
    """reports/<name>: the name of the folder for a file called analysis.toml, that of the file for any other."""
    name = analysis.resolve().parent.name if analysis.name == "analysis.toml" else analysis.stem
    return Path("reports") / (name or "analysis")


def _require_writable(folder: Path, files: tuple[str, ...] = ()) -> None:
    """InputError where `files` could not be written into `folder`, before anything is computed or made."""
    where = f"output folder {folder}"
    expected = "a folder that can be written (--out takes another)"
    try:
        place = _nearest_there_is(folder.absolute())
        blocked = [folder / name for name in files if (folder / name).is_dir()]
    except OSError as error:
        raise InputError(Problem(where, expected, error.strerror or str(error))) from error
    if not place.is_dir():
        raise InputError(Problem(where, expected, f"'{place}', which is no folder"))
    if not os.access(place, os.W_OK | os.X_OK):
        raise InputError(Problem(where, expected, f"'{place}', which is write-protected"))
    if blocked:
        raise InputError(Problem(where, "no folder where a file is to be written", f"the folder '{blocked[0]}'"))


def _nearest_there_is(folder: Path) -> Path:
    """The folder, or the nearest of its parents that exists; OSError where the system cannot tell."""
    for place in (folder, *folder.parents):
        try:
            place.lstat()
        except (FileNotFoundError, NotADirectoryError):
            continue
        return place
    return folder


def _command() -> str:
    return shlex.join(["stfit", *sys.argv[1:]])


def _say(line: str, *, err: bool = False) -> None:
    try:
        typer.echo(line, err=err)
    except BrokenPipeError:
        # the reader has seen enough; the files stand, and the exit status is still about the fit
        os.dup2(os.open(os.devnull, os.O_WRONLY), (sys.stderr if err else sys.stdout).fileno())


def _end(result: FitResult, unidentified: Sequence[str]) -> None:
    """End with status 3, and say why, where the fit gave no answer to what was asked."""
    from stfit.results.result import Status
    from stfit.results.sentences import rejection

    if warning := rejection(result.goodness):
        _say(f"stfit: {warning} No error quoted covers the misfit.", err=True)
    converged = result.status is Status.CONVERGED
    if not converged:
        _say(f"stfit: {result.status.sentence}", err=True)
    if unidentified:
        _say(f"stfit: the data do not identify {', '.join(unidentified)}, which 'fit.free' asks for", err=True)
    if unidentified or not converged:
        raise typer.Exit(NOT_ANSWERED)
