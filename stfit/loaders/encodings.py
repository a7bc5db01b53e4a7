"""The character encoding of a text, from its bytes."""

from __future__ import annotations

import codecs
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT: Final = 1 << 16  # bytes, for zeros between ASCII letters and for pairs of bytes
_LEADS: Final = frozenset({*range(0x81, 0xA0)})  # first bytes of the usual signs in Shift-JIS; controls in Latin-1


def encoding_of(content: bytes) -> str | None:
    """The encoding: UTF-8 or UTF-16 with or without its mark, Shift-JIS, else cp1252; None for bytes that are no text.

    Western and Japanese text are told apart by how letters beyond ASCII stand: mostly pairs that begin below 0xA0 are
    Japanese, for these bytes hardly occur in cp1252.
    """
    for mark, name in _MARKS:
        if content.startswith(mark):
            return name
    if b"\0" in content[:_LOOKED_AT]:
        return _without_mark(content[:_LOOKED_AT])
    if is_text(content, "utf-8"):
        return "utf-8"
    if _looks_japanese(content[:_LOOKED_AT]) and is_text(content, "cp932"):
        return "cp932"
    return "cp1252" if is_text(content, "cp1252") else "latin-1"


def is_text(content: bytes, encoding: str) -> bool:
    """Whether the bytes are text in an encoding, one of one byte a letter or more."""
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and error.end == len(content)  # cut within a letter
    return True


def _without_mark(part: bytes) -> str | None:
    """UTF-16 whose letters are mostly ASCII: a zero in every other byte and in no other."""
    for name, zeros, letters in (("utf-16-le", part[1::2], part[::2]), ("utf-16-be", part[::2], part[1::2])):
        if letters.count(0) == 0 and zeros.count(0) > 0.5 * len(zeros):
            return name
    return None


def _looks_japanese(part: bytes) -> bool:
    beyond = paired = place = 0
    while place < len(part):
        if part[place] < 0x80:
            place += 1
            continue
        beyond += 1
        pair = part[place] in _LEADS and place + 1 < len(part) and part[place + 1] >= 0x40
        paired += pair
        place += 2 if pair else 1
    return 2 * paired > beyond
