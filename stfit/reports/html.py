"""The report as one self-contained HTML page: no network, whole without script, and a little script of its own."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from stfit.figures.hover import hover_points
from stfit.figures.style import element
from stfit.reports.content import Atom, Badge, Code, Document, Drawing, Inline, Italic, Number, Prose, Small, atoms
from stfit.reports.directions import isolated
from stfit.reports.document import document
from stfit.results.result import FitResult
from stfit.results.symbols import Symbol

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ud800-\udfff]")  # not allowed in HTML
_TEMPLATES: Final = Path(__file__).with_name("templates")
_SCRIPT: Final = "report.js"


def render(result: FitResult) -> str:
    """The page of a result."""
    return page_of(document(result))


def page_of(shown: Document) -> str:
    """The page of a report; every text from files is escaped."""
    script = (_TEMPLATES / _SCRIPT).read_text(encoding="utf-8")
    return page("report.html.j2", document=shown, script=trusted(script), script_hash=_hash(script))


def page(template: str, **content: object) -> str:
    """A page of a template; every text in it is escaped, and has no control characters."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", _environment().get_template(template).render(**content))


def trusted(markup: str) -> Markup:
    """Markup of our own making, in which every text from outside is already escaped."""
    return Markup(markup)  # noqa: S704


def inline(text: Inline) -> Markup:
    """A text as markup."""
    return trusted("".join(_atom(atom) for atom in atoms(text)))


def drawing(block: Drawing) -> Markup:
    """A figure as an <svg> element that carries what hovering shows."""
    points = (
        json.dumps(hover_points(block.page), ensure_ascii=False) if block.foldable or block.identity == "first" else ""
    )
    attributes = {"data-points": points} if points else {}
    return trusted(element(block.file, block.page.get_figwidth(), block.words, block.identity, attributes))


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
    environment.filters["kind_of"] = lambda block: type(block).__name__
    return environment
