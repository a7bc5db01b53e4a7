"""Long tables of text, as pandas reads them."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from pandas.errors import DtypeWarning, EmptyDataError, ParserError

from stfit.loaders.containers import Cells, parse_numbers
from stfit.loaders.records import WHITE_SPACE
from stfit.loaders.structure import Structure

# What pandas must not do to a table: take cells for NaN, skip lines, guess a header or a compression.
_AS_WRITTEN: Final[dict[str, Any]] = {
    "header": None,
    "na_filter": False,
    "skip_blank_lines": False,
    "engine": "c",
    "compression": None,
}

Source = Callable[[], Any]  # gives the text from its first row, or a stream of it


def columns_of(
    source: Source, structure: Structure, first_row: Sequence[str], *, quotes: bool = True
) -> tuple[Cells, ...] | None:
    """The columns of a body without header, every cell taken as it is written.

    Parameters
    ----------
    source : Callable[[], Any]
        Gives the text from its first row, or a stream of it, each time it is read.
    structure : Structure
        How the table stands in its text.
    first_row : sequence of str
        The cells of the first row.
    quotes : bool
        Whether there may be quotes: a space before one is then passed over, which takes half as long again.

    Returns
    -------
    tuple of arrays of shape (rows,), or None
        Numbers where every cell is one, else words. None where a row is too long, or quotes do not end, or there is no
        row.
    """
    options = _AS_WRITTEN | {"sep": r"\s+" if structure.separator == WHITE_SPACE else structure.separator}
    options["skipinitialspace"] = quotes
    # A column whose numbers have another mark comes as text, and is looked at cell by cell.
    options["decimal"] = "," if structure.groups == "." and structure.separator != "," else "."
    sure = options["decimal"] != structure.groups != ""  # that the mark of pandas groups no digits
    # Words repeat, and so does nothing: as categories they are told apart while they are read.
    words = [at for at, cell in enumerate(first_row) if not cell or cell[:1].isalpha()]
    try:
        frame = _frame(source, options | {"dtype": dict.fromkeys(words, "category")})
    except (ParserError, EmptyDataError):
        return None
    flags = [at for at in frame.columns if _is_converted(frame[at]) or not (sure or _has_no_groups(frame[at]))]
    texts = pd.read_csv(source(), usecols=flags, dtype=str, **options) if flags else frame
    series = (texts[name] if name in flags else frame[name] for name in frame.columns)
    return tuple(_cells_of(column, structure) for column in series)


def _is_converted(column: pd.Series[Any]) -> bool:
    """Whether pandas made something else of words: of True and False, for instance."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return not pd.api.types.is_string_dtype(column.cat.categories.dtype)
    return column.dtype.kind == "b"


def _has_no_groups(column: pd.Series[Any]) -> bool:
    """Whether no number of a column may be one of thousands, "1.024"."""
    if column.dtype.kind != "f":
        return True
    thousands = 1000.0 * np.abs(column.to_numpy())
    return not ((thousands >= 1e3) & (thousands < 1e6) & (np.abs(thousands - np.rint(thousands)) < 1e-6)).any()


def _frame(source: Source, options: Mapping[str, Any]) -> pd.DataFrame:
    with warnings.catch_warnings():
        warnings.simplefilter("error", DtypeWarning)
        try:
            frame: pd.DataFrame = pd.read_csv(source(), **options)
        except DtypeWarning:  # parts of a column look like numbers, others do not: read it in one piece, as text
            frame = pd.read_csv(source(), low_memory=False, **options)
    return frame


def _cells_of(column: pd.Series[Any], structure: Structure) -> Cells:
    if column.dtype.kind in "iuf":
        return column.to_numpy(np.float64)
    is_category = isinstance(column.dtype, pd.CategoricalDtype)
    codes, distinct = (column.cat.codes, column.cat.categories) if is_category else pd.factorize(column)
    texts = [str(text).strip() for text in distinct]
    numbers = parse_numbers(texts, decimal_comma=structure.comma, groups=structure.groups)
    values: Cells = np.array(texts, dtype=object) if np.isnan(numbers).any() else numbers
    return values[codes]
