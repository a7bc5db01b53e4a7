"""A plan as one self-contained HTML page."""

from __future__ import annotations

import textwrap
from typing import Final

import numpy as np

from stfit.figures.prospects import Prospect, plan_figure
from stfit.figures.style import AxisQuantity, Figure
from stfit.reports.content import (
    Badge,
    Block,
    Document,
    Drawing,
    Inline,
    Listing,
    Number,
    Paragraph,
    Prose,
    ReportSection,
    Small,
    Table,
    TableColumn,
    TableRow,
    Terms,
)
from stfit.reports.html import page_of
from stfit.reports.plan_words import (
    PlanRow,
    check_sentence,
    plan_headline,
    plan_rows,
    settings_table,
    today_sentence,
)
from stfit.results.measurement_plan import MeasurementPlan, NextMeasurement
from stfit.results.numbers import prefix
from stfit.results.symbols import symbol

_DRAWN: Final = 6  # candidates
_LEGEND: Final = 36  # letters of a line
_CAPTION: Final = (
    "Lines with open symbols: expected error against total time, as each point is measured for a shorter or longer "
    "time than planned. Full symbols: spread of simulated measurements, with its Monte-Carlo error as bars. Dotted: "
    "today's error."
)
_COLUMNS: Final = (
    "hours", "error then", "of today’s", "gain per hour", "at best", "hours to the goal", "simulated/predicted",
)  # fmt: skip
_GOAL: Final = _COLUMNS.index("hours to the goal")
_MEANING: Final = (
    "Gain per hour: decrease of the logarithm of the error per hour of this measurement. At best: the limit of the "
    "error for very long measuring times. "
)


def render_plan(plan: MeasurementPlan) -> str:
    """The plan as one self-contained HTML page.

    Parameters
    ----------
    plan : MeasurementPlan
        Every text from files is escaped.

    Returns
    -------
    str
        A page of the same looks as a report; it loads nothing from a network.
    """
    return page_of(plan_document(plan))


def plan_document(plan: MeasurementPlan) -> Document:
    """The page of a plan without a form.

    Parameters
    ----------
    plan : MeasurementPlan
        With candidates or without.

    Returns
    -------
    Document
        What to measure next, the expected errors, the candidates in order, and what the plan rests on.
    """
    sections = (_expected(plan), _candidates(plan), *_chosen(plan), _without(plan), _assumptions(plan))
    return Document(
        title=f"{plan.title}: what to measure next",
        headline=Prose(plan_headline(plan)),
        remarks=tuple((Badge("warning", "warning"), " ", Prose(sentence)) for sentence in plan.warnings),
        failed=not plan.candidates,
        first=(),
        picture=None,
        sections=tuple(section for section in sections if section is not None),
        version=plan.stfit_version,
        created=plan.created,
    )


def _expected(plan: MeasurementPlan) -> ReportSection:
    """What is known today, and the error that each candidate leads to."""
    said = today_sentence(plan)
    if plan.hours is not None:
        said += f" Every candidate takes {plan.hours:.3g} h."
    if plan.goal is not None:
        said += f" The goal is {100 * plan.goal:.3g} %."
    blocks: list[Block] = [Paragraph(Prose(said))]
    drawn = _drawn(plan)
    if drawn:
        words = f"Expected error of {symbol(plan.target).text} against hours of measurement, for the {len(drawn)} best."
        blocks.append(Drawing("plan", lambda _: _figure(plan, drawn), words, _CAPTION))
    return ReportSection("expected", "Expected error", tuple(blocks))


def _candidates(plan: MeasurementPlan) -> ReportSection | None:
    rows = plan_rows(plan)
    if not rows:
        return None
    shown = [place for place in range(len(_COLUMNS)) if place != _GOAL or plan.goal is not None]
    numbers = tuple(TableColumn(_COLUMNS[place], numeric=True) for place in shown)
    body = tuple(TableRow((_title(row), *(Number(_cells(row)[place]) for place in shown))) for row in rows)
    meaning = Paragraph((_MEANING, Prose(check_sentence(plan))), "fine")
    table = Table((TableColumn("what", wraps=True), *numbers), body)
    return ReportSection("candidates", "Candidates, the best first", (table, meaning))


