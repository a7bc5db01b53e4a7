"""A kind of measurement is one folder: nothing else in the package names it."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path
from typing import Final

import pytest

import stfit
from stfit.measurement import Lazy, kinds

PACKAGE: Final = Path(stfit.__file__).parent
TEXTS: Final = {
    path.relative_to(PACKAGE): path.read_text(encoding="utf-8")
    for path in PACKAGE.rglob("*")
    if path.suffix in {".py", ".json", ".html", ".jinja", ".typ", ".css", ".js"}
}
OURS: Final = [name for name, kind in kinds().items() if kind.layout.where.startswith("stfit.")]  # type: ignore[attr-defined]


def homes(pattern: str) -> set[str]:
    """The folders of kinds, or else the files, in which a pattern occurs."""
    found = {path for path, text in TEXTS.items() if re.search(pattern, text)}
    return {"/".join(path.parts[:2]) if path.parts[0] == "kinds" else str(path) for path in found}


def test_there_are_nine_kinds() -> None:
    assert len(OURS) == 9


@pytest.mark.parametrize("kind", OURS)
def test_one_folder_names_a_kind(kind: str) -> None:
    (home,) = homes(rf"(?<![\w-]){kind}(?![\w-])")
    assert home.startswith("kinds/")


def test_nothing_outside_imports_a_kind() -> None:
    assert {home for home in homes(r"\bstfit\.kinds\.") if not home.startswith("kinds/")} == set()


def test_the_search_finds_what_is_named_outside_the_folders() -> None:
    assert homes(r"\bdef name_of\b") == {"measurement/observation.py"}


@pytest.mark.parametrize("kind", OURS)
def test_every_part_is_where_its_kind_says(kind: str) -> None:
    parts = [getattr(kinds()[kind], field.name) for field in fields(kinds()[kind])]
    lazy = [part for part in parts if isinstance(part, Lazy)]
    assert len(lazy) >= 3  # columns, keys, what builds it
    for part in lazy:
        assert part() is not None
