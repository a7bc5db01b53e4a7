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
from stfit.results.fit_tests import kind_of
from stfit.results.result import FitResult

_SMALL: Final = (
    "The p that counts is the simulated one where there is one: of refits of data drawn from the fit. Each verdict is "
    "that on p after Holm's correction for the number of tests; under-dispersion and posterior predictive checks stand "
    "outside that correction. Over- and under-dispersion show the root of the deviance over its expectation; switching "
    "currents show Anderson and Darling's A²; the correlation of neighbours and the number of runs follow each series "
    "along its axis, one-sided, against residuals as this fit would leave them."
)
_CAPTION: Final = (
    "Every residual of the fit, ordered, against what a normal distribution would give: on the line where the "
    "statistics are those assumed."
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
    blocks: list[Block] = []
    tests = view.tests(result)
    if tests:
        rows = (
            TableRow((e.name, e.measurement, *(Number(n) for n in (e.statistic, e.asymptotic, e.simulated)), e.verdict))
            for e in tests
        )
        blocks.append(Table(_COLUMNS, tuple(rows), named=False))
        blocks += [Paragraph(Prose(sentence), "warning") for _, sentence in alarms(result.goodness)]
        blocks += [Paragraph(Prose(entry["sentence"])) for entry in result.goodness.dispersion]
        blocks += [Paragraph(_SMALL, "fine"), *_explained(result)]
    else:
        blocks.append(Paragraph("No test could be made."))
    if has_residuals(result):
        words = "All residuals, ordered, against the quantiles of a normal distribution."
        blocks.append(
            Drawing("residuals", lambda _: view.drawn(all_residuals_figure(result)), words, _CAPTION, narrow=True)
        )
    return ReportSection("tests", "Tests of fit", tuple(blocks))


def _explained(result: FitResult) -> list[Block]:
    """What each kind of test means where it rejects, and what to do then."""
    columns = (TableColumn("test"), TableColumn("where it rejects", wraps=True), TableColumn("what to do", wraps=True))
    kinds = dict.fromkeys(kind_of(test.name) for test in result.goodness.tests)
    rows = tuple(TableRow((kind, *map(Prose, EXPLANATIONS[kind]))) for kind in kinds if kind in EXPLANATIONS)
    return [Details("What the tests mean", (Table(columns, rows, named=False),))] if rows else []
