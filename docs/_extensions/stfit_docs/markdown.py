"""Tables in Markdown."""

from __future__ import annotations

from collections.abc import Sequence


def cell(text: str) -> str:
    """Plain text as it stands in a cell of a table, without being read as markup."""
    marked = text.replace("\\", "\\\\")
    for character in "|*[]<>$`{}":
        marked = marked.replace(character, f"\\{character}")
    return " ".join(marked.split())


def code(text: str) -> str:
    """Text as code in a cell of a table; nothing for no text."""
    return f"`{text.replace('|', chr(92) + '|')}`" if text else ""


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
