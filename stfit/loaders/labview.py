"""LabVIEW measurement files (.lvm): the text that LabVIEW writes, with its header blocks.

National Instruments, "Specification for the LabVIEW Measurement File (.lvm)": a file header and a header for each
segment, both ended by ***End_of_Header***, then the names of the columns and the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from stfit.errors import InputError, Problem
from stfit.loaders.assembled import assembled, cells_of_text, with_unit
from stfit.loaders.containers import Cells, Table, parse_numbers
from stfit.units import quoted

_OPENING: Final = "LabVIEW Measurement"
_END: Final = "***End_of_Header***"
_SEPARATORS: Final = {"Tab": "\t", "Comma": ",", "Semicolon": ";"}
_COMMENT: Final = "Comment"
_Line = tuple[int, list[str]]  # its number in the file, from 1, and its cells


def read(path: Path) -> Table:
    """The table in a .lvm file of one segment; units are those of its header (Y_Unit_Label, X_Dimension Time in s).

    InputError: no .lvm, several segments, no rows, rows of another length than the header, and as `assembled`.
    """
    lines = _lines(path)
    separator = next(
        (cells[1] for cells in _split(lines, "\t")[:30] if cells[0] == "Separator" and len(cells) > 1), "Tab"
    )
    rows = _split(lines, _SEPARATORS.get(separator, "\t"))
    ends = [number for number, cells in enumerate(rows) if cells[0].strip() == _END]
    if len(ends) not in (1, 2):
        found = f"{max(len(ends) - 1, 0)}" if ends else "no header that ends"
        raise InputError(Problem(path.name, "a file header and one segment", found))
    labels = {cells[0].strip(): cells[1:] for cells in rows[: ends[-1]] if cells[0].strip()}
    body = [(number, cells) for number, cells in enumerate(rows[ends[-1] + 1 :], start=ends[-1] + 2) if any(cells)]
    comma = labels.get("Decimal_Separator", ["."])[0].strip() == ","
    return _table(path, body, labels, decimal_comma=comma)


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(Problem(path.name, "text in UTF-8", f"the byte {error.start + 1}, which is not")) from error
    lines = text.splitlines()
    if not lines or not lines[0].startswith(_OPENING):
        found = quoted(lines[0][:60]) if lines else "an empty file"
        raise InputError(Problem(f"{path.name}, line 1", f"{quoted(_OPENING)}, as LabVIEW writes it", found))
    return lines


def _split(lines: Sequence[str], separator: str) -> list[list[str]]:
    return [line.split(separator) for line in lines]


def _table(path: Path, body: Sequence[_Line], labels: dict[str, list[str]], *, decimal_comma: bool) -> Table:
    if len(body) < 2:
        raise InputError(Problem(path.name, "a line of names and rows of data", "none"))
    names = [name.strip() for name in body[0][1]]
    while names and (not names[-1] or names[-1] == _COMMENT):
        names.pop()
    wrong = next(((number, cells) for number, cells in body[1:] if len(cells) < len(names)), None)
    if wrong is not None:
        raise InputError(Problem(f"{path.name}, line {wrong[0]}", f"{len(names)} cells", f"{len(wrong[1])}"))
    units = [unit.strip() for unit in labels.get("Y_Unit_Label", [])]
    time = names[0] == "X_Value" and labels.get("X_Dimension", [""])[0].strip() == "Time"
    headers = [
        ("time (s)" if time else name)
        if place == 0 and name == "X_Value"
        else with_unit(name, _unit(units, place, names))
        for place, name in enumerate(names)
    ]
    columns = [_cells([cells[place] for _, cells in body[1:]], decimal_comma) for place in range(len(names))]
    return assembled(path, list(zip(headers, columns, strict=True)), lines=[number for number, _ in body[1:]])


def _unit(units: Sequence[str], place: int, names: Sequence[str]) -> str:
    """The unit of a column: those of the header count the columns after X_Value."""
    at = place - (1 if names[0] == "X_Value" else 0)
    return units[at] if 0 <= at < len(units) else ""


def _cells(texts: Sequence[str], decimal_comma: bool) -> Cells:
    if not decimal_comma:
        return cells_of_text(texts)
    numbers = parse_numbers([text.strip() for text in texts], decimal_comma=True)
    return cells_of_text(texts) if any(numbers != numbers) else numbers
