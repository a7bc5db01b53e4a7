"""Texts of instruments whose first lines say more than a header does: oscilloscopes, parameter analysers.

Each is known by words that its maker writes there, and what these lines say of names, units and clock is taken from
them: Tektronix (TDS: settings beside the data; MSO, DPO: above them), Siglent, Rigol (Start and Increment, or t0 and
tInc), Keysight Infiniium (XOrg and XInc), Rohde & Schwarz ("in s"), LeCroy, Keysight B1500 (DataName, DataValue). What
needs none of this, such as Keysight InfiniiVision with its row of units, is a table like any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, final

import numpy as np

from stfit.loaders.containers import grouping_of, is_number, parse_numbers
from stfit.loaders.contents import Single
from stfit.loaders.preamble import settings_of
from stfit.loaders.shapes import named_part
from stfit.loaders.structure import Clock, Structure
from stfit.loaders.unit_cells import as_unit
from stfit.measurement.description import Dialect
from stfit.units import LARGEST, SMALLEST

_LOOKED_AT: Final = 60  # lines
_LONGEST: Final = 4_000  # characters of a line
_MARKS: Final = (",", ";", "\t")
_SETTINGS: Final = frozenset(
    {"record length", "sample interval", "sample rate", "horizontal units", "horizontal scale"}
)
_AXES: Final = {"s": "time", "Hz": "frequency"}
_AXIS_NAMES: Final = {"time": "s", "second": "s", "seconds": "s", "frequency": "Hz", "hertz": "Hz"}
_RIGOL: Final = re.compile(r"(t0|tInc)\s*=\s*([^\s]+?)s?", re.IGNORECASE)
_CHANNEL: Final = re.compile(r"((?:CH|MATH)[0-9]*)\s*\(?([A-Za-z]+)\)?", re.IGNORECASE)

Rows = Sequence[Sequence[str]]  # the cells of the first lines


@final
@dataclass(frozen=True)
class _Found:
    """What the first lines say. words: what wrote them. names: of the columns, "" for one that is left out.

    header: line of the names, 0 for none; first: line of the first row; clock: where no column holds the times.
    """

    words: str
    names: Sequence[str]
    header: int
    first: int
    clock: Clock | None = None
    settings: Sequence[Sequence[str]] = ()


def instrument_structure(lines: Sequence[str], declared: Dialect) -> Structure | None:
    """How the table of an instrument stands in its text; None where no instrument is known by its first lines.

    Parameters
    ----------
    lines : sequence of str
        The first lines of the text.
    declared : Dialect
        What is declared of it: where a line or a separator is, nothing is recognised here.

    Returns
    -------
    Structure or None
        Names and units of the columns, the line of the first row, and the clock where the rows have no times.
    """
    if any((declared.skip, declared.header is not None, declared.units_line is not None, declared.first_row)):
        return None
    for mark in _MARKS if declared.separator is None else (declared.separator,):
        rows = [
            [cell.strip().strip('"').strip() for cell in line[:_LONGEST].split(mark)] for line in lines[:_LOOKED_AT]
        ]
        found = next((found for recognise in _RECOGNISERS if (found := recognise(rows)) is not None), None)
        if found is None or len(rows) < found.first:
            continue
        width = len(rows[found.first - 1])
        names = tuple([*found.names, *[""] * (width - len(found.names))][:width])
        digits = grouping_of(cell for row in rows[found.first - 1 :] for cell in row)
        return Structure(
            separator=mark,
            header=names,
            header_line=found.header,
            first_line=found.first,
            comma=declared.decimal != ".",
            groups={".": ",", ",": "."}[declared.decimal] if declared.decimal else digits,
            sentences=_sentences(found),
            found=True,
            settings=_settings(found),
            clock=found.clock,
            below=tuple(range(found.header + 1, found.first)) if found.header else (),
        )
    return None


def _sentences(found: _Found) -> tuple[str, ...]:
    said = [f"the first lines are those of {found.words}"]
    if found.clock is not None:
        said.append(
            f"column 'time (s)' is {found.clock.start:.9g} s + i {found.clock.step:.9g} s, as the first lines say"
        )
    return tuple(said)


def _settings(found: _Found) -> tuple[tuple[str, Single], ...]:
    pairs = [(row[0].rstrip(":"), ", ".join(cell for cell in row[1:] if cell)) for row in found.settings]
    return settings_of((name, value) for name, value in pairs if value)


def _beside_data(rows: Rows) -> _Found | None:
    """Tektronix TDS and TPS: three columns of settings, then time and signal, without a header."""
    first = rows[0] if rows else []
    if len(first) < 5 or first[0].casefold() not in _SETTINGS or not all(map(is_number, first[3:5])):
        return None
    settings = [row for row in rows if row[0]]
    said = _by_name([row[:3] for row in settings])
    signal = _with_unit(_value(said, "source") or "signal", _value(said, "vertical units"))
    names = ["", "", "", _axis(_value(said, "horizontal units") or "s"), signal]
    return _Found("a Tektronix oscilloscope", names, 0, 1, settings=[row[:2] for row in settings])


def _above_data(rows: Rows) -> _Found | None:
    """Tektronix MSO and DPO, and Siglent: settings, then names (or units alone), then rows."""
    at = _names_at(rows)
    if at is None:
        return None
    settings = [row for row in rows[:at] if row[0]]
    said = _by_name(settings)
    if not said.keys() & _SETTINGS:
        return None
    units = [cell.rpartition(":")[2].strip() for cell in said.get("vertical units", ())]
    names = named_part(rows[at][1:])
    if all(as_unit(name) for name in names if name):  # "Second,Volt,Volt": the names of the channels stand above
        units, source = names, said.get("source", ())
        names = [(_cell(source, place) or f"CH{place + 1}") if unit else "" for place, unit in enumerate(units)]
    axis = _axis(_value(said, "horizontal units") or _AXIS_NAMES[_plain(rows[at][0])], rows[at][0])
    signals = [_with_unit(name, _cell(units, place)) for place, name in enumerate(names)]
    return _Found("an oscilloscope", [axis, *signals], at + 1, at + 2, settings=settings)


def _start_and_increment(rows: Rows) -> _Found | None:
    """Rigol DS1000 to DS6000: X,CH1,…,Start,Increment above Sequence,Volt,…, with the numbers of the clock there."""
    named = len(rows) > 2 and rows[1][0].casefold() == "sequence"
    if not named or "Increment" not in rows[0] or "Start" not in rows[0]:
        return None
    start, step = rows[0].index("Start"), rows[0].index("Increment")
    clock = _clock(_cell(rows[1], start), _cell(rows[1], step))
    if clock is None:
        return None
    signals = [_with_unit(rows[0][at], _cell(rows[1], at)) for at in range(1, min(start, step))]
    return _Found("a Rigol oscilloscope", ["", *signals], 1, 3, clock)


def _zero_and_increment(rows: Rows) -> _Found | None:
    """Rigol MSO5000 to DHO: t0 = … and tInc = … behind the names of the channels."""
    said = {match[1].casefold(): match[2] for cell in (rows[0] if rows else ()) if (match := _RIGOL.fullmatch(cell))}
    if {"t0", "tinc"} - said.keys() or len(rows) < 2:
        return None
    names = ["" if _RIGOL.fullmatch(cell) else cell for cell in rows[0]]
    timed = _plain(names[0].partition("(")[0]) == "time"
    clock = None if timed and is_number(rows[1][0]) else _clock(said["t0"], said["tinc"])
    if timed and clock is not None:
        names[0] = ""
    return _Found("a Rigol oscilloscope", [*map(_channel, names)], 1, 2, clock)


def _origin_and_increment(rows: Rows) -> _Found | None:
    """Keysight Infiniium: settings down to Data:, then pairs of time and signal, or signals alone."""
    at = next((place for place, row in enumerate(rows) if row[0] == "Data:"), None)
    if at is None or at + 1 >= len(rows):
        return None
    said = _by_name(rows[:at])
    clock = _clock(_value(said, "xorg"), _value(said, "xinc"))
    if clock is None:
        return None
    signal = _with_unit("signal", _value(said, "yunits"))
    pairs = len([cell for cell in rows[at + 1] if cell]) > 1
    names = [_axis(_value(said, "xunits") or "s"), signal] if pairs else [signal]
    words = "a Keysight Infiniium oscilloscope"
    return _Found(words, names, 0, at + 2, None if pairs else clock, [row for row in rows[:at] if row[0]])


def _rohde_schwarz(rows: Rows) -> _Found | None:
    """Rohde & Schwarz: "in s", then channels such as "C1 in V"."""
    if len(rows) < 2 or rows[0][0] != "in s":
        return None
    pairs = [name.partition(" in ") for name in rows[0][1:]]
    names = [_with_unit(name, unit) for name, _, unit in pairs]
    return _Found("a Rohde & Schwarz oscilloscope", ["time (s)", *names], 1, 2)


def _lecroy(rows: Rows) -> _Found | None:
    """LeCroy: LECROY…, Segments, a line for the trigger of each, then Time,Ampl in s and in what the probe reads."""
    if not rows or not rows[0][0].upper().startswith("LECROY"):
        return None
    at = _names_at(rows)
    if at is None:
        return None
    settings = [row for row in rows[:at] if row[0] and not row[0].startswith("#")]
    segments = _value(_by_name(settings), "segments")
    several = "" if segments in ("", "1") else f", {segments} segments below each other, whose times begin anew"
    return _Found(f"a LeCroy oscilloscope{several}", ["time (s)", *rows[at][1:]], at + 1, at + 2, settings=settings)


def _parameter_analyser(rows: Rows) -> _Found | None:
    """Keysight B1500 (EasyEXPERT): DataName before the names, DataValue before each row."""
    at = next((place for place, row in enumerate(rows) if row[0] == "DataName"), None)
    if at is None or at + 1 >= len(rows) or rows[at + 1][0] != "DataValue":
        return None
    units: dict[str, str] = {}
    for row in rows[:at]:
        unit = {"Channel.VName": "V", "Channel.IName": "A"}.get(_cell(row, 1))
        units |= dict.fromkeys(row[2:], unit) if unit else {}
    names = ["", *(_with_unit(name, units.get(name, "")) for name in rows[at][1:])]
    return _Found("a Keysight parameter analyser", names, at + 1, at + 2, settings=[row for row in rows[:at] if row[0]])


_RECOGNISERS: Final[tuple[Callable[[Rows], _Found | None], ...]] = (
    _beside_data,
    _above_data,
    _start_and_increment,
    _zero_and_increment,
    _origin_and_increment,
    _rohde_schwarz,
    _lecroy,
    _parameter_analyser,
)


def _names_at(rows: Rows) -> int | None:
    """The place of the row of names: the first thing in it is an axis, and numbers follow."""
    for place, (row, below) in enumerate(pairwise(rows)):
        if _plain(row[0]) in _AXIS_NAMES and len(row) > 1 and all(map(is_number, below[:2])):
            return place
    return None


def _by_name(rows: Rows) -> Mapping[str, Sequence[str]]:
    """Settings: their names in lower case, without a colon, and what stands behind them."""
    return {_plain(row[0]): row[1:] for row in rows if row[0]}


def _plain(name: str) -> str:
    return name.casefold().rstrip(":").strip()


def _value(said: Mapping[str, Sequence[str]], name: str) -> str:
    """The first thing that a setting says, "" where it is not there; of "CH1:V" what stands behind the colon."""
    values = said.get(name) or [""]
    return values[0].rpartition(":")[2].strip()


def _cell(row: Sequence[str], at: int) -> str:
    return row[at] if at < len(row) else ""


def _with_unit(name: str, unit: str) -> str:
    known = as_unit(unit)
    return f"{name} ({known})" if known and name and "(" not in name else name


def _axis(unit: str, name: str = "") -> str:
    """The header of the horizontal axis; "S" on it is no siemens."""
    si = _AXIS_NAMES.get(unit.casefold(), "s" if unit.casefold() in ("s", "sec") else unit)
    return _with_unit(_AXES.get(si, name or "x"), si)


def _channel(name: str) -> str:
    """The header of a channel whose unit stands at the end of its name, "CH1V"."""
    match = _CHANNEL.fullmatch(name)
    return name if match is None else _with_unit(match[1], match[2])


def _clock(start: str, step: str) -> Clock | None:
    numbers = parse_numbers([start, step], decimal_comma=True)
    known = np.isfinite(numbers).all() and abs(numbers[0]) <= LARGEST and SMALLEST <= numbers[1] <= LARGEST
    return Clock(*map(float, numbers)) if known else None
