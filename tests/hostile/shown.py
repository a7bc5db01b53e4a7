"""What foreign text may do to an output: nothing but be read. What is wrong with a file that holds some."""

from __future__ import annotations

import csv
import io
import json
import re
import tomllib
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from markdown_it import MarkdownIt
from pypdf import PdfReader

from stfit.reports import html as pages
from tests.hostile.words import OBEYED

CANARY: Final = "Qx7Zk"  # in every foreign text, and in nothing of ours
FOREIGN: Final = (  # markup, scripts, template code, mathtext, formulas; each ends what may stand around it
    f'=HYPERLINK("x")<script>{CANARY}</script><img src=x onerror={CANARY}>" onload=\'{CANARY}\' {{{{7*7}}}}{{%x%}}'
    f'$\\frac{{1}}{{$ \\input{{{CANARY}}} \\write18{{{CANARY}}} #eval("{CANARY}") #include "{CANARY}" '
    f"[x](javascript:{CANARY}) ![y](http://{CANARY}) <http://{CANARY}> `{CANARY}` ``` ]]> --> &amp; \u202e|*_~^% é"
)
_FORMULA: Final = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_TEXT_OF: Final = frozenset(
    {"title", "aria-label", "alt", "content", "data-values", "data-title", "desc"}
)  # attributes read as text
_SCRIPT: Final = Path(pages.__file__).with_name("templates").joinpath("report.js").read_text(encoding="utf-8")
_LATEX: Final = re.compile(r"\\(?:input|include|write|read|openin|openout|immediate|csname|catcode|def|let)\b")
_TERMINAL: Final = re.compile("|".join(map(re.escape, sorted({letter for text in OBEYED.values() for letter in text
                                                              if not letter.isascii() or letter < " "}))))  # fmt: skip
_PLAIN_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+")


class _Markup(HTMLParser):
    """What a browser would make of a page: what of it holds foreign text and is none."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.inside = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if CANARY.lower() in tag:
            self.wrong.append(f"an element {tag}")
        for name, value in attrs:
            bad_address = name in ("href", "src", "xlink:href") and not (value or "").startswith(("#", "figures/"))
            if bad_address or name.startswith("on") or CANARY.lower() in name:
                self.wrong.append(f"<{tag} {name}={value}>")
            if value and CANARY in value and name not in _TEXT_OF:
                self.wrong.append(f"foreign text in <{tag} {name}={value}>")
        self.inside = tag if tag in ("script", "style") else ""

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "script" and data != _SCRIPT:
            self.wrong.append(f"a script: {data[:60]}")
        if self.inside == "style" and CANARY in data:
            self.wrong.append("foreign text in a style")


def _in_html(content: bytes) -> list[str]:
    return _Markup(content.decode("utf-8")).wrong


def _in_markdown(content: bytes) -> list[str]:
    return _Markup(MarkdownIt("gfm-like", {"linkify": False}).render(content.decode("utf-8"))).wrong


def _in_svg(content: bytes) -> list[str]:
    root = ET.fromstring(content)  # noqa: S314 - of our own making, or the test says so
    tags = {element.tag.rpartition("}")[2].lower() for element in root.iter()}
    values = [value for element in root.iter() for name, value in element.attrib.items() if name not in _TEXT_OF]
    return [*tags & {"script", "foreignobject", "image", "a"}, *(value for value in values if CANARY in value)]


def _in_latex(content: bytes) -> list[str]:
    text = content.decode("utf-8")
    return _LATEX.findall(text.partition(r"\begin{document}")[2] or text)


def _in_pdf(content: bytes) -> list[str]:
    acts = [name for name in (b"/JavaScript", b"/JS", b"/Launch", b"/URI", b"/EmbeddedFile") if name in content]
    if not PdfReader(io.BytesIO(content)).pages:
        acts.append(b"no page")
    return [str(name) for name in acts]


def _in_csv(content: bytes) -> list[str]:
    rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""), strict=True)
    return [cell for row in rows for cell in row if cell.startswith(_FORMULA) and not _is_number(cell)]


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _in_json(content: bytes) -> list[str]:
    json.loads(content)
    return []


def _in_toml(content: bytes) -> list[str]:
    tomllib.loads(content.decode("utf-8"))
    return []


_JUDGES: Final[Mapping[str, Callable[[bytes], list[str]]]] = {
    ".html": _in_html,
    ".md": _in_markdown,
    ".svg": _in_svg,
    ".tex": _in_latex,
    ".pdf": _in_pdf,
    ".csv": _in_csv,
    ".json": _in_json,
    ".toml": _in_toml,
}


def wrong_in(folder: Path) -> list[str]:
    """What foreign text does in the files of a folder, names included; a file of another form is a mistake, too."""
    wrong = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if not all(_PLAIN_NAME.fullmatch(part) for part in name.split("/")):
            wrong.append(f"the name {name!r}")
        wrong += [f"{name}: {found}" for found in _JUDGES[path.suffix](path.read_bytes())]
    return wrong


def wrong_in_terminal(said: str) -> list[str]:
    """What a terminal would obey in what was said."""
    return _TERMINAL.findall(said.replace("\n", ""))
