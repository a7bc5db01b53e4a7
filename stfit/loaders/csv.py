"""Comma-, semicolon- and tab-separated text.

The first line that is neither blank nor a comment is the header; its separator is that of the file. Where nothing but
many rows of ASCII cells follow, pandas reads the file as it lies on the disk; any other file is taken line by line,
which is slower and knows which line is wrong. Both ways give the same table.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np

from stfit.errors import InputError, Problem
from stfit.loaders.containers import Cells, Problems, Table, parse_numbers
from stfit.loaders.contents import require_columns
from stfit.units import quoted

_CHUNK: Final = 1 << 18
_SHORT: Final = 1 << 20  # bytes, read in less time than pandas is imported
_MOST_BEFORE: Final = 100_000  # lines before the header
_LONGEST_LINE: Final = 1 << 20  # of those looked at before pandas; one that is longer is no table's


@dataclass(frozen=True)
class _Scan:
    """What one pass over the bytes tells. head: the lines up to the header. plain: pandas may read what follows."""

    sha256: str
    head: list[bytes]
    first_row: bytes
    plain: bool


def read(path: Path) -> Table:
    """The table in a .csv, .tsv or .txt file: UTF-8 with or without BOM, any line ends, `#` and blank lines left out.

    Raises InputError: not text in UTF-8, no header, no rows, a column without a name or two with the same, rows of
    another length than the header (each by its line), a file that changes meanwhile. OSError as the system raises it.
    """
    before = path.stat()
    if before.st_size <= _SHORT:
        return _read_line_by_line(path)
    scan = _scan(path)
    table = _read_plain(path, scan) if scan.plain else None
    if table is None:
        return _read_line_by_line(path)
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise InputError(Problem(path.name, "a file that stays as it is while it is read", "that it changed"))
    return table


def _scan(path: Path) -> _Scan:
    with path.open("rb") as stream:
        head = _read_head(path, stream)
        first_row = stream.readline(_LONGEST_LINE)
        digest = hashlib.sha256(b"".join(head) + first_row)
        plain = bool(first_row) and _is_plain_head(head) and _is_plain(first_row)
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            plain = plain and _is_plain(chunk)
    return _Scan(digest.hexdigest(), head, first_row, plain)


def _read_head(path: Path, stream: BinaryIO) -> list[bytes]:
    """The lines up to the header and with it; all lines of a file that has none."""
    lines: list[bytes] = []
    while line := stream.readline(_LONGEST_LINE):
        lines.append(line)
        if len(lines) > _MOST_BEFORE:
            found = "only blank lines and comments"
            raise InputError(Problem(path.name, f"a header among the first {_MOST_BEFORE} lines", found))
        if not _is_left_out(line.decode("utf-8-sig", "replace")):
            break
    return lines


def _is_left_out(line: str) -> bool:
    bare = line.strip()
    return not bare or bare.startswith("#")


def _is_plain_head(lines: list[bytes]) -> bool:
    """Whether pandas, told to skip as many lines, skips these: whole ones, without quotes, ended by LF or CR LF."""
    top = b"".join(lines)
    ends = top.count(b"\n") == len(lines) and top.count(b"\r") == top.count(b"\r\n")
    return ends and b'"' not in top and _is_text(top)


def _is_plain(chunk: bytes) -> bool:
    return chunk.isascii() and b'"' not in chunk and b"#" not in chunk and b"\0" not in chunk


def _is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode("utf-8")
    except UnicodeDecodeError:
        return False


def _read_plain(path: Path, scan: _Scan) -> Table | None:
    """The table as pandas reads it from the disk; None where a row may be of another length than the header."""
    line = len(scan.head)
    header, separator = _header(path, scan.head[-1].decode("utf-8-sig"), line)
    columns = _long_columns(lambda: path, separator, scan.first_row.decode("ascii"), skiprows=line)
    if (
        columns is None or len(columns) != len(header) or _has_empty_cell(columns[-1])
    ):  # rows that are too short end in an empty cell
        return None
    rows = columns[0].size
    return Table(
        path, scan.sha256, header, columns, lambda: line + 1 + np.arange(rows), line, decimal_comma=separator != ","
    )


def _read_line_by_line(path: Path) -> Table:
    """The table of any file; what is wrong with it raises InputError."""
    content = path.read_bytes()
    text = _decoded(path, content).replace("\r\n", "\n").replace("\r", "\n")
    kept = [(number, line) for number, line in enumerate(text.split("\n"), start=1) if not _is_left_out(line)]
    if len(kept) < 2:
        found = "only a header" if kept else "an empty file" if not content else "only blank lines and comments"
        raise InputError(Problem(path.name, "a header line and rows of data", found))
    header_line, header_text = kept[0]
    numbers, rows = zip(*kept[1:], strict=True)
    header, separator = _header(path, header_text, header_line)
    _check_lengths(path, kept[1:], separator, len(header))
    if len(content) <= _SHORT:
        columns = tuple(_cells_of(texts, comma=separator != ",") for texts in zip(*_rows(rows, separator), strict=True))
    else:
        body = "\n".join(rows)
        in_pandas = _long_columns(lambda: io.StringIO(body), separator, rows[0], skipinitialspace=True)
        if in_pandas is None:
            raise AssertionError("rows of which every one has been counted")
        columns = in_pandas
    digest = hashlib.sha256(content).hexdigest()
    return Table(path, digest, header, columns, lambda: np.array(numbers), header_line, decimal_comma=separator != ",")


def _decoded(path: Path, content: bytes) -> str:
    expected = "text in UTF-8"
    zero = content.find(b"\0")
    if zero >= 0:
        found = f"a zero byte at byte {zero + 1}, line {_line_of(content, zero)}: a binary file, or UTF-16"
        raise InputError(Problem(path.name, expected, found))
    try:
        return content.decode("utf-8").removeprefix("\N{BYTE ORDER MARK}")
    except UnicodeDecodeError as error:
        start = error.start
        found = f"the byte 0x{content[start]:02x} at byte {start + 1}, line {_line_of(content, start)}"
        raise InputError(Problem(path.name, expected, found)) from error


def _line_of(content: bytes, position: int) -> int:
    before = content[:position].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return before.count(b"\n") + 1


def _header(path: Path, line: str, number: int) -> tuple[tuple[str, ...], str]:
    """The names of the columns and the separator: a tab, else a semicolon, else a comma."""
    problems = Problems(path)
    separator = next((mark for mark in ("\t", ";") if mark in line), ",")
    cells = _split(line.strip("\r\n"), separator)
    if cells is None:
        problems.add("quotes that end on their line", quoted(line.strip()), line=number)
    header = tuple(cell.strip() for cell in cells or ())
    require_columns(path, len(header))
    for position, name in enumerate(header, start=1):
        if not name:
            problems.add(f"a name for column {position}", "an empty cell", line=number)
    for name, times in Counter(header).items():
        if name and times > 1:
            problems.add("one column of this name", f"{times}", line=number, column=name)
    problems.raise_any()
    return header, separator


def _split(line: str, separator: str) -> list[str] | None:
    """The cells of a line; None where its quotes do not end."""
    if '"' not in line:
        return line.split(separator)
    try:
        return next(csv.reader([line], delimiter=separator, skipinitialspace=True, strict=True))
    except csv.Error:
        return None


def _check_lengths(path: Path, lines: Sequence[tuple[int, str]], separator: str, width: int) -> None:
    if _are_regular([line for _, line in lines], separator, width):
        return
    problems = Problems(path)
    for number, line in lines:
        cells = _split(line, separator)
        if cells is None:
            problems.add("quotes that end on their line", quoted(line.strip()), line=number)
        elif len(cells) != width:
            problems.add(f"{_cells(width)}, one for each column", _cells(len(cells)), line=number)
        elif (longest := max(map(len, cells))) > csv.field_size_limit():
            problems.add(f"cells of at most {csv.field_size_limit()} characters", f"one of {longest}", line=number)
    problems.raise_any()


def _are_regular(lines: Sequence[str], separator: str, width: int) -> bool:
    """Whether every line is a row of `width` cells; ten times faster than to ask line by line which is not."""
    try:
        return sum(len(cells) == width for cells in _rows(lines, separator)) == len(lines)
    except csv.Error:
        return False


def _cells(number: int) -> str:
    return "1 cell" if number == 1 else f"{number} cells"


def _rows(lines: Sequence[str], separator: str) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)


def _long_columns(
    source: Callable[[], Path | io.StringIO], separator: str, first_row: str, **options: Any
) -> tuple[Cells, ...] | None:
    """The columns of a long body; None where a row is too long."""
    from stfit.loaders.long_csv import columns_of  # pandas takes longer to import than a short table to read

    return columns_of(source, separator, _split(first_row, separator) or (), **options)


def _cells_of(texts: Sequence[str], *, comma: bool) -> Cells:
    numbers = parse_numbers(texts, decimal_comma=comma)
    return np.array([text.strip() for text in texts], dtype=object) if np.isnan(numbers).any() else numbers


def _has_empty_cell(column: Cells) -> bool:
    return column.dtype == object and bool((column == "").any())
