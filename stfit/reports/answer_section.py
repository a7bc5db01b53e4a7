"""The first screen of a report: the answer, whether to believe it, one figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from stfit.reports import view
from stfit.reports.content import Badge, Block, Drawing, Heading, Inline, Listing, Paragraph, Prose, ReportSection
from stfit.reports.fit_test_words import alarms
from stfit.reports.measurements_section import compact_figure
from stfit.reports.sampling_section import BADGES
from stfit.reports.sentences import chain_sentence, goodness_sentence, identifiability_sentence, quoted_at
from stfit.results.result import FitResult, Note, Status

_FINE: Final = "Critical currents are linear-extrapolated; digits in parentheses are one standard error."
_WORST: Final = ("failure", "warning", "info")
_GRADES: Final = {"failure": "rejected", "warning": "doubtful", "info": "acceptable"}


def answer(result: FitResult) -> ReportSection:
    """l/L_θθ, c_P, c_AP, τ0, slopes and critical currents with intervals and verdicts."""
    blocks: list[Block] = [view.parameter_table(view.answers(result))]
    if result.combinations:
        blocks += [Heading("Identified instead"), view.parameter_table(view.combinations(result))]
    return ReportSection(
        "answer", "The answer", (*blocks, Paragraph(Prose(f"{quoted_at(result)} {_FINE}"), "fine")), "answer"
    )


def belief(result: FitResult) -> ReportSection:
    """Fit, convergence, identifiability and validity, each in a sentence; the chain too, where there is one."""
    verdict = result.goodness.verdict
    items: list[Inline] = [
        (Badge(verdict, verdict.replace("-", " ")), " ", Prose(goodness_sentence(result.goodness))),
        *((Badge(found, found), " ", Prose(sentence)) for found, sentence in alarms(result.goodness)),
        (_badge_of(result.status), " ", result.status.sentence),
        (_determined(result), " ", Prose(identifiability_sentence(result))),
        *validity_items(result.validity),
    ]
    if sentence := chain_sentence(result.sampling):
        found = result.sampling["verdict"]
        items.append((Badge(BADGES[found], found), " ", Prose(sentence)))
    return ReportSection("belief", "Whether to believe it", (Listing(tuple(items)),), "belief")


def picture(result: FitResult) -> Drawing | None:
    """The first measurement that has a figure, without residuals; None where none has."""
    return next((found for entry in result.measurements if (found := compact_figure(result, entry))), None)


def others(result: FitResult) -> ReportSection | None:
    """Every further parameter; None where there is none."""
    rows = view.others(result)
    return ReportSection("parameters", "Barriers and constants", (view.parameter_table(rows),)) if rows else None


def validity_items(notes: Sequence[Note]) -> list[Inline]:
    """Every remark on the range of validity and on the data that is a warning or worse, the gravest first."""
    grave = sorted((note for note in notes if note.level != "info"), key=lambda note: _WORST.index(note.level))
    if not grave:
        return [(Badge("acceptable", "valid"), " ", "Nothing lies outside the range of validity of what was assumed.")]
    return [(Badge(_GRADES[note.level], note.level), " ", Prose(note.sentence)) for note in grave]


def _badge_of(status: Status) -> Badge:
    converged = status is Status.CONVERGED
    return Badge("acceptable" if converged else "rejected", "converged" if converged else "no fit")


def _determined(result: FitResult) -> Badge:
    rank, free = result.identifiability["rank"], result.identifiability["n_free"]
    return Badge("acceptable" if rank >= free else "doubtful", f"{rank} of {free}")
