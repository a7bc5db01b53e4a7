"""What to measure next, as far as the fit itself tells: what is missing, and what each error is made of."""

from __future__ import annotations

from typing import Final

from stfit.reports.content import Block, Code, Inline, Listing, Name, Number, Paragraph, Prose, ReportSection
from stfit.reports.drawn_budget import variance_shares
from stfit.reports.summary import beside
from stfit.results.numbers import format_rounded
from stfit.results.result import FitResult, Status

_HEADLINES: Final = ("l_over_L", "c_P", "c_AP", "tau_0", "I_c_P", "I_c_AP")
_MOST: Final = 0.5  # of a variance, from which one source is what it is made of
_RANKED: Final[tuple[Inline, ...]] = (
    "Which measurement does most for the error of an hour of work is what ",
    Code("stfit plan"),
    " works out, with the analysis file.",
)


def section(result: FitResult) -> ReportSection:
    """Remedies of what is not identified, then what would make the errors smaller."""
    blocks: list[Block] = []
    if items := [*_remedies(result), *_errors(result)]:
        blocks.append(Listing(tuple(items)))
    return ReportSection("next", "What to measure next", (*blocks, Paragraph(_RANKED)))


def _remedies(result: FitResult) -> list[Inline]:
    """Each remedy once, in the words of the diagnosis."""
    judged = result.identifiability.get("parameters", {})
    said = [entry["remedy"] for entry in (*result.identifiability["null_directions"], *judged.values())]
    return [Prose(remedy) for remedy in dict.fromkeys(said) if remedy]


def _errors(result: FitResult) -> list[Inline]:
    if result.status is not Status.CONVERGED:
        return []
    found: dict[str, list[str]] = {}
    for name, shares in variance_shares(result).items():
        source = max(shares, key=lambda key: shares[key])
        if name in _HEADLINES and shares[source] > _MOST:
            found.setdefault(source, []).append(name)
    return [_error(result, source, names) for source, names in found.items()]


def _error(result: FitResult, source: str, names: list[str]) -> Inline:
    listed = tuple(
        part for index, name in enumerate(names) for part in ((", ", Name(name)) if index else (Name(name),))
    )
    if source == "statistics":
        return (
            "The error of ",
            listed,
            " is mostly counting statistics: it falls as one over the root of the time spent.",
        )
    if source == "correlation":
        return "The error of ", listed, " is mostly correlation of what is given with the data."
    first, share = names[0], result.budget[names[0]]
    left = sum(part**2 for key, part in share.items() if key != source) ** 0.5
    entry = result.parameters[first]
    size = beside(first, result) or abs(entry.value or 0.0)
    now = Number(format_rounded(entry.stderr, entry.unit, 2, size))
    then = Number(format_rounded(left, entry.unit, 2, size))
    return (
        *("The error of ", listed, " is mostly that of ", Name(source), ": known exactly, it would leave "),
        *(then, " of the ", now, " of ", Name(first), "."),
    )
