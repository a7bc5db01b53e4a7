"""HDF5 files (.h5, .hdf5), through h5py: the datasets of one group, or one dataset with named fields.

A dataset may say that its bytes lie in another file, whichever its writer names: such a file is refused unread.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import h5py
import numpy as np

from stfit.errors import InputError, Problem
from stfit.files import require_size
from stfit.loaders.contents import MOST_COLUMNS, REMEDY, Contents, contents_of, text_of, with_unit
from stfit.units import quoted

_DEEPEST: Final = 32  # groups inside each other


def read(path: Path, size_limit: int) -> Contents:
    """The columns of an HDF5 file: those of its only group with columns; attributes "unit" or "units" are read.

    Parameters
    ----------
    path : Path
        The file.
    size_limit : int
        Bytes that its datasets may have, by what the file says of itself.

    Returns
    -------
    Contents
        The columns.

    Raises
    ------
    InputError
        If several groups have columns, or none; if a dataset lies outside the file; if there are more than 4000
        objects, groups deeper than 32, or it is larger once read.
    """
    with h5py.File(path, "r") as file:
        every = _datasets(path, file)
        datasets = {name: dataset for name, dataset in every.items() if dataset.shape}
        notices = [f"{quoted(name)} holds a single value and is left out" for name in every if name not in datasets]
        size = sum(dataset.size * max(dataset.dtype.itemsize, 1) for dataset in datasets.values() if dataset.size)
        require_size(f"{path.name}, unpacked", size, size_limit, REMEDY)
        groups: dict[str, list[h5py.Dataset]] = {}
        for name, dataset in datasets.items():
            place = f"/{name}" if dataset.dtype.names else f"/{name}".rpartition("/")[0] or "/"
            groups.setdefault(place, []).append(dataset)
        if len(groups) != 1:
            names = ", ".join(quoted(name) for name in groups)
            found = f"{len(groups)}: {names}" if groups else "none"
            raise InputError(Problem(path.name, "one group (or dataset with fields) with the columns", found))
        (members,) = groups.values()
        return contents_of(path, [column for dataset in members for column in _columns(dataset)], notices=notices)


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


def _columns(dataset: h5py.Dataset) -> Iterator[tuple[str, Any]]:
    """The fields of a dataset, or itself as a column, with the units that stand beside them."""
    if dataset.dtype.names:
        units = _units(dataset.attrs)
        rows = dataset[()]
        yield from ((with_unit(field, units.get(field, "")), rows[field]) for field in dataset.dtype.names)
        return
    unit = _attribute(dataset.attrs, "unit") or _attribute(dataset.attrs, "units")
    values = dataset.asstr(errors="replace")[()] if h5py.check_string_dtype(dataset.dtype) else dataset[()]
    yield with_unit(dataset.name.rpartition("/")[2], unit), values


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
