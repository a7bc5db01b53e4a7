"""The tables of a joint fit and of the error budget, ready to print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from markupsafe import Markup

from stfit.reports.view import symbol_html
from stfit.results.numbers import format_p, format_rounded, format_value
from stfit.results.result import FitResult

_NEGLIGIBLE: Final = 1e-3  # of a variance
_SHOWN_MOVES: Final = 3  # of each measurement left out


@dataclass(frozen=True)
class BudgetRow:
    """One number: its standard error and what each source brings."""

    symbol: Markup
    stderr: str
    parts: list[str]


@dataclass(frozen=True)
class Budget:
    """The error budget; sources are the columns."""

    sources: list[Markup]
    rows: list[BudgetRow]


@dataclass(frozen=True)
class Joint:
    """What each measurement tells, says alone, and changes by its absence."""

    measurements: list[str]
    quantities: list[Markup]
    contributions: list[dict[str, Any]]
    alone: list[dict[str, Any]]
    tensions: list[dict[str, Any]]


def budget(result: FitResult) -> Budget:
    """The budget of every headline number; a source that is negligible everywhere is left out."""
    sources = dict.fromkeys(name for parts in result.budget.values() for name in parts)
    shown = [name for name in sources if any(_matters(parts, name) for parts in result.budget.values())]
    rows = []
    for name, parts in result.budget.items():
        estimate = result.parameters[name]
        rows.append(
            BudgetRow(
                symbol_html(name),
                format_rounded(estimate.stderr, estimate.unit, 2, abs(estimate.value or 0.0)),
                [
                    format_rounded(parts[source], estimate.unit, 2, abs(estimate.value or 0.0))
                    if _matters(parts, source)
                    else "–"
                    for source in shown
                ],
            )
        )
    words = {"statistics": Markup("statistics"), "correlation": Markup("correlation")}
    return Budget([words.get(source) or symbol_html(source) for source in shown], rows)


def _matters(parts: Mapping[str, float], source: str) -> bool:
    total = sum(part**2 for part in parts.values())
    return source in parts and parts[source] ** 2 > _NEGLIGIBLE * total


def joint(result: FitResult) -> Joint:
    """The tables of a joint fit; empty for a single measurement."""
    contributions = result.joint.get("contributions", [])
    names = [share["measurement"] for share in contributions[0]["shares"]] if contributions else []
    entries = result.joint.get("alone", [])
    quantities = [name for name in ("slope_P", "slope_AP", "l_over_L") if any(e[name]["value"] for e in entries)]
    return Joint(
        [_short(name) for name in names],
        [symbol_html(name) for name in quantities],
        [_contribution(entry) for entry in contributions],
        [_alone(entry, quantities, result) for entry in entries],
        _tensions(result),
    )


def _short(name: str) -> str:
    """The file's own name, with what tells it apart."""
    file, bracket, rest = name.partition(" [")
    return f"{Path(file).name}{bracket}{rest}"


def _contribution(entry: Mapping[str, Any]) -> dict[str, Any]:
    shares = [*(share["share"] for share in entry["shares"]), entry["constraints"]]
    return {"symbol": symbol_html(entry["quantity"]), "shares": [_share(share) for share in shares]}


def _share(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= _NEGLIGIBLE else "–"


def _alone(entry: Mapping[str, Any], quantities: Sequence[str], result: FitResult) -> dict[str, Any]:
    cells = [
        format_value(entry[name]["value"], entry[name]["stderr"], result.parameters[name].unit) for name in quantities
    ]
    return {"measurement": _short(entry["measurement"]), "kind": entry["kind"], "cells": cells}


def _tensions(result: FitResult) -> list[dict[str, Any]]:
    rows = []
    entries = result.joint.get("tensions", [])
    for left_out in dict.fromkeys(entry["left_out"] for entry in entries):
        moves = sorted((e for e in entries if e["left_out"] == left_out), key=lambda e: e["p_value"])
        rows += [
            {
                "left_out": _short(left_out),
                "symbol": symbol_html(entry["quantity"]),
                "value": format_value(entry["value"], entry["stderr"], result.parameters[entry["quantity"]].unit),
                "pull": format_rounded(entry["pull"], "", 2),
                "p_value": format_p(entry["p_value"]),
                "verdict": entry["verdict"],
            }
            for entry in moves[:_SHOWN_MOVES]
        ]
    return rows
