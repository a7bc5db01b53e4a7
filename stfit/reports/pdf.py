"""The report as PDF, set by typst: its template is fixed, and the report reaches it as data, never as markup."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from stfit.figures.style import font_folder
from stfit.reports.content import (
    Atom,
    Badge,
    Block,
    Code,
    Details,
    Document,
    Drawing,
    Gallery,
    Heading,
    Inline,
    Italic,
    Listing,
    Number,
    Paragraph,
    ReportSection,
    Small,
    Table,
    Terms,
    Verbatim,
    Width,
    atoms,
)
from stfit.reports.directions import isolated
from stfit.reports.formats import require_typst
from stfit.results.symbols import Symbol

_TEMPLATE: Final = Path(__file__).with_name("templates") / "report.typ"
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def pdf(document: Document) -> bytes:
    """The content of report.pdf, the same bytes for the same result. InputError without typst."""
    require_typst("format 'pdf'")
    typst: Any = import_module("typst")
    with TemporaryDirectory() as empty:  # the template reads no file, and could not reach any
        written = typst.compile(
            _TEMPLATE.read_bytes(),
            root=empty,
            font_paths=_fonts(),
            sys_inputs={"report": json.dumps(data(document), ensure_ascii=False)},
            timestamp=_moment(document.created),
        )
    if not isinstance(written, bytes):
        raise TypeError("typst gave no single document")
    return written


def data(document: Document) -> dict[str, Any]:
    """The report as plain data, which the template lays out."""
    return {
        "title": _text(document.title),
        "headline": _inline(document.headline),
        "remarks": [_inline(remark) for remark in document.remarks],
        "failed": document.failed,
        "first": [_section(section) for section in document.first],
        "picture": None if document.picture is None else _drawing(document.picture, "column"),
        "sections": [_section(section) for section in document.sections],
        "version": _text(document.version),
    }


@cache
def _fonts() -> Any:
    """typst's own fonts, and matplotlib's for what these lack; none of the system, so that all systems agree."""
    typst: Any = import_module("typst")
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(font_folder())])


def _moment(created: str) -> datetime | None:
    try:
        return datetime.fromisoformat(created)
    except ValueError:
        return None


def _text(text: str) -> str:
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", isolated(text))


def _inline(text: Inline) -> list[dict[str, Any]]:
    return [_atom(atom) for atom in atoms(text)]


def _atom(atom: Atom) -> dict[str, Any]:
    match atom:
        case str():
            return {"is": "text", "text": _text(atom)}
        case Symbol():
            return {"is": "symbol", "runs": [list(run) for run in atom.runs]}
        case Badge():
            return {"is": "badge", "text": _text(atom.words), "kind": atom.kind}
        case Small():
            return {"is": "small", "parts": _inline(atom.text), "own_line": atom.own_line}
        case Number() | Italic() | Code():
            return {"is": type(atom).__name__.lower(), "text": _text(atom.text)}


def _section(section: ReportSection) -> dict[str, Any]:
    return {
        "title": _inline(section.title),
        "blocks": [_block(block) for block in section.blocks],
    }


def _block(block: Block) -> dict[str, Any]:
    kind = {"is": type(block).__name__.lower()}
    match block:
        case Paragraph():
            return kind | {"parts": _inline(block.text), "kind": block.kind}
        case Heading():
            return kind | {"parts": _inline(block.text)}
        case Listing():
            return kind | {"items": [_inline(item) for item in block.items]}
        case Terms():
            return kind | {"entries": [[_inline(term), _inline(said)] for term, said in block.entries]}
        case Table():
            return kind | _table(block)
        case Drawing():
            return kind | _drawing(block)
        case Gallery():
            return kind | {"drawings": [_block(drawing) for drawing in block.drawings]}
        case Details():
            return kind | {"parts": _inline(block.summary)}
        case Verbatim():
            return kind | {"lines": [_text(line) for line in block.text.rstrip("\n").split("\n")]}


def _table(table: Table) -> dict[str, Any]:
    columns = [
        {"title": _inline(column.title), "numeric": column.numeric, "wraps": column.wraps} for column in table.columns
    ]
    rows = [{"cells": [_inline(cell) for cell in row.cells], "kind": row.kind} for row in table.rows]
    return {"columns": columns, "rows": rows, "kind": table.kind, "headed": table.headed}


def _drawing(block: Drawing, width: Width = "page") -> dict[str, Any]:
    return {
        "svg": block.file(width),
        "width": float(block.figure(width).get_figwidth()),
        "words": _text(block.words),
        "caption": _inline(block.caption),
    }
