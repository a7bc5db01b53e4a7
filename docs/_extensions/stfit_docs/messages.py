"""What the program says of a fit and of a trace, and what to do then; names and words are the program's own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sphinx.errors import ExtensionError

from stfit.kinds import telegraph
from stfit.reports.fit_test_words import EXPLANATIONS
from stfit.results import Verdict
from stfit.results.result import Status
from stfit_docs.analysis_file import MEANINGS
from stfit_docs.markdown import cell, code, table

SOURCES: Final = Path(str(telegraph.__file__)).parent


def statuses() -> str:
    """How a fit may end."""
    return table(["Status", "The report says"], [[code(status.key), cell(status.sentence)] for status in Status])


def verdicts() -> str:
    """What may be said of a number."""
    return _with_meanings("verdict", [verdict.value for verdict in Verdict], "Verdict")


def tests_of_fit() -> str:
    """The tests of a fit: what it means where one rejects, and what to do."""
    rows = [[cell(name), cell(words.meaning), cell(words.remedy)] for name, words in EXPLANATIONS.items()]
    return table(["Test", "Where it rejects", "What to do"], rows)


def trace_checks() -> str:
    """The checks of a trace, and what to do where one fails."""
    return _with_meanings("trace_check", sorted(set(_names_of_checks())), "Check")


def _with_meanings(section: str, names: list[str], head: str) -> str:
    meanings = MEANINGS[section]
    if set(names) != set(meanings):
        raise ExtensionError(f"meanings.toml, [{section}]: the program knows {sorted(names)}, not {sorted(meanings)}")
    return table(
        [head, "What to do" if head == "Check" else "Meaning"], [[code(name), meanings[name]] for name in names]
    )


def _names_of_checks() -> Iterator[str]:
    """The first argument of every Check that the package makes; a variable for it is set in the same function."""
    for path in SOURCES.glob("*.py"):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef):
                yield from _names_in(function)


def _names_in(function: ast.FunctionDef) -> Iterator[str]:
    texts = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            targets, values = node.targets[0], node.value
            pairs = (
                zip(targets.elts, values.elts, strict=False)
                if isinstance(targets, ast.Tuple) and isinstance(values, ast.Tuple)
                else [(targets, values)]
            )
            texts |= {t.id: v.value for t, v in pairs if isinstance(t, ast.Name) and isinstance(v, ast.Constant)}
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Check":
            name = node.args[0]
            yield str(name.value if isinstance(name, ast.Constant) else texts[name.id])  # type: ignore[attr-defined]
