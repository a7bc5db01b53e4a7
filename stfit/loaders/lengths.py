"""How many cells the rows of a text have, and which rows are no rows of its table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self, final

from stfit.loaders.containers import Problems
from stfit.loaders.records import Record
from stfit.loaders.shapes import named_part
from stfit.units import quoted


@final
@dataclass(frozen=True, slots=True)
class Row:
    """The lines of a row, from 1, and how many cells it has, 0 where its quotes do not end; cells: if they are kept."""

    first: int
    last: int
    width: int
    empty: bool
    cells: Sequence[str] = ()

    @classmethod
    def of(cls, record: Record, *, keep: bool = False) -> Self:
        """The row that a record is; keep: with its cells."""
        cells = record.cells or []
        empty = record.cells is not None and not any(cells)
        return cls(record.first, record.last, len(cells), empty, cells if keep else ())


def width_of(rows: Sequence[Row], header: Sequence[str]) -> int:
    """The length of most rows where the header may have it (cells without a name may be empty), else the header's."""
    usual, times = Counter(row.width for row in rows).most_common(1)[0]
    named = len(named_part(header))
    return usual if usual >= named and 2 * times > len(rows) else len(header)


def refuse_lengths(path: Path, lines: Sequence[str], rows: Sequence[Row], width: int) -> None:
    """InputError that names the rows of another length than the header."""
    problems = Problems(path)
    times = Counter(row.width for row in rows)
    for wrong in times.keys() - {width}:
        first = next(row.first for row in rows if row.width == wrong)
        if not wrong:
            problems.add("quotes that are closed within the cell", quoted(lines[first - 1]), line=first)
            continue
        more = f" in {times[wrong]} rows" if times[wrong] > 1 else ""
        expected = f'{cell_count(width)}, one for each column (or bad_rows = "leave-out")'
        problems.add(expected, cell_count(wrong) + more, line=first)
    problems.raise_any()


def cell_count(number: int) -> str:
    """How many cells, in words."""
    return "1 cell" if number == 1 else f"{number} cells"
