"""LabVIEW measurement files (.lvm): the text that LabVIEW writes, with its header blocks.

National Instruments, "Specification for the LabVIEW Measurement File (.lvm)": a file header and a header for each
segment, both ended by ***End_of_Header***, then the names of the columns and the rows. Text is in the code page of the
system that wrote it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, final

import numpy as np

from stfit.errors import InputError, Problem
from stfit.loaders.assembled import assembled
from stfit.loaders.containers import Cells, Table, parse_numbers
from stfit.loaders.contents import require_columns, with_unit
from stfit.loaders.gate import size_limit
from stfit.loaders.groups import ONLY, Choice, Group, chosen
from stfit.units import quoted

_OPENING: Final = b"LabVIEW Measurement"
_END: Final = b"***End_of_Header***"
_SEGMENT: Final = b"Channels"  # begins the header of a segment
_SPECIAL: Final = (b"***Start_Special***", b"***End_Special***")
_SEPARATORS: Final = {"Tab": "\t", "Comma": ",", "Semicolon": ";"}
_COMMENT: Final = "Comment"
_X: Final = "X_Value"
_SETTINGS: Final = ("Operator", "Project", "Description", "Date", "Notes")
_NUMBER: Final = 8  # bytes that a cell takes, once read

_Labels = Mapping[str, Sequence[str]]  # what the headers say: name → cells


@final
@dataclass(frozen=True)
class _Format:
    """How the text is written: its encoding, its separator, its decimal mark."""

    encoding: str
    separator: str
    comma: bool

    def cells(self, line: bytes) -> list[str]:
        """The cells of a line."""
        return [cell.strip() for cell in line.decode(self.encoding, "replace").split(self.separator)]


def read(path: Path, choice: Choice = ONLY) -> Table:
    """The table in a .lvm file; units are those of its header (Y_Unit_Label, X_Dimension Time in s).

    A segment is a group, called by its number from 1. Where there is no column of times (X_Columns No), they are
    X0 + i Delta_X of its header; where each channel has one (Multi), the first serves all channels that share it.

    Parameters
    ----------
    path : Path
        The file.
    choice : Choice
        Which segment is meant.

    Returns
    -------
    Table
        Its columns, the comments left out.

    Raises
    ------
    InputError
        If it is no .lvm, has no header that ends, or no rows; as `stfit.loaders.groups.chosen`.
    """
    content = _without_special(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    if not content.startswith(_OPENING):
        found = quoted(content[:60].decode("latin-1")) if content else "an empty file"
        expected = f"{quoted(_OPENING.decode())}, as LabVIEW writes it"
        raise InputError(Problem(f"{path.name}, line 1", expected, found))
    first = content.find(_END)
    if first < 0:
        raise InputError(Problem(path.name, "a file header and segments", "no header that ends"))
    how = _format(content, first)
    common = _labels(content[:first], how)
    groups, place, line = [], 0, 0
    for number, (begin, end) in enumerate(_segments(content, first), start=1):
        line, place = line + content.count(b"\n", place, begin), begin
        groups.append(_group(path, str(number), content[begin:end], (how, common, line)))
    return assembled(path, chosen(path, groups, choice, size_limit()))


def _without_special(content: bytes) -> bytes:
    """The content without the blocks that only LabVIEW's own tools read; its lines keep their numbers."""
    start, end = _SPECIAL
    first, *blocks = content.split(start)
    kept = [first]
    for block in blocks:
        special, found, rest = block.partition(end)
        kept += [b"\n" * special.count(b"\n"), rest] if found else [start, block]
    return b"".join(kept)


def _format(content: bytes, end: int) -> _Format:
    """What the file header says of itself; the line that names the separator is separated so itself."""
    try:
        content.decode("utf-8")
        encoding = "utf-8"
    except UnicodeDecodeError:
        encoding = "latin-1"
    head = content[:end].decode(encoding, "replace").splitlines()
    marks = (mark for line in head for name, mark in _SEPARATORS.items() if line.split(mark)[:2] == ["Separator", name])
    separator = next(marks, "\t")
    comma = any(line.split(separator)[:2] == ["Decimal_Separator", ","] for line in head)
    return _Format(encoding, separator, comma)


def _segments(content: bytes, first: int) -> list[tuple[int, int]]:
    """Where segments begin and end: each with its header, the only one without, where the file has no such header."""
    ends = [first]
    while (place := content.find(_END, ends[-1] + len(_END))) >= 0:
        ends.append(place)
    starts = [first + len(_END)]
    for before, end in pairwise(ends[1:]):
        place = content.rfind(b"\n" + _SEGMENT, before, end)
        starts.append(place + 1 if place >= 0 else max(content.rfind(b"\n\n", before, end), before + len(_END)))
    return list(zip(starts, [*starts[1:], len(content)], strict=True))


def _labels(head: bytes, how: _Format) -> dict[str, list[str]]:
    rows = [how.cells(line) for line in head.splitlines()]
    return {cells[0]: cells[1:] for cells in rows if cells[0]}


