"""Tables that a session holds in memory, a DataFrame or a mapping of arrays, and DataFrames of results."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from stfit.errors import InputError, Problem
from stfit.loaders.assembled import tabulated
from stfit.loaders.containers import Table
from stfit.loaders.contents import contents_of, with_unit

IN_MEMORY: Final = Path("table in memory")  # what messages and results call it


def is_table(source: object) -> bool:
    """Whether a source is a table in memory: a DataFrame, or a mapping of names to arrays."""
    return isinstance(source, pd.DataFrame | Mapping)


def table_in_memory(source: Any, units: Mapping[str, str] | None = None) -> Table:
    """A DataFrame or a mapping of arrays as a table.

    Parameters
    ----------
    source : DataFrame or mapping of str to array-like
        The columns by their headers, each of shape (rows,). A DataFrame's index is left out.
    units : mapping of str to str, optional
        Header → unit, for headers that hold none.

    Returns
    -------
    Table
        The same columns; messages count its rows from 1.

    Raises
    ------
    InputError
        If a unit is that of no column or of one that has a unit, or cells are neither numbers nor text.
    """
    said = dict(units or {})
    headers = [str(name) for name in source]
    for name, unit in said.items():
        if name not in headers:
            raise InputError(Problem(f"units, {name!r}", f"one of the columns {', '.join(headers)}", "no such column"))
        if with_unit(name, unit) == name:
            raise InputError(Problem(f"units, {name!r}", "a unit, for a header that holds none", repr(unit)))
    columns = [(with_unit(str(name), said.get(str(name), "")), _cells(source[name])) for name in source]
    digest = hashlib.sha256()
    for name, values in columns:
        digest.update(f"{name}\n".encode())
        digest.update("\n".join(map(str, values)).encode() if values.dtype.kind == "O" else values.tobytes())
    return tabulated(IN_MEMORY, contents_of(IN_MEMORY, columns), digest.hexdigest())


def data_frame(columns: Mapping[str, Any], index: list[str] | None = None) -> pd.DataFrame:
    """A DataFrame of columns by name, each of shape (rows,), with names of the rows where they have any."""
    return pd.DataFrame(dict(columns), index=index)


def _cells(values: Any) -> Any:
    """A column as an array: numbers with NaN where one is missing, or text with "" there."""
    series = pd.Series(np.asarray(values)) if not isinstance(values, pd.Series) else values
    if pd.api.types.is_numeric_dtype(series) and not pd.api.types.is_bool_dtype(series):
        return series.to_numpy(dtype=float, na_value=np.nan)
    return np.array(["" if pd.isna(value) else str(value) for value in series], dtype=object)
