"""HTML of small things, for notebooks and single pages: tables and paragraphs in which every text is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup, escape

__all__ = ["Markup", "block", "page", "paragraph", "table"]

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")  # not allowed in HTML
_STYLE: Final = Markup(
    "body{font:16px/1.45 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color-scheme:light dark}"
    ".stfit table{border-collapse:collapse;display:block;overflow-x:auto}"
    ".stfit th,.stfit td{text-align:left;padding:.15rem .8rem .15rem 0;white-space:nowrap;vertical-align:top}"
    ".stfit th,.stfit td:first-child{white-space:normal;min-width:5rem}"
    ".stfit caption{text-align:left;font-weight:600;padding:.4rem 0}"
    ".stfit svg{max-width:100%;height:auto;background:#fff}"
)


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


def page(title: str, *parts: Markup) -> str:
    """A self-contained page: no script, nothing from a network."""
    head = Markup('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{}</title>').format(
        _clean(title)
    )
    view = Markup('<meta name="viewport" content="width=device-width"><style>{}</style></head>').format(_STYLE)
    return f"{head}{view}\n<body>{block(*parts)}</body></html>\n"


def _row(cells: Sequence[object], tag: str) -> Markup:
    return Markup("<tr>{}</tr>").format(Markup("").join(paragraph(cell, tag) for cell in cells))


def _clean(text: object) -> Markup:
    return Markup(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", escape(text)))  # noqa: S704 - escaped right here
