"""What a Python session calls, as a terminal calls the commands: load, fit, sample, plan, calibrate, compare, report.

Each hands its input to the same functions as the command of its name; what comes back is the stored data with a face:
a summary, figures, and what a notebook shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from stfit.analysis import Analysis, read_analysis
from stfit.diagnostics.export import inference_data
from stfit.errors import InputError, Problem
from stfit.loaders.settings import UNCERTAINTIES
from stfit.loaders.tables import TableRequest, load_tables
from stfit.measurement import Measurement, kinds
from stfit.notebook.faces import Comparison, Fit, Plan
from stfit.pipeline.calibrating import calibrated
from stfit.pipeline.fitting import fitted
from stfit.pipeline.loading import inputs_of
from stfit.pipeline.planning import plan_analysis, with_plan, write_plan_report
from stfit.pipeline.simulating import simulate
from stfit.pipeline.source import Run, source_of
from stfit.reports import comparing
from stfit.reports.bundle import write_report
from stfit.reports.formats import chosen_formats
from stfit.results import FitResult
from stfit.results.measurement_plan import MeasurementPlan
from stfit.studies.calibrate import Progress

if TYPE_CHECKING:
    from stfit.backends.ensemble import Budget
    from stfit.backends.ensemble import Progress as Sampled
    from stfit.notebook.widget import Explorer

__all__ = ["calibrate", "compare", "explore", "fit", "load", "plan", "report", "sample", "simulate", "to_arviz"]


@overload
def load(path: str | Path, kind: None = None) -> Analysis: ...
@overload
def load(path: str | Path, kind: str, *, polarity: int = 1, **keys: Any) -> Measurement: ...
def load(path: str | Path, kind: str | None = None, *, polarity: int = 1, **keys: Any) -> Measurement | Analysis:
    """A measurement of the declared kind from a table, or (with no kind, from a .toml) an analysis.

    keys: `columns`, `where`, `temperature_uncertainty` (K), `field_uncertainty` (T) and the keys of the kind, as in
    [[measurement]]. InputError says what is wrong.
    """
    file = Path(path)
    if kind is None:
        if file.suffix == ".toml":
            return read_analysis(file)
        raise InputError(Problem(str(path), f"a kind: one of {', '.join(kinds())}", "none"))
    if kind not in kinds():
        raise InputError(Problem("kind", f"one of {', '.join(kinds())}", repr(kind)))
    if polarity not in (1, -1):
        raise InputError(Problem("polarity", "1 or -1", repr(polarity)))
    uncertainties = {name: keys.pop(key) for name, key in UNCERTAINTIES.items() if key in keys}
    columns, where = keys.pop("columns", None) or {}, keys.pop("where", None) or {}
    return load_tables([TableRequest(file, kinds()[kind], polarity, columns, where, keys, uncertainties)])[0]


def fit(
    source: str | Path | Analysis | Measurement | Sequence[Measurement],
    *,
    seed: int | None = None,
    **sections: Mapping[str, Any] | str,
) -> Fit:
    """Fit an analysis file, or measurements in memory.

    sections: for measurements, the tables of an analysis file: device={"beta": "0.35 ± 0.03"}, model={…}, fit={…},
    priors={…}, title="…". seed: of the parametric bootstrap; default that of the file.
    """
    analysis, measurements = inputs_of(source, sections, "stfit.fit")
    return Fit.of(fitted(analysis, measurements, analysis.fit.seed if seed is None else seed, "stfit.fit"))


def sample(
    result: FitResult,
    *,
    seed: int,
    budget: Budget | None = None,
    processes: int = 1,
    file: str | Path | None = None,
    resume: bool = False,
    progress: Callable[[Sampled], None] | None = None,
) -> Fit:
    """The result of a fit with posterior estimates in place of those of its covariance; its source holds the chain.

    budget: default that of the analysis. file: where the chain is stored (HDF5) as it grows; resume: go on with it.
    InputError where the result was read from a file, or the stored chain is that of anything else.
    """
    from stfit.pipeline.sampling import sampled  # emcee and h5py, which nothing else here needs

    source = source_of(result, "stfit.sample")
    run = Run(None if file is None else Path(file), resume, processes, progress)
    return Fit.of(sampled(result, source, seed, run, budget))


def plan(
    source: str | Path | Analysis | Measurement | Sequence[Measurement],
    *,
    target: str | None = None,
    hours: float | None = None,
    check: int = 3,
    refits: int = 200,
    seed: int | None = None,
    processes: int = 1,
    **sections: Mapping[str, Any] | str,
) -> Plan:
    """What to measure next: `source` is fitted, and each candidate ranked by what it does for the error of a target.

    target: "l_over_L" unless [plan] names another. hours: h, that every candidate is made to fill. check: how many of
    the best are simulated and fitted `refits` times. sections: as for `fit`, "plan" among them.
    """
    analysis, measurements = inputs_of(source, sections, "stfit.plan")
    found = plan_analysis(
        with_plan(analysis, target, hours),
        measurements,
        seed=analysis.fit.seed if seed is None else seed,
        check=check,
        refits=refits,
        processes=processes,
        command="stfit.plan",
    )
    return Plan.of(found)


def calibrate(
    source: str | Path | Analysis | Measurement | Sequence[Measurement],
    *,
    replicas: int,
    seed: int,
    intervals: Sequence[str] = ("covariance", "profile"),
    posteriors: int | None = None,
    processes: int = 1,
    progress: Progress | None = None,
    command: str = "stfit.calibrate",
    **sections: Mapping[str, Any] | str,
) -> Fit:
    """Fit as `fit` does, then simulate the same measurement `replicas` times from the fit and refit each.

    The result's `calibration` holds pulls, bias and the coverage of each kind of interval: some of covariance, profile,
    bootstrap, posterior. posteriors: how many repetitions test the posterior intervals, with truths from the prior and
    the ranks of simulation-based calibration (default: as many). progress: called with what is going on, how many
    repetitions are done, and of how many. The same seed gives the same figures, whatever the number of processes.
    """
    analysis, measurements = inputs_of(source, sections, "stfit.calibrate")
    found = calibrated(
        analysis,
        measurements,
        replicas=replicas,
        seed=seed,
        intervals=intervals,
        posteriors=posteriors,
        processes=processes,
        progress=progress,
        command=command,
    )
    return Fit.of(found)


def compare(results: Sequence[comparing.Source] | Mapping[str, comparing.Source]) -> Comparison:
    """Results or paths of result.json beside each other; a mapping gives them names.

    Where conventions differ all are shown in the consistent one. A common value is formed only of independent data
    (no two inputs of one checksum) described by the same barrier and mapping. InputError: fewer than two results, a
    file that is none, a convention that is not known.
    """
    return Comparison.of(comparing.compare(results))


def explore(
    source: str | Path | Analysis | FitResult | Measurement | Sequence[Measurement],
    **sections: Mapping[str, Any] | str,
) -> Explorer:
    """A widget with a slider for each parameter that varies, data with live curves, and buttons to fit and to reset.

    source: an analysis (or its file), measurements in memory with `sections` as for stfit.fit, or a result of this
    process, whose fit the sliders then start from. InputError where ipywidgets is missing, or the input is wrong.
    """
    try:
        import ipywidgets  # noqa: F401 - asked for before anything is computed
    except ImportError as error:
        expected = "ipywidgets, which the extra [notebook] brings: pip install 'stfit[notebook]'"
        raise InputError(Problem("stfit.explore", expected, "no such package")) from error

    from stfit.notebook.exploring import exploration_of
    from stfit.notebook.widget import Explorer

    return Explorer(exploration_of(source, sections))


def report(result: FitResult | MeasurementPlan, folder: str | Path, formats: str | Sequence[str] = ("html",)) -> Path:
    """Write result.json and the report (plan.html and plan.json) into a folder; the path of the report's first file.

    formats: of a fit's report: "html", "pdf", "md", "latex", several, or "all".
    """
    if isinstance(result, MeasurementPlan):
        return write_plan_report(result, Path(folder))
    asked = formats if isinstance(formats, str) else ",".join(formats)
    return write_report(result, Path(folder), chosen_formats(asked))


def to_arviz(result: FitResult) -> Any:
    """ArviZ's InferenceData of a sampled result; see stfit.diagnostics.export. InputError without a chain or ArviZ."""
    source = source_of(result, "stfit.to_arviz")
    if source.chain is None:
        expected = "a result with a chain, as stfit.sample gives it"
        raise InputError(Problem("stfit.to_arviz", expected, "one of least squares"))
    return inference_data(source.objective, source.chain)
