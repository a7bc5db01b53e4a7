"""Every sentence that a report or the terminal can print, one a line with its place, for somebody to read.

    python -m tests.sentences [part of a path …]

Strings of the package are taken from its source; what is filled in stands as {…}. Docstrings are left out, except those
of commands, which are their help; so is what is no prose: names, patterns, styles.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

PACKAGE: Final = Path(__file__).parents[1] / "stfit"
_FILLED: Final = "{…}"
_LEAST: Final = 3  # words of a sentence
_WORD: Final = re.compile(r"[A-Za-zΑ-ωÀ-ÿ]{2,}")
_NO_PROSE: Final = re.compile(r"[\\^$]|\(\?|[;{}]\s*$|^\s*[.#]?[\w-]+\s*\{|=\"|</?\w+>")
_MARKUP: Final = re.compile(r"\{%.*?%\}|\{#.*?#\}|<style>.*?</style>|<[^>]*>", re.DOTALL)


class Sentence(NamedTuple):
    """What may be printed, and where its source stands: a path below the package, and a line."""

    place: str
    line: int
    text: str


def sentences(package: Path = PACKAGE) -> Iterator[Sentence]:
    """The sentences of every module and template, in the order of their places."""
    for path in sorted(package.rglob("*")):
        found = _of_module(path) if path.suffix == ".py" else _of_template(path) if path.suffix == ".j2" else ()
        place = path.relative_to(package).as_posix()
        yield from (Sentence(place, line, text) for line, text in found if _is_prose(text))


def _of_module(path: Path) -> Iterator[tuple[int, str]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = set(_docstrings(tree, helpful=path.parent.name == "cli"))
    stack: list[ast.AST] = [tree]
    while stack:
        node = stack.pop()
        if id(node) in silent:
            continue
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
            yield getattr(node, "lineno", 0), _text(node)
            continue
        stack.extend(reversed(list(ast.iter_child_nodes(node))))


def _docstrings(tree: ast.AST, *, helpful: bool) -> Iterator[int]:
    """The identities of the docstrings. helpful: those of public functions are printed, and left out here."""
    for node in ast.walk(tree):
        if helpful and isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            continue
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            yield id(node.body[0].value)  # type: ignore[attr-defined] # a docstring is an expression


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) for part in node.values)
    if isinstance(node, ast.Constant):
        return str(node.value)
    return _FILLED


def _of_template(path: Path) -> Iterator[tuple[int, str]]:
    source = path.read_text(encoding="utf-8")
    blank = _MARKUP.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), source)
    for number, line in enumerate(blank.split("\n"), start=1):
        for text in re.split(r"\s{3,}", re.sub(r"\{\{.*?\}\}", _FILLED, line)):
            yield number, text.strip()


def _is_prose(text: str) -> bool:
    words = _WORD.findall(text.replace(_FILLED, ""))
    return len(words) >= _LEAST and " " in text.strip() and not _NO_PROSE.search(text)


def main() -> None:
    """Print them, those of the places that are asked for."""
    asked = sys.argv[1:]
    for place, line, text in sentences():
        if not asked or any(part in place for part in asked):
            sys.stdout.write(f"{place}:{line}: {' '.join(text.split())}\n")


if __name__ == "__main__":
    main()
