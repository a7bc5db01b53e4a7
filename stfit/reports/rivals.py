"""The table of rival descriptions, ready to print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from stfit.reports.view import prose
from stfit.results.ranking import comparison_sentence, verdicts
from stfit.results.result import FitResult


@dataclass(frozen=True)
class RivalRow:
    """One description: what it costs and gains. numbers: deviance, parameters, AIC, BIC, ΔAIC."""

    description: Markup
    numbers: list[str]
    verdict: str
    note: Markup


@dataclass(frozen=True)
class Rivals:
    """What the data say of the descriptions together, and one row for each."""

    sentence: Markup
    rows: list[RivalRow]


def rivals(result: FitResult) -> Rivals:
    """The comparison of a result; no rows where none was made."""
    rows = [
        RivalRow(prose(entry["description"]), _numbers(entry), verdict, prose(entry["note"]))
        for entry, verdict in zip(result.comparison, verdicts(result.comparison), strict=True)
    ]
    return Rivals(prose(comparison_sentence(result.comparison)), rows)


def _numbers(entry: Mapping[str, Any]) -> list[str]:
    fitted = [_tenths(entry[name]) for name in ("deviance", "aic", "bic", "delta_aic")]
    return [fitted[0], str(int(entry["parameters"])), *fitted[1:]]


def _tenths(value: float | None) -> str:
    """To 0.1, below which no difference of AIC means anything."""
    return "–" if value is None else f"{round(value, 1) + 0.0:.1f}".replace("-", "−")
