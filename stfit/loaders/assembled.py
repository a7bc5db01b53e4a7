"""Tables from containers that hold arrays instead of text: what all their readers share."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.loaders.containers import Cells, Problems, Table, parse_numbers
from stfit.units import quoted

_EXTRA: Final = "io"


def reader_package(name: str, path: Path) -> ModuleType:
    """The package that reads a container; InputError that names the extra where it is not installed."""
    try:
        return import_module(name)
    except ImportError as error:
        expected = f"the package {name.partition('.')[0]}, which reads {path.suffix} files"
        found = f'none installed; pip install "stfit[{_EXTRA}]" brings it'
        raise InputError(Problem(path.name, expected, found)) from error


def damaged(path: Path, expected: str, error: BaseException) -> InputError:
    """What to raise where the package that reads a container cannot make sense of a file."""
    words = " ".join(str(error).replace(str(path), path.name).split()) or type(error).__name__
    return InputError(Problem(path.name, expected, f"a file that cannot be read as one ({words[:120]})"))


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in constant memory."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def assembled(path: Path, columns: Sequence[tuple[str, Any]], *, lines: Sequence[int] | None = None) -> Table:
    """The table of named columns, each an array of shape (rows,), (rows, 1) or (1, rows).

    lines: what each row is called in messages; default their numbers from 1. InputError: no column, one without a name
    or two of one name, lengths that differ, no rows, cells that are neither numbers nor text.
    """
    problems = Problems(path)
    if not columns:
        problems.add("named columns of one length", "none")
    names = [str(name).strip() for name, _ in columns]
    for position, name in enumerate(names, start=1):
        if not name:
            problems.add(f"a name for column {position}", "an empty one")
    for name in dict.fromkeys(name for name in names if name and names.count(name) > 1):
        problems.add("one column of this name", f"{names.count(name)}", column=name)
    cells = [_cells(name, values, problems) for name, (_, values) in zip(names, columns, strict=True)]
    _check_lengths(dict(zip(names, cells, strict=True)), problems)
    problems.raise_any()
    numbers = np.arange(1, cells[0].size + 1) if lines is None else np.asarray(lines, dtype=np.int64)
    return Table(path, sha256_of(path), tuple(names), tuple(cells), lambda: numbers, header_line=0)


def with_unit(name: str, unit: object) -> str:
    """A header of a name and the unit that a container keeps beside it, where it keeps one."""
    text = unit.decode("utf-8", "replace") if isinstance(unit, bytes) else str(unit or "")
    return f"{name} ({text.strip()})" if text.strip() and "(" not in name and "[" not in name else name


def cells_of_text(texts: Sequence[str]) -> Cells:
    """Cells of text as a column: numbers where all are numbers."""
    stripped = [text.strip() for text in texts]
    numbers = parse_numbers(stripped, decimal_comma=False)
    return np.array(stripped, dtype=object) if np.isnan(numbers).any() else numbers


def _cells(name: str, values: Any, problems: Problems) -> Cells:
    """A column as a table has it: float64 without NaN, or text."""
    array = _flat(np.asarray(values))
    if array.ndim != 1:
        problems.add("a column, an array of one dimension", f"one of shape {array.shape}", column=name)
        return np.zeros(0)
    if array.dtype.kind in "biuf":
        return _numbers(array)
    if array.dtype.kind in "SUT" or (array.dtype.kind == "O" and all(isinstance(v, str | bytes) for v in array)):
        return cells_of_text([v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in array])
    problems.add("numbers or text", f"cells of type {array.dtype}", column=name)
    return np.zeros(array.size)


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
