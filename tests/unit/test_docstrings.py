"""Docstrings of the public interface are in numpydoc form: one sentence, then what goes in, what comes out."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

import stfit
from stfit.notebook.faces import Fit
from tests.guides import DOCS

_SECTION: Final = re.compile(r"^(\w+)\n-{3,}\n(.*?)(?=^\w+\n-{3,}$|\Z)", re.DOTALL | re.MULTILINE)
_MEMBERS: Final = re.compile(r"autoclass:: (\w+)(?:\(\))?\n   :members: (.+)")
_NOT_NAMED: Final = {"self", "cls"}


def complaints(thing: Callable[..., Any]) -> list[str]:
    """What is missing in a docstring."""
    text = inspect.getdoc(thing) or ""
    sections = dict(_SECTION.findall(f"{text}\n"))
    signature = inspect.signature(thing)
    described = re.findall(r"^\*{0,2}(\w[\w, ]*?)(?: :.*)?$", sections.get("Parameters", ""), re.MULTILINE)
    names = {name.strip() for line in described for name in line.split(",")}
    asked = [p.name for p in signature.parameters.values() if p.name not in _NOT_NAMED and p.kind is not p.VAR_KEYWORD]
    found = [f"{name} is not described" for name in asked if name not in names]
    if not re.match(r"\S.*[.:]$", text.partition("\n\n")[0], re.DOTALL):
        found.append("it does not begin with a sentence")
    if not inspect.isclass(thing) and signature.return_annotation not in ("None", None) and "Returns" not in sections:
        found.append("nothing says what it returns")
    return found


def public() -> Iterator[tuple[str, Callable[..., Any]]]:
    """What `stfit` offers, and the members that the page of the reference shows."""
    yield from ((name, getattr(stfit, name)) for name in stfit.__all__ if callable(getattr(stfit, name)))
    page = (DOCS / "reference" / "python.md").read_text(encoding="utf-8")
    for owner, members in _MEMBERS.findall(page):
        of = Fit if owner == "Fit" else getattr(stfit, owner)
        for member in members.split(", "):
            if callable(found := getattr(of, member)):
                yield f"{owner}.{member}", found


@pytest.mark.parametrize(("name", "thing"), list(public()), ids=lambda value: value if isinstance(value, str) else "")
def test_a_public_docstring_is_complete(name: str, thing: Callable[..., Any]) -> None:
    assert complaints(thing) == [], name


def test_what_is_missing_is_told() -> None:
    def bare(current: float) -> float:
        """No sentence"""
        return current

    assert len(complaints(bare)) == 3
