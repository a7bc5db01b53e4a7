"""What the package says of itself: its extras from the installed metadata, how to cite it from CITATION.cff."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.metadata import requires
from pathlib import Path
from typing import Any, Final

import yaml

from stfit_docs.analysis_file import MEANINGS
from stfit_docs.markdown import code, table

ROOT: Final = Path(__file__).parents[3]
_OF_AN_EXTRA: Final = re.compile(r'^([\w.-]+).*; extra == ["\'](\w+)["\']$')


def extras() -> str:
    """A table of the extras that have a meaning: what each is for, and the packages that it brings."""
    found = [match.groups() for text in requires("stfit") or () if (match := _OF_AN_EXTRA.match(text))]
    rows = [
        [code(extra), meaning, ", ".join(code(package) for package, of in found if of == extra)]
        for extra, meaning in MEANINGS["extra"].items()
    ]
    return table(["Extra", "For", "Brings"], rows)


def citation() -> str:
    """The program and the paper as entries of BibTeX."""
    content = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    paper = content["references"][0]
    entries = [
        _entry(
            "software", "stfit", {"title": content["title"], "author": _authors(content), "version": content["version"]}
        ),
        _entry(
            "article",
            "wegrowe2008",
            {
                "title": paper["title"],
                "author": _authors(paper),
                "journal": paper["journal"],
                "volume": paper["volume"],
                "pages": paper["start"],
                "year": paper["year"],
                "doi": paper["doi"],
            },
        ),
    ]
    return "```bibtex\n" + "\n".join(entries) + "```\n"


def _authors(content: Mapping[str, Any]) -> str:
    people = content["authors"]
    return " and ".join(
        f"{person['family-names']}, {person['given-names']}" if "family-names" in person else f"{{{person['name']}}}"
        for person in people
    )


def _entry(kind: str, key: str, fields: Mapping[str, Any]) -> str:
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join([f"@{kind}{{{key},", *lines, "}\n"])
