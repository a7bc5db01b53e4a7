"""Pages of the documentation as they stand: blocks of code, files and commands among them, what these print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Final, NamedTuple

DOCS: Final = Path(__file__).parents[1] / "docs"
PRINTED: Final = "It prints"  # the caption of what the block before it prints
LEFT_OUT: Final = "…"
_BLOCK: Final = re.compile(
    r"^```(?:\{code-block\} )?(\w+)\n(?::caption: ([^\n]+)\n\n)?(.*?)^ *```$", re.DOTALL | re.MULTILINE
)
_INDENTED: Final = re.compile(r"^ +(?=```)", re.MULTILINE)


class Block(NamedTuple):
    """A block of code; caption: the name of the file that it is, PRINTED, or empty."""

    language: str
    caption: str
    text: str


def blocks(page: Path) -> list[Block]:
    """All blocks of a page, in their order."""
    text = _INDENTED.sub("", page.read_text(encoding="utf-8"))
    return [Block(language, caption, content) for language, caption, content in _BLOCK.findall(text)]


def write_files(page: Path, folder: Path) -> None:
    """Write the files that a page shows whole."""
    for block in blocks(page):
        if block.caption not in ("", PRINTED):
            path = folder / block.caption
            path.parent.mkdir(exist_ok=True)
            path.write_text(block.text, encoding="utf-8")


def commands(text: str) -> list[list[str]]:
    """The words of every call of stfit in a block of shell, without the name of the program."""
    lines = text.replace("\\\n", " ").splitlines()
    return [shlex.split(line, comments=True)[1:] for line in map(str.strip, lines) if line.startswith("stfit ")]


def missing(printed: str, said: str) -> list[str]:
    """The lines of a PRINTED block that were not said in this order, whatever the spaces."""
    rest, absent = " ".join(said.split()), []
    for line in printed.splitlines():
        wanted = " ".join(line.split())
        if wanted == LEFT_OUT:
            continue
        _, found, after = rest.partition(wanted)
        if found:
            rest = after
        else:
            absent.append(line)
    return absent
