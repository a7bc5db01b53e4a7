"""HDF5 files (.h5, .hdf5), through h5py: the datasets of one group, or one dataset with named fields."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from stfit.errors import InputError, Problem
from stfit.loaders.assembled import assembled, damaged, with_unit
from stfit.loaders.containers import Table
from stfit.units import quoted


def read(path: Path) -> Table:
    """The table in an HDF5 file: the columns of its only group with columns; attributes "unit" or "units" are read.

    InputError: no HDF5, several groups with columns, references or nested types in a column, and as `assembled`.
    """
    try:
        with h5py.File(path, "r") as file:
            groups = _groups(file)
            if len(groups) != 1:
                names = ", ".join(quoted(name) for name in groups)
                found = f"{len(groups)}: {names}" if groups else "none"
                raise InputError(Problem(path.name, "one group (or dataset with fields) with the columns", found))
            return assembled(path, next(iter(groups.values())))
    except (OSError, RuntimeError) as error:
        if isinstance(error, FileNotFoundError | PermissionError):
            raise
        raise damaged(path, "an HDF5 file", error) from error


def _groups(file: h5py.File) -> dict[str, list[tuple[str, Any]]]:
    """The columns of every group that has some, and of every dataset with fields; no link to elsewhere is followed."""
    found: dict[str, list[tuple[str, Any]]] = {}

    def visit(name: str, item: Any) -> None:
        if not isinstance(item, h5py.Dataset):
            return
        if item.dtype.names:
            units = _units(item.attrs)
            rows = item[()]
            found[name] = [(with_unit(field, units.get(field, "")), rows[field]) for field in item.dtype.names]
        elif item.ndim:
            group, _, column = f"/{name}".rpartition("/")
            entry = with_unit(column, _attribute(item.attrs, "unit") or _attribute(item.attrs, "units"))
            values = item.asstr()[()] if h5py.check_string_dtype(item.dtype) else item[()]
            found.setdefault(group or "/", []).append((entry, values))

    file.visititems(visit)
    return found


def _attribute(attributes: Mapping[str, Any], name: str) -> str:
    value = attributes.get(name, "")
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _units(attributes: Mapping[str, Any]) -> dict[str, str]:
    """The units of the fields of a dataset, from the attributes "<field>_unit" or, as one list, "units"."""
    return {
        name.removesuffix("_unit"): _attribute(attributes, name)
        for name in attributes
        if name.endswith("_unit") and np.ndim(attributes[name]) == 0
    }
