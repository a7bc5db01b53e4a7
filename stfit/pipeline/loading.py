"""From an analysis to the measurements in its files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy.typing as npt
from pydantic_core import PydanticCustomError

from stfit.analysis import Analysis, MeasurementEntry, analysis_of, read_analysis
from stfit.analysis.quantities import file_size
from stfit.errors import InputError, Problem
from stfit.loaders.containers import Problems, Table
from stfit.loaders.described import columns_in
from stfit.loaders.file_names import Listing, settings_of
from stfit.loaders.frames import is_table, table_in_memory
from stfit.loaders.names import known_names
from stfit.loaders.reading import read_table
from stfit.loaders.settings import UNCERTAINTIES
from stfit.loaders.tables import TableRequest, load_tables, opened
from stfit.measurement import Observation, kinds
from stfit.measurement.description import DESCRIPTION_KEYS, PLAIN, Description
from stfit.pipeline.recognising import candidates
from stfit.pipeline.toml_text import toml_document
from stfit.units import quoted


def load_measurements(analysis: Analysis) -> list[Observation]:
    """All measurements of an analysis; one InputError holds the problems of all its files."""
    entries = enumerate(analysis.measurement)
    return load_tables([replace(request, entry=at) for at, entry in entries for request in _requests(entry)])


def _requests(entry: MeasurementEntry) -> list[TableRequest]:
    """The table of an entry: an index made from the names of its files, or each of them, where they are tables."""
    stated = {name: getattr(entry, key) for name, key in UNCERTAINTIES.items()}
    kind = kinds()[entry.kind]
    listing = Listing(entry.file.parent, entry.files, entry.pattern) if entry.files else None
    request = TableRequest(
        entry.file,
        kind,
        polarity=entry.polarity,
        description=_description_of(entry),
        keys=entry.keys,
        uncertainties={name: deviation for name, deviation in stated.items() if deviation is not None},
        listing=listing,
        pattern="" if listing else entry.pattern,
        size_limit=entry.size_limit,
    )
    if listing is None or kind.listed is not None:
        return [request]
    settings = settings_of(listing, entry.file, kind.layout(), request.description)
    return [replace(request, path=path, description=said, listing=None) for path, said in settings]


def _description_of(entry: MeasurementEntry) -> Description:
    """What is said of a file, the temperature of its [[measurement]] among it."""
    elsewhere = frozenset() if entry.temperature is None else frozenset({"temperature"})
    return replace(entry.description, elsewhere=elsewhere)


def request_of(path: Path, kind: str, polarity: int, keys: dict[str, Any]) -> TableRequest:
    """A table as `stfit.load` is asked for it; keys of the kind come in SI units, all others as in [[measurement]]."""
    declared = kinds()[kind]
    uncertainties = {name: keys.pop(key) for name, key in UNCERTAINTIES.items() if key in keys}
    own = declared.keys().own()
    names = {column.name for column in declared.layout().columns} - own
    described = {key: keys.pop(key) for key in tuple(keys) if key in DESCRIPTION_KEYS or key in names}
    description = Description()
    if "temperature" in described:
        expected = 'a column, or temperature = "300 K" in the [device] or [[measurement]] of an analysis'
        raise InputError(Problem("stfit.load, key 'temperature'", expected, repr(described["temperature"])))
    if described:
        description = entry_of(path, kind, described, "stfit.load").description
    return TableRequest(path, declared, polarity, description, keys, uncertainties)


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
    source: Any,
    sections: Mapping[str, Mapping[str, Any] | str],
    caller: str,
) -> tuple[Analysis, list[Observation]]:
    """An analysis and its measurements: those its files hold, or those in memory under `sections`.

    source: an analysis or its file, a table in memory, measurements, or several of these two. InputError for anything
    else, and for sections beside an analysis, which has its own.
    """
    if isinstance(source, str | Path):
        source = read_analysis(Path(source))
    if isinstance(source, Analysis):
        require_alone(sections, caller)
        return source, load_measurements(source)
    measurements = measurements_in(source, caller)
    if "measurement" in sections:
        expected = "no such key, since the measurements are given themselves"
        raise InputError(Problem(f"{caller}, key 'measurement'", expected, "one"))
    content = {"title": "analysis in Python", **sections}
    return replace(analysis_of(content, Path(), caller), text=toml_document(content)), measurements


def measurements_in(source: Any, caller: str) -> list[Observation]:
    """The measurements in memory: a table, an Observation, or several of these; InputError for anything else."""
    several = list(source) if isinstance(source, Iterable) and not is_table(source) else [source]
    measurements = [measurement_in_memory(entry, caller=caller) if is_table(entry) else entry for entry in several]
    strange = next((entry for entry in measurements if not isinstance(entry, Observation)), None)
    if strange is not None:
        expected = "an analysis, a table (DataFrame or mapping of arrays), or what stfit.load returned"
        raise InputError(Problem(caller, expected, f"an object of type {type(strange).__name__}"))
    if not measurements:
        raise InputError(Problem(caller, "at least one measurement", "none"))
    return measurements


def require_alone(arguments: Iterable[str], caller: str) -> None:
    """InputError names the arguments that stand beside an analysis, which says all of this itself."""
    found = ", ".join(arguments)
    if found:
        raise InputError(Problem(caller, "an analysis alone: what else is to hold stands in its file", found))


def measurement_in_memory(
    source: Any,
    kind: str | None = None,
    *,
    polarity: int = 1,
    units: Mapping[str, str] | None = None,
    keys: Mapping[str, Any] | None = None,
    caller: str = "stfit.load",
) -> Observation:
    """The measurement in a table that a session holds.

    Parameters
    ----------
    source : DataFrame or mapping of str to array
        The columns by their headers.
    kind : str, optional
        The kind of measurement; default the one whose columns it has.
    polarity : int
        1 or −1, as in [[measurement]].
    units : mapping of str to str, optional
        Header → unit, where the header holds none.
    keys : mapping of str to object, optional
        As `request_of` takes them.
    caller : str
        What messages call the place.

    Returns
    -------
    Observation
        In SI units.

    Raises
    ------
    InputError
        If the table is of no kind or of several, or cannot be used as one.
    """
    table = table_in_memory(source, units)
    if kind is None:
        found = candidates(table)
        if len(found) != 1:
            expected = f'the columns of one kind, or kind="…" with one of {", ".join(found or kinds())}'
            raise InputError(Problem(caller, expected, f"the columns {', '.join(map(quoted, table.header))}"))
        (kind,) = found
    any_file = Path(__file__)  # keys are read as those of a file, of which none is opened
    request = request_of(any_file, kind, polarity, dict(keys or {}))
    return load_tables([replace(request, path=table.path, table=table)])[0]


def entry_of(path: Path, kind: str, keys: dict[str, Any], caller: str) -> MeasurementEntry:
    """A [[measurement]] of a file; keys: written as there; caller: what messages call the analysis."""
    entry = {"kind": kind, "file": path.name, **keys}
    return analysis_of({"measurement": [entry]}, path.parent, caller).measurement[0]


def measurements_of(entry: MeasurementEntry, place: int = 0) -> list[Observation]:
    """The measurements that an entry describes, one of each file where these are tables; InputError: what is wrong.

    place: of the entry in its analysis, from 0.
    """
    return load_tables([replace(request, entry=place) for request in _requests(entry)])


def measurement_of(entry: MeasurementEntry) -> Observation:
    """The measurement that an entry describes; InputError says what is wrong with its file."""
    return measurements_of(entry)[0]


def table_of(entry: MeasurementEntry) -> Table:
    """The table of an entry as it stands in its file."""
    return opened(_requests(entry)[0])


def columns_of(entry: MeasurementEntry) -> Mapping[str, npt.NDArray[Any]]:
    """The columns of an entry by their names in its kind: SI units, words as codes, shape (rows,)."""
    layout = kinds()[entry.kind].layout()
    return columns_in(table_of(entry), layout, entry.description, Problems(entry.file)).values


def any_table(path: Path, keys: dict[str, Any]) -> Table:
    """The table in a file whose kind is not known, the first of several; keys: as in [[measurement]]."""
    kind = next(iter(kinds()))  # these keys are the same for all
    said = {key: value for key, value in keys.items() if key in DESCRIPTION_KEYS}
    dialect = entry_of(path, kind, said, "stfit inspect").description.dialect if said else PLAIN
    return read_table(path, dialect, every_name(), several="first")


def every_name() -> frozenset[str]:
    """The plain names of the columns of every kind."""
    return frozenset().union(*(known_names(kind.layout()) for kind in kinds().values()))
