"""From files to measurements and analyses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, overload

from stfit.analysis import Analysis, MeasurementEntry, analysis_of, read_analysis
from stfit.errors import InputError, Problem
from stfit.loaders.settings import UNCERTAINTIES
from stfit.loaders.tables import TableRequest, load_tables
from stfit.measurement import Measurement, kinds


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


def load_measurements(analysis: Analysis) -> list[Measurement]:
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


def measurement_of(path: Path, kind: str, keys: dict[str, Any], caller: str) -> Measurement:
    """The measurement in a file; keys: written as in [[measurement]]; caller: what messages call the analysis."""
    entry = {"kind": kind, "file": path.name, **keys}
    return load_measurements(analysis_of({"measurement": [entry]}, path.parent, caller))[0]


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
