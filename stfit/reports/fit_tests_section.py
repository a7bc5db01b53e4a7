"""The tests of fit: table, dispersion, all residuals."""

from __future__ import annotations

from typing import Final

from stfit.reports import view
from stfit.reports.content import (
    Block,
    Details,
    Drawing,
    Inline,
    Italic,
    Number,
    Paragraph,
    Prose,
    ReportSection,
    Table,
    TableColumn,
    TableRow,
)
from stfit.reports.drawn_measurements import all_residuals_figure, has_residuals
from stfit.reports.fit_test_words import EXPLANATIONS, alarms
from stfit.reports.sentences import goodness_sentence
from stfit.results.fit_tests import ALARMS, kind_of
from stfit.results.result import FitResult

_SMALL: Final = (
    "The verdict follows the simulated p where there is one: it comes from refits of data drawn from the fit. Holm's "
    "correction for the number of tests is applied first; under-dispersion and posterior predictive checks are judged "
    "without it. Over- and under-dispersion give the scatter over that expected. Switching currents give Anderson and "
    "Darling's A². The correlation of neighbours and the number of runs follow each series along its axis."
)
_CAPTION: Final = (
    "All residuals in order, against the quantiles of a normal distribution. They follow the line where the scatter is "
    "the one assumed."
)
_HEADS: Final[tuple[Inline, ...]] = ("statistic", (Italic("p"), ", asymptotic"), (Italic("p"), ", simulated"))
_COLUMNS: Final = (
    TableColumn("test", wraps=True),
    TableColumn("measurement", wraps=True),
    *(TableColumn(title, numeric=True) for title in _HEADS),
    TableColumn("verdict"),
)


def section(result: FitResult) -> ReportSection:
    """Whether the data agree with the fit, test by test."""
    tests = view.tests(result)
    if not tests:
        blocks: list[Block] = [Paragraph("No test could be made.")]
    else:
        rows = (
            TableRow((e.name, e.measurement, *(Number(n) for n in (e.statistic, e.asymptotic, e.simulated)), e.verdict))
            for e in tests
        )
        blocks = [Paragraph(Prose(goodness_sentence(result.goodness)))]
        blocks += [Paragraph(Prose(sentence), "warning") for _, sentence in alarms(result.goodness)]
        blocks.append(Table(_COLUMNS, tuple(rows), named=False))
        blocks += [Paragraph(Prose(entry["sentence"])) for entry in result.goodness.dispersion]
        blocks += [Paragraph(_SMALL, "fine"), *_explained(result)]
    if has_residuals(result):
        words = "All residuals, ordered, against the quantiles of a normal distribution."
        blocks.append(Drawing("residuals", lambda _: view.drawn(all_residuals_figure(result)), words, _CAPTION))
    return ReportSection("tests", "Tests of fit", tuple(blocks), _finding(result), folded=True)


def _finding(result: FitResult) -> str:
    """How many of the tests reject, or are doubtful."""
    tests = result.goodness.tests
    if not tests:
        return "none possible"
    rejecting, doubtful = (sum(test.verdict == verdict for test in tests) for verdict in ALARMS)
    parts = [f"{rejecting} of {len(tests)} reject"] if rejecting else []
    parts += [f"{doubtful} of {len(tests)} doubtful"] if doubtful else []
    return ", ".join(parts) or f"none of {len(tests)} rejects"


def _explained(result: FitResult) -> list[Block]:
    """What each kind of test means where it rejects, and what to do then."""
    columns = (TableColumn("test"), TableColumn("if it rejects", wraps=True), TableColumn("what to do", wraps=True))
    kinds = dict.fromkeys(kind_of(test.name) for test in result.goodness.tests)
    rows = tuple(TableRow((kind, *map(Prose, EXPLANATIONS[kind]))) for kind in kinds if kind in EXPLANATIONS)
    return [Details("Meaning of the tests", (Table(columns, rows, named=False),))] if rows else []
