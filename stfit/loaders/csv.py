"""Separated text of any dialect.

The first lines say how the table stands in the text (`dialect`). Where nothing but many rows of ASCII cells follow,
pandas reads them as they lie on the disk; any other text is taken record by record, which is slower and knows which
line is wrong. Both ways give the same table.
"""

from __future__ import annotations

import codecs
import hashlib
import io
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.loaders.assembled import sha256_of
from stfit.loaders.containers import Cells, Lines, Table
from stfit.loaders.dialect import structure_of
from stfit.loaders.encodings import encoding_of
from stfit.loaders.instruments import instrument_structure
from stfit.loaders.lengths import Row, cell_count, refuse_lengths, width_of
from stfit.loaders.preamble import told_again
from stfit.loaders.records import WHITE_SPACE, is_comment, is_left_out, records, split_lines
from stfit.loaders.shapes import Shape, columns_of_rows, has_empty_cell, shaped
from stfit.loaders.structure import Structure
from stfit.measurement.description import PLAIN, Dialect
from stfit.units import quoted

_CHUNK: Final = 1 << 18
_HEAD: Final = 1 << 15  # bytes in which header and first rows are looked for
_LONGEST_HEAD: Final = 1 << 20  # where there are none
_SHORT: Final = 1 << 20  # bytes, read in less time than pandas is imported
_LONGEST_LINE: Final = 1 << 20
_NOT_PLAIN: Final = (b"#", b"%", b"\0")
_ENCODINGS: Final = {"utf-8": "UTF-8", "utf-16": "UTF-16", "cp932": "Shift-JIS (cp932)"}
_WIDE: Final = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32"})  # whose bytes are no ASCII


@dataclass(frozen=True)
class _Text:
    """A text whose beginning is understood; sentences: what was recognised before its structure."""

    path: Path
    encoding: str
    structure: Structure
    sentences: tuple[str, ...]


def read(path: Path, dialect: Dialect = PLAIN, known: Collection[str] = ()) -> Table:
    """The table in a text; what the dialect leaves open is recognised.

    known: plain names that its header may hold. Raises InputError: not text, no rows, rows of another length than the
    header (each by its line), a key of the dialect that does not fit, a file that changes meanwhile. OSError as the
    system raises it.
    """
    before = path.stat()
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        rest = len(head) == _HEAD
        text = _understood(path, head, dialect, known, cut=rest)
        if rest and not text.structure.found:
            head += stream.read(_LONGEST_HEAD - _HEAD)
            rest = len(head) == _LONGEST_HEAD
            text = _understood(path, head, dialect, known, cut=rest)
        if rest and not text.structure.header:
            expected = f"a table that begins within the first {_LONGEST_HEAD >> 20} MB"
            raise InputError(Problem(path.name, expected, "only blank lines and comments there"))
        start = _offset(text, head)
        scan = None
        if start is not None and before.st_size > _SHORT:
            scan = _scanned(stream, start, _title(text.structure, head))
    table = _read_plain(text, start, scan) if start is not None and scan is not None and scan.plain else None
    if table is None:
        return _read_by_record(path, text, dialect)
    after = path.stat()
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise InputError(Problem(path.name, "a file that does not change while it is read", "that it changed"))
    return table


def _understood(path: Path, head: bytes, dialect: Dialect, known: Collection[str], *, cut: bool) -> _Text:
    """What the first bytes say. cut: whether more bytes follow."""
    encoding = dialect.encoding or encoding_of(head)
    if encoding is None:
        zero = head.find(0)
        found = f"a zero byte at byte {zero + 1}, line {head.count(10, 0, zero) + 1}: a binary file"
        raise InputError(Problem(path.name, "text", found))
    whole = head
    if cut:
        end = head.rfind(b"\n") if encoding not in _WIDE else len(head) - len(head) % 2
        if end < 0 and len(head) >= _LONGEST_HEAD:
            raise InputError(Problem(path.name, "lines of less than 1 MB", f"{len(head)} bytes without a line end"))
        whole = head[: end + 1] if encoding not in _WIDE else head[:end]
    lines = split_lines(_decoded(path, whole, encoding, cut=cut))
    if cut and encoding in _WIDE:
        lines = lines[:-1]
    structure = instrument_structure(lines, dialect) or structure_of(lines, dialect, known, path)
    return _Text(path, encoding, structure, () if dialect.encoding else _encoding_words(encoding))


