"""The first screen of a report: the answer, and how reliable it is in at most five sentences."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from stfit.reports import view
from stfit.reports.content import (
    Badge,
    Block,
    Heading,
    Inline,
    Listing,
    Name,
    Number,
    Paragraph,
    Prose,
    ReportSection,
    Table,
    TableColumn,
    TableRow,
    enumerated,
)
from stfit.reports.fit_test_words import explanation_of
from stfit.reports.ranking_words import line_readings, readings_sentence
from stfit.reports.sampling_section import BADGES
from stfit.reports.sentences import (
    agreement_sentence,
    chain_sentence,
    identifiability_sentence,
    quoted_at,
    truth_sentence,
    without_law,
)
from stfit.reports.summary import beside
from stfit.results.fit_tests import ALARMS, alarming, kind_of
from stfit.results.numbers import format_estimate, format_p
from stfit.results.ranking import RIVAL_READINGS, readings
from stfit.results.result import FitResult, Goodness, Note, Status, Verdict

_EXTRAPOLATED: Final = "Critical currents are extrapolated linearly."
_DIGITS: Final = "Digits in parentheses are one standard error."
_READINGS: Final = (
    TableColumn("reading"),
    TableColumn("ΔAIC", numeric=True),
    TableColumn("gives", wraps=True),
)
_MOST: Final = 5  # sentences on reliability
_WORST: Final = ("failure", "warning", "info")
_GRADES: Final = {"failure": "rejected", "warning": "doubtful", "info": "acceptable"}
_GRAVITY: Final = ("rejected", "doubtful", "acceptable")
_BARRIERS: Final = ("E_P", "E_AP", "Kv")


def remarks(result: FitResult) -> tuple[Inline, ...]:
    """What must be read with the headline: that rival descriptions give other values, and that data are simulated.

    Parameters
    ----------
    result : FitResult
        The fit.

    Returns
    -------
    tuple of Inline
        A badge and a sentence each.
    """
    found: list[Inline] = []
    if (several := readings(result.comparison)) is not None:
        badge = Badge("doubtful", f"{several.text}, depending on {several.reason}")
        found.append((badge, " ", Prose(first_sentence(readings_sentence(result.comparison)))))
    if sentence := truth_sentence(result):
        found.append((Badge("simulated", "simulated"), " ", Prose(sentence)))
    return tuple(found)


def answer(result: FitResult) -> ReportSection:
    """l/L_θθ, c_P, c_AP, τ0, slopes and critical currents with intervals and verdicts."""
    blocks: list[Block] = [view.parameter_table(view.answers(result))]
    if result.combinations:
        blocks += [Heading("Identified instead"), view.parameter_table(view.combinations(result))]
    if readings := line_readings(result.comparison):
        rows = tuple(TableRow((name, Number(delta), Prose(note))) for name, delta, note in readings)
        blocks += [Heading("Readings of the lines"), Table(_READINGS, rows)]
    fine = Paragraph(
        Prose(_DIGITS if without_law(result) else f"{quoted_at(result)} {_EXTRAPOLATED} {_DIGITS}"), "fine"
    )
    return ReportSection("answer", "Answer", (*blocks, fine))


def reliability(result: FitResult) -> ReportSection:
    """How far the answer is to be relied on: at most five sentences with a badge each, the gravest first.

    Parameters
    ----------
    result : FitResult
        The fit.

    Returns
    -------
    ReportSection
        Sentences on the fit and its tests, what the data determine, the range of validity, and the chain.
    """
    items = [*_fit(result), _determined(result), *validity_items(result.validity), *_chain(result)]
    items.sort(key=lambda item: _GRAVITY.index(item[0].kind))
    if len(items) > _MOST:
        left = len(items) - _MOST + 1
        more = (
            Badge(items[_MOST - 1][0].kind, f"{left} more"),
            " ",
            "They are listed under “Tests of fit” and “Assumptions”.",
        )
        items[_MOST - 1 :] = [more]
    return ReportSection("reliability", "Reliability", (Listing(tuple(items)),))


def others(result: FitResult) -> ReportSection | None:
    """Every further parameter; None where there is none."""
    rows = view.others(result)
    if not rows:
        return None
    shown = {name: result.parameters[name] for name in _BARRIERS if name in result.parameters}
    known = {name: entry for name, entry in shown.items() if entry.value is not None}
    finding: Inline = f"{len(rows)} further parameters"
    if known:
        finding = enumerated(
            [(Name(name), f" = {format_estimate(e, beside(name, result))}") for name, e in known.items()]
        )
    elif shown:
        finding = "the barriers are not identified"
    return ReportSection("parameters", "Barriers and constants", (view.parameter_table(rows),), finding, folded=True)


def validity_items(notes: Sequence[Note]) -> list[tuple[Any, ...]]:
    """The first sentence of every warning on validity, the gravest first; rival readings stand beside the headline."""
    grave = [note for note in notes if note.level != "info" and note.name != RIVAL_READINGS]
    grave.sort(key=lambda note: _WORST.index(note.level))
    return [(Badge(_GRADES[note.level], note.level), " ", Prose(first_sentence(note.sentence))) for note in grave]


def first_sentence(text: str) -> str:
    """What a remark says first; the whole of it stands under the assumptions."""
    end = next(
        (at for at in range(len(text) - 2) if text[at : at + 2] == ". " and text[at + 2].isupper()), len(text) - 1
    )
    return text[: end + 1]


def _fit(result: FitResult) -> list[tuple[Any, ...]]:
    """Whether it converged and the data agree with it; then each kind of test that does not, by name."""
    if result.status is not Status.CONVERGED:
        return [(Badge("rejected", "no fit"), " ", result.status.sentence)]
    verdict = result.goodness.verdict
    badge = Badge(verdict if verdict in _GRAVITY else "doubtful", verdict.replace("-", " "))
    return [(badge, " ", Prose(f"The fit converged. {agreement_sentence(result.goodness)}")), *_alarms(result.goodness)]


def _alarms(goodness: Goodness) -> list[tuple[Any, ...]]:
    found = []
    for tests in alarming(goodness).values():
        verdict = min((test.verdict for test in tests), key=ALARMS.index)
        smallest = min(tests, key=lambda test: 1.0 if test.p_value is None else test.p_value)
        meaning = explanation_of(smallest.name).meaning.removesuffix(".")
        evidence = f"{kind_of(smallest.name)}: {format_p(smallest.p_value, 'p = ')}"
        found.append((Badge(verdict, verdict), " ", Prose(f"{meaning} ({evidence}).")))
    return found


def _chain(result: FitResult) -> list[tuple[Any, ...]]:
    sentence = chain_sentence(result.sampling)
    if not sentence:
        return []
    found = result.sampling["verdict"]
    return [(Badge(BADGES[found], found), " ", Prose(sentence))]


def _determined(result: FitResult) -> tuple[Any, ...]:
    rank, free = result.identifiability["rank"], result.identifiability["n_free"]
    missing = any(entry.verdict is Verdict.NOT_IDENTIFIED for entry in result.parameters.values())
    kind = "acceptable" if rank >= free and not missing else "doubtful"
    return (Badge(kind, f"{rank} of {free}"), " ", Prose(identifiability_sentence(result)))
