"""The one place where all parts meet: load, fit, report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, overload

from stfit.analysis import Analysis, analysis_of, read_analysis, read_device
from stfit.errors import InputError, Problem
from stfit.loaders.tables import load_table
from stfit.measurements import Measurement
from stfit.pipeline.inspection import TABLES, Inspection, inspect
from stfit.pipeline.run import asked_but_not_identified, run
from stfit.reports.bundle import write_report
from stfit.results import FitResult
from stfit.simulate import simulate

__all__ = [
    "Inspection",
    "asked_but_not_identified",
    "fit",
    "inspect",
    "load",
    "load_measurements",
    "report",
    "run_analysis",
    "simulate_device",
]


@overload
def load(path: str | Path, kind: None = None) -> Analysis: ...
@overload
def load(path: str | Path, kind: str, *, polarity: int = 1, **keys: Any) -> Measurement: ...
def load(path: str | Path, kind: str | None = None, *, polarity: int = 1, **keys: Any) -> Measurement | Analysis:
    """A measurement of the declared kind from a table, or (with no kind, from a .toml) an analysis.

    keys: `columns`, `where` and the keys of the kind, as in [[measurement]]. InputError says what is wrong.
    """
    file = Path(path)
    if kind is None:
        if file.suffix == ".toml":
            return read_analysis(file)
        raise InputError(Problem(str(path), f"a kind: one of {', '.join(TABLES)}", "none"))
    if kind not in TABLES:
        raise InputError(Problem("kind", f"one of {', '.join(TABLES)}", repr(kind)))
    if polarity not in (1, -1):
        raise InputError(Problem("polarity", "1 or -1", repr(polarity)))
    return load_table(
        file,
        TABLES[kind],
        polarity=polarity,
        columns=keys.pop("columns", None),
        where=keys.pop("where", None),
        keys=keys,
    )


def load_measurements(analysis: Analysis) -> list[Measurement]:
    """All measurements of an analysis; one InputError holds the problems of all its files."""
    measurements: list[Measurement] = []
    problems: list[Problem] = []
    for entry in analysis.measurement:
        sign = {} if entry.sign == "signed" else {"sign": entry.sign}
        try:
            measurements.append(
                load_table(
                    entry.file,
                    TABLES[entry.kind],
                    polarity=entry.polarity,
                    columns=entry.columns,
                    where=entry.where,
                    keys={**entry.keys, **sign},
                )
            )
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return measurements


def run_analysis(analysis: Analysis, *, seed: int = 0, command: str = "") -> FitResult:
    """Load what an analysis names, fit it, and draw every conclusion."""
    return run(analysis, load_measurements(analysis), seed=seed, command=command)


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
    if isinstance(source, str | Path):
        source = read_analysis(Path(source))
    if isinstance(source, Analysis):
        chosen = source.fit.seed if seed is None else seed
        return run_analysis(source, seed=chosen, command="stfit.fit")
    measurements = [source] if isinstance(source, Measurement) else list(source)
    if not measurements:
        raise InputError(Problem("stfit.fit", "at least one measurement", "none"))
    analysis = analysis_of({"title": "analysis in Python", **sections}, Path(), "stfit.fit")
    return run(analysis, measurements, seed=analysis.fit.seed if seed is None else seed, command="stfit.fit")


def simulate_device(device_file: str | Path, folder: str | Path, seed: int) -> list[Path]:
    """Measure the virtual device a file describes; the files written. InputError says what is wrong with the file."""
    return simulate(read_device(Path(device_file)), Path(folder), seed)


def report(result: FitResult, folder: str | Path) -> Path:
    """Write report.html and result.json into a folder; the path of the report."""
    return write_report(result, Path(folder))