def _offset(text: _Text, head: bytes) -> int | None:
    """At which byte the rows begin; None where lines do not end as pandas takes them, or bytes are no letters."""
    if text.encoding in _WIDE or b"\r" in head.removesuffix(b"\r").replace(b"\r\n", b""):
        return None
    place = 0
    for _ in range(text.structure.first_line - 1):
        place = head.find(b"\n", place) + 1
        if place == 0:
            return None
    return place


@dataclass(frozen=True)
class _Scan:
    """What one pass over the bytes tells. plain: rows of ASCII without remarks follow; quotes: some hold quotes."""

    plain: bool
    quotes: bool


def _title(structure: Structure, head: bytes) -> bytes:
    """The line of the header with the line feed before it, as it stands where it is repeated; b"" without one."""
    return b"\n" + head.split(b"\n")[structure.header_line - 1] if structure.header_line else b""


def _scanned(stream: BinaryIO, start: int, title: bytes) -> _Scan:
    """What follows from a byte on; title: bytes after which it is not plain."""
    stream.seek(start)
    quotes, before = False, b""
    while chunk := stream.read(_CHUNK):
        plain = chunk.isascii() and not any(mark in chunk for mark in _NOT_PLAIN)
        # one letter is found ten times faster than three
        plain = plain and not (b"/" in chunk and b"\n//" in chunk)
        if not plain or (title and (title in chunk or title in before + chunk[: len(title)])):
            return _Scan(plain=False, quotes=quotes)
        quotes = quotes or b'"' in chunk
        before = chunk[-len(title) :]
    return _Scan(plain=bool(before), quotes=quotes)


def _read_plain(text: _Text, start: int, scan: _Scan) -> Table | None:
    """The table as pandas reads it from the disk; None where a row may be of another length than the header."""
    structure = text.structure
    with text.path.open("rb") as stream:
        stream.seek(start)
        written = stream.readline(_LONGEST_LINE).decode("ascii")
        first = next(records([written], structure.separator), None)
        if first is None or first.cells is None:
            return None

        def source() -> BinaryIO:
            stream.seek(start)
            return stream

        with ThreadPoolExecutor(1) as beside:  # neither the hash nor pandas' parser holds the interpreter
            digest = beside.submit(sha256_of, text.path)
            columns = _long_columns(source, structure, first.cells, quotes=scan.quotes)
    shape = None if columns is None else shaped(structure.header, columns, written)
    if columns is None or shape is None or has_empty_cell(shape.columns[-1]):  # as rows that are too short end
        return None
    rows, line = columns[0].size, structure.first_line

    def lines() -> Lines:
        body = split_lines(text.path.read_bytes().decode(text.encoding))[line - 1 :]
        found = np.array([row.first for row in records(body, structure.separator, line, strict=False)])
        return found if found.size == rows else line + np.arange(rows)  # other than a moment ago

    return _table(text, digest.result(), shape, lines)


def _read_by_record(path: Path, text: _Text, dialect: Dialect) -> Table:
    """The table of any text; what is wrong with it raises InputError."""
    content = path.read_bytes()
    text = _reconsidered(text, content, dialect)
    structure = text.structure
    lines = split_lines(_decoded(path, content, text.encoding))
    body = lines[structure.first_line - 1 :]
    short = len(content) <= _SHORT
    found = [Row.of(row, keep=short) for row in records(body, structure.separator, structure.first_line)]
    rows = [row for row in found if not row.empty]
    again = _headers_again(rows, lines, structure)
    if again and len(again) < len(rows):  # where a run was written below another one
        text = replace(text, sentences=(*text.sentences, f"the header is repeated in {len(again)} lines"))
        rows = [row for row in rows if row.first not in again]
    if not rows:
        open_quotes = [row for row in map(Row.of, records(lines, structure.separator)) if not row.width]
        refuse_lengths(path, lines, open_quotes, -1)
        kept = any(not is_left_out(line) for line in lines)
        what = "only a header" if kept else "only blank lines and comments" if content else "an empty file"
        raise InputError(Problem(path.name, "a header line and rows of data", what))
    if not structure.header:
        found_there = quoted(lines[rows[0].first - 1])
        raise InputError(Problem(f"{path.name}, line {rows[0].first}", "cells of at most 100 kB", found_there))
    width = width_of(rows, structure.header)
    regular = [row for row in rows if row.width == width]
    closed = all(row.width for row in rows)  # behind a quote that does not end nothing is read
    if len(regular) < len(rows) and not (dialect.bad_rows == "leave-out" and regular and closed):
        refuse_lengths(path, lines, rows, len(structure.header))
    if short:
        cells = [row.cells for row in regular]
        columns = columns_of_rows(cells, decimal_comma=structure.comma, groups=structure.groups)
    else:
        columns = _joined_columns(structure, lines, regular)
    shape = shaped(structure.header, columns, lines[regular[0].first - 1])
    if shape is None:
        refuse_lengths(path, lines, rows, len(structure.header))
        raise InputError(Problem(path.name, f"{cell_count(len(structure.header))} in a row", cell_count(len(columns))))
    numbers = np.array([row.first for row in regular])
    left_out = tuple(row.first for row in rows if row.width != width)
    places = np.array([place for place, row in enumerate(rows) if row.width == width])
    table = _table(text, hashlib.sha256(content).hexdigest(), shape, lambda: numbers, places)
    between = [*filter(is_comment, body), *(lines[line - 1] for line in left_out)]
    return replace(table, left_out=left_out, settings=told_again(table.settings, between, structure.separator))


