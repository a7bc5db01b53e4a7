"""The columns of a text, parsed by pandas, and the names that belong to them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import pandas as pd
from pandas.errors import DtypeWarning

from stfit.loaders.containers import Cells, parse_numbers
from stfit.loaders.dialect import Structure
from stfit.loaders.records import WHITE_SPACE

# What pandas must not do to a table: take cells for NaN, skip lines, guess a header or a compression.
_AS_WRITTEN: Final[dict[str, Any]] = {
    "header": None,
    "na_filter": False,
    "skip_blank_lines": False,
    "engine": "c",
    "compression": None,
}

Source = Callable[[], Any]  # gives the text from its first row, or a stream of it


@final
@dataclass(frozen=True)
class Shape:
    """Columns with their names, "" for none, and what was done to make them fit."""

    header: tuple[str, ...]
    columns: tuple[Cells, ...]
    sentences: tuple[str, ...]


def shaped(header: Sequence[str], columns: Sequence[Cells]) -> Shape | None:
    """Names and columns that belong together; None where they do not.

    Empty columns at the end without a name are those of a separator there. One column more than names is an index, as
    R writes it, where it counts the rows; a column without a name is there without one.
    """
    names, cells = list(header), list(columns)
    while cells and len(cells) > len(named_part(names)) and _is_empty(cells[-1]):
        cells.pop()
    names = names[: len(cells)] if len(named_part(names)) <= len(cells) else names
    if len(cells) == len(names) + 1 and _counts_rows(cells[0]):
        names.insert(0, "")
    if len(cells) != len(names):
        return None
    unnamed = [place for place, name in enumerate(names, start=1) if not name]
    sentences = [f"column {place} has no name and is left out" for place in unnamed]
    if len(cells) < len(columns):
        sentences.append("the separator at the end of the lines is left out")
    return Shape(tuple(names), tuple(cells), tuple(sentences))


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


def columns_of(
    source: Source, structure: Structure, first_row: Sequence[str], *, quotes: bool = True
) -> tuple[Cells, ...]:
    """The columns of a body without header, every cell taken as it is written.

    quotes: whether there may be any; a space before one is then passed over, which takes half as long again.
    """
    comma = structure.comma
    options = _AS_WRITTEN | {"sep": r"\s+" if structure.separator == WHITE_SPACE else structure.separator}
    options["skipinitialspace"] = quotes
    # Only a start: a column that does not follow its first row's mark comes as text, and is looked at cell by cell.
    options["decimal"] = "," if comma and any("," in cell for cell in first_row) else "."
    # Words repeat: as categories they are told apart while they are read.
    words = [at for at, cell in enumerate(first_row) if cell[:1].isalpha()]
    frame = _frame(source, options | {"dtype": dict.fromkeys(words, "category")})
    flags = [name for name in frame.columns if _is_converted(frame[name])]
    texts = pd.read_csv(source(), usecols=flags, dtype=str, **options) if flags else frame
    series = (texts[name] if name in flags else frame[name] for name in frame.columns)
    return tuple(_cells_of(column, decimal_comma=comma) for column in series)


def _is_converted(column: pd.Series[Any]) -> bool:
    """Whether pandas made something else of words: of True and False, for instance."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return not pd.api.types.is_string_dtype(column.cat.categories.dtype)
    return column.dtype.kind == "b"


def _frame(source: Source, options: Mapping[str, Any]) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("error", DtypeWarning)
        try:
            frame: pd.DataFrame = pd.read_csv(source(), **options)
        except DtypeWarning:  # parts of a column look like numbers, others do not: read it in one piece, as text
            frame = pd.read_csv(source(), low_memory=False, **options)
    return frame


def _cells_of(column: pd.Series[Any], *, decimal_comma: bool) -> Cells:
    if column.dtype.kind in "iuf":
        return column.to_numpy(np.float64)
    is_category = isinstance(column.dtype, pd.CategoricalDtype)
    codes, distinct = (column.cat.codes, column.cat.categories) if is_category else pd.factorize(column)
    texts = [str(text).strip() for text in distinct]
    numbers = parse_numbers(texts, decimal_comma=decimal_comma)
    values: Cells = np.array(texts, dtype=object) if np.isnan(numbers).any() else numbers
    return values[codes]


def has_empty_cell(column: Cells) -> bool:
    """Whether a column holds cells with nothing in them."""
    return column.dtype == object and bool((column == "").any())
