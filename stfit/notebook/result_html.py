"""What a notebook shows of a result and of a plan."""

from __future__ import annotations

from typing import Final

from stfit.figures.style import svg
from stfit.markup import Markup, block, paragraph, table
from stfit.reports.drawn_measurements import measurement_figure
from stfit.reports.fit_test_words import alarms
from stfit.reports.plan_words import summary as plan_summary
from stfit.reports.sentences import (
    chain_sentence,
    format_combination,
    goodness_sentence,
    headline,
    identifiability_sentence,
    quoted_at,
)
from stfit.reports.summary import ANSWERS, beside, interval_cell, ordered
from stfit.results.measurement_plan import MeasurementPlan
from stfit.results.numbers import NOT_IDENTIFIED, format_estimate
from stfit.results.result import FitResult
from stfit.results.symbols import symbol

_HEAD: Final = ("", "", "value", "68 % interval", "95 % interval", "verdict")


def result_html(result: FitResult) -> str:
    """The answers with their verdicts, whether to believe them, the figure of the first measurement; escaped."""
    parts = [paragraph(result.title, "h3"), paragraph(headline(result)), answers(result)]
    parts += [paragraph(f"Identified instead: {format_combination(entry)}") for entry in result.combinations]
    sentences = [quoted_at(result), result.status.sentence, goodness_sentence(result.goodness)]
    sentences += [identifiability_sentence(result), chain_sentence(result.sampling) or ""]
    parts += [paragraph(" ".join(filter(None, sentences)))]
    parts += [paragraph(f"{verdict}: {sentence}") for verdict, sentence in alarms(result.goodness)]
    parts += [paragraph(f"{note.level}: {note.sentence}") for note in result.validity if note.level != "info"]
    return block(*parts, *_figure(result))


def answers(result: FitResult) -> Markup:
    """The table of the quantities that are asked for, in the order of the report."""
    rows = []
    for name, estimate in ordered(result):
        if name not in ANSWERS:
            continue
        known, magnitude = symbol(name), beside(name, result)
        value = format_estimate(estimate, magnitude)
        intervals = [interval_cell(estimate, level, magnitude) for level in ("ci68", "ci95")]
        verdict = "" if value == NOT_IDENTIFIED else str(estimate.verdict)
        rows.append((Markup(known.html), known.words, value, *intervals, verdict))
    return table(_HEAD, rows)


def plan_html(plan: MeasurementPlan) -> str:
    """The summary of a plan as it stands; escaped."""
    return block(paragraph(plan_summary(plan), "pre"))


def _figure(result: FitResult) -> list[Markup]:
    """The first measurement, drawn; nothing where its kind has no figure."""
    for summary in result.measurements:
        if (figure := measurement_figure(result, summary)) is not None:
            return [Markup(svg(figure, f"Data and fit of {summary.file}.", "n"))]
    return []
