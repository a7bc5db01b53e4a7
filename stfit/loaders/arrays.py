"""NumPy files: .npz with an array for each column, .npy with named fields. Nothing in them is ever unpickled."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from stfit.errors import InputError, Problem
from stfit.loaders.assembled import assembled, damaged
from stfit.loaders.containers import Table


def read(path: Path) -> Table:
    """The table in a .npz of arrays of one length, or in a .npy of one array with named fields.

    A name holds no unit in most of them: it is declared with `columns`. InputError: no NumPy file, one that would have
    to be unpickled, a .npy without fields, and as `assembled`.
    """
    try:
        with path.open("rb") as stream:  # which NumPy would leave open where it fails
            content = np.load(stream, allow_pickle=False)
            if isinstance(content, np.lib.npyio.NpzFile):
                return assembled(path, [(name, content[name]) for name in content.files])
    except (ValueError, EOFError, BadZipFile, KeyError) as error:
        if "allow_pickle" in str(error) or "pickled" in str(error):
            found = "Python objects, which only unpickling could read; it is never done, as it may run any code"
            raise InputError(Problem(path.name, "arrays of numbers or text", found)) from error
        raise damaged(path, "a NumPy file", error) from error
    return assembled(path, _fields(path, content))


def _fields(path: Path, array: np.ndarray[Any, Any]) -> list[tuple[str, Any]]:
    if array.dtype.names is None:
        expected = "named columns: a .npy with named fields, or a .npz with an array for each column"
        raise InputError(Problem(path.name, expected, f"one array of shape {array.shape} without names"))
    return [(name, array[name]) for name in array.dtype.names]
