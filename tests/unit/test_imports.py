"""Imports inside functions: few, and each says why. That none is circular is a contract of import-linter."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import stfit

PACKAGE: Final = Path(stfit.__file__).parent
SHELLS: Final = ("cli", "notebook")  # whose commands import what they use, so that help and refusals come at once
MOST: Final = 10


def imports_in_functions() -> Iterator[tuple[str, bool]]:
    """Where an import stands inside a function, and whether a comment there says why."""
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE)
        if place.parts[0] in SHELLS:
            continue
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        for function in ast.walk(ast.parse(text)):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in ast.walk(function):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    near = lines[node.lineno - 2 : node.lineno]
                    yield f"{place}:{node.lineno}", any("#" in line for line in near)


def test_they_are_few() -> None:
    assert len(list(imports_in_functions())) <= MOST


def test_each_says_why() -> None:
    assert [place for place, reasoned in imports_in_functions() if not reasoned] == []
