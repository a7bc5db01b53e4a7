"""Long tables of text, as pandas reads them."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from pandas.errors import DtypeWarning, EmptyDataError, ParserError

from stfit.loaders.containers import Cells, parse_numbers

Source = Callable[[], Path | io.StringIO]

# What pandas must not do to a table: take cells for NaN, skip lines, guess a header or a compression.
_AS_WRITTEN: Final[dict[str, Any]] = {
    "header": None,
    "na_filter": False,
    "skip_blank_lines": False,
    "engine": "c",
    "compression": None,
    "encoding": "utf-8",
}


def columns_of(source: Source, separator: str, first_row: Sequence[str], **options: Any) -> tuple[Cells, ...] | None:
    """The columns of a body without header, every cell taken as it is written.

    Parameters
    ----------
    source : Callable[[], Path or StringIO]
        Gives the body each time it is read.
    separator : str
        Between cells.
    first_row : sequence of str
        The cells of the first row.
    **options
        What else `pandas.read_csv` is told.

    Returns
    -------
    tuple of arrays of shape (rows,), or None
        Numbers where every cell is one, else words. None where a row is too long, or there is none.
    """
    comma = separator != ","
    # Only a start: a column that does not follow its first row's mark comes as text, and is looked at cell by cell.
    decimal = "," if comma and any("," in cell for cell in first_row) else "."
    options |= _AS_WRITTEN | {"sep": separator, "decimal": decimal}
    # Words repeat: as Python's strings, of which each is there once, they are told apart in half the time.
    words = [at for at, cell in enumerate(first_row) if cell.strip()[:1].isalpha()]
    try:
        frame = _frame(source, options | {"dtype": dict.fromkeys(words, object)})
    except (ParserError, EmptyDataError):
        return None
    flags = [name for name in frame.columns if frame[name].dtype.kind == "b"]  # columns of True and False
    texts = pd.read_csv(source(), usecols=flags, dtype=str, **options) if flags else frame
    series = (texts[name] if name in flags else frame[name] for name in frame.columns)
    return tuple(_cells_of(column, decimal_comma=comma) for column in series)


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
    codes, distinct = pd.factorize(column)
    texts = [str(text).strip() for text in distinct]
    numbers = parse_numbers(texts, decimal_comma=decimal_comma)
    values: Cells = np.array(texts, dtype=object) if np.isnan(numbers).any() else numbers
    return values[codes]
