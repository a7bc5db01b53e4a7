"""A file as a table, what is wrong with it, and the numbers in its cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.units import quoted

Cells = npt.NDArray[Any]  # float64, or object holding str
Lines = npt.NDArray[np.int64]

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


@final
@dataclass(frozen=True)
class Table:
    """A file as a table, before anyone says what its columns mean.

    header: as written in the file. columns: one array a header, shape (rows,); float64 where every cell is a number
    (inf where one overflows or says so, never NaN), else object holding the stripped text of each cell.
    lines: gives the physical line, from 1, of each row, shape (rows,); called for messages only.
    decimal_comma: whether the number cells of this container may have a decimal comma.
    recognised: what was recognised of the file, or left out, in sentences. left_out: lines of rows that are left out as
    asked. A column without a name has the header "". settings: (name, value) of what the file holds beside its columns.
    """

    path: Path
    sha256: str
    header: tuple[str, ...]
    columns: tuple[Cells, ...]
    lines: Callable[[], Lines]
    header_line: int = 1
    decimal_comma: bool = False
    recognised: tuple[str, ...] = ()
    left_out: tuple[int, ...] = ()
    settings: tuple[tuple[str, float | str], ...] = ()

    @property
    def rows(self) -> int:
        """How many rows of data there are."""
        return self.columns[0].size

    @property
    def numbered(self) -> bool:
        """Whether its columns have numbers for names."""
        return self.header == tuple(str(number) for number in range(1, len(self.header) + 1))


class Problems:
    """Gathers what is wrong with one file, so that it can be said at once and in the order of its lines."""

    def __init__(self, path: Path) -> None:
        self._file = path.name
        self._found: list[tuple[int, Problem]] = []

    def add(
        self, expected: str, found: str, *, line: int = 0, column: str | None = None, key: str | None = None
    ) -> None:
        """Note a problem, of the file as a whole, or at a line, in a column (its header), at a key of the analysis."""
        line_text = f", line {line}" if line else ""
        column_text = "" if column is None else f", column {quoted(column)}"
        key_text = "" if key is None else f", key {quoted(key)}"
        self._found.append((line, Problem(self._file + line_text + column_text + key_text, expected, found)))

    def raise_any(self) -> None:
        """Raise InputError if a problem was noted."""
        if self._found:
            raise InputError([problem for _, problem in sorted(self._found, key=lambda entry: entry[0])])


def parse_numbers(cells: Sequence[str], *, decimal_comma: bool) -> npt.NDArray[np.float64]:
    """The numbers in cells of text; NaN where one is none. "nan", hexadecimal and grouped digits are none.

    A column has decimal points or decimal commas, not both: the mark that more of its cells agree with is taken.
    """
    with_points = _with_mark(cells, ".")
    if not decimal_comma or not np.isnan(with_points).any():
        return with_points
    with_commas = _with_mark(cells, ",")
    return with_commas if np.isnan(with_commas).sum() < np.isnan(with_points).sum() else with_points


def _with_mark(cells: Sequence[str], mark: str) -> npt.NDArray[np.float64]:
    swapped = str.maketrans({mark: ".", ".": mark, "−": "-"})
    plain = [cell.strip().translate(swapped) for cell in cells]
    return np.array([float(cell) if _NUMBER.fullmatch(cell) else np.nan for cell in plain], dtype=np.float64)
