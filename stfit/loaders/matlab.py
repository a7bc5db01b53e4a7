"""MATLAB files (.mat): variables of one length, or the fields of the only struct. Version 7.3 is HDF5."""

from __future__ import annotations

import math
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.io.matlab import loadmat, whosmat

from stfit.errors import InputError, Problem
from stfit.files import require_size
from stfit.loaders.contents import REMEDY, Contents, contents_of, require_columns

_HDF5: Final = b"\x89HDF\r\n\x1a\n"  # where an HDF5 file begins, behind the 512 bytes that MATLAB puts before it
_PREFIX: Final = 512
_NUMBER: Final = 8  # bytes that a number may take, once read


def read(path: Path, size_limit: int) -> Contents:
    """The columns of a .mat file. A name of MATLAB holds no unit: it is declared with `columns`.

    Parameters
    ----------
    path : Path
        The file.
    size_limit : int
        Bytes that its variables may have, by what the file says of itself.

    Returns
    -------
    Contents
        The variables, or the fields of the only struct.

    Raises
    ------
    InputError
        If it holds a struct and something else, or if it is larger once read.
    """
    with path.open("rb") as file:
        start = file.read(_PREFIX + len(_HDF5))
    if _HDF5 in (start[: len(_HDF5)], start[_PREFIX:]):
        contents: Contents = import_module("stfit.loaders.hdf5").read(path, size_limit)  # h5py where it is needed
        return contents
    there = whosmat(path)
    require_columns(path, len(there))
    size = _NUMBER * sum(math.prod(shape) for _, shape, _ in there)
    require_size(f"{path.name}, unpacked", size, size_limit, REMEDY)
    content = loadmat(path, squeeze_me=True, struct_as_record=True, chars_as_strings=True)
    variables = {name: value for name, value in content.items() if not name.startswith("__")}
    structs = [value for value in variables.values() if getattr(value, "dtype", None) is not None and value.dtype.names]
    if structs and len(variables) > 1:
        found = f"{len(variables)}: {', '.join(variables)}"
        raise InputError(Problem(path.name, "one struct, or variables of one length", found))
    if structs:
        variables = {name: _field(structs[0], name) for name in structs[0].dtype.names}
    return contents_of(path, [(name, np.atleast_1d(value)) for name, value in variables.items()])


def _field(struct: Any, name: str) -> Any:
    """A field of a struct, or of an array of structs that holds one row each."""
    values = struct[name]
    return values[()] if values.ndim == 0 else np.array(values.tolist())
