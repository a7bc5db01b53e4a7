"""Excel workbooks (.xlsx), through openpyxl: the values of one sheet, as they were last calculated."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from stfit.errors import InputError, Problem
from stfit.loaders.assembled import assembled, cells_of_text, damaged, reader_package
from stfit.loaders.containers import Table
from stfit.units import quoted

_Row = tuple[int, Sequence[Any]]  # its number in the sheet, from 1, and its cells


def read(path: Path) -> Table:
    """The table in a workbook: its only sheet with content, headed by its first row that is no comment.

    Formulas count as the value stored beside them; macros and links are never followed.
    InputError: no workbook, several sheets with content, a formula without a stored value, and as `assembled`.
    """
    openpyxl = reader_package("openpyxl", path)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        sheets = {sheet.title: _filled_rows(sheet) for sheet in book.worksheets}
        book.close()
    except (BadZipFile, KeyError, ValueError, openpyxl.utils.exceptions.InvalidFileException) as error:
        raise damaged(path, "an Excel workbook (.xlsx)", error) from error
    (_, *body), header = _only(path, {title: rows for title, rows in sheets.items() if rows})
    if not body:
        raise InputError(Problem(path.name, "a header row and rows of data", "only a header"))
    return assembled(path, _columns(header, body), lines=[number for number, _ in body])


def _filled_rows(sheet: Any) -> list[_Row]:
    """The rows with content, without those that begin with #."""
    rows = enumerate(sheet.iter_rows(values_only=True), start=1)
    filled = ((number, cells) for number, cells in rows if any(cell is not None for cell in cells))
    return [(number, cells) for number, cells in filled if not str(cells[0] or "").lstrip().startswith("#")]


def _only(path: Path, sheets: dict[str, list[_Row]]) -> tuple[list[_Row], list[str]]:
    """The rows of the only sheet with content, and its header without the empty cells at its end."""
    if len(sheets) != 1:
        found = f"{len(sheets)}: {', '.join(quoted(title) for title in sheets)}" if sheets else "none"
        raise InputError(Problem(path.name, "one sheet with content", found))
    rows = next(iter(sheets.values()))
    header = ["" if cell is None else str(cell).strip() for cell in rows[0][1]]
    while header and not header[-1]:
        header.pop()
    return rows, header


def _columns(header: Sequence[str], body: Sequence[_Row]) -> list[tuple[str, Any]]:
    """Each column with its cells as text, as a message would quote them; cells beyond the header are left out."""
    width = len(header)
    texts = [[_text(cell) for cell in cells[:width]] + [""] * (width - len(cells)) for _, cells in body]
    return [(name, cells_of_text(column)) for name, column in zip(header, zip(*texts, strict=True), strict=True)]


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    return repr(cell) if isinstance(cell, float) else str(cell)