def _title(row: PlanRow) -> Inline:
    title: Inline = (f"{row.rank}  ", Prose(row.title))
    if row.identifies:
        return title, Small(Prose(f"identifies {row.identifies}"), own_line=True)
    return title if row.worthwhile else (title, Small("changes nothing", own_line=True))


def _cells(row: PlanRow) -> tuple[str, ...]:
    """In the order of _COLUMNS."""
    return row.hours, row.error, row.share, row.gain, row.at_best, row.goal, row.simulated


def _chosen(plan: MeasurementPlan) -> list[ReportSection]:
    """The points of the worthwhile candidates that chose theirs."""
    shown = [(rank, entry) for rank, entry in enumerate(plan.candidates, 1) if entry.settings and entry.worthwhile]
    return [_points(rank, entry) for rank, entry in shown]


def _points(rank: int, entry: NextMeasurement) -> ReportSection:
    heads, rows = settings_table(entry)
    columns = tuple(TableColumn(head, numeric=True) for head in heads)
    table = Table(columns, tuple(TableRow(tuple(map(Number, row))) for row in rows), named=False)
    return ReportSection(f"points-{rank}", f"Points of {rank}", (table,), Prose(entry.title), folded=True)


def _without(plan: MeasurementPlan) -> ReportSection | None:
    if not plan.without:
        return None
    terms = Terms(tuple((Prose(entry["kind"]), Prose(entry["why"])) for entry in plan.without))
    finding = Prose(", ".join(entry["kind"] for entry in plan.without))
    return ReportSection("without", "No candidate", (terms,), finding, folded=True)


def _assumptions(plan: MeasurementPlan) -> ReportSection:
    made = f"stfit {plan.stfit_version}, {plan.created}, seed {plan.seed}"
    made += f", analysis {plan.analysis_sha256[:12]}." if plan.analysis_sha256 else "."
    listing = Listing(tuple(Prose(sentence) for sentence in plan.assumptions))
    return ReportSection("assumptions", "Assumptions of the plan", (listing, Paragraph(made, "fine")))


def _drawn(plan: MeasurementPlan) -> list[tuple[int, NextMeasurement]]:
    """The candidates that the figure shows, with their ranks."""
    drawn = [(rank, e) for rank, e in enumerate(plan.candidates, 1) if e.stderr is not None and e.curve["hours"]]
    return [pair for pair in drawn if pair[1].worthwhile][:_DRAWN] or drawn[:_DRAWN]


def _figure(plan: MeasurementPlan, drawn: list[tuple[int, NextMeasurement]]) -> Figure:
    largest = max(plan.stderr or 0.0, *(entry.stderr or 0.0 for _, entry in drawn))
    factor, unit = prefix(largest, plan.unit)
    name = symbol(plan.target)
    y = AxisQuantity("expected error of", unit, factor)
    prospects = [_prospect(rank, entry) for rank, entry in drawn]
    return plan_figure(prospects, plan.stderr, name.math if name.known else name.text, y)


def _prospect(rank: int, entry: NextMeasurement) -> Prospect:
    check = entry.check
    simulated = None if check is None else (check.spread, check.spread * check.ratio_error / check.ratio)
    return Prospect(
        f"{rank}  {_in_lines(entry.title)}",
        np.array(entry.curve["hours"]),
        np.array(entry.curve["stderr"]),
        (entry.hours, entry.stderr or 0.0),
        simulated,
    )


def _in_lines(title: str) -> str:
    """A title in the lines of a legend."""
    return "\n".join(textwrap.wrap(title, _LEGEND, subsequent_indent="    "))
