"""The rows of an lmfit fit: words as codes, in the order of the data, of one length, without those that are missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
from lmfit.model import isnull  # that of pandas, where it is installed

Array = npt.NDArray[np.float64]
Coders = Mapping[str, Callable[[Any], Array]]  # of the settings that are words, by name

_POLICIES: Final = ("raise", "propagate", "omit")


@final
@dataclass(frozen=True)
class FitRows:
    """Data, weights (None: not given) and settings of a fit, the rows in one order."""

    data: Array
    weights: Array | None
    settings: dict[str, Any]

    @classmethod
    def of(cls, data: Any, weights: Any, settings: Mapping[str, Any], coders: Coders, nan_policy: str) -> FitRows:
        """The rows as a fit needs them.

        Parameters
        ----------
        data : array, shape (rows,), or pandas Series
            What was measured.
        weights : array, Series, number or None
            The weight of each row.
        settings : mapping of str to array, Series, number, str or None
            The independent variables. A Series is brought into the order of the data by its index, where those have
            one, as lmfit does.
        coders : mapping of str to callable
            What turns the words of a setting into codes, by name.
        nan_policy : str
            "omit" leaves rows out whose datum, weight or setting is missing; "raise" refuses them; "propagate" keeps
            them.

        Returns
        -------
        FitRows
            Float arrays of shape (rows,).

        Raises
        ------
        ValueError
            If a Series lacks a row of the data, a length differs, or a word is unknown; if nan_policy is "raise" and
            a number is missing or infinite.
        """
        if nan_policy not in _POLICIES:
            raise ValueError(f"nan_policy is one of {', '.join(_POLICIES)}; found {nan_policy!r}")
        values = np.atleast_1d(np.asarray(data, dtype=float))
        given = {name: _in_order_of(data, entry, name) for name, entry in (*settings.items(), ("weights", weights))}
        columns = {name: entry for name, entry in given.items() if not _is_option(entry, coders.get(name))}
        kept = np.ones(values.shape, dtype=bool)
        if nan_policy == "omit":
            kept = _all_there(values, columns)
        found = {name: _column(name, entry, kept, coders) for name, entry in columns.items()}
        used = given | found
        if nan_policy == "raise":
            _require_finite({"data": values} | found)
        return cls(values[kept], used.pop("weights"), used)


def _require_finite(columns: Mapping[str, Array]) -> None:
    """ValueError names a column with what is no number."""
    for name, values in columns.items():
        wrong = int(np.sum(~np.isfinite(values)))
        if wrong:
            found = f"NaN or infinity in {wrong} of {values.size} rows"
            raise ValueError(f"{name}: expected numbers; found {found} (nan_policy='omit' leaves out rows with NaN)")


def _is_option(entry: Any, coder: Callable[[Any], Array] | None) -> bool:
    """Whether a setting is no column: not given, or a word for another model of a composite."""
    return entry is None or (isinstance(entry, str) and coder is None)


def _all_there(values: Array, columns: Mapping[str, Any]) -> npt.NDArray[np.bool_]:
    """Which rows lack nothing, shape (rows,)."""
    there = ~np.isnan(values)
    for entry in columns.values():
        missing = np.asarray(isnull(entry))
        if missing.shape in ((), values.shape):
            there &= ~missing
    return there


def _column(name: str, entry: Any, kept: npt.NDArray[np.bool_], coders: Coders) -> Array:
    """A column as float, its rows that are kept; words become codes."""
    array = np.asarray(entry)
    if array.size > 1 and array.shape != kept.shape:
        raise ValueError(f"{name}: expected {kept.size} rows, as the data have; found {array.size}")
    chosen = np.broadcast_to(array, kept.shape)[kept]
    return coders[name](chosen) if name in coders else chosen.astype(float)


def _in_order_of(data: Any, given: Any, name: str) -> Any:
    """`given` in the order of the data, by the index where both are pandas Series."""
    if not (hasattr(data, "reindex") and hasattr(given, "reindex")) or given.index.equals(data.index):
        return given
    if not (given.index.is_unique and data.index.is_unique):
        raise ValueError(f"{name}: its index differs from that of the data, and one of them names a row twice")
    missing = int(np.sum(~data.index.isin(given.index)))
    if missing:
        raise ValueError(f"{name}: expected the index of the data; found none of {missing} of its {len(data)} rows")
    return given.reindex(data.index)


def codes(values: Any, words: tuple[str, str], what: str, plain: Callable[[str], str] = str) -> Array:
    """0 or 1 for each of `values`, given as words or as codes.

    Parameters
    ----------
    values : array of str, int or float
        A word of `words`, or its code.
    words : tuple of two str
        Those of the codes 0 and 1.
    what : str
        What a value is, for the message.
    plain : callable
        What makes a word as it was written one of `words`.

    Returns
    -------
    array of float
        The codes, at least one-dimensional.

    Raises
    ------
    ValueError
        If a word or a code is unknown.
    """
    given = np.atleast_1d(np.asarray(values))
    if given.dtype.kind in "US" or given.dtype == object:
        distinct, place = np.unique([plain(str(word)) for word in given.ravel()], return_inverse=True)
        unknown = sorted(set(distinct.tolist()) - set(words))
        if unknown:
            raise ValueError(f"{what} is {words[0]!r} or {words[1]!r}; found {unknown}")
        return np.asarray(distinct == words[1], dtype=float)[place].reshape(given.shape)
    found = given.astype(float)
    if not np.all(np.isin(found, [0.0, 1.0])):
        raise ValueError(f"{what} is 0 ({words[0]}) or 1 ({words[1]})")
    return found


def state_codes(state: Any) -> Array:
    """0 for P and 1 for AP, from words or codes; ValueError for anything else."""
    return codes(state, ("P", "AP"), "a state", str.upper)
