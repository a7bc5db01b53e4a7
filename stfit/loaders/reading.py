"""Which reader takes which file, by its suffix."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.files import READABLE, reason
from stfit.loaders import csv, labview
from stfit.loaders.assembled import assembled
from stfit.loaders.containers import Table
from stfit.loaders.gate import Container, admitted, contents
from stfit.units import quoted

# suffix → what reads it in this process, for text is, and what such a file is called
_TEXT: Final[Mapping[str, tuple[Callable[[Path], Table], str]]] = {
    ".csv": (csv.read, "comma-, semicolon- or tab-separated text"),
    ".tsv": (csv.read, "tab-separated text"),
    ".txt": (csv.read, "separated text"),
    ".lvm": (labview.read, "a LabVIEW measurement file"),
}
# suffix → which module reads it in another process, and what such a file is called
_BINARY: Final[Mapping[str, Container]] = {
    ".xlsx": Container("excel", "an Excel workbook"),
    ".parquet": Container("parquet", "a Parquet file"),
    **dict.fromkeys((".h5", ".hdf5"), Container("hdf5", "an HDF5 file")),
    **dict.fromkeys((".npy", ".npz"), Container("arrays", "a NumPy file")),
    ".mat": Container("matlab", "a MATLAB file"),
    ".tdms": Container("tdms", "an NI TDMS file"),
}


def read_table(path: Path) -> Table:
    """The table in a file, by the reader of its suffix.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Table
        What it holds, as it is written.

    Raises
    ------
    InputError
        If it is no regular file within the limit of size, has an unknown suffix, or is refused by its reader.
    """
    admitted(path)
    suffix = path.suffix.lower()
    try:
        if suffix in _TEXT:
            return _TEXT[suffix][0](path)
        if suffix in _BINARY:
            return assembled(path, contents(path, _BINARY[suffix]))
    except OSError as error:
        raise InputError(Problem(str(path), READABLE, reason(error))) from error
    known = ", ".join((*_TEXT, *_BINARY))
    raise InputError(Problem(str(path), f"a table with one of the suffixes {known}", quoted(path.suffix)))


def read_arrays(path: Path) -> list[tuple[str, npt.NDArray[Any]]]:
    """The arrays of numbers in a binary container, of any shapes.

    Parameters
    ----------
    path : Path
        The file, with a suffix of a binary container.

    Returns
    -------
    list of (str, array)
        Name and values, as they are stored; text is left out.

    Raises
    ------
    InputError
        As `read_table`, but not for what makes no table.
    """
    columns = contents(path, _BINARY[path.suffix.lower()]).columns
    return [(name, values) for name, values in columns if not isinstance(values, list)]


def container_of(path: Path) -> str:
    """What a file with this suffix is called, for example "a NumPy file"; KeyError for a suffix that has no reader."""
    suffix = path.suffix.lower()
    return _TEXT[suffix][1] if suffix in _TEXT else _BINARY[suffix].words
