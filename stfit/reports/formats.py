"""The forms of a report, and the files of each; it imports nothing heavy, so that a wrong name is refused at once."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Final

from stfit.errors import OPTION, InputError, Problem

REPORT: Final = "report.html"
RESULT: Final = "result.json"
FIGURES: Final = "figures"
CHAIN: Final = "chain.h5"  # of a sampled result, beside its report
FORMATS: Final = ("html", "pdf", "md", "latex")  # "all" is all of them
_FILES: Final = {"html": (REPORT,), "pdf": ("report.pdf",), "md": ("report.md",), "latex": ("report.tex", "table.tex")}


def chosen_formats(text: str, where: str = OPTION) -> tuple[str, ...]:
    """The formats of "html,pdf" or "all", each once. InputError, at `where`, for one that cannot be made here."""
    named = where.format("format")
    asked = [part.strip().lower() for part in text.split(",") if part.strip()]
    unknown = [name for name in asked if name not in {*FORMATS, "all"}]
    if unknown or not asked:
        expected = f"{', '.join(FORMATS)} or all, with commas between several"
        raise InputError(Problem(named, expected, repr(unknown[0] if unknown else text)))
    formats = FORMATS if "all" in asked else tuple(dict.fromkeys(asked))
    if "pdf" in formats:
        require_typst(f"{named}, pdf")
    return formats


def files_of(formats: Sequence[str], *, result: bool = True) -> tuple[str, ...]:
    """What a report in these formats writes, but for the figures in their folder."""
    return (*((RESULT,) if result else ()), *(name for form in formats for name in _FILES[form]))


def places_of(formats: Sequence[str]) -> tuple[str, ...]:
    """What a report in these formats and its result take of a folder, the folder of figures (figures/) included."""
    drawn = (f"{FIGURES}/",) if {"md", "latex"} & {*formats} else ()
    return (*files_of(formats), *drawn)


def require_typst(where: str) -> None:
    """InputError where the extra that brings typst is not installed."""
    if find_spec("typst") is None:
        raise InputError(Problem(where, 'typst: pip install "stfit[pdf]"', "no such package"))
