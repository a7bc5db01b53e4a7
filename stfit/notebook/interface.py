"""What a Python session calls, as a terminal calls the commands: load, fit, sample, plan, calibrate, compare, report.

Each hands its input to the same functions as the command of its name; what comes back is the stored data with a face:
a summary, figures, and what a notebook shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, overload

from stfit.analysis import Analysis, read_analysis
from stfit.backends.budget import Budget, Run
from stfit.backends.budget import Progress as Sampled
from stfit.backends.parallel import Progress, watched
from stfit.diagnostics.export import inference_data
from stfit.errors import InputError, Problem
from stfit.loaders.frames import is_table
from stfit.loaders.tables import load_tables
from stfit.measurement import Observation, kinds
from stfit.measurement.description import DESCRIPTION_KEYS
from stfit.notebook.faces import Comparison, Fit, Plan
from stfit.outputs import ARGUMENT, Output, Work
from stfit.pipeline.calibrating import calibrated
from stfit.pipeline.fitting import fitted
from stfit.pipeline.given_again import with_data
from stfit.pipeline.loading import inputs_of, measurement_in_memory, request_of, require_alone
from stfit.pipeline.planning import plan_analysis, with_plan
from stfit.pipeline.reporting import output_of, sources_of, write_plan_report
from stfit.pipeline.simulating import simulate
from stfit.pipeline.source import source_of
from stfit.reports import comparing
from stfit.reports.bundle import write_report
from stfit.reports.formats import chosen_formats
from stfit.reports.released import released
from stfit.results import FitResult
from stfit.results.measurement_plan import MeasurementPlan
from stfit.studies.plan import Trials
from stfit.studies.sbc import Repetitions

if TYPE_CHECKING:
    from stfit.loaders.data_frames import DataFrame
    from stfit.notebook.widget import Explorer

InMemory: TypeAlias = "DataFrame | Mapping[str, Any]"  # a table: columns by their headers
Source: TypeAlias = "str | Path | Analysis | Observation | InMemory | Sequence[Observation | InMemory]"

__all__ = [
    "calibrate",
    "compare",
    "explore",
    "fit",
    "load",
    "plan",
    "read_result",
    "released_calibration",
    "report",
    "sample",
    "simulate",
    "to_arviz",
]


@overload
def load(path: str | Path, kind: None = None) -> Analysis: ...
@overload
def load(path: str | Path, kind: str, *, polarity: int = 1, **keys: Any) -> Observation: ...
@overload
def load(
    path: InMemory, kind: str | None = None, *, polarity: int = 1, units: Mapping[str, str] | None = None, **keys: Any
) -> Observation: ...
def load(
    path: str | Path | InMemory,
    kind: str | None = None,
    *,
    polarity: int = 1,
    units: Mapping[str, str] | None = None,
    **keys: Any,
) -> Observation | Analysis:
    """Load an analysis file, or the table of one measurement.

    Parameters
    ----------
    path : str, Path, DataFrame or mapping of str to array
        An analysis file (.toml), the file with the table, or the table itself: its columns by their headers.
    kind : str, optional
        The kind of measurement, as [[measurement]] calls it. Without one, a file is an analysis file, and a table in
        memory of the kind whose columns it has.
    polarity : int
        1 where positive current flows as the theory has it, −1 where it flows the other way.
    units : mapping of str to str, optional
        Of a table in memory: header → unit, for headers that hold none.
    **keys
        What describes the file (`columns`, `values`, `where`, constants …), as in [[measurement]];
        `temperature_uncertainty` (K), `field_uncertainty` (T), `size_limit` (bytes; of a file) and the keys of the
        kind, in SI units. An analysis file takes none.

    Returns
    -------
    Analysis or Observation
        The analysis without a kind, the measurement with one; SI units.

    Raises
    ------
    InputError
        The file cannot be used; the message names the place, what was expected and what was found.
    """
    if kind is not None and kind not in kinds():
        raise InputError(Problem("kind", f"one of {', '.join(kinds())}", repr(kind)))
    if polarity not in (1, -1):
        raise InputError(Problem("polarity", "1 or -1", repr(polarity)))
    if not isinstance(path, str | Path):
        return measurement_in_memory(path, kind, polarity=polarity, units=units, keys=keys)
    if units is not None:
        raise InputError(Problem("units", "a table in memory; a file takes columns = {…}", repr(units)))
    file = Path(path)
    if kind is None:
        if file.suffix == ".toml":
            require_alone([*(["polarity"] if polarity != 1 else []), *keys], "stfit.load")
            return read_analysis(file)
        raise InputError(Problem(str(path), f"a kind: one of {', '.join(kinds())}", "none"))
    size_limit = keys.pop("size_limit", None)
    if size_limit is not None and not (isinstance(size_limit, int) and size_limit > 0):
        raise InputError(Problem("size_limit", "bytes, a whole number above 0", repr(size_limit)))
    return load_tables([replace(request_of(file, kind, polarity, keys), size_limit=size_limit)])[0]


def fit(
    source: Source,
    *,
    kind: str | None = None,
    units: Mapping[str, str] | None = None,
    polarity: int = 1,
    seed: int | None = None,
    **sections: Mapping[str, Any] | str,
) -> Fit:
    """Fit an analysis file, or measurements in memory.

    Parameters
    ----------
    source : str, Path, Analysis, DataFrame, mapping of str to array, Observation, or a sequence of these three
        An analysis file, what `stfit.load` made of one, a table in memory, or measurements.
    kind, units, polarity
        Of a table in memory, as `load` takes them, beside `columns`, `values` and `where`.
    seed : int, optional
        Seed of the parametric bootstrap and of a chain; default that of the analysis.
    **sections : mapping or str
        For measurements in memory: the tables of an analysis file, as in device={"beta": "0.35 ± 0.03"}, and the title.

    Returns
    -------
    Fit
        Estimates with their verdicts, and all that a report is made from; SI units.

    Raises
    ------
    InputError
        The data, the analysis or both cannot be used.
    """
    if is_table(source):
        described = {key: sections.pop(key) for key in tuple(sections) if key in DESCRIPTION_KEYS}
        source = measurement_in_memory(source, kind, polarity=polarity, units=units, keys=described, caller="stfit.fit")
    elif (kind, units, polarity) != (None, None, 1):
        expected = "a table in memory, of which alone kind, units and polarity are said here"
        raise InputError(Problem("stfit.fit", expected, f"an object of type {type(source).__name__}"))
    analysis, measurements = inputs_of(source, sections, "stfit.fit")
    return Fit.of(fitted(analysis, measurements, analysis.fit.seed if seed is None else seed, "stfit.fit"))


def sample(
    result: FitResult,
    *,
    seed: int | None = None,
    budget: Budget | None = None,
    processes: int = 1,
    file: str | Path | None = None,
    resume: bool = False,
    force: bool = False,
    progress: Progress | None = None,
) -> Fit:
    """Sample the posterior of a fit.

    Parameters
    ----------
    result : FitResult
        What `stfit.fit` returned, or `stfit.read_result` with its data.
    seed : int, optional
        Seed of the chain: the same one draws the same chain; default that of the analysis.
    budget : Budget, optional
        Ensembles, walkers, steps and effective draws; default those of the analysis.
    processes : int
        How many processes draw the chain; they do not change it.
    file : str or Path, optional
        Where the chain is stored (HDF5) as it grows.
    resume : bool
        Go on with the chain in `file`.
    force : bool
        Whether `file` is replaced where it is not a chain of the same analysis.
    progress : callable, optional
        Called with what is going on, how many steps are done, and of about how many.

    Returns
    -------
    Fit
        The result with posterior estimates in place of those of its covariance; `to_arviz` takes it.

    Raises
    ------
    InputError
        The result was read from a file, the stored chain is that of another fit, or a file would be lost.
    """
    from stfit.pipeline.sampling import sampled  # emcee and h5py, which nothing else here needs

    source = source_of(result, "stfit.sample")
    run = Run(resume=resume, processes=processes, progress=None if progress is None else _steps_told(progress))
    if file is not None:
        output = Output(Path(file).parent, Work("fit", sources_of(result)), force, ARGUMENT)
        run = replace(run, file=Path(file), output=output)
    chosen = source.analysis.fit.seed if seed is None else seed
    return Fit.of(sampled(result, source, chosen, run, budget))


def _steps_told(progress: Progress) -> Callable[[Sampled], None]:
    """What tells a progress callback of the steps of a chain."""

    def tell(done: Sampled) -> None:
        expected = done.steps / done.fraction if done.fraction > 0.0 else done.steps
        progress("sampling", done.steps, max(done.steps, round(expected)))

    return tell


def plan(
    source: Source,
    *,
    target: str | None = None,
    hours: float | None = None,
    check: int = 3,
    refits: int = 200,
    seed: int | None = None,
    processes: int = 1,
    **sections: Mapping[str, Any] | str,
) -> Plan:
    """Rank what could be measured next: each candidate by what it does for the error of one target.

    Parameters
    ----------
    source : str, Path, Analysis, DataFrame, mapping of str to array, Observation, or a sequence of these three
        An analysis file, what `stfit.load` made of one, a table in memory, or measurements.
        It is fitted first.
    target : str, optional
        The quantity whose error is to shrink; default that of [plan], else "l_over_L".
    hours : float, optional
        Time that every candidate is made to fill, h.
    check : int
        How many of the best candidates are simulated and fitted.
    refits : int
        How often each of them is.
    seed : int, optional
        Seed of the simulations; default that of the analysis.
    processes : int
        How many processes share the simulations; they change no number.
    **sections : mapping or str
        For measurements in memory: the tables of an analysis file, as in device={"beta": "0.35 ± 0.03"}, and the title.

    Returns
    -------
    Plan
        The candidates, the best first; SI units.

    Raises
    ------
    InputError
        The target is no quantity of this model, or is held at its value.
    """
    analysis, measurements = inputs_of(source, sections, "stfit.plan")
    trials = Trials(check, refits, analysis.fit.seed if seed is None else seed, processes)
    found = plan_analysis(
        with_plan(analysis, target, hours, "stfit.plan, {}"), measurements, trials, command="stfit.plan"
    )
    return Plan.of(found)


def calibrate(
    source: Source,
    *,
    replicas: int,
    seed: int | None = None,
    intervals: str | Sequence[str] = ("covariance", "profile"),
    posteriors: int | None = None,
    processes: int = 1,
    progress: Progress | None = None,
    **sections: Mapping[str, Any] | str,
) -> Fit:
    """Fit as `fit` does, then simulate the same measurement from the fit many times, and refit each.

    Parameters
    ----------
    source : str, Path, Analysis, DataFrame, mapping of str to array, Observation, or a sequence of these three
        An analysis file, what `stfit.load` made of one, a table in memory, or measurements.
    replicas : int
        How many measurements are simulated.
    seed : int, optional
        Seed of the simulations: the same one gives the same numbers, whatever the number of processes; default that of
        the analysis.
    intervals : str or sequence of str
        The kinds of interval to test: some of "covariance", "profile", "bootstrap", "posterior".
    posteriors : int, optional
        How many repetitions test the posterior intervals, with truths from the prior and the ranks of simulation-based
        calibration; default as many as `replicas`.
    processes : int
        How many processes share the work.
    progress : callable, optional
        Called with what is going on, how much of it is done, and of how much.
    **sections : mapping or str
        For measurements in memory: the tables of an analysis file, as in device={"beta": "0.35 ± 0.03"}, and the title.

    Returns
    -------
    Fit
        The fit; its `calibration` holds pulls, bias and the coverage of each kind of interval.

    Raises
    ------
    InputError
        The data or the analysis cannot be used, or a kind of interval is not known.
    """
    analysis, measurements = inputs_of(source, sections, "stfit.calibrate")
    chosen = analysis.fit.seed if seed is None else seed
    repetitions = Repetitions(replicas, chosen, processes=processes)
    with nullcontext() if progress is None else watched(progress):
        found = calibrated(
            analysis,
            measurements,
            repetitions,
            intervals=(intervals,) if isinstance(intervals, str) else intervals,
            posteriors=posteriors,
            command="stfit.calibrate",
        )
    return Fit.of(found)


def compare(
    results: Sequence[comparing.Source] | Mapping[str, comparing.Source], *, same_device: bool = False
) -> Comparison:
    """Put several results beside each other: devices, or analyses of one device.

    Results in different conventions are shown in the consistent one. A common value is formed of independent data only
    (no rows in common) that are described by the same barrier and mapping. An uncertain constant that two analyses
    quote alike is one determination: its error does not average out.

    Parameters
    ----------
    results : sequence or mapping of FitResult, str or Path
        Results, or paths of result.json; a mapping gives them names.
    same_device : bool
        Whether all are of one device, so that results that differ are in tension. Analyses say the same by naming
        the same `sample`.

    Returns
    -------
    Comparison
        Every quantity in all results, its common value and whether they agree.

    Raises
    ------
    InputError
        Fewer than two results, a file that holds none, or a convention that is not known.
    """
    return Comparison.of(comparing.compare(results, same_device=same_device))


def explore(
    source: Source | FitResult,
    **sections: Mapping[str, Any] | str,
) -> Explorer:
    """Guess the parameters by hand: a slider for each that varies, live curves, and buttons to fit and to reset.

    Parameters
    ----------
    source : str, Path, Analysis, DataFrame, mapping of str to array, Observation, sequence of these three, or FitResult
        As for `fit`; or a result of this process, at whose best fit the sliders then start.
    **sections : mapping or str
        For measurements in memory: the tables of an analysis file.

    Returns
    -------
    Explorer
        The widget, which a notebook shows.

    Raises
    ------
    InputError
        ipywidgets is not installed, or the input cannot be used.
    """
    try:
        import ipywidgets  # noqa: F401 - asked for before anything is computed
    except ImportError as error:
        expected = "ipywidgets, which the extra [notebook] brings: pip install 'stfit[notebook]'"
        raise InputError(Problem("stfit.explore", expected, "no such package")) from error

    from stfit.notebook.exploring import exploration_of
    from stfit.notebook.widget import Explorer

    return Explorer(exploration_of(source, sections))


def report(
    result: FitResult | MeasurementPlan,
    folder: str | Path,
    formats: str | Sequence[str] = ("html",),
    *,
    force: bool = False,
) -> Path:
    """Write a report into a folder: result.json and its forms, or plan.json and plan.html.

    Parameters
    ----------
    result : FitResult or MeasurementPlan
        What `fit`, `sample`, `calibrate` or `plan` returned.
    folder : str or Path
        Made if need be.
    formats : str or sequence of str
        Forms of the report of a fit: "html", "pdf", "md", "latex", several, or "all".
    force : bool
        Whether files are replaced that are not those of an earlier report of the same analysis.

    Returns
    -------
    Path
        The first file of the report.

    Raises
    ------
    InputError
        The folder cannot be written, holds files that would be lost, or a form is not known.
    """
    if isinstance(result, MeasurementPlan):
        return write_plan_report(result, output_of(result, Path(folder), force=force)).paths[0]
    asked = formats if isinstance(formats, str) else ",".join(formats)
    return write_report(
        result, output_of(result, Path(folder), force=force), chosen_formats(asked, "stfit.report, {}s")
    ).paths[0]


def read_result(path: str | Path, data: Source | None = None) -> Fit:
    """Read a stored result.

    Parameters
    ----------
    path : str or Path
        A result.json.
    data : str, Path, Analysis, DataFrame, mapping of str to array, Observation, or a sequence of these three, optional
        What it was fitted from: the analysis file, or what was fitted in memory. `sample`, `explore` and
        `predict` need it.

    Returns
    -------
    Fit
        The object that was stored, with summary, figures and `to_dataframe`.

    Raises
    ------
    InputError
        There is no such file, it holds no result, or the data are not those that it was fitted from.
    """
    stored = Fit.read(path)
    return stored if data is None else Fit.of(with_data(stored, data, "stfit.read_result"))


def released_calibration() -> list[dict[str, Any]]:
    """How often every kind of interval held the truth in the calibration that was released with this version.

    Returns
    -------
    list of dict
        A row for each simulated design and kind of interval: "design", "kind", "interval", "devices", and "coverage",
        by quantity and level ("ci68", "ci95") how many of how many intervals held the truth.
    """
    return deepcopy(released())


def to_arviz(result: FitResult) -> Any:
    """Hand a sampled result to ArviZ.

    Parameters
    ----------
    result : FitResult
        What `stfit.sample` returned in this process.

    Returns
    -------
    arviz.InferenceData
        Posterior, prior and observed data; SI units, names as in result.json.

    Raises
    ------
    InputError
        The result has no chain, or ArviZ is not installed.
    """
    source = source_of(result, "stfit.to_arviz")
    if source.chain is None:
        expected = "a result with a chain, as stfit.sample gives it"
        raise InputError(Problem("stfit.to_arviz", expected, "one of least squares"))
    return inference_data(source.objective, source.chain)
