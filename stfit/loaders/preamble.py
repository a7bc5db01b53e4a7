"""What a text says of itself beside its table: names with values, in remarks, notes and lines above the header."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from stfit.loaders.contents import UNIT, Single, plain_settings
from stfit.loaders.names import plain_name
from stfit.loaders.records import is_comment, split_cells

_MARKS: Final = "#%/!;* \t"  # before a remark
LONGEST: Final = 200  # characters of a line that are looked at
_MOST: Final = 100  # settings
_SETTING: Final = re.compile(r"([^\W\d][^:=]{0,40}?)\s?[:=]\s?(\S.*)")
_QUANTITY: Final = re.compile(r"([^\W\d][\w-]{0,40}) ([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)? ?[^\W\d_][^ ]{0,10})")


Settings = tuple[tuple[str, Single], ...]


def setting_in(line: str) -> tuple[str, str] | None:
    """Name and value of a remark such as "# Temperature: 295 K" or "! field 50 mT"; None where it is no such thing.

    Parameters
    ----------
    line : str
        A line, with or without the marks of a remark.

    Returns
    -------
    (str, str) or None
        The name and the value, as they are written.
    """
    plain = line[:LONGEST].strip(_MARKS)
    match = _SETTING.fullmatch(plain) or _QUANTITY.fullmatch(plain)
    return None if match is None else (match[1].strip(), match[2].strip())


def told_in(line: str, separator: str) -> tuple[str, str] | None:
    """Name and value in a remark, or in the two cells of a line; None where there is no such thing."""
    if len(line) > LONGEST:
        return None
    cells = [] if is_comment(line) else [cell for cell in split_cells(line, separator) if cell]
    return (cells[0], cells[1]) if len(cells) == 2 else setting_in(line)


def told_again(settings: Settings, lines: Iterable[str], separator: str) -> Settings:
    """Settings with what lines among the rows, where a run was appended, say of them again."""
    names = {plain_name(name) for name, _ in settings}
    pairs = (told_in(line, separator) for line in lines) if names else ()
    again = dict.fromkeys(pair for pair in pairs if pair is not None and plain_name(pair[0]) in names)
    return tuple(dict.fromkeys((*settings, *settings_of(again))))


def settings_of(pairs: Iterable[tuple[str, str]]) -> Settings:
    """The first settings of a text, numbers with their units as numbers.

    Parameters
    ----------
    pairs : iterable of (str, str)
        Names and values, as they are written.

    Returns
    -------
    tuple of (str, float or str)
        ("Temperature (K)", 295.0), ("Operator", "AB"), at most 100 of them; one that is told again with another value
        stands there again.
    """
    rounds: list[dict[str, str]] = [{}]  # the first values of all settings, the second ones, …
    for (name, value), _ in zip(pairs, range(_MOST), strict=False):
        free = next((said for said in rounds if name not in said), None)
        if free is None:
            rounds.append(free := {})
        free[name] = value
    units = {name: value for name, value in rounds[0].items() if name.endswith(UNIT)}
    for said in rounds[1:]:
        said.update(
            {name: unit for name, unit in units.items() if name.removesuffix(UNIT) in said and name not in said}
        )
    return tuple(dict.fromkeys(item for said in rounds for item in plain_settings(said.items()).items()))
