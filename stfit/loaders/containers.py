"""A file as a table, what is wrong with it, and the numbers in its cells."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.units import quoted

Cells = npt.NDArray[Any]  # float64, or object holding str
Lines = npt.NDArray[np.int64]

_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+|[dD][+-][0-9]+)?")
_EITHER_MARK: Final = re.compile(_NUMBER.pattern.replace(r"\.", "[.,]").replace("[+-]?", "[+−–-]?", 1))
_SPACES: Final = " '’\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"  # that group digits
_GROUPED: Final = re.compile(
    rf"[+-]?[1-9][0-9]{{0,2}}(?P<groups>(?P<mark>[.,{_SPACES}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}})*)(?P<rest>[.,][0-9]*)?"
)


@final
@dataclass(frozen=True)
class Table:
    """A file as a table, before anyone says what its columns mean.

    header: as written in the file. columns: one array a header, shape (rows,); float64 where every cell is a number
    (inf where one overflows or says so, never NaN), else object holding the stripped text of each cell.
    lines: gives the physical line, from 1, of each row, shape (rows,); called for messages only.
    decimal_comma: whether the number cells of this container may have a decimal comma. groups: the mark that groups
    digits in it, as `parse_numbers` takes it.
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
    groups: str | None = None

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


def parse_numbers(cells: Sequence[str], *, decimal_comma: bool, groups: str | None = None) -> npt.NDArray[np.float64]:
    """The numbers in cells of text; NaN where one is none. "nan" and hexadecimal numbers are none.

    A column has decimal points or decimal commas, not both: the mark that more of its cells agree with is taken.

    Parameters
    ----------
    cells : sequence of str
        What is written.
    decimal_comma : bool
        Whether numbers may have a decimal comma.
    groups : str, optional
        What groups digits by thousands, "," or "."; "" where that is not known, and "1,000" is then no number. Spaces
        and apostrophes always do. None where digits are not grouped.

    Returns
    -------
    array of shape (cells,)
        The values.
    """
    plain = [cell.strip() for cell in cells]
    if groups is not None:
        plain = [_ungrouped(cell, groups) for cell in plain]
    with_points = _with_mark(plain, ".")
    if not decimal_comma or not np.isnan(with_points).any():
        return with_points
    with_commas = _with_mark(plain, ",")
    return with_commas if np.isnan(with_commas).sum() < np.isnan(with_points).sum() else with_points


def grouping_of(cells: Iterable[str]) -> str:
    """Which mark would group digits, "," or ".": the one that is no decimal mark in these cells; "" where both may."""
    decimal: set[str] = set()
    seen: set[str] = set()
    for cell in cells:
        marks = {mark for mark in ".," if mark in cell}
        if not marks or not is_number(cell):
            continue
        seen |= marks
        found = _GROUPED.fullmatch(cell)
        if found is None:
            decimal |= marks
        elif found["rest"]:
            decimal.add(found["rest"][0])
        elif len(found["groups"]) > len("_000"):
            decimal |= {".", ","} - {found["mark"]}
    if not decimal and seen == {"."}:
        decimal = seen
    return {frozenset("."): ",", frozenset(","): "."}.get(frozenset(decimal), "")


def is_number(cell: str) -> bool:
    """Whether a cell is a number, with a decimal point or comma, its digits grouped or not."""
    if _EITHER_MARK.fullmatch(cell):
        return True
    found = _GROUPED.fullmatch(cell)
    return found is not None and (not found["rest"] or found["rest"][0] != found["mark"])


def may_be_grouped(cell: str) -> bool:
    """Whether a cell is a number of thousands or one with three decimals: "1,000"."""
    found = _GROUPED.fullmatch(cell.strip())
    return found is not None and not found["rest"] and found["mark"] in ".,"


def _ungrouped(cell: str, groups: str) -> str:
    """A number without what groups its digits; "" for one with two meanings."""
    found = _GROUPED.fullmatch(cell)
    if found is None:
        return cell
    mark, rest = found["mark"], found["rest"] or ""
    one_group = len(found["groups"]) == len("_000")
    if rest[:1] == mark or (mark in ".," and one_group and not rest and groups not in ("", mark)):
        return cell
    if mark in ".," and one_group and not rest and not groups:
        return ""
    return cell.replace(mark, "")


def _with_mark(cells: Sequence[str], mark: str) -> npt.NDArray[np.float64]:
    swapped = str.maketrans({mark: ".", ".": mark, "−": "-", "–": "-"})
    plain = [cell.translate(swapped) for cell in cells]
    return np.array([_value(cell) if _NUMBER.fullmatch(cell) else np.nan for cell in plain], dtype=np.float64)


def _value(number: str) -> float:
    return float(number.replace("D", "e").replace("d", "e"))  # as Fortran writes an exponent
