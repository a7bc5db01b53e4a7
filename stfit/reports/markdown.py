"""The report as Markdown (GitHub's, with a few inline tags): text from files stands in it letter by letter."""

from __future__ import annotations

import re
from html import escape as html_escape
from typing import Final

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
    TableRow,
    Terms,
    Verbatim,
    atoms,
)
from stfit.reports.directions import isolated
from stfit.results.symbols import Symbol

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_MARKUP: Final = re.compile(r"[\\`*_\[\]{}|~$#@]|:(?=\S)")
_OPENING: Final = re.compile(r"^(\s*)([-+=>]|\d+(?=[.)]))")  # what would begin a list, a rule or a quotation
_FENCE: Final = re.compile(r"`+")


def markdown(document: Document, figures: str = "figures") -> str:
    """The text of report.md. figures: the folder of its figures, as SVG, relative to it."""
    lines = [f"# {inline(document.title)}", f"**{inline(document.headline)}**"]
    lines += [f"> {begun(inline(remark))}" for remark in document.remarks]
    for section in document.first:
        lines += _section(section, figures)
    if document.picture is not None:
        lines += _block(document.picture, figures)
    for section in document.sections:
        lines += _section(section, figures)
    return "\n\n".join(lines) + "\n"


def literal(text: str) -> str:
    """Text that stands for itself: no character of it is taken for markup, by Markdown or by HTML."""
    one_line = " ".join(_CONTROL.sub("\N{REPLACEMENT CHARACTER}", isolated(text)).split("\n"))
    return _MARKUP.sub(_entity, html_escape(one_line, quote=False))


def inline(text: Inline) -> str:
    """A text as Markdown."""
    return "".join(_atom(atom) for atom in atoms(text))


def begun(text: str) -> str:
    """A text at the beginning of a line, where a dash, a number or a sign might else begin a list or a rule."""
    return _OPENING.sub(lambda found: f"{found[1]}{_reference(found[2])}", text)


def _entity(found: re.Match[str]) -> str:
    """A backslash where Markdown knows one, else the character by its number, which no extension looks into."""
    return _reference(found[0]) if found[0] in "$:@{}" else f"\\{found[0]}"


def _reference(letters: str) -> str:
    return "".join(f"&#{ord(letter)};" for letter in letters)


def _atom(atom: Atom) -> str:
    match atom:
        case str():
            return literal(atom)
        case Symbol():
            return atom.html
        case Badge():
            return f"**{literal(atom.words)}**"
        case Italic():
            return f"<i>{literal(atom.text)}</i>"
        case Code():
            return f"<code>{literal(atom.text)}</code>"
        case Number():
            return literal(atom.text)
        case Small():
            return f"{'<br>' if atom.own_line else ' '}<small>{inline(atom.text)}</small>"


def _section(section: ReportSection, figures: str) -> list[str]:
    return [f"## {inline(section.title)}", *(text for block in section.blocks for text in _block(block, figures))]


def _block(block: Block, figures: str) -> list[str]:
    match block:
        case Paragraph():
            text = begun(inline(block.text))
            return [
                {"notice": f"> {text}", "warning": f"> **{text}**", "fine": f"<small>{text}</small>"}.get(
                    block.kind, text
                )
            ]
        case Heading():
            return [f"### {inline(block.text)}"]
        case Listing():
            return ["\n".join(f"- {begun(inline(item))}" for item in block.items)]
        case Terms():
            return [f"**{inline(term)}**\n\n{begun(inline(said))}" for term, said in block.entries]
        case Table():
            return [_table(block)]
        case Drawing():
            return [
                f"![{literal(block.words)}]({figures}/{block.identity}.svg)",
                f"<small>{inline(block.caption)}</small>",
            ]
        case Gallery():
            return [text for drawing in block.drawings for text in _block(drawing, figures)]
        case Details():
            inner = [text for part in block.blocks for text in _block(part, figures)]
            return [f"<details><summary>{inline(block.summary)}</summary>", *inner, "</details>"]
        case Verbatim():
            return [_verbatim(block.text)]


def _table(table: Table) -> str:
    head = [inline(column.title) for column in table.columns]
    rule = ["---:" if column.numeric else "---" for column in table.columns]
    return "\n".join(_line(cells) for cells in (head, rule, *(_cells(row) for row in table.rows)))


def _cells(row: TableRow) -> list[str]:
    return [inline(cell) for cell in row.cells]


def _line(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _verbatim(text: str) -> str:
    """Fenced by more backticks than stand together anywhere in it."""
    fence = "`" * max(3, 1 + max((len(found) for found in _FENCE.findall(text)), default=0))
    body = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n")).rstrip("\n")
    return f"{fence}text\n{body}\n{fence}"
