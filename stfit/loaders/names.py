"""Names in headers, compared without regard to how they are written."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from stfit.measurement.columns import Column, Layout
from stfit.units import UnitError, conversion, is_unit, quoted, split_header

_UNIT: Final = re.compile(r"(?:[^\W\d_]|[°%‰])[^\d_]{0,9}")  # what may be one behind a name, without a further look
_LONGEST_NAME: Final = 100  # of those compared for likeness, which takes the square of the length
_KEPT: Final = 4096  # names whose plain form is remembered, since every kind asks for it
_MOST_NAMES: Final = 200  # of those compared with one name


@lru_cache(_KEPT)
def plain_name(header: str) -> str:
    """A name without its unit, case, spaces and underscores."""
    return _plain(split_header(header)[0])


def is_known(header: str, known: Collection[str]) -> bool:
    """Whether a header is one of the plain names that are known, with a unit in any of its forms."""
    if plain_name(header) in known:
        return True
    behind = _unit_behind(split_header(header)[0])
    return behind is not None and _plain(behind[0]) in known


def known_names(layout: Layout, headers: Iterable[str] = ()) -> frozenset[str]:
    """The plain names and aliases of a layout, and those of further headers."""
    own = (name for column in layout.columns for name in (column.name, *column.aliases))
    return frozenset(map(plain_name, (*own, *headers)))


def nearest(name: str, known: Iterable[str]) -> str:
    """A phrase for a message, "; the nearest is …", of the known name most like this one; "" where none is."""
    by_plain = {plain_name(entry): entry for entry in list(known)[:_MOST_NAMES] if len(entry) <= _LONGEST_NAME}
    close = get_close_matches(plain_name(name[:_LONGEST_NAME]), by_plain, n=1)
    return f"; the nearest is {quoted(by_plain[close[0]])}" if close else ""


def split_for(header: str, column: Column) -> tuple[str, str | None]:
    """Name and unit of a header that may be this column: "current (mA)", "current / mA", "current_mA".

    Of a temperature C is degC, not coulomb.
    """
    name, unit = split_header(header)
    if unit == "C" and column.unit == "K":
        return name, "degC"
    behind = _unit_behind(name) if unit is None and column.unit else None
    if behind is not None and any(fits(behind[1], reading) for reading in column.readings):
        return behind
    return name, unit


def fits(unit: str | None, column: Column) -> bool:
    """Whether a unit has the dimension of a column."""
    try:
        conversion(unit or "", column.unit)
    except UnitError:
        return False
    return True


def symbol(header: str) -> str:
    """The plain name; a single letter as it is written: t is no T."""
    name = split_header(header)[0].strip()
    return name if len(name) == 1 else plain_name(header)


def unit_of(header: str) -> str | None:
    """The unit of a header: "mA" of "current (mA)" and of "current_mA"; None without one."""
    name, unit = split_header(header)
    behind = _unit_behind(name) if unit is None else None
    return unit if behind is None else behind[1]


def holds_times(header: str) -> bool:
    """Whether a column holds times: by its unit ("V_min" is a least voltage), or called so without one."""
    unit = unit_of(header)
    if unit is None:
        return header.strip() == "t" or plain_name(header) == "time"
    try:
        factor, _ = conversion(unit, "s")
    except UnitError:
        return False
    return factor <= 1.0 or split_header(header)[1] is not None


def in_unit_of(other: str, name: str, value: float | str) -> float | str | None:
    """The value of a setting in the unit of another one; None where it is not the same setting."""
    if name == other:
        return value
    unit, wanted = split_header(name)[1], split_header(other)[1]
    if unit is None or wanted is None or isinstance(value, str):
        return None
    try:
        factor, offset = conversion(unit, wanted)
    except UnitError:
        return None
    return factor * value + offset


def is_called(header: str, name: str, column: Column) -> bool:
    """Whether the header names the column so. A letter is a symbol: in the other case its unit must tell t from T."""
    if header.strip() == name:
        return True
    written, unit = split_for(header, column)
    if written == name:
        return True
    return _plain(written) == _plain(name) and (len(name) > 1 or fits(unit, column))


def _unit_behind(name: str) -> tuple[str, str] | None:
    """Name and unit of "current_mA" or "current mA"; None where no unit ends the name."""
    for mark in ("_", " "):
        front, _, back = name.rpartition(mark)
        if front and _UNIT.fullmatch(back) and is_unit(back):
            return front.strip(), back
    return None


def _plain(name: str) -> str:
    return "".join(name.split()).replace("_", "").casefold()
