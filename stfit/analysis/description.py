"""Keys of [[measurement]] that describe a file: how each is read."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from math import isfinite
from typing import Any, Final

from pydantic_core import PydanticCustomError

from stfit.analysis import quantities
from stfit.analysis.messages import one_of, shown, unfit
from stfit.measurement.columns import Column
from stfit.measurement.description import ColumnSource, Condition, Otherwise

_SEPARATORS: Final[Mapping[str, str]] = {"tab": "\t", "white space": " ", "comma": ",", "semicolon": ";"}
_COLUMN: Final = 'a header such as "I_set (mA)", a number from 1, or {column = 3, unit = "mA", gain = 10, offset = 0}'


def encoding(value: Any) -> str:
    """The name of a character encoding that Python knows."""
    name = quantities.text(value)
    try:
        known = codecs.lookup(name)
        "".encode(known.name)
    except (LookupError, ValueError) as error:
        raise unfit('an encoding such as "utf-8", "cp1252", "utf-16" or "shift-jis"', shown(value)) from error
    return known.name


def header(value: Any) -> int | str:
    """The line of the header, 0 for none, or a name that stands in it."""
    if isinstance(value, str):
        return quantities.text(value)
    if type(value) is int and value >= 0:
        return value
    raise unfit("the line of the header, from 1, 0 where there is none, or a name that stands in it", shown(value))


def separator(value: Any) -> str:
    """One character, or its name; a space is white space of any length."""
    if isinstance(value, str) and (value in _SEPARATORS or (len(value) == 1 and value not in '\r\n"')):
        return _SEPARATORS.get(value, value)
    raise unfit(f"one character or {one_of(_SEPARATORS)}", shown(value))


def group(value: Any) -> str:
    """The name of a group, or the number of a run."""
    return str(value) if type(value) is int and value >= 0 else quantities.text(value)


def columns(value: Any) -> dict[str, ColumnSource]:
    """Where columns stand: header, number, or a table with unit, gain and offset."""
    if not isinstance(value, Mapping):
        raise unfit('a table such as {n = "n_reps", current = 3}', shown(value))
    return {name: _source(source) for name, source in value.items()}


def _source(value: Any) -> ColumnSource:
    if not isinstance(value, Mapping):
        return ColumnSource(_place(value))
    numbers = [value.get(key, 0.0) for key in ("gain", "offset")]
    sound = all(isinstance(n, int | float) and not isinstance(n, bool) and isfinite(n) for n in numbers)
    unit = value.get("unit", "")
    if "column" not in value or not value.keys() <= {"column", "unit", "gain", "offset"}:
        raise unfit(_COLUMN, f"a table with the keys {', '.join(value) or 'of none'}")
    if not sound or not isinstance(unit, str) or value.get("gain") == 0:
        raise unfit(
            _COLUMN, "a unit that is not text, a gain that is not a number or is 0, or an offset that is not a number"
        )
    gain, offset = float(value.get("gain", 1.0)), float(value.get("offset", 0.0))
    return ColumnSource(_place(value["column"]), unit, gain, offset)


def _place(value: Any) -> str | int:
    if isinstance(value, str) and value.strip():
        return value
    if type(value) is int and value >= 1:
        return value
    raise unfit(_COLUMN, shown(value))


def values(value: Any) -> dict[str, dict[str, str]]:
    """What the words of a file mean, by column."""
    expected = 'a table such as {state = {"0" = "P", "1" = "AP"}}'
    if not isinstance(value, Mapping) or not all(isinstance(words, Mapping) for words in value.values()):
        raise unfit(expected, shown(value))
    return {name: {word: _cell(meaning, expected) for word, meaning in words.items()} for name, words in value.items()}


def _cell(value: Any, expected: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise unfit(expected, shown(value))
    return str(value)


def where(value: Any) -> dict[str, Condition]:
    """Which rows are taken, by column."""
    if not isinstance(value, Mapping):
        raise unfit('a table such as {device_id = "A", "T (K)" = "> 4"}', shown(value))
    return {name: _condition(wanted) for name, wanted in value.items()}


def _condition(value: Any) -> Condition:
    if isinstance(value, list) and value:
        return tuple(_single(entry) for entry in value)
    return _single(value)


def _single(value: Any) -> str | int | float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise unfit('a cell, a comparison such as "> 4", or a list of them', shown(value))
    return value


def pattern(value: Any) -> str:
    """The pattern of file names, with fields in braces."""
    if isinstance(value, str) and value.count("{") == value.count("}") > 0:
        return value
    raise unfit('names of files with fields, such as "{device}_{current:mA}_{temperature:K}"', shown(value))


def constant(value: Any, column: Column) -> float | str:
    """The value of a column in all rows, as its cells are held: SI units, the code of a word, text."""
    if column.text:
        return quantities.text(value)
    if column.choices:
        return column.choices[quantities.choice(*column.choices)(value)]
    for reading in column.readings:
        try:
            found = quantities.quantity(value, reading.unit)
        except PydanticCustomError:
            continue  # it may be of another reading
        return found if reading is column else Otherwise(found, reading.name)
    return quantities.quantity(value, column.unit)  # which says what is wrong
