"""Text from files stands in every form of the report as it stands in the file."""

from __future__ import annotations

import html
import io
import json
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pypdf import PdfReader

from stfit.reports import latex_text, markdown, pdf
from stfit.reports.blocks import drawings
from stfit.reports.content import Code, Document
from stfit.reports.directions import isolated, turns
from stfit.reports.document import document
from stfit.reports.html import inline
from stfit.reports.latex import answer_table, latex

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("example.py")))
HOSTILE = [
    "<script>alert(1)</script>",
    "{{7*7}}",
    "\\input{/etc/passwd}",
    "#eval(1)",
    "*a* _b_ [c](d) `e` | ^^41 %",
    "\u05e9\u05dc\u05d5\u05dd",
]
# title, table of inputs, figure's file, notice, assumption, prior, diagnostics, version, command, test, rival, remedy
PLACES = 12
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)


@pytest.fixture(scope="module")
def shown() -> Document:
    return document(EXAMPLES["hostile"]())


@pytest.fixture(scope="module")
def printed(shown: Document) -> str:
    """The text of the PDF without its spaces, which lie where lines end."""
    pages = PdfReader(io.BytesIO(pdf.pdf(shown))).pages
    return "".join("".join(page.extract_text() for page in pages).split())


@pytest.mark.parametrize("words", HOSTILE[:5])
def test_a_pdf_shows_it_literally(words: str, printed: str) -> None:
    assert printed.count("".join(words.split())) >= PLACES


def test_a_pdf_shows_text_from_right_to_left(printed: str) -> None:
    # an extractor may give the letters in either order; they are there, and nothing after them was turned round
    assert len(re.findall("\u05e9\u05dc\u05d5\u05dd|\u05dd\u05d5\u05dc\u05e9", printed)) >= PLACES
    assert "Reliability" in printed


def test_the_layout_of_the_pdf_evaluates_and_reads_nothing() -> None:
    layout = Path(pdf.__file__).with_name("templates").joinpath("report.typ").read_text(encoding="utf-8")
    code = re.sub(r"//.*", "", layout)
    assert not re.search(r"\b(eval|read|include|import|plugin|csv|xml|yaml|cbor|toml)\b\s*[(\"]?", code)
    assert re.findall(r"json\([^)]*\)\)?", code) == ["json(bytes(sys.inputs.report))"]
    assert re.findall(r"\bimage\(([^,]*),", code) == ["bytes(it.svg)"]


def test_the_data_of_the_pdf_hold_it_letter_by_letter(shown: Document) -> None:
    text = json.dumps(pdf.data(shown), ensure_ascii=False)
    for words in HOSTILE:
        assert text.count(json.dumps(words, ensure_ascii=False)[1:-1]) >= PLACES


def test_markdown_shows_it_literally(shown: Document) -> None:
    rendered = MarkdownIt("gfm-like", {"linkify": False}).render(markdown.markdown(shown))
    text = re.sub(r"\s+", " ", _seen(rendered))
    for words in HOSTILE:
        assert text.count(words) >= PLACES
    assert "<script" not in rendered
    assert not re.search(r'(?:href|src)="(?!figures/)', rendered)


@given(ANY_TEXT)
def test_markdown_gives_back_any_text(text: str) -> None:
    words = " ".join(text.split())
    source = markdown.begun(markdown.literal(words))
    rendered = MarkdownIt("gfm-like", {"linkify": False}).render(source)
    assert " ".join(_seen(rendered).split()) == " ".join(isolated(words).split())


def test_latex_shows_it_literally(shown: Document) -> None:
    text = latex(shown)
    for words in HOSTILE:
        assert text.count(latex_text.literal(words)) >= PLACES
    assert not re.search(
        r"\\(input|include|write|read|openin|csname|catcode|def|let)\b", text.split("begin{document}")[1]
    )
    assert "\\input" not in answer_table(shown)


@given(ANY_TEXT)
def test_latex_has_a_command_for_no_letter_of_any_text(text: str) -> None:
    written = latex_text.literal(text)
    for command in re.findall(r"\\([A-Za-z]+)", written):
        assert command in COMMANDS
    unescaped = re.sub(r"\\[{}]", "", written)
    assert unescaped.count("{") == unescaped.count("}")
    assert _bare(written).isdisjoint("\\{}$&#^_%~")


@pytest.mark.parametrize("words", HOSTILE)
def test_a_page_shows_it_literally_as_a_word_and_as_code(words: str) -> None:
    for text in (words, Code(words)):
        assert words in _seen(str(inline(text)))


@given(ANY_TEXT)
def test_what_turns_the_line_stays_within_its_own_isolate(text: str) -> None:
    kept = isolated(f"{text}\u05d0")
    depth, least = 0, 1
    for letter in kept[:-1]:
        depth += (letter in "\u2066\u2067\u2068") - (letter == "\u2069")
        least = min(least, depth)
    assert least >= 1  # inside from the first letter to the last
    assert kept.endswith("\u2069")
    assert depth == 1


def test_what_runs_from_left_to_right_is_left_alone() -> None:
    assert isolated("dwell.csv, 12 mA, Δf") == "dwell.csv, 12 mA, Δf"
    assert turns("\u202eabc")


def test_our_own_words_stand_outside_of_the_isolate(shown: Document) -> None:
    assert shown.picture is not None
    assert inline(shown.picture.caption).partition("abc\u2069")[2].startswith(". Points: data with 68 % errors.")


def test_every_figure_of_a_report_has_a_name_of_its_own(shown: Document) -> None:
    names = [drawing.identity for drawing in drawings(shown)]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9-]+", name) for name in names)


COMMANDS = {  # what a letter may be written as
    *("textbackslash", "textasciicircum", "textasciitilde", "textless", "textgreater", "textbar", "textquotedbl"),
    *("textquotesingle", "textasciigrave", "quotedblbase", "dots", "ensuremath", "hat", "tfrac", "circ"),
    *(name[1:] for name in latex_text._MATHS.values() if name.startswith("\\") and name[1:].isalpha()),
}


def _bare(written: str) -> set[str]:
    """The letters that stand in a LaTeX text outside of commands, escapes and what these hold."""
    return set(
        re.sub(r"\\ensuremath\{(?:[^{}]|\{[^{}]*\})*\}|\\[A-Za-z]+\{\}|\\[{}$&#_%,]|\{[\[\]*]?\}|~", "", written)
    )


def _seen(rendered: str) -> str:
    """The text of a piece of HTML."""
    return html.unescape(re.sub(r"</?[a-zA-Z][^<>]*>", "", rendered))
