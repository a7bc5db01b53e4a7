"""A stored result and its data, given again: what it was fitted from."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from stfit.analysis import Analysis, analysis_of, read_analysis
from stfit.backends.least_squares import minimise
from stfit.errors import InputError, Problem
from stfit.measurement import Observation
from stfit.pipeline.assembly import assemble
from stfit.pipeline.circumstances import input_of
from stfit.pipeline.loading import load_measurements, measurements_in
from stfit.pipeline.source import Source
from stfit.results import FitResult


def with_data(result: FitResult, data: Any, caller: str) -> FitResult:
    """The result with what it was fitted from, so that it can be sampled, planned with and predict.

    Parameters
    ----------
    result : FitResult
        As it was stored.
    data : str, Path, Analysis, table, Observation, or a sequence of these two
        The analysis file of a result that was made from one; else the tables or measurements, in their order.
    caller : str
        What messages call the place.

    Returns
    -------
    FitResult
        The same numbers.

    Raises
    ------
    InputError
        If these are other data, or another analysis.
    """
    where = f"{caller}, data"
    if isinstance(data, str | Path):
        data = read_analysis(Path(data))
    if isinstance(data, Analysis) != bool(result.analysis_sha256):
        expected = "the analysis file" if result.analysis_sha256 else "the tables or measurements that were fitted"
        raise InputError(Problem(where, expected, f"an object of type {type(data).__name__}"))
    if isinstance(data, Analysis):
        if data.sha256 != result.analysis_sha256:
            raise InputError(Problem(where, f"the analysis of {result.title!r} as it was fitted", "another text"))
        analysis, measurements = data, load_measurements(data)
    else:
        content = tomllib.loads(result.analysis)
        analysis = replace(analysis_of(content, Path(), caller), text=result.analysis)
        measurements = measurements_in(data, caller)
    _require_same(result, measurements, where)
    objective = assemble(analysis, measurements)
    optimum = minimise(objective)
    return replace(result, source=Source.of(analysis, measurements, objective, optimum))


def _require_same(result: FitResult, measurements: Sequence[Observation], where: str) -> None:
    """InputError where the inputs are not those of the result."""
    stored = [(entry.kind, entry.sha256, entry.rows, entry.polarity) for entry in result.inputs]
    found = [input_of(measurement) for measurement in measurements]
    if len(stored) != len(found):
        raise InputError(Problem(where, f"the {len(stored)} measurements that were fitted", f"{len(found)}"))
    for known, there, entry in zip(stored, found, result.inputs, strict=True):
        if known != (there.kind, there.sha256, there.rows, there.polarity):
            expected = f"{entry.file} as it was fitted ({entry.kind}, {entry.rows} rows, polarity {entry.polarity:+d})"
            same = f"{there.file} ({there.kind}, {there.rows} rows, polarity {there.polarity:+d}, another content)"
            raise InputError(Problem(where, expected, same))
