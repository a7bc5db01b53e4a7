"""The columns of a text with the names that belong to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from stfit.loaders.containers import Cells, parse_numbers
from stfit.loaders.names import holds_times, unit_of


@final
@dataclass(frozen=True)
class Shape:
    """Columns with their names, "" for none, and what was done to make them fit."""

    header: tuple[str, ...]
    columns: tuple[Cells, ...]
    sentences: tuple[str, ...]


def shaped(header: Sequence[str], columns: Sequence[Cells], first_row: str) -> Shape | None:
    """Names and columns that belong together; None where they do not.

    Empty columns at the end without a name are those of a separator there. One column more than names is an index, as
    R writes it, where it counts the rows, unless the first name may be that of such numbers: of times, or of anything
    with a unit. R writes an index in quotes. A column without a name is there without one. first_row: as it is written.
    """
    names, cells = list(header), list(columns)
    while cells and len(cells) > len(named_part(names)) and _is_empty(cells[-1]):
        cells.pop()
    names = names[: len(cells)] if len(named_part(names)) <= len(cells) else names
    of_numbers = bool(names) and (holds_times(names[0]) or unit_of(names[0]) is not None)
    is_index = len(cells) == len(names) + 1 and (first_row.lstrip().startswith('"') or not of_numbers)
    if is_index and _counts_rows(cells[0]):
        names.insert(0, "")
    if len(cells) != len(names):
        return None
    unnamed = [place for place, name in enumerate(names, start=1) if not name]
    sentences = [unnamed_sentence(unnamed)] if unnamed else []
    if len(cells) < len(columns):
        sentences.append("the separator at the end of the lines is left out")
    return Shape(tuple(names), tuple(cells), tuple(sentences))


def unnamed_sentence(places: Sequence[int]) -> str:
    """What is said of columns without a name, by their numbers from 1."""
    if len(places) == 1:
        return f"column {places[0]} has no name and is left out"
    return f"columns {', '.join(map(str, places))} have no name and are left out"


def named_part(header: Sequence[str]) -> list[str]:
    """The header without the empty cells at its end."""
    names = list(header)
    while names and not names[-1]:
        names.pop()
    return names


def _is_empty(cells: Cells) -> bool:
    return cells.dtype == object and bool((cells == "").all())


def _counts_rows(cells: Cells) -> bool:
    return cells.dtype != object and cells.size > 1 and cells[0] in (0, 1) and bool((np.diff(cells) == 1).all())


def columns_of_rows(
    rows: Sequence[Sequence[str]], *, decimal_comma: bool, groups: str | None = None
) -> tuple[Cells, ...]:
    """The columns of rows of one length: numbers where every cell is one, else words; arrays of shape (rows,)."""
    return tuple(_cells_of(texts, decimal_comma, groups) for texts in zip(*rows, strict=True))


def _cells_of(texts: Sequence[str], decimal_comma: bool, groups: str | None) -> Cells:
    numbers = parse_numbers(texts, decimal_comma=decimal_comma, groups=groups)
    return np.array(texts, dtype=object) if np.isnan(numbers).any() else numbers


def has_empty_cell(column: Cells) -> bool:
    """Whether a column holds cells with nothing in them."""
    return column.dtype == object and bool((column == "").any())