def _label(labels: _Labels, name: str, default: str) -> str:
    """The first cell of what the header says under a name."""
    cells = labels.get(name) or [default]
    return cells[0] or default


def _group(path: Path, name: str, part: bytes, known: tuple[_Format, _Labels, int]) -> Group:
    """A segment. known: how it is written, what the file header says, and how many lines stand before it."""
    how, common, before = known
    end = part.find(_END)
    labels = {**common, **_labels(part[: max(end, 0)], how)}
    begin = part.find(b"\n", end) + 1 if end >= 0 else 0
    begin += len(part) - begin - len(part[begin:].lstrip(b"\r\n" + how.separator.encode()))
    stop = part.find(b"\n", begin)
    names = how.cells(part[begin : stop if stop >= 0 else len(part)])
    while names and (not names[-1] or names[-1] == _COMMENT):
        names.pop()
    body = part[stop + 1 :] if stop >= 0 else b""
    if not names or not body.strip():
        raise InputError(Problem(path.name, "a line of names and rows of data", "none"))
    require_columns(path, len(names))
    headers, times = _headers(names, labels), [place for place, name in enumerate(names) if name == _X]

    def columns() -> list[tuple[str, Any]]:
        cells = _cells(path, body, len(names), how)
        if times[:1] == [0] and _label(labels, "X_Columns", "One") == "No":
            cells[0] = _clock(path, labels, cells[0].size, how)
        same = [place for place in times[1:] if np.array_equal(cells[place], cells[times[0]])]
        return [(header, _plain(cells[place])) for place, header in enumerate(headers) if place not in same]

    line = before + part.count(b"\n", 0, stop + 1) + 1
    lines = _lines(body, line)
    told = tuple(header for place, header in enumerate(headers) if place not in times[1:])
    settings = {key: _label(labels, key, "") for key in _SETTINGS if _label(labels, key, "")}
    return Group(name, told, _NUMBER * len(names) * len(lines), columns, settings, lines=lines)


def _lines(body: bytes, first: int) -> Sequence[int]:
    """The lines in which rows stand; first: of the first one."""
    if b"\n\n" not in body.rstrip() and b"\n\r\n" not in body.rstrip():
        return range(first, first + body.rstrip().count(b"\n") + 1)
    return [first + place for place, text in enumerate(body.splitlines()) if text.strip()]


def _headers(names: Sequence[str], labels: _Labels) -> list[str]:
    """The names with their units: cells of a header stand below those of the names, from the second on.

    Of several columns of times the further ones are called by their channel.
    """
    times = [place for place, name in enumerate(names) if name == _X]
    cells = [*labels.get("Y_Unit_Label", ())]
    while cells and not cells[-1]:
        cells.pop()
    channels = [place for place in range(len(names)) if place not in times]
    below = len(times) < 2 or len(cells) > len(channels)
    units = dict(zip(range(1 if names[0] == _X else 0, len(names)) if below else channels, cells, strict=False))
    time = "time (s)" if _label(labels, "X_Dimension", "") == "Time" else _X
    headers = [with_unit(name, units.get(place, "")) for place, name in enumerate(names)]
    for place in times:
        of = f" of {names[place + 1]}" if place > times[0] and place + 1 < len(names) else ""
        headers[place] = time.replace(" (s)", f"{of} (s)") if of and "(s)" in time else f"{time}{of}"
    return headers


def _clock(path: Path, labels: _Labels, rows: int, how: _Format) -> Cells:
    """The times that the header gives instead of a column."""
    written = [_label(labels, name, "") for name in ("X0", "Delta_X")]
    start, step = parse_numbers(written, decimal_comma=how.comma)
    if not np.isfinite([start, step]).all():
        raise InputError(Problem(path.name, "numbers X0 and Delta_X in its header", " and ".join(map(quoted, written))))
    return np.asarray(start + step * np.arange(rows))


def _cells(path: Path, body: bytes, width: int, how: _Format) -> list[Cells]:
    """The columns of rows, as pandas reads them, without comments; NaN is a missing number."""
    import pandas as pd  # takes longer to import than a short file to read

    try:
        frame = pd.read_csv(
            io.BytesIO(body),
            sep=how.separator,
            decimal="," if how.comma else ".",
            encoding=how.encoding,
            header=None,
            names=range(width),
            usecols=range(width),
            index_col=False,
            keep_default_na=False,
            na_values=[""],
            quoting=csv.QUOTE_NONE,
            low_memory=False,
        )
    except ValueError as error:  # of which ParserError is one
        raise InputError(Problem(path.name, f"rows of {width} cells", str(error)[:60])) from error
    return [frame[place].to_numpy() for place in range(width)]


def _plain(cells: Cells) -> Any:
    """Numbers, or a list of one text a row, an empty one where a cell is empty."""
    if cells.dtype != object and not np.isnan(cells).any():
        return cells
    return ["" if cell != cell else f"{cell:.15g}" if isinstance(cell, float) else str(cell).strip() for cell in cells]
