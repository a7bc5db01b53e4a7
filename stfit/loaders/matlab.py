"""MATLAB files (.mat): variables of one length, or the fields of the only struct. Version 7.3 is HDF5."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from stfit.errors import InputError, Problem
from stfit.loaders import hdf5
from stfit.loaders.assembled import assembled, damaged
from stfit.loaders.containers import Table


def read(path: Path) -> Table:
    """The table in a .mat file. A name of MATLAB holds no unit: it is declared with `columns`.

    InputError: no MATLAB file, objects or function handles in it, and as `assembled`.
    """
    if h5py.is_hdf5(path):
        return hdf5.read(path)
    try:
        content = loadmat(path, squeeze_me=True, struct_as_record=True, chars_as_strings=True)
    except (
        MatReadError,
        ValueError,
        TypeError,
        NotImplementedError,
        EOFError,
        LookupError,
        MemoryError,
        zlib.error,
    ) as error:
        raise damaged(path, "a MATLAB file", error) from error
    variables = {name: value for name, value in content.items() if not name.startswith("__")}
    structs = [value for value in variables.values() if getattr(value, "dtype", None) is not None and value.dtype.names]
    if structs and len(variables) > 1:
        found = f"{len(variables)}: {', '.join(variables)}"
        raise InputError(Problem(path.name, "one struct, or variables of one length", found))
    if structs:
        variables = {name: _field(structs[0], name) for name in structs[0].dtype.names}
    return assembled(path, [(name, np.atleast_1d(value)) for name, value in variables.items()])


def _field(struct: Any, name: str) -> Any:
    """A field of a struct, or of an array of structs that holds one row each."""
    values = struct[name]
    return values[()] if values.ndim == 0 else np.array(values.tolist())
