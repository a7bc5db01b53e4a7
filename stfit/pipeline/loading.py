"""From an analysis to the measurements in its files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from stfit.analysis import Analysis, MeasurementEntry, analysis_of, read_analysis
from stfit.analysis.quantities import file_size
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
        size_limit=entry.size_limit,
    )


def declared_limit(keys: Mapping[str, Any], caller: str) -> int | None:
    """The size of files that keys, written as in [[measurement]], allow.

    Parameters
    ----------
    keys : mapping
        The keys, among which size_limit may be.
    caller : str
        What messages call the analysis.

    Returns
    -------
    int or None
        Bytes; None where nothing is said.

    Raises
    ------
    InputError
        If it is no size.
    """
    if "size_limit" not in keys:
        return None
    try:
        return file_size(keys["size_limit"])
    except PydanticCustomError as error:
        raise InputError(Problem(f"{caller}, key 'size_limit'", **(error.context or {}))) from error


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
