"""Where a table stands in its text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from stfit.loaders.contents import Single


@final
@dataclass(frozen=True)
class Clock:
    """The times of rows that hold none, s: that of row i, from 0, is start + i step."""

    start: float
    step: float


@final
@dataclass(frozen=True)
class Structure:
    """Where a table stands in its text.

    header: names of the columns with their units, or numbers where there are no names. header_line: 0 where there is
    none. first_line: of the first row. comma: whether numbers may have a decimal comma. groups: what groups their
    digits, as `parse_numbers` takes it. found: whether rows were seen. settings: (name, value) of what the lines above
    the rows say. clock: of rows whose times are told there. below: lines of units and rule below the header.
    """

    separator: str
    header: tuple[str, ...]
    header_line: int
    first_line: int
    comma: bool
    groups: str
    sentences: tuple[str, ...]
    found: bool
    settings: tuple[tuple[str, Single], ...] = ()
    clock: Clock | None = None
    below: tuple[int, ...] = ()
