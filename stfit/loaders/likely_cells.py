"""What the cells of a column tell: numbers or words, in what domain, in which unit they are usual."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.loaders.cells import inside
from stfit.loaders.containers import Cells, Table, parse_numbers
from stfit.loaders.names import split_for
from stfit.measurement.columns import Column, Domain
from stfit.units import conversion, split_header

_TWO: Final = 2  # states, and transitions between them
_FEW_SPELLINGS: Final = 8  # of their words
_MOSTLY: Final = 0.8  # of the cells, which are numbers, or are inside what a column may hold
_LOOKED_AT: Final = 200  # cells of a column
# SI unit → sizes that a laboratory of this field reads off its instruments; the largest cell of a column is inside
_USUAL: Final[Mapping[str, tuple[float, float]]] = {
    "A": (1e-6, 0.1),
    "V": (1e-3, 10.0),
    "T": (1e-4, 3.0),
    "Hz": (1e6, 2e11),
    "s": (1e-10, 1e5),
    "K": (1.0, 1000.0),
    "ohm": (1.0, 1e7),
}


def source_of(table: Table, place: int, column: Column) -> Any:
    """A column as the key `columns` names it, with the unit that the file leaves out."""
    header = table.header[place]
    unit = (
        ""
        if column.any_unit or column.bare or split_for(header, column)[1]
        else likely_unit(column, table.columns[place])
    )
    if table.numbered:
        return {"column": place + 1, "unit": unit} if unit else place + 1
    if not unit:
        return header
    return f"{header} ({unit})" if split_header(header)[1] is None else {"column": header, "unit": unit}


def likely_unit(column: Column, cells: Cells) -> str:
    """The unit in which numbers of the size of the cells are usual; "" for a pure number."""
    numbers = np.abs(numbers_in(cells))
    largest = float(np.max(numbers, initial=0.0, where=np.isfinite(numbers)))
    if column.unit not in _USUAL or largest == 0.0:
        return column.accepts[0] if column.accepts else ""
    low, high = _USUAL[column.unit]

    def is_usual(unit: str) -> bool:
        factor, offset = conversion(unit, column.unit)
        return low <= factor * largest + offset <= high

    return next(filter(is_usual, column.accepts), column.accepts[0] if column.accepts else "")


def some(cells: Cells) -> Cells:
    """Some cells of a column, evenly spaced."""
    return cells[:: max(1, cells.size // _LOOKED_AT)]


def numbers_in(cells: Cells) -> npt.NDArray[np.float64]:
    """The numbers of some cells, evenly spaced; NaN where one is none."""
    part = some(cells)
    return parse_numbers([str(cell) for cell in part], decimal_comma=True) if part.dtype == object else part


def are_numbers(cells: Cells) -> bool:
    """Whether most cells are numbers."""
    return bool(np.mean(np.isfinite(numbers_in(cells))) >= _MOSTLY)


def is_constant(cells: Cells) -> bool:
    """Whether all cells are one number."""
    numbers = numbers_in(cells) if cells.dtype == object else cells
    return bool(np.all(numbers == numbers[0]))


def are_words(cells: Cells) -> bool:
    """Whether the cells are two different words, in whatever spellings."""
    if cells.dtype != object or are_numbers(cells):
        return False
    words = set(some(cells).tolist())
    return len(words) <= _FEW_SPELLINGS and len({_letters(word) or word for word in words}) <= _TWO


def _letters(word: str) -> str:
    """The letters of a word, by which spellings of one are compared."""
    return "".join(letter for letter in word.casefold() if letter.isalpha())


def are_two(cells: Cells) -> bool:
    """Whether the cells are two different numbers."""
    return cells.dtype != object and np.unique(some(cells)).size == _TWO


def is_inside(cells: Cells, domain: Domain) -> bool:
    """Whether most numbers are in a domain."""
    numbers = numbers_in(cells)
    return bool(np.mean(inside(numbers[np.isfinite(numbers)], domain)) >= _MOSTLY)
