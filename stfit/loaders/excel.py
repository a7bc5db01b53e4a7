"""Excel workbooks (.xlsx), through python-calamine: the values of a sheet, as they were last calculated.

Cells are where they say they are: the dimension that a sheet stores may be stale, and styles are not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

import numpy as np
import python_calamine

from stfit.errors import InputError, Problem
from stfit.files import require_size
from stfit.loaders.contents import REMEDY, Contents
from stfit.loaders.groups import ONLY, Choice, Group, chosen
from stfit.loaders.shapes import named_part, unnamed_sentence
from stfit.loaders.unit_cells import as_unit, says_no_unit, with_units

_EXACT: Final = 2.0**53  # up to where a double holds every whole number

_Row = tuple[int, Sequence[Any]]  # its number in the sheet, from 1, and its cells


def read(path: Path, size_limit: int, choice: Choice = ONLY) -> Contents:
    """The columns of a sheet in a workbook, headed by its first row that is no comment.

    Formulas count as the value stored beside them; macros and links are never followed.

    Parameters
    ----------
    path : Path
        The file.
    size_limit : int
        Bytes that it may have unpacked.
    choice : Choice
        Which sheet is meant, of those with content.

    Returns
    -------
    Contents
        A column of numbers where all cells are numbers, else one text a row.

    Raises
    ------
    InputError
        As `stfit.loaders.groups.chosen`; if it is larger unpacked; if the sheet has only a header.
    """
    with ZipFile(path) as archive:
        require_size(f"{path.name}, unpacked", sum(part.file_size for part in archive.infolist()), size_limit, REMEDY)
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    sheets = {name: _filled_rows(book.get_sheet_by_name(name)) for name in book.sheet_names}
    groups = [_group(path, title, rows) for title, rows in sheets.items() if rows]
    return chosen(path, groups, choice, size_limit)


def _group(path: Path, title: str, rows: Sequence[_Row]) -> Group:
    """A sheet, with its header and the units below it; a column without a name is left out."""
    (_, first), *body = rows
    header = named_part([_text(cell).strip() for cell in first])
    notices = []
    if (units := _units(header, body)) is not None:
        notices.append(f"units in row {body[0][0]}")
        header, body = list(with_units(header, units)), body[1:]
    if unnamed := [place for place, name in enumerate(header, start=1) if not name]:
        notices.append(unnamed_sentence(unnamed))

    def columns() -> list[tuple[str, Any]]:
        if not body:
            raise InputError(Problem(path.name, "a header row and rows of data", "only a header"))
        return _columns(header, body)

    names, lines = tuple(filter(None, header)), [number for number, _ in body]
    return Group(title, names, 0, columns, notices=tuple(notices), lines=lines)


def _units(header: Sequence[str], body: Sequence[_Row]) -> list[str] | None:
    """The first row below a header where units, and nothing else, stand between names and numbers of the next one."""
    if len(body) < 2:
        return None
    units = [_text(cell) for cell in body[0][1]]
    numbers = [type(cell) is float or type(cell) is int for cell in body[1][1]]
    between = zip(header, units, numbers, strict=False)
    there = [unit for name, unit, below in between if name and below and not says_no_unit(unit)]
    return units if there and all(map(as_unit, there)) else None


def _filled_rows(sheet: Any) -> list[_Row]:
    """The rows with content, without those that begin with #."""
    rows = enumerate(sheet.iter_rows(), start=1)
    filled = ((number, cells) for number, cells in rows if any(cell != "" for cell in cells))
    return [(number, cells) for number, cells in filled if not str(cells[0]).lstrip().startswith("#")]


def _columns(header: Sequence[str], body: Sequence[_Row]) -> list[tuple[str, Any]]:
    """Each column below the header; cells beyond it and those below no name are left out."""
    columns = zip(*(cells[: len(header)] for _, cells in body), strict=True)
    return [(name, _cells(column)) for name, column in zip(header, columns, strict=True) if name]


def _cells(column: Sequence[Any]) -> Any:
    """A column of numbers, or the text of each cell, as a message would quote it."""
    if all(type(cell) is float or type(cell) is int for cell in column):
        return np.array(column, dtype=np.float64)
    return [_text(cell) for cell in column]


def _text(cell: Any) -> str:
    """A cell as text; Excel has no whole numbers of its own: 3.0 is shown as 3."""
    whole = isinstance(cell, float) and cell.is_integer() and abs(cell) < _EXACT
    return str(int(cell)) if whole else repr(cell) if isinstance(cell, float) else str(cell)
