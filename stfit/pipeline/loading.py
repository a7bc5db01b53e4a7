"""From an analysis to the measurements in its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from stfit.analysis import Analysis, MeasurementEntry, analysis_of, read_analysis
from stfit.errors import InputError, Problem
from stfit.loaders.settings import UNCERTAINTIES
from stfit.loaders.tables import TableRequest, load_tables
from stfit.measurement import Observation, kinds
from stfit.pipeline.toml_text import toml_document


def load_measurements(analysis: Analysis) -> list[Observation]:
    """All measurements of an analysis; one InputError holds the problems of all its files."""
    return load_tables([_request(entry) for entry in analysis.measurement])


def _request(entry: MeasurementEntry) -> TableRequest:
    stated = {name: getattr(entry, key) for name, key in UNCERTAINTIES.items()}
    return TableRequest(
        entry.file,
        kinds()[entry.kind],
        polarity=entry.polarity,
        columns=entry.columns,
        where=entry.where,
        keys=entry.keys,
        uncertainties={name: deviation for name, deviation in stated.items() if deviation is not None},
    )


def inputs_of(
    source: str | Path | Analysis | Observation | Sequence[Observation],
    sections: Mapping[str, Mapping[str, Any] | str],
    caller: str,
) -> tuple[Analysis, list[Observation]]:
    """An analysis and its measurements: those its files hold, or those in memory under `sections`."""
    if isinstance(source, str | Path):
        source = read_analysis(Path(source))
    if isinstance(source, Analysis):
        return source, load_measurements(source)
    measurements = [source] if isinstance(source, Observation) else list(source)
    if not measurements:
        raise InputError(Problem(caller, "at least one measurement", "none"))
    content = {"title": "analysis in Python", **sections}
    return replace(analysis_of(content, Path(), caller), text=toml_document(content)), measurements


def measurement_of(path: Path, kind: str, keys: dict[str, Any], caller: str) -> Observation:
    """The measurement in a file; keys: written as in [[measurement]]; caller: what messages call the analysis."""
    entry = {"kind": kind, "file": path.name, **keys}
    return load_measurements(analysis_of({"measurement": [entry]}, path.parent, caller))[0]
