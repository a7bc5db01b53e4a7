"""From an analysis to the measurements in its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stfit.analysis import Analysis, MeasurementEntry, analysis_of
from stfit.loaders.settings import UNCERTAINTIES
from stfit.loaders.tables import TableRequest, load_tables
from stfit.measurement import Measurement, kinds
from stfit.measurement.description import DESCRIPTION_KEYS, Description


def load_measurements(analysis: Analysis) -> list[Measurement]:
    """All measurements of an analysis; one InputError holds the problems of all its files."""
    return load_tables([_request(entry) for entry in analysis.measurement])


def _request(entry: MeasurementEntry) -> TableRequest:
    stated = {name: getattr(entry, key) for name, key in UNCERTAINTIES.items()}
    return TableRequest(
        entry.file,
        kinds()[entry.kind],
        polarity=entry.polarity,
        description=entry.description,
        keys=entry.keys,
        uncertainties={name: deviation for name, deviation in stated.items() if deviation is not None},
    )


def request_of(path: Path, kind: str, polarity: int, keys: dict[str, Any]) -> TableRequest:
    """A table as `stfit.load` is asked for it; keys of the kind come in SI units, all others as in [[measurement]]."""
    declared = kinds()[kind]
    uncertainties = {name: keys.pop(key) for name, key in UNCERTAINTIES.items() if key in keys}
    own = declared.keys().own()
    names = {column.name for column in declared.layout().columns} - own
    described = {key: keys.pop(key) for key in tuple(keys) if key in DESCRIPTION_KEYS or key in names}
    description = Description()
    if described:
        entry = {"kind": kind, "file": path.name, **described}
        description = analysis_of({"measurement": [entry]}, path.parent, "stfit.load").measurement[0].description
    return TableRequest(path, declared, polarity, description, keys, uncertainties)


def measurement_of(path: Path, kind: str, keys: dict[str, Any], caller: str) -> Measurement:
    """The measurement in a file; keys: written as in [[measurement]]; caller: what messages call the analysis."""
    entry = {"kind": kind, "file": path.name, **keys}
    return load_measurements(analysis_of({"measurement": [entry]}, path.parent, caller))[0]
