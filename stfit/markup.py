"""HTML of small things, for notebooks: tables and paragraphs in which every text is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup, escape

__all__ = ["Markup", "block", "paragraph", "table"]

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # not allowed in HTML


def paragraph(text: object, tag: str = "p") -> Markup:
    """One element around a text."""
    return Markup("<{0}>{1}</{0}>").format(tag, _clean(text))


def table(head: Sequence[object], rows: Iterable[Sequence[object]], caption: str = "") -> Markup:
    """A table; cells that are Markup stand as they are, all others are escaped."""
    lines = [Markup("<table>")]
    lines += [paragraph(caption, "caption")] if caption else []
    lines.append(_row(head, "th"))
    lines += [_row(row, "td") for row in rows]
    return Markup("\n").join([*lines, Markup("</table>")])


def block(*parts: Markup) -> str:
    """What a notebook shows of an object: the parts below each other."""
    return str(Markup('<div class="stfit">{}</div>').format(Markup("\n").join(parts)))


def _row(cells: Sequence[object], tag: str) -> Markup:
    return Markup("<tr>{}</tr>").format(Markup("").join(paragraph(cell, tag) for cell in cells))


def _clean(text: object) -> Markup:
    return Markup(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", escape(text)))  # noqa: S704 - escaped right here
