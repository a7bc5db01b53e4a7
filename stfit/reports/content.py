"""What a report says before it takes a form: sections of blocks, blocks of text.

A plain `str` is text from outside or of no consequence, and stands in every form exactly as it is; only the other kinds
of text below may become markup, and none of them holds text that was not made here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, final

from stfit.figures.style import Figure, svg_file
from stfit.results.symbols import Symbol, expression_parts, prose_parts, symbol

Width = Literal["column", "page"]  # of a figure: 86 mm, or the text of A4


@final
@dataclass(frozen=True)
class Prose:
    """A sentence of the program: what reads as a symbol (c_AP, k_BT, τ0) is set as one, the rest stands as it is."""

    text: str


@final
@dataclass(frozen=True)
class Name:
    """A parameter by its name in the code: its symbol, or, where it is not known, the name as it stands."""

    name: str


@final
@dataclass(frozen=True)
class Formula:
    """An expression of names, such as l_over_L*c_P/beta."""

    expression: str


@final
@dataclass(frozen=True)
class Number:
    """A number with its unit, as `stfit.results.numbers` writes it."""

    text: str


@final
@dataclass(frozen=True)
class Badge:
    """A verdict in a word or two. kind: what its colour follows."""

    kind: str
    words: str


@final
@dataclass(frozen=True)
class Italic:
    """A word in italics."""

    text: str


@final
@dataclass(frozen=True)
class Code:
    """What is typed, or a checksum."""

    text: str


@final
@dataclass(frozen=True)
class Small:
    """A remark beside what it belongs to. own_line: below it."""

    text: Inline
    own_line: bool = False


Inline = str | Prose | Name | Formula | Number | Badge | Italic | Code | Small | tuple["Inline", ...]
Atom = str | Symbol | Number | Badge | Italic | Code | Small


@final
@dataclass(frozen=True)
class Paragraph:
    """A paragraph. kind: "fine" is small print, "notice" a remark of a loader, "warning" one on the whole."""

    text: Inline
    kind: Literal["", "fine", "notice", "warning"] = ""


@final
@dataclass(frozen=True)
class Heading:
    """A heading inside a section."""

    text: Inline


@final
@dataclass(frozen=True)
class Listing:
    """A list."""

    items: tuple[Inline, ...]


@final
@dataclass(frozen=True)
class Terms:
    """A list of terms, each with what is said of it."""

    entries: tuple[tuple[Inline, Inline], ...]


@final
@dataclass(frozen=True)
class TableColumn:
    """A column of a table. numeric: set to the right. wraps: may be broken into lines."""

    title: Inline = ""
    numeric: bool = False
    wraps: bool = False


@final
@dataclass(frozen=True)
class TableRow:
    """A row of a table; kind: what its looks follow, a verdict for instance."""

    cells: tuple[Inline, ...]
    kind: str = ""


@final
@dataclass(frozen=True)
class Table:
    """A table whose rows are `named` by their first cell, or not.

    kind: "parameters" has name, value, 95 % interval, verdict; "data" may be long.
    """

    columns: tuple[TableColumn, ...]
    rows: tuple[TableRow, ...]
    kind: Literal["", "parameters", "data"] = ""
    named: bool = True

    @property
    def headed(self) -> bool:
        """Whether any column has a title."""
        return any(column.title for column in self.columns)


@final
@dataclass(frozen=True)
class Drawing:
    """A figure, drawn when a form asks for it, and once. words: for who cannot see it. identity: a name in the report.

    foldable: it has residuals that a reader may fold away.
    """

    identity: str
    draw: Callable[[Width], Figure]
    words: str
    caption: Inline
    foldable: bool = False
    _figures: dict[Width, Figure] = field(default_factory=dict, init=False, repr=False, compare=False)
    _files: dict[Width, str] = field(default_factory=dict, init=False, repr=False, compare=False)

    def figure(self, width: Width) -> Figure:
        """The figure at a width, drawn when it is first asked for."""
        if width not in self._figures:
            self._figures[width] = self.draw(width)
        return self._figures[width]

    def file(self, width: Width) -> str:
        """What an SVG file of it holds, written when it is first asked for."""
        if width not in self._files:
            self._files[width] = svg_file(self.figure(width))
        return self._files[width]


@final
@dataclass(frozen=True)
class Gallery:
    """Figures that stand side by side where there is room."""

    drawings: tuple[Drawing, ...]


@final
@dataclass(frozen=True)
class Details:
    """Blocks that stand folded where the form can fold."""

    summary: Inline
    blocks: tuple[Block, ...]


@final
@dataclass(frozen=True)
class Verbatim:
    """The text of a file, line by line."""

    text: str


Block = Paragraph | Heading | Listing | Terms | Table | Drawing | Gallery | Details | Verbatim


@final
@dataclass(frozen=True)
class ReportSection:
    """A section. identity: a word that names it within the report; name: as the contents list it.

    finding: what the section finds, in a few words. folded: a page shows only the heading until asked for more.
    """

    identity: str
    name: Inline
    blocks: tuple[Block, ...]
    finding: Inline = ""
    folded: bool = False

    @property
    def title(self) -> Inline:
        """The heading: "Identifiability: the data determine all 8 parameters"."""
        return (self.name, ": ", self.finding) if self.finding else self.name


@final
@dataclass(frozen=True)
class Document:
    """A whole report. first: what stands beside one figure, as the answer and its reliability; sections: all the rest.

    remarks: what must be read with the headline, each a badge and a sentence.
    """

    title: str
    headline: Inline
    remarks: tuple[Inline, ...]
    failed: bool
    first: tuple[ReportSection, ...]
    picture: Drawing | None
    sections: tuple[ReportSection, ...]
    version: str
    created: str


def atoms(text: Inline) -> Iterator[Atom]:
    """The text in its smallest pieces: literal strings, symbols, numbers, badges, words in another face."""
    if isinstance(text, tuple):
        for part in text:
            yield from atoms(part)
    elif isinstance(text, Prose):
        yield from prose_parts(text.text)
    elif isinstance(text, Formula):
        yield from expression_parts(text.expression)
    elif isinstance(text, Name):
        found = symbol(text.name)
        yield found if found.known else text.name
    else:
        yield text


def plain(text: Inline) -> str:
    """The text without any markup, for a bookmark or a figure's caption in words."""
    return "".join(_plain(atom) for atom in atoms(text))


def _plain(atom: Atom) -> str:
    if isinstance(atom, str):
        return atom
    if isinstance(atom, Badge):
        return atom.words
    return plain(atom.text) if isinstance(atom, Small) else atom.text


def enumerated(names: Sequence[Inline]) -> Inline:
    """Names with commas between them."""
    return tuple(part for index, name in enumerate(names) for part in ((", ", name) if index else (name,)))
