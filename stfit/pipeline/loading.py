"""From an analysis to the measurements in its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stfit.analysis import Analysis, analysis_of
from stfit.errors import InputError, Problem
from stfit.loaders.tables import load_table
from stfit.measurement import Measurement, kinds


def load_measurements(analysis: Analysis) -> list[Measurement]:
    """All measurements of an analysis; one InputError holds the problems of all its files."""
    measurements: list[Measurement] = []
    problems: list[Problem] = []
    for entry in analysis.measurement:
        try:
            measurements.append(
                load_table(
                    entry.file,
                    kinds()[entry.kind],
                    polarity=entry.polarity,
                    columns=entry.columns,
                    where=entry.where,
                    keys=entry.keys,
                )
            )
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return measurements


def measurement_of(path: Path, kind: str, keys: dict[str, Any], caller: str) -> Measurement:
    """The measurement in a file; keys: written as in [[measurement]]; caller: what messages call the analysis."""
    entry = {"kind": kind, "file": path.name, **keys}
    return load_measurements(analysis_of({"measurement": [entry]}, path.parent, caller))[0]