def _headers_again(rows: Sequence[Row], lines: Sequence[str], structure: Structure) -> set[int]:
    """The lines among the rows that are the header again, with the units and the rule below it."""
    title = lines[structure.header_line - 1] if structure.header_line else None
    below = {lines[number - 1] for number in structure.below}
    found: set[int] = set()
    inside = False
    for row in rows:
        line = lines[row.first - 1]
        inside = row.first == row.last and (line == title or (inside and line in below))
        found |= {row.first} if inside else set()
    return found


def _joined_columns(structure: Structure, lines: Sequence[str], rows: Sequence[Row]) -> tuple[Cells, ...]:
    """The columns of many rows of one length."""
    white = structure.separator == WHITE_SPACE
    kept = (line for row in rows for line in lines[row.first - 1 : row.last])
    joined = "\n".join(WHITE_SPACE.join(line.split()) if white else line for line in kept)
    first = next(records(lines[rows[0].first - 1 : rows[0].last], structure.separator))
    columns = _long_columns(lambda: io.StringIO(joined), structure, first.cells or [])
    if columns is None:
        raise AssertionError("rows of which every one has been counted")
    return columns


def _long_columns(
    source: Callable[[], Any], structure: Structure, first_row: Sequence[str], *, quotes: bool = True
) -> tuple[Cells, ...] | None:
    """The columns of a long body; None where a row is too long."""
    from stfit.loaders.long_csv import columns_of  # pandas takes longer to import than a short table to read

    return columns_of(source, structure, first_row, quotes=quotes)


def _reconsidered(text: _Text, content: bytes, dialect: Dialect) -> _Text:
    """The text in the encoding of the whole file, where its first lines did not show it."""
    encoding = dialect.encoding or encoding_of(content)
    if encoding in (None, text.encoding):
        return text
    return replace(text, encoding=str(encoding), sentences=_encoding_words(str(encoding)))


def _table(
    text: _Text, digest: str, shape: Shape, lines: Callable[[], Lines], places: npt.NDArray[np.intp] | None = None
) -> Table:
    """The table; places: of its rows among all that there are, where some are left out."""
    structure, header, columns = text.structure, shape.header, shape.columns
    if (clock := structure.clock) is not None:
        rows = np.arange(columns[0].size) if places is None else places
        header, columns = ("time (s)", *header), (clock.start + clock.step * rows, *columns)
    return Table(
        text.path,
        digest,
        header,
        columns,
        lines,
        structure.header_line,
        decimal_comma=structure.comma,
        recognised=(*text.sentences, *structure.sentences, *shape.sentences),
        settings=structure.settings,
        groups=structure.groups,
    )


def _decoded(path: Path, content: bytes, encoding: str, *, cut: bool = False) -> str:
    """The text; cut: whether the content may end within a letter."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(content, not cut).lstrip("\N{BYTE ORDER MARK}")
    except UnicodeDecodeError as error:
        start = error.start
        line = content.count(b"\n", 0, start) + 1
        found = f"the byte 0x{content[start]:02x} at byte {start + 1}, line {line}"
        raise InputError(Problem(path.name, f"text in {_ENCODINGS.get(encoding, encoding)}", found)) from error


def _encoding_words(encoding: str) -> tuple[str, ...]:
    return () if encoding == "utf-8" else (f"text in {_ENCODINGS.get(encoding, encoding)}",)
