"""Which rows of a long table share a setting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.intp]

_RUNS = 0.5  # of the rows: with fewer that differ from the one before, these stand for all
_FEW = 16  # values, told apart by comparing with each
_SAMPLE = 4096  # rows looked at first: they hold every value of a column that has few


def groups(keys: Sequence[npt.NDArray[np.float64]]) -> tuple[Codes, Codes]:
    """First row of each distinct combination of the keys (NaN equal to NaN), in order of appearance; group of each row.

    keys: arrays of shape (rows,), without infinities. Takes a time proportional to the rows where each key has few
    values, and where equal rows follow each other.
    """
    keys = [np.where(gaps, np.inf, values) if np.any(gaps := np.isnan(values)) else values for values in keys]
    heads = _heads(keys)
    code, size = np.zeros(heads.size, dtype=np.intp), 1
    for values in keys:
        distinct, found = distinct_values(values if heads.size == values.size else values[heads])
        code, size = code * distinct.size + found if size > 1 else found.astype(np.intp), size * distinct.size
        if size > 4 * heads.size + _SAMPLE:  # more combinations than rows: number those that occur
            occurring, code = np.unique(code, return_inverse=True)
            size = occurring.size
    first, group = _by_appearance(code, size)
    if heads.size == keys[0].size:
        return first, group
    return heads[first], np.repeat(group, np.diff(heads, append=keys[0].size))


def _heads(keys: Sequence[npt.NDArray[np.float64]]) -> Codes:
    """The rows that differ from the one before; all, where that is most of them."""
    differs = np.ones(keys[0].size, dtype=bool)
    differs[1:] = False
    for values in keys:
        differs[1:] |= values[1:] != values[:-1]
    return np.flatnonzero(differs) if np.count_nonzero(differs) < _RUNS * differs.size else np.arange(differs.size)


def distinct_values(values: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.integer[Any]]]:
    """The distinct values, rising, and the place of each row's among them; quickly where they are few.

    values: shape (rows,), without NaN.
    """
    likely = np.unique(values[:: max(1, values.size // _SAMPLE)])
    if likely.size <= _FEW:
        few = np.zeros(values.size, dtype=np.uint8)  # an eighth of the memory of larger numbers, and of its time
        for value in likely[1:]:
            few += values >= value
        if np.array_equal(likely[few], values):
            return likely, few
    else:
        found = np.minimum(np.searchsorted(likely, values), likely.size - 1)
        if np.array_equal(likely[found], values):
            return likely, found
    return np.unique(values, return_inverse=True)


def _by_appearance(code: Codes, size: int) -> tuple[Codes, Codes]:
    """First place of each code that occurs, in order of appearance, and the rank of each place's code there."""
    first = np.full(size, code.size)
    first[code[::-1]] = np.arange(code.size)[::-1]  # of repeated assignments the last one stays
    order = np.argsort(first, kind="stable")
    order = order[first[order] < code.size]
    rank = np.zeros(size, dtype=np.intp)
    rank[order] = np.arange(order.size)
    return first[order], rank[code]
