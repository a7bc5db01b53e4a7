"""HDF5 files (.h5, .hdf5), through h5py: the datasets of a group, one dataset with named fields, or a log of Labber.

A dataset may say that its bytes lie in another file, whichever its writer names: such a file is refused unread.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import h5py
import numpy as np

from stfit.errors import InputError, Problem
from stfit.loaders.contents import MOST_COLUMNS, Contents, clock_or_times, text_of, with_unit
from stfit.loaders.groups import ONLY, Choice, Group, chosen, fits
from stfit.loaders.labber import log_of
from stfit.units import quoted

_DEEPEST: Final = 32  # groups inside each other
_OF_WRITERS: Final = (
    "MATLAB_",
    "CLASS",
    "NAME",
    "DIMENSION_",
    "REFERENCE_",
    "_Netcdf",
    "_NC",
    "PYTABLES",
    "VERSION",
    "wf_",
)
_OF_COLUMNS: Final = frozenset({"unit", "units"})
_CLOCK: Final = ("wf_start_offset", "wf_increment")
_CLOCK_WORDS: Final = "column 'time (s)' is wf_start_offset + i wf_increment, attributes of the data"
_TIME: Final = "time (s)"


def read(path: Path, size_limit: int, choice: Choice = ONLY) -> Contents:
    """The columns of a group in an HDF5 file; attributes "unit" or "units" of its datasets are read.

    Attributes of the group and of those around it, and datasets of a single value, are settings. A dataset with named
    fields is a group of its own, and so is any dataset that is asked for by its path.

    Parameters
    ----------
    path : Path
        The file.
    size_limit : int
        Bytes that its datasets may have, by what the file says of itself.
    choice : Choice
        Which group is meant.

    Returns
    -------
    Contents
        The columns.

    Raises
    ------
    InputError
        As `stfit.loaders.groups.chosen`; if a dataset lies outside the file; if there are more than 4000 objects, or
        groups deeper than 32.
    """
    with h5py.File(path, "r") as file:
        every = _datasets(path, file)
        if (log := log_of(every)) is not None:
            return chosen(path, [log], choice, size_limit)
        left_out = [f"{quoted(name)} holds references and is left out" for name, item in every.items() if _refers(item)]
        values = {name: item for name, item in every.items() if not _refers(item)}
        columns = {name: item for name, item in values.items() if not _is_single(item)}
        single = {name: _single(item) for name, item in values.items() if name not in columns}
        places: dict[str, dict[str, h5py.Dataset]] = {}
        for name, item in columns.items():
            places.setdefault(name if item.dtype.names else _parent(name), {})[name] = item
        if _means_datasets(choice, places, columns):
            places = {name: {name: item} for name, item in columns.items()}
        groups = [
            _group(place or "/", list(members.values()), _settings(file, place, single, places), tuple(left_out))
            for place, members in sorted(places.items(), key=_in_order)
        ]
        return chosen(path, groups, choice, size_limit)


def _datasets(path: Path, file: h5py.File) -> dict[str, h5py.Dataset]:
    """The datasets with values, by their paths; no link to elsewhere is followed."""
    found: dict[str, h5py.Dataset] = {}
    seen = 0

    def visit(name: str, item: Any) -> Problem | None:
        nonlocal seen
        seen += 1
        if seen > MOST_COLUMNS:
            return Problem(path.name, f"at most {MOST_COLUMNS} groups and datasets", "more")
        if name.count("/") > _DEEPEST:
            return Problem(path.name, f"groups that are nested {_DEEPEST} deep at most", "deeper ones")
        if not isinstance(item, h5py.Dataset):
            return None
        if item.external or item.is_virtual:
            expected = "datasets that lie in the file itself; what lies elsewhere is never read"
            return Problem(f"{path.name}, dataset {quoted(name)}", expected, "one that lies in another file")
        if item.shape is not None:
            found[name] = item
        return None

    if (problem := file.visititems(visit)) is not None:
        raise InputError(problem)
    return found


def _in_order(place: tuple[str, object]) -> list[tuple[bool, int, str]]:
    """The key by which "sweep 2" stands before "sweep 10": HDF5 itself knows letters alone."""
    parts = re.split(r"([0-9]{1,15})", place[0])
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in parts]


def _parent(name: str) -> str:
    return name.rpartition("/")[0]


def _refers(dataset: h5py.Dataset) -> bool:
    """Whether it holds references to other objects: a cell array of MATLAB, a list of dimensions."""
    return h5py.check_ref_dtype(dataset.dtype) is not None or dataset.name.startswith("/#")


def _is_single(dataset: h5py.Dataset) -> bool:
    return dataset.shape == () or _class(dataset) == "char"


def _class(dataset: h5py.Dataset) -> str:
    """What MATLAB says that a dataset is, "" for other writers."""
    return _attribute(dataset.attrs, "MATLAB_class")


def _single(dataset: h5py.Dataset) -> Any:
    """A value without a dimension, or a text of MATLAB, which is an array of letters."""
    if dataset.shape == ():
        return dataset[()]
    return dataset[()].tobytes().decode("utf-16-le", "replace") if dataset.size < MOST_COLUMNS else None


def _means_datasets(choice: Choice, places: Mapping[str, object], columns: Mapping[str, object]) -> bool:
    """Whether datasets are asked for one by one: by a path, or as the records that one group holds."""
    wanted = choice.group.strip("/")
    if any(fits(place, wanted) for place in places):
        return choice.several == "listed" and choice.is_pattern and len(places) == 1 and len(columns) > 1
    return bool(wanted) and any(fits(name, wanted) for name in columns)


def _settings(file: h5py.File, place: str, single: Mapping[str, Any], places: Mapping[str, object]) -> dict[str, Any]:
    """What stands beside the columns of a place: attributes from the root down to it, and single values.

    A single value of the same group or one around it goes by its name, one of a group without columns by its path.
    """
    above = ["/", *_ancestors(place), *([place] if place else [])]
    found: dict[str, Any] = {}
    for name, value in single.items():
        parent = _parent(name)
        if parent in ("", *_ancestors(place), place):
            found[name.rpartition("/")[2]] = value
        elif parent not in places:
            found[name] = value
    for step in above:
        found |= {name: value for name, value in _attributes(file[step].attrs) if name not in _OF_COLUMNS}
    return found


def _ancestors(place: str) -> list[str]:
    steps = place.split("/")
    return ["/".join(steps[:depth]) for depth in range(1, len(steps))]


def _attributes(attributes: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The attributes that a person wrote; what cannot be read as plain values is passed over by its type."""
    for name in attributes:
        if not name.startswith(_OF_WRITERS) and np.ndim(value := attributes[name]) <= 1 and np.size(value) == 1:
            yield name, value


