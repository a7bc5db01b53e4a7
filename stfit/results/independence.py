"""Whether two results rest on data of their own: judged by rows, since a file may be copied or hold two devices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from stfit.results.result import FitResult

Row = tuple[object, ...]

_OF_THE_FIT: Final = frozenset({"series", "observed_lo", "observed_hi", "fitted", "residual"})
_DIGITS: Final = 6  # of a number that two files may write with different roundings
# Two devices measured at the same settings have rows in common by chance: counts of 100 agree in one row of 18. A third
# of the rows, and two of them, agree by chance in less than 3 % of tables of three rows, far less often in longer ones.
_SHARE: Final = 3
_LEAST: Final = 2


def shared_rows(first: FitResult, second: FitResult) -> int:
    """How many rows of data two results have in common; 0 where that many may agree by chance.

    Parameters
    ----------
    first, second : FitResult
        Results whose measurements hold their rows. Rows in which nothing switched, or everything did, are alike in any
        two devices and do not count.

    Returns
    -------
    int
        The number of common rows where these are a third of the shorter table or more, and at least two; of a table of
        one row, that row.
    """
    rows = [Counter(_rows(result)) for result in (first, second)]
    common = (rows[0] & rows[1]).total()
    shorter = min(found.total() for found in rows)
    return common if common >= min(max(_LEAST, -(-shorter // _SHARE)), max(shorter, 1)) else 0


def _rows(result: FitResult) -> Iterator[Row]:
    for measurement in result.measurements:
        for row in measurement.reduced:
            if row.get("observed") not in (None, 0.0, 1.0):
                yield _row(row)


def _row(row: Mapping[str, Any]) -> Row:
    """What was set and measured, its numbers to six digits; NaN, which equals nothing, is left out as absent."""
    return tuple(
        (name, f"{value:.{_DIGITS}g}" if isinstance(value, float) else value)
        for name, value in sorted(row.items())
        if name not in _OF_THE_FIT and value is not None
    )
