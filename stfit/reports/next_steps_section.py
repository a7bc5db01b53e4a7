"""What to measure next, as far as the fit itself tells: what is missing, and what each error is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from stfit.reports.content import (
    Block,
    Code,
    Inline,
    Listing,
    Name,
    Number,
    Paragraph,
    Prose,
    ReportSection,
    enumerated,
)
from stfit.reports.drawn_budget import variance_shares
from stfit.reports.sentences import without_law
from stfit.reports.summary import beside
from stfit.results.numbers import format_rounded
from stfit.results.result import FitResult, Status

_HEADLINES: Final = ("l_over_L", "c_P", "c_AP", "tau_0", "I_c_P", "I_c_AP")
_MOST: Final = 0.5  # of a variance, from which one source is what it is made of
_RANKED: Final[tuple[Inline, ...]] = (
    Code("stfit plan"),
    " finds, from the analysis file, which measurement reduces the error most in an hour.",
)


def section(result: FitResult) -> ReportSection | None:
    """Remedies of what is not identified, then what would make the errors smaller; None without a law to plan for."""
    if without_law(result):
        return None
    remedies = _remedies(result)
    items = (*remedies, *_errors(result))
    blocks: list[Block] = [Listing(items)] if items else []
    return ReportSection(
        "next", "Next measurements", (*blocks, Paragraph(_RANKED)), _finding(result, remedies), folded=True
    )


def _finding(result: FitResult, remedies: Sequence[Inline]) -> Inline:
    """What would help first: a remedy of what is not identified, else what most of the first error comes from."""
    if remedies:
        return f"{len(remedies)} suggestion{'' if len(remedies) == 1 else 's'} to identify more parameters"
    for name, source in _main_sources(result):
        if source == "statistics":
            return ("longer measurement reduces the error of ", Name(name))
        if source != "correlation":
            return ("a better value of ", Name(source), " reduces the error of ", Name(name))
    return ""


def _remedies(result: FitResult) -> list[Inline]:
    """Each remedy once, in the words of the diagnosis."""
    judged = result.identifiability.get("parameters", {})
    said = [entry["remedy"] for entry in (*result.identifiability["null_directions"], *judged.values())]
    return [Prose(remedy) for remedy in dict.fromkeys(said) if remedy]


def _errors(result: FitResult) -> list[Inline]:
    found: dict[str, list[str]] = {}
    for name, source in _main_sources(result):
        found.setdefault(source, []).append(name)
    return [_error(result, source, names) for source, names in found.items()]


def _main_sources(result: FitResult) -> list[tuple[str, str]]:
    """Of each headline number the source that most of its variance comes from; none of a fit that failed."""
    if result.status is not Status.CONVERGED:
        return []
    found = []
    for name, shares in variance_shares(result).items():
        source = max(shares, key=lambda key: shares[key])
        if name in _HEADLINES and shares[source] > _MOST:
            found.append((name, source))
    return found


def _error(result: FitResult, source: str, names: list[str]) -> Inline:
    listed = enumerated([Name(name) for name in names])
    if source == "statistics":
        return (
            *("The error of ", listed, " comes mostly from the statistics of the data. "),
            "It falls with the square root of the measuring time.",
        )
    if source == "correlation":
        return "The error of ", listed, " comes mostly from the correlation of given constants with the data."
    first, share = names[0], result.budget[names[0]]
    left = sum(part**2 for key, part in share.items() if key != source) ** 0.5
    entry = result.parameters[first]
    size = beside(first, result)
    now = Number(format_rounded(entry.stderr, entry.unit, 2, size))
    then = Number(format_rounded(left, entry.unit, 2, size))
    return (
        *(
            "The error of ",
            listed,
            " comes mostly from ",
            Name(source),
            ". With ",
            Name(source),
            " exact, the error of ",
        ),
        *(Name(first), " would fall from ", now, " to ", then, "."),
    )