def _group(name: str, members: Sequence[h5py.Dataset], settings: dict[str, Any], notices: tuple[str, ...]) -> Group:
    headers = [header for member in members for header, _ in _headers(member)]
    clock, said = clock_or_times(_clock(members), headers, _CLOCK_WORDS)

    def columns() -> list[tuple[str, Any]]:
        read = [column for member in members for column in _columns(member)]
        return read if clock is None else [(_TIME, clock[0] + clock[1] * np.arange(float(members[0].size))), *read]

    own = dict(_attributes(members[0].attrs)) if len(members) == 1 else {}
    fields = members[0].dtype.names or ()
    of_columns = {*_OF_COLUMNS, *(f"{field}_unit" for field in fields)}
    size = sum(member.size * max(member.dtype.itemsize, 1) for member in members if member.size)
    settings = {name: value for name, value in {**settings, **own}.items() if name not in of_columns}
    rows = max(member.size for member in members)
    names = tuple(headers) if clock is None else (_TIME, *headers)
    return Group(name, names, size, columns, settings, (*notices, *said), rows=rows)


def _clock(members: Sequence[h5py.Dataset]) -> tuple[float, float] | None:
    """Start and step (s) of waveforms, as LabVIEW names them; None where they have none, or several."""
    found = {
        tuple(member.attrs.get(name, 0.0) for name in _CLOCK)
        for member in members
        if np.ndim(member.attrs.get(_CLOCK[1], 0.0)) == 0
    }
    lengths = {member.shape for member in members}
    if len(found) != 1 or len(lengths) != 1 or members[0].dtype.names or members[0].ndim != 1:
        return None
    ((start, step),) = found
    numbers = isinstance(start, int | float | np.number) and isinstance(step, int | float | np.number)
    return (float(start), float(step)) if numbers and step > 0 else None


def _headers(dataset: h5py.Dataset) -> Iterator[tuple[str, str]]:
    """The header of each column that a dataset holds, and its field, "" for the whole."""
    if dataset.dtype.names:
        units = _units(dataset.attrs)
        yield from ((with_unit(field, units.get(field, "")), field) for field in dataset.dtype.names)
        return
    unit = _attribute(dataset.attrs, "unit") or _attribute(dataset.attrs, "units")
    yield with_unit(dataset.name.rpartition("/")[2], unit), ""


def _columns(dataset: h5py.Dataset) -> Iterator[tuple[str, Any]]:
    """The fields of a dataset, or itself as a column, with the units that stand beside them."""
    rows = dataset.asstr(errors="replace")[()] if h5py.check_string_dtype(dataset.dtype) else dataset[()]
    yield from ((header, rows[field] if field else rows) for header, field in _headers(dataset))


def _attribute(attributes: Mapping[str, Any], name: str) -> str:
    value = attributes.get(name, "")
    return text_of(value) if isinstance(value, str | bytes) else ""


def _units(attributes: Mapping[str, Any]) -> dict[str, str]:
    """The units of the fields of a dataset, from the attributes "<field>_unit"."""
    return {
        name.removesuffix("_unit"): _attribute(attributes, name)
        for name in attributes
        if name.endswith("_unit") and np.ndim(attributes[name]) == 0
    }
