"""LabVIEW measurement files (.lvm): the text that LabVIEW writes, with its header blocks.

National Instruments, "Specification for the LabVIEW Measurement File (.lvm)": a file header and a header for each
segment, both ended by ***End_of_Header***, then the names of the columns and the rows. Text is in the code page of the
system that wrote it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from stfit.errors import InputError, Problem
from stfit.loaders.assembled import assembled, cells_of_text
from stfit.loaders.containers import Cells, Table, parse_numbers
from stfit.loaders.contents import Contents, require_columns, with_unit
from stfit.units import quoted

_OPENING: Final = "LabVIEW Measurement"
_END: Final = "***End_of_Header***"
_SEPARATORS: Final = {"Tab": "\t", "Comma": ",", "Semicolon": ";"}
_COMMENT: Final = "Comment"
_X: Final = "X_Value"
_HEADER_LINES: Final = 30  # among which the separator is named

_Line = tuple[int, list[str]]  # its number in the file, from 1, and its cells
_Labels = Mapping[str, Sequence[str]]  # what the headers say: name → cells


def read(path: Path) -> Table:
    """The table in a .lvm file of one segment; units are those of its header (Y_Unit_Label, X_Dimension Time in s).

    Where the file has no column of times (X_Columns No), they are X0 + i Delta_X of its header.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    Table
        Its columns, the comments left out.

    Raises
    ------
    InputError
        If it is no .lvm, has several segments, no rows, or rows of another length than the header.
    """
    lines = _lines(path)
    separator = _separator(lines)
    rows = [line.split(separator) for line in lines]
    ends = [number for number, cells in enumerate(rows) if cells[0].strip() == _END]
    if len(ends) not in (1, 2):
        found = f"{max(len(ends) - 1, 0)}" if ends else "no header that ends"
        raise InputError(Problem(path.name, "a file header and one segment", found))
    labels = {cells[0].strip(): cells[1:] for cells in rows[: ends[-1]] if cells[0].strip()}
    body = [(number, cells) for number, cells in enumerate(rows[ends[-1] + 1 :], start=ends[-1] + 2) if any(cells)]
    return _table(path, body, labels)


def _lines(path: Path) -> list[str]:
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    lines = text.splitlines()
    if not lines or not lines[0].startswith(_OPENING):
        found = quoted(lines[0][:60]) if lines else "an empty file"
        raise InputError(Problem(f"{path.name}, line 1", f"{quoted(_OPENING)}, as LabVIEW writes it", found))
    return lines


def _separator(lines: Sequence[str]) -> str:
    """What stands between cells: the line that names it is separated so itself."""
    for line in lines[:_HEADER_LINES]:
        for name, mark in _SEPARATORS.items():
            if line.split(mark)[:2] == ["Separator", name]:
                return mark
    return "\t"


def _label(labels: _Labels, name: str, default: str) -> str:
    """The first cell of what the header says under a name."""
    cells = labels.get(name) or [default]
    return cells[0].strip() or default


def _table(path: Path, body: Sequence[_Line], labels: _Labels) -> Table:
    if len(body) < 2:
        raise InputError(Problem(path.name, "a line of names and rows of data", "none"))
    names = [name.strip() for name in body[0][1]]
    while names and (not names[-1] or names[-1] == _COMMENT):
        names.pop()
    require_columns(path, len(names))
    wrong = next(((number, cells) for number, cells in body[1:] if len(cells) < len(names)), None)
    if wrong is not None:
        raise InputError(Problem(f"{path.name}, line {wrong[0]}", f"{len(names)} cells", f"{len(wrong[1])}"))
    comma = _label(labels, "Decimal_Separator", ".") == ","
    numbers = [number for number, _ in body[1:]]
    columns = [_cells([cells[place] for _, cells in body[1:]], comma) for place in range(len(names))]
    if names[:1] == [_X] and _label(labels, "X_Columns", "One") == "No":
        columns[0] = _clock(path, labels, len(numbers), comma)
    plain = [
        (header, values if values.dtype != object else values.tolist())
        for header, values in zip(_headers(names, labels), columns, strict=True)
    ]
    return assembled(path, Contents(tuple(plain), np.array(numbers, dtype=np.int64)))


def _headers(names: Sequence[str], labels: _Labels) -> list[str]:
    """The names with their units: those of the header count the columns after X_Value."""
    first = 1 if names[:1] == [_X] else 0
    units = [unit.strip() for unit in labels.get("Y_Unit_Label", ())]
    units += [""] * (len(names) - len(units))
    time = "time (s)" if _label(labels, "X_Dimension", "") == "Time" else _X
    return [time] * first + [with_unit(name, unit) for name, unit in zip(names[first:], units, strict=False)]


def _clock(path: Path, labels: _Labels, rows: int, comma: bool) -> Cells:
    """The times that the header gives instead of a column."""
    written = [_label(labels, name, "") for name in ("X0", "Delta_X")]
    start, step = parse_numbers(written, decimal_comma=comma)
    if not np.isfinite([start, step]).all():
        raise InputError(Problem(path.name, "numbers X0 and Delta_X in its header", " and ".join(map(quoted, written))))
    return np.asarray(start + step * np.arange(rows))


def _cells(texts: Sequence[str], decimal_comma: bool) -> Cells:
    if not decimal_comma:
        return cells_of_text(texts)
    numbers = parse_numbers([text.strip() for text in texts], decimal_comma=True)
    return cells_of_text(texts) if np.isnan(numbers).any() else numbers
