"""Tables from containers that hold arrays instead of text."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from stfit.loaders.containers import Cells, Problems, Table, parse_numbers
from stfit.loaders.contents import Contents, Numbers, Single
from stfit.units import quoted


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in constant memory."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def assembled(path: Path, contents: Contents) -> Table:
    """The table of the columns in a container, as `tabulated` makes it; path: of the file."""
    return tabulated(path, contents, sha256_of(path))


def tabulated(path: Path, contents: Contents, sha256: str) -> Table:
    """The table of columns, each of shape (rows,), (rows, 1) or (1, rows).

    Parameters
    ----------
    path : Path
        The file, for messages.
    contents : Contents
        Its columns.
    sha256 : str
        Of what it was read from.

    Returns
    -------
    Table
        The same columns, numbers as float64 and all else as text.

    Raises
    ------
    InputError
        If there is no column, one without a name or two of one name, if lengths differ, or there are no rows.
    """
    problems = Problems(path)
    if not contents.columns:
        problems.add("named columns of one length", "none")
    names = [name.strip() for name, _ in contents.columns]
    if names == [""]:
        expected = "named columns: a .npy with named fields, or a .npz with an array for each column"
        problems.add(expected, "one array without names")
        problems.raise_any()
    for position, name in enumerate(names, start=1):
        if not name:
            problems.add(f"a name for column {position}", "an empty one")
    for name, times in Counter(names).items():
        if name and times > 1:
            problems.add("one column of this name", f"{times}", column=name)
    cells = [_cells(name, values, problems) for name, (_, values) in zip(names, contents.columns, strict=True)]
    _check_lengths(dict(zip(names, cells, strict=True)), problems)
    problems.raise_any()
    numbers = np.arange(1, cells[0].size + 1) if contents.lines is None else contents.lines
    table = Table(path, sha256, tuple(names), tuple(cells), lambda: numbers, header_line=0)
    return replace(table, recognised=contents.notices, settings=contents.settings)


def shown_value(value: Single) -> str:
    """A single value as messages show it: text between quotes, six digits of a number."""
    return quoted(value) if isinstance(value, str) else f"{value:.6g}"


def cells_of_text(texts: Sequence[str]) -> Cells:
    """Cells of text as a column: numbers where all are numbers."""
    stripped = [text.strip() for text in texts]
    numbers = parse_numbers(stripped, decimal_comma=False)
    return np.array(stripped, dtype=object) if np.isnan(numbers).any() else numbers


def _cells(name: str, values: Numbers | list[str], problems: Problems) -> Cells:
    """A column as a table has it: float64 without NaN, or text."""
    if isinstance(values, list):
        return cells_of_text(values)
    array = _flat(values)
    if array.ndim == 1:
        return _numbers(array)
    problems.add("a column, an array of one dimension", f"one of shape {array.shape}", column=name)
    return np.zeros(0)


def _flat(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Rows and columns of a matrix as one dimension, as MATLAB and others write them."""
    return array.reshape(-1) if array.ndim == 2 and 1 in array.shape else array


def _numbers(array: npt.NDArray[Any]) -> Cells:
    numbers = array.astype(np.float64)
    if not np.isnan(numbers).any():
        return numbers
    # a NaN is no number of a table: as text it meets the message that names its row
    return np.array([f"{value:.15g}" for value in numbers], dtype=object)


def _check_lengths(columns: Mapping[str, Cells], problems: Problems) -> None:
    sizes = {name: cells.size for name, cells in columns.items()}
    if len(set(sizes.values())) > 1:
        shortest, longest = min(sizes, key=sizes.__getitem__), max(sizes, key=sizes.__getitem__)
        found = f"{sizes[shortest]} in {quoted(shortest)} and {sizes[longest]} in {quoted(longest)}"
        problems.add("columns of one length", found)
    elif sizes and not any(sizes.values()):
        problems.add("rows of data", "none")
