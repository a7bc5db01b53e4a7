"""The report as one self-contained HTML page: no network, whole without script, and a little script of its own."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from stfit.figures.drawn_values import drawn_values
from stfit.figures.style import COLUMN_WIDTH, element
from stfit.reports.blocks import tables
from stfit.reports.content import (
    Atom,
    Badge,
    Code,
    Document,
    Drawing,
    Inline,
    Italic,
    Number,
    Prose,
    Small,
    Table,
    atoms,
    plain,
)
from stfit.reports.directions import isolated
from stfit.reports.document import document
from stfit.results.result import FitResult
from stfit.results.symbols import Symbol

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ud800-\udfff]")  # not allowed in HTML
_TEMPLATES: Final = Path(__file__).with_name("templates")
_SCRIPT: Final = "report.js"
_GAP: Final = 2.0  # digits between columns
_WIDE: Final = 1.2  # columns of a journal, from which a figure stands alone in its row
_WRAPPED: Final = 18  # letters of a cell whose text may be broken
_LETTER: Final = 0.87  # of a digit: the mean width of the letters of a table, in fonts from narrow to wide
_STEP: Final = 4


def render(result: FitResult) -> str:
    """The page of a result."""
    return page_of(document(result))


def page_of(shown: Document) -> str:
    """The page of a report; every text from files is escaped."""
    script = (_TEMPLATES / _SCRIPT).read_text(encoding="utf-8")
    rooms = sorted({room_of(table) for table in tables(shown) if table.kind != "data"})
    answer = max((room_of(table) for table in tables(shown) if table.kind == "parameters"), default=0)
    template = _environment().get_template("report.html.j2")
    text = template.render(
        document=shown, script=trusted(script), script_hash=_hash(script), rooms=rooms, answer=answer
    )
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def trusted(markup: str) -> Markup:
    """Markup of our own making, in which every text from outside is already escaped."""
    return Markup(markup)  # noqa: S704


def inline(text: Inline) -> Markup:
    """A text as markup."""
    return trusted("".join(_atom(atom) for atom in atoms(text)))


def drawing(block: Drawing) -> Markup:
    """A figure as an <svg> element that carries the values drawn, for pointers and for its CSV button."""
    figure = block.figure("column")
    values = json.dumps(drawn_values(figure), ensure_ascii=False, separators=(",", ":"))
    attributes = {"data-values": values}
    if figure.get_figwidth() > _WIDE * COLUMN_WIDTH:
        attributes["class"] = "wide"
    file = block.file("column")
    return trusted(element(file, figure.get_figwidth(), block.words, block.identity, attributes))


def room_of(table: Table) -> int:
    """How wide a table is, in digits: where it finds less room its rows are set as cards.

    Measured in digits, the rule is the same for every font.

    Parameters
    ----------
    table : Table
        Its longest cells are counted; text that may be broken counts up to 18 letters.

    Returns
    -------
    int
        A multiple of 4.
    """
    letters = 0.0
    for index, column in enumerate(table.columns):
        cells = [line for row in table.rows for line in _lines(row.cells[index])]
        widest = max((len(text) for text in (plain(column.title), *cells)), default=0)
        letters += min(widest, _WRAPPED) if column.wraps or (table.named and index == 0) else widest
    wide = _LETTER * letters + _GAP * (len(table.columns) - 1)
    return _STEP * math.ceil(wide / _STEP)


def _lines(cell: Inline) -> list[str]:
    """A cell and the remark below it."""
    if isinstance(cell, tuple) and isinstance(cell[-1], Small) and cell[-1].own_line:
        return [plain(cell[:-1]), plain(cell[-1].text)]
    return [plain(cell)]


def _hash(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")


def _atom(atom: Atom) -> str:
    match atom:
        case str():
            return str(escape(isolated(atom)))
        case Symbol():
            return atom.html
        case Number():
            return str(escape(atom.text))
        case Badge():
            kind = re.sub(r"[^a-z-]", "", atom.kind)
            return f'<span class="badge {kind}">{escape(isolated(atom.words))}</span>'
        case Italic():
            return f"<i>{escape(atom.text)}</i>"
        case Code():
            return f"<code>{escape(isolated(atom.text))}</code>"
        case Small():
            tag = "note" if atom.own_line else "words"
            return f'<span class="{tag}">{inline(atom.text)}</span>'


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["prose"] = lambda text: inline(Prose(text))
    environment.filters["inline"] = inline
    environment.filters["drawing"] = drawing
    environment.filters["words"] = plain
    environment.filters["room"] = lambda table: "" if table.kind == "data" else f"room-{room_of(table)}"
    environment.filters["kind_of"] = lambda block: type(block).__name__
    return environment
