"""What a text says of itself beside its table: names with values, in remarks, notes and lines above the header."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from stfit.loaders.contents import Single, plain_settings

_MARKS: Final = "#%/!;* \t"  # before a remark
LONGEST: Final = 200  # characters of a line that are looked at
_MOST: Final = 100  # settings
_SETTING: Final = re.compile(r"([^\W\d][^:=]{0,40}?)\s?[:=]\s?(\S.*)")
_QUANTITY: Final = re.compile(r"([^\W\d][\w-]{0,40}) ([+-]?[0-9.]+(?:[eE][+-]?[0-9]+)? ?[^\W\d_][^ ]{0,10})")


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


def settings_of(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, Single], ...]:
    """The first settings of a text, numbers with their units as numbers.

    Parameters
    ----------
    pairs : iterable of (str, str)
        Names and values, as they are written.

    Returns
    -------
    tuple of (str, float or str)
        ("Temperature (K)", 295.0), ("Operator", "AB"), at most 100 of them.
    """
    kept = [pair for pair, _ in zip(pairs, range(_MOST), strict=False)]
    return tuple(plain_settings(kept).items())
