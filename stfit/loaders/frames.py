"""Tables that a session holds in memory: a DataFrame or a mapping of arrays."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.loaders.assembled import tabulated
from stfit.loaders.containers import Table
from stfit.loaders.contents import contents_of, with_unit

IN_MEMORY: Final = Path("table in memory")  # what messages and results call it
_MISSING: Final = ("nan", "<NA>", "None", "NaT")  # cells without a value, as text


def is_table(source: object) -> bool:
    """Whether a source is a table in memory: a DataFrame, or a mapping of names to arrays."""
    return isinstance(source, Mapping) or (hasattr(source, "columns") and hasattr(source, "dtypes"))


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


def _cells(values: Any) -> npt.NDArray[Any]:
    """A column as an array: numbers with NaN where one is missing, or text with "" there."""
    array = np.asarray(values)
    if getattr(getattr(values, "dtype", array.dtype), "kind", "O") in "iuf":  # pandas' own types of numbers among them
        return np.asarray(values.to_numpy(float, na_value=np.nan) if hasattr(values, "to_numpy") else array, float)
    text = array.astype(str)
    return np.where(np.isin(text, _MISSING), "", text).astype(object)
