"""What stands between the cells of a text, from how well each mark makes a table of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from stfit.loaders.containers import is_number
from stfit.loaders.records import MISSING, WHITE_SPACE, Record, is_left_out, records

SEPARATORS: Final = ("\t", ";", ",", "|", WHITE_SPACE)  # the first goes before the next where both do as well
SAMPLE: Final = 50  # rows at the end of the lines looked at, from which the columns of numbers are known
LAST: Final = 10  # of these rows, which are hardly those of a preamble
_MOST: Final = 2000  # lines in which quotes are followed
_FEW: Final = 3  # columns; lines of any other text often have as many cells


def separator_of(lines: Sequence[str]) -> str:
    """The separator with which most of the last lines are rows of one length, full of numbers."""
    quotes = any('"' in line for line in lines)
    looked_at = lines[-_MOST:] if quotes else [line for line in lines if not is_left_out(line)][-SAMPLE:]
    scores = {mark: _score(list(records(looked_at, mark, strict=False))[-SAMPLE:]) for mark in SEPARATORS}
    if quotes:
        scores = {mark: score * (1.0 if _quotes_end(looked_at, mark) else 0.5) for mark, score in scores.items()}
    if scores["\t"] > 0.5 * scores[WHITE_SPACE]:  # a tab is white space too, and rarely there by chance
        scores[WHITE_SPACE] = 0.0
    best = max(scores.values())
    return next(mark for mark in SEPARATORS if scores[mark] >= best - 1e-9) if best > 0 else ","


def _quotes_end(lines: Sequence[str], separator: str) -> bool:
    """Whether quotes end where cells do, but for the last ones, which may be cut."""
    last = list(records(lines, separator))[-1:]
    return all(row.cells is not None or row.last >= len(lines) for row in last)


def _score(rows: Sequence[Record]) -> float:
    """How well rows are of one length, that of the last ones, and full of numbers; words count for a tenth."""
    width = usual_width(rows[-LAST:])
    if width < 2:
        return 0.0
    alike = [row.cells for row in rows if row.cells is not None and len(row.cells) == width]
    cells = [cell for row in alike for cell in row if cell.casefold() not in MISSING]
    numbers = sum(map(is_number, cells)) / len(cells) if cells else 0.0
    # names over rows with an index, as R writes them, are one cell shorter
    names = sum(row.cells is not None and len(row.cells) == width - 1 for row in rows) if width > _FEW else 0
    return ((len(alike) + names) / len(rows)) ** 2 * (0.1 + numbers)


def usual_width(rows: Sequence[Record]) -> int:
    """How many cells most rows have; the larger number where two are as frequent."""
    widths = Counter(len(row.cells) for row in rows if row.cells is not None)
    return max(widths, key=lambda width: (widths[width], width)) if widths else 0
