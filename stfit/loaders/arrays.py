"""NumPy files: .npz with an array for each column, .npy with one array. Nothing in them is ever unpickled."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any, Final
from zipfile import ZipFile

import numpy as np

from stfit.errors import InputError, Problem
from stfit.files import require_size
from stfit.loaders.contents import REMEDY, Contents, contents_of, require_columns

_SUFFIX: Final = ".npy"


def read(path: Path, size_limit: int) -> Contents:
    """The columns in a .npz of arrays, or the fields of the array in a .npy.

    A name holds no unit in most of them: it is declared with `columns`.

    Parameters
    ----------
    path : Path
        The file.
    size_limit : int
        Bytes that its arrays may have unpacked.

    Returns
    -------
    Contents
        A column for each array or field; an array without fields is a column without a name.

    Raises
    ------
    InputError
        If it would have to be unpickled, or if it is larger unpacked.
    """
    if path.suffix.lower() == ".npz":
        return contents_of(path, _members(path, size_limit))
    with path.open("rb") as stream:
        return contents_of(path, _fields(_array(path, stream)))


def _members(path: Path, size_limit: int) -> list[tuple[str, Any]]:
    with ZipFile(path) as archive:
        members = archive.infolist()
        require_columns(path, len(members))
        require_size(f"{path.name}, unpacked", sum(member.file_size for member in members), size_limit, REMEDY)
        columns = []
        for member in members:
            with archive.open(member) as stream:
                columns.append((member.filename.removesuffix(_SUFFIX), _array(path, stream)))
        return columns


def _array(path: Path, stream: IO[bytes]) -> np.ndarray[Any, Any]:
    try:
        array: np.ndarray[Any, Any] = np.lib.format.read_array(stream, allow_pickle=False)
    except ValueError as error:
        if "Object arrays" not in str(error):
            raise
        found = "Python objects, which only unpickling could read; it is never done, as it may run any code"
        raise InputError(Problem(path.name, "arrays of numbers or text", found)) from error
    return array


def _fields(array: np.ndarray[Any, Any]) -> list[tuple[str, Any]]:
    """The named fields of an array; one without them is a column without a name."""
    names = array.dtype.names
    return [("", array)] if names is None else [(name, array[name]) for name in names]
