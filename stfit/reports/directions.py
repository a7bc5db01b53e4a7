"""Text that runs from right to left, kept from turning the line it stands in."""

from __future__ import annotations

import unicodedata
from typing import Final

_TURNING: Final = frozenset({"R", "AL", "AN", "RLE", "RLO", "LRE", "LRO", "RLI", "LRI", "FSI", "PDI", "PDF"})
_OPENING: Final = "\N{FIRST STRONG ISOLATE}\N{LEFT-TO-RIGHT ISOLATE}\N{RIGHT-TO-LEFT ISOLATE}"
_ISOLATE, _END = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"


def turns(text: str) -> bool:
    """Whether a text holds letters from right to left, or characters that switch the direction."""
    return not text.isascii() and any(unicodedata.bidirectional(letter) in _TURNING for letter in text)


def isolated(text: str) -> str:
    """The text, in isolation from what stands beside it where it could turn that round."""
    if not turns(text):
        return text
    opened, closed = _unmatched(text)
    return f"{_ISOLATE * (1 + closed)}{text}{_END * (1 + opened)}"


def _unmatched(text: str) -> tuple[int, int]:
    """How many isolates a text of its own opens and does not close, and closes that it did not open."""
    opened = closed = 0
    for letter in text:
        if letter in _OPENING:
            opened += 1
        elif letter == _END:
            opened, closed = (opened - 1, closed) if opened else (0, closed + 1)
    return opened, closed
