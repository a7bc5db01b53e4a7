"""The table of rival descriptions, ready to print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from stfit.reports.content import Block, Inline, Number, Paragraph, Prose, ReportSection, Table, TableColumn, TableRow
from stfit.reports.ranking_words import comparison_sentence, evidence_sentence
from stfit.results.numbers import format_value
from stfit.results.ranking import readings, verdicts
from stfit.results.result import FitResult

_COLUMNS: Final = ("deviance", "parameters", "AIC", "BIC", "ΔAIC")
_EVIDENCE: Final = ("ln Z", "ln Bayes factor")
_CRITERIA: Final = (
    "Each description is fitted to the same data and constraints. AIC is the deviance plus 2 for each combination of "
    "parameters that the data and the constraints determine. BIC adds the logarithm of the number of rows for each. "
    "ΔAIC is the difference from the lowest AIC. A description adds nothing where one with fewer parameters has an AIC "
    "at most 2 higher."
)
_NUMBERS: Final = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight"}


@dataclass(frozen=True)
class RivalRow:
    """One description: what it costs and gains, by the columns of the table."""

    description: Inline
    numbers: list[str]
    verdict: str
    note: Inline


@dataclass(frozen=True)
class Rivals:
    """What the data say of the descriptions together, and one row for each."""

    sentences: list[Inline]
    columns: tuple[str, ...]
    rows: list[RivalRow]


def rivals(result: FitResult) -> Rivals:
    """The comparison of a result, with the evidence where it was found; no rows where there is neither."""
    weighed = {entry["name"]: entry for entry in result.evidence}
    rows = [
        RivalRow(
            Prose(entry["description"]),
            [*_numbers(entry), *(_evidence(weighed.get(entry["name"])) if weighed else [])],
            verdict,
            Prose(entry["note"]),
        )
        for entry, verdict in zip(result.comparison, verdicts(result.comparison), strict=True)
    ]
    if not result.comparison:
        empty = ["–"] * len(_COLUMNS)
        rows = [RivalRow(Prose(e["description"]), [*empty, *_evidence(e)], "", Prose("")) for e in result.evidence]
    sentences = (comparison_sentence(result.comparison), evidence_sentence(result.evidence))
    columns = (*_COLUMNS, *_EVIDENCE) if weighed else _COLUMNS
    return Rivals([Prose(sentence) for sentence in sentences if sentence], columns, rows)


def section(result: FitResult) -> ReportSection | None:
    """The section of the report; None without rivals."""
    found = rivals(result)
    if not found.rows:
        return None
    numbers = (TableColumn(name, numeric=True) for name in found.columns)
    columns = (
        TableColumn("description", wraps=True),
        *numbers,
        TableColumn("verdict"),
        TableColumn("gives", wraps=True),
    )
    rows = (TableRow((e.description, *(Number(text) for text in e.numbers), e.verdict, e.note)) for e in found.rows)
    blocks: list[Block] = [Paragraph(sentence) for sentence in found.sentences]
    blocks += [Table(columns, tuple(rows)), Paragraph(_CRITERIA, "fine")]
    return ReportSection("comparison", "Rivals", tuple(blocks), _finding(result), folded=True)


def _finding(result: FitResult) -> str:
    """Which values of l/L_θθ descriptions with about equal support give."""
    found = readings(result.comparison)
    if found is not None:
        return f"{_NUMBERS.get(found.count, str(found.count))} readings, {found.text}"
    tried = sum(entry["status"] == "converged" for entry in result.comparison) - 1
    return f"no other reading among {tried} tried" if tried > 0 else ""


def _evidence(entry: Mapping[str, Any] | None) -> list[str]:
    if entry is None:
        return ["–", "–"]
    first = entry["log_bayes_factor_stderr"] == 0.0
    factor = "0" if first else format_value(entry["log_bayes_factor"], entry["log_bayes_factor_stderr"], "")
    return [_tenths(entry["log_z"]), factor]


def _numbers(entry: Mapping[str, Any]) -> list[str]:
    fitted = [_tenths(entry[name]) for name in ("deviance", "aic", "bic", "delta_aic")]
    return [fitted[0], str(int(entry["parameters"])), *fitted[1:]]


def _tenths(value: float | None) -> str:
    """To 0.1, below which no difference of AIC means anything."""
    return "–" if value is None else f"{round(value, 1) + 0.0:.1f}".replace("-", "−")
