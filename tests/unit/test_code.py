"""How the package is written."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import stfit

MOST_PARAMETERS = 6
EXCEPTIONS = 15  # the options of commands, what a user writes in one call, and a formula with as many quantities


def long_signatures() -> Iterator[str]:
    """The functions of the package that take more than six parameters, self and cls not counted."""
    package = Path(stfit.__file__).parent
    for path in sorted(package.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                if sum(argument.arg not in ("self", "cls") for argument in given) > MOST_PARAMETERS:
                    yield f"{path.relative_to(package)}:{node.lineno} {node.name}"


def test_hardly_any_function_takes_more_than_six_parameters() -> None:
    assert len(found := list(long_signatures())) <= EXCEPTIONS, found
