"""From an analysis to the measurements in its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stfit.analysis import Analysis, MeasurementEntry, analysis_of
from stfit.loaders.settings import UNCERTAINTIES
from stfit.loaders.tables import TableRequest, load_tables
from stfit.measurement import Observation, kinds


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


def measurement_of(path: Path, kind: str, keys: dict[str, Any], caller: str) -> Observation:
    """The measurement in a file; keys: written as in [[measurement]]; caller: what messages call the analysis."""
    entry = {"kind": kind, "file": path.name, **keys}
    return load_measurements(analysis_of({"measurement": [entry]}, path.parent, caller))[0]
