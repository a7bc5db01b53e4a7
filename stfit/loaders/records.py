"""Lines of text as records of cells: quotes that hold line feeds, comments, white space as a separator."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import Final, final

WHITE_SPACE: Final = " "
COMMENT: Final = ("#", "%", "//")
MISSING: Final = frozenset(
    {"", "nan", "na", "n/a", "-", "--", "---", "null", "none"}
)  # cells that say there is no number


@final
class Record:
    """The cells of a row, and the lines it stands in, from 1; cells is None where its quotes do not end."""

    __slots__ = ("cells", "first", "last")

    def __init__(self, first: int, last: int, cells: list[str] | None) -> None:
        self.first = first
        self.last = last
        self.cells = cells


def is_comment(line: str) -> bool:
    """Whether a line is a remark of whoever wrote the file."""
    return line.lstrip().startswith(COMMENT)


def is_left_out(line: str) -> bool:
    """Whether a line holds no row: blank, or a remark."""
    bare = line.strip().strip("\x1a")  # which ended files under CP/M and DOS
    return not bare or bare.startswith(COMMENT)


def split_lines(text: str) -> list[str]:
    """The lines of a text, whatever their ends; a line end at the end begins no line."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines


def split_cells(line: str, separator: str) -> list[str]:
    """The cells of one line without their spaces, none of a line that holds no row; an open quote holds the rest."""
    record = next(records([line], separator, strict=False), None)
    return [] if record is None else record.cells or []


def records(lines: Iterable[str], separator: str, start: int = 1, *, strict: bool = True) -> Iterator[Record]:
    """The rows in lines, without blank lines and remarks outside quotes. start: the number of the first line.

    strict: quotes that do not end, or end before the end of their cell, are an error; the rest is then not read.
    """
    source = _Lines(lines, separator, start)
    reader = csv.reader(source, delimiter=separator, skipinitialspace=True, strict=strict)
    while True:
        source.at_start = True
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Record(source.first, source.number, None)
            return
        yield Record(source.first, source.number, [cell.strip() for cell in cells])


class _Lines:
    """Lines as csv.reader asks for them; what is left out is passed over where a record begins."""

    def __init__(self, lines: Iterable[str], separator: str, start: int) -> None:
        self._lines = iter(lines)
        self._white = separator == WHITE_SPACE
        self.number = start - 1
        self.first = start
        self.at_start = True

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        for line in self._lines:
            self.number += 1
            if self.at_start:
                if not line or is_left_out(line):
                    continue
                self.first = self.number
                self.at_start = False
            return f"{WHITE_SPACE.join(line.split())}\n" if self._white else f"{line}\n"
        raise StopIteration
