"""DataFrames of what a session has found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pandas import DataFrame

__all__ = ["DataFrame", "data_frame"]


def data_frame(columns: Mapping[str, Any], index: Sequence[str] | None = None) -> DataFrame:
    """A DataFrame.

    Parameters
    ----------
    columns : mapping of str to array-like
        Columns by name, each of shape (rows,).
    index : sequence of str, optional
        Names of the rows.

    Returns
    -------
    DataFrame
        The columns in their order.
    """
    return DataFrame(dict(columns), index=None if index is None else list(index))
