"""The one place where all parts meet: load, fit, report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, overload

from stfit import laboratory
from stfit.analysis import Analysis, analysis_of, read_analysis, read_device
from stfit.errors import InputError, Problem
from stfit.loaders.tables import load_tables
from stfit.measurement import Measurement, kinds
from stfit.pipeline.calibrating import calibrated
from stfit.pipeline.inspection import Inspection, inspect
from stfit.pipeline.loading import load_measurements, request_of
from stfit.pipeline.planning import plan_analysis, with_plan, write_plan_report
from stfit.pipeline.run import asked_but_not_identified, run
from stfit.pipeline.sampling import Run, sample, sampled, source_of, to_arviz
from stfit.reports.bundle import write_report
from stfit.reports.formats import chosen_formats
from stfit.results import FitResult
from stfit.results.plan import Plan
from stfit.studies.calibrate import Progress

__all__ = [
    "Inspection",
    "Run",
    "asked_but_not_identified",
    "calibrate",
    "fit",
    "inputs_of",
    "inspect",
    "load",
    "load_measurements",
    "plan",
    "report",
    "run_analysis",
    "sample",
    "simulate",
    "to_arviz",
]


@overload
def load(path: str | Path, kind: None = None) -> Analysis: ...
@overload
def load(path: str | Path, kind: str, *, polarity: int = 1, **keys: Any) -> Measurement: ...
def load(path: str | Path, kind: str | None = None, *, polarity: int = 1, **keys: Any) -> Measurement | Analysis:
    """A measurement of the declared kind from a table, or (with no kind, from a .toml) an analysis.

    keys: what describes the file (`columns`, `values`, `where`, constants …), as in [[measurement]];
    `temperature_uncertainty` (K), `field_uncertainty` (T) and the keys of the kind. InputError says what is wrong.
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
    return load_tables([request_of(file, kind, polarity, keys)])[0]


def run_analysis(analysis: Analysis, *, seed: int = 0, command: str = "", chain: Run | None = None) -> FitResult:
    """Load what an analysis names, fit it, and draw every conclusion; chain: how a chain is run, where one is."""
    return _fitted(analysis, load_measurements(analysis), seed, command, chain)


def _fitted(
    analysis: Analysis, measurements: Sequence[Measurement], seed: int, command: str, chain: Run | None = None
) -> FitResult:
    """By least squares, and then by the backend that the analysis chooses."""
    result = run(analysis, measurements, seed=seed, command=command)
    if analysis.fit.backend == "mcmc":
        return sampled(result, source_of(result, command), seed, chain or Run())
    return result


def fit(
    source: str | Path | Analysis | Measurement | Sequence[Measurement],
    *,
    seed: int | None = None,
    **sections: Mapping[str, Any] | str,
) -> FitResult:
    """Fit an analysis file, or measurements in memory.

    sections: for measurements, the tables of an analysis file: device={"beta": "0.35 ± 0.03"}, model={…}, fit={…},
    priors={…}, title="…". seed: of the parametric bootstrap; default that of the file.
    """
    analysis, measurements = inputs_of(source, sections, "stfit.fit")
    return _fitted(analysis, measurements, analysis.fit.seed if seed is None else seed, "stfit.fit")


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
    return plan_analysis(
        with_plan(analysis, target, hours),
        measurements,
        seed=analysis.fit.seed if seed is None else seed,
        check=check,
        refits=refits,
        processes=processes,
        command="stfit.plan",
    )


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
) -> FitResult:
    """Fit as `fit` does, then simulate the same measurement `replicas` times from the fit and refit each.

    The result's `calibration` holds pulls, bias and the coverage of each kind of interval: some of covariance, profile,
    bootstrap, posterior. posteriors: how many repetitions test the posterior intervals, with truths from the prior and
    the ranks of simulation-based calibration (default: as many). progress: called with what is going on, how many
    repetitions are done, and of how many. The same seed gives the same figures, whatever the number of processes.
    """
    analysis, measurements = inputs_of(source, sections, "stfit.calibrate")
    return calibrated(
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


def inputs_of(
    source: str | Path | Analysis | Measurement | Sequence[Measurement],
    sections: Mapping[str, Mapping[str, Any] | str],
    caller: str,
) -> tuple[Analysis, list[Measurement]]:
    """An analysis and its measurements: those its files hold, or those in memory under `sections`."""
    if isinstance(source, str | Path):
        source = read_analysis(Path(source))
    if isinstance(source, Analysis):
        return source, load_measurements(source)
    measurements = [source] if isinstance(source, Measurement) else list(source)
    if not measurements:
        raise InputError(Problem(caller, "at least one measurement", "none"))
    return analysis_of({"title": "analysis in Python", **sections}, Path(), caller), measurements


def simulate(device: str | Path, experiment: str | Path | None = None, *, seed: int, out: str | Path) -> list[Path]:
    """Measure a virtual device: the files a laboratory would have, and truth.json, in the folder `out`.

    device: a file (TOML) with the true parameters. experiment: another with what is measured and how closely the device
    is followed; None where the device file itself says so. The files written. Same seed, same files. InputError says
    what is wrong with the files, and nothing is written then.
    """
    return laboratory.simulate(
        read_device(Path(device), None if experiment is None else Path(experiment)), Path(out), seed
    )


def report(result: FitResult | Plan, folder: str | Path, formats: str | Sequence[str] = ("html",)) -> Path:
    """Write result.json and the report (plan.html and plan.json) into a folder; the path of the report's first file.

    formats: of a fit's report: "html", "pdf", "md", "latex", several, or "all".
    """
    if isinstance(result, Plan):
        return write_plan_report(result, Path(folder))
    asked = formats if isinstance(formats, str) else ",".join(formats)
    return write_report(result, Path(folder), chosen_formats(asked))
