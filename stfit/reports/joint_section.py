"""What a joint fit is made of, and the error budget: tables and figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from stfit.reports.content import (
    Block,
    Drawing,
    Heading,
    Inline,
    Name,
    Number,
    Paragraph,
    ReportSection,
    Table,
    TableColumn,
    TableRow,
)
from stfit.reports.drawn_budget import agreement_figure, budget_figure, compared_quantity, variance_shares
from stfit.reports.summary import beside
from stfit.reports.view import drawn, without_folder
from stfit.results.numbers import format_p, format_rounded, format_value
from stfit.results.result import FitResult
from stfit.results.symbols import symbol

_BARS: Final = "Share of each source in the variance: statistics of the data, and the errors of given constants."
_SHARES: Final = "Share of each measurement, and of the given constants, in the variance of each number."
_NEGLIGIBLE: Final = 1e-3  # of a variance
_OURS: Final = frozenset({"statistics", "correlation"})
_QUADRATURE: Final = (
    "Standard error that each source alone would give; the sources add in quadrature. A dash stands for less than a "
    "thousandth of the variance."
)
_SHOWN_MOVES: Final = 3  # of each measurement left out


@dataclass(frozen=True)
class BudgetRow:
    """One number: its standard error and what each source brings."""

    symbol: Inline
    stderr: str
    parts: list[str]


@dataclass(frozen=True)
class BudgetTable:
    """The error budget; sources are the columns."""

    sources: list[Inline]
    rows: list[BudgetRow]


@dataclass(frozen=True)
class Joint:
    """What each measurement tells, says alone, and changes by its absence."""

    measurements: list[str]
    quantities: list[Inline]
    contributions: list[dict[str, Any]]
    alone: list[dict[str, Any]]
    tensions: list[dict[str, Any]]


def budget(result: FitResult) -> BudgetTable:
    """The budget of every headline number; a source that is negligible everywhere is left out."""
    sources = dict.fromkeys(name for parts in result.budget.values() for name in parts)
    shown = [name for name in sources if any(_matters(parts, name) for parts in result.budget.values())]
    rows = []
    for name, parts in result.budget.items():
        estimate = result.parameters[name]
        size = beside(name, result)
        rows.append(
            BudgetRow(
                Name(name),
                format_rounded(estimate.stderr, estimate.unit, 2, size),
                [
                    format_rounded(parts[source], estimate.unit, 2, size) if _matters(parts, source) else "–"
                    for source in shown
                ],
            )
        )
    return BudgetTable([source if source in _OURS else Name(source) for source in shown], rows)


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
        [without_folder(name) for name in names],
        [Name(name) for name in quantities],
        [_contribution(entry) for entry in contributions],
        [_alone(entry, quantities, result) for entry in entries],
        _tensions(result),
    )


def _contribution(entry: Mapping[str, Any]) -> dict[str, Any]:
    shares = [*(share["share"] for share in entry["shares"]), entry["constraints"]]
    return {"symbol": Name(entry["quantity"]), "shares": [_share(share) for share in shares]}


def _share(share: float) -> str:
    return f"{100 * share:.1f} %" if share >= _NEGLIGIBLE else "–"


def _alone(entry: Mapping[str, Any], quantities: Sequence[str], result: FitResult) -> dict[str, Any]:
    cells = [
        format_value(entry[name]["value"], entry[name]["stderr"], result.parameters[name].unit) for name in quantities
    ]
    return {"measurement": without_folder(entry["measurement"]), "kind": entry["kind"], "cells": cells}


def _tensions(result: FitResult) -> list[dict[str, Any]]:
    rows = []
    entries = result.joint.get("tensions", [])
    for left_out in dict.fromkeys(entry["left_out"] for entry in entries):
        moves = sorted((e for e in entries if e["left_out"] == left_out), key=lambda e: e["p_value"])
        rows += [
            {
                "left_out": without_folder(left_out),
                "symbol": Name(entry["quantity"]),
                "value": format_value(entry["value"], entry["stderr"], result.parameters[entry["quantity"]].unit),
                "pull": format_rounded(entry["pull"], "", 2),
                "p_value": format_p(entry["p_value"]),
                "verdict": entry["verdict"],
            }
            for entry in moves[:_SHOWN_MOVES]
        ]
    return rows


def budget_section(result: FitResult) -> ReportSection | None:
    """The error budget as bars and as a table; None without one."""
    found = budget(result)
    if not found.rows:
        return None
    columns = (TableColumn(), *(TableColumn(title, numeric=True) for title in ("standard error", *found.sources)))
    rows = (TableRow((row.symbol, *(Number(text) for text in (row.stderr, *row.parts)))) for row in found.rows)
    figure = Drawing("budget", lambda width: drawn(budget_figure(result, width=width)), _bars_in_words(result), _BARS)
    blocks = (Table(columns, tuple(rows)), Paragraph(_QUADRATURE, "fine"), figure)
    return ReportSection("budget", "Error budget", blocks, _largest(result), folded=True)


def _largest(result: FitResult) -> Inline:
    """The source that most of the first number's variance comes from."""
    for name, shares in variance_shares(result).items():
        source = max(shares, key=lambda each: shares[each])
        named: Inline = source if source in _OURS else Name(source)
        return (f"{100 * shares[source]:.0f} % of the variance of ", Name(name), " from ", named)
    return ""


def _bars_in_words(result: FitResult) -> str:
    parts = []
    for name, shares in variance_shares(result).items():
        largest = max(shares, key=lambda source: shares[source])
        parts.append(f"{symbol(name).text} {100 * shares[largest]:.0f} % {symbol(largest).text}")
    return f"Shares in the variance of each number; the largest are {', '.join(parts)}."


def section(result: FitResult) -> ReportSection | None:
    """Which measurement tells what, and whether they agree; None for a single measurement."""
    found = joint(result)
    if not found.contributions:
        return None
    columns = (TableColumn(), *(TableColumn(name, numeric=True) for name in (*found.measurements, "constants")))
    rows = (TableRow((e["symbol"], *(Number(share) for share in e["shares"]))) for e in found.contributions)
    blocks: list[Block] = [*_agreement(result)]
    blocks += [Table(columns, tuple(rows)), Paragraph(_SHARES, "fine")]
    blocks += _alone_blocks(found) if found.alone else []
    blocks += _tension_blocks(found) if found.tensions else []
    return ReportSection("joint", "Agreement of the measurements", tuple(blocks), _agree(result), folded=True)


def _agree(result: FitResult) -> str:
    """Whether leaving out any measurement moves any number too far."""
    moved = {entry["left_out"] for entry in result.joint.get("tensions", []) if entry["verdict"] != "agrees"}
    if not moved:
        return f"all {len(result.measurements)} agree"
    verb = "disagrees" if len(moved) == 1 else "disagree"
    return f"{', '.join(sorted(map(without_folder, moved)))} {verb} with the others"


def _agreement(result: FitResult) -> list[Block]:
    name = compared_quantity(result)
    if name is None:
        return []
    caption = (Name(name), " from each measurement alone, from all the others, and from all together (band); 68 %.")
    words = f"{symbol(name).text} from each measurement by itself, from all but one, and from all together."
    return [Drawing("agreement", lambda width: drawn(agreement_figure(result, width=width)), words, caption)]


def _alone_blocks(found: Joint) -> list[Block]:
    quantities = (TableColumn(name, numeric=True) for name in found.quantities)
    columns = (TableColumn("measurement", wraps=True), TableColumn("kind"), *quantities)
    rows = (TableRow((e["measurement"], e["kind"], *(Number(cell) for cell in e["cells"]))) for e in found.alone)
    return [Heading("Each measurement alone"), Table(columns, tuple(rows), named=False)]


def _tension_blocks(found: Joint) -> list[Block]:
    numbers = (TableColumn(title, numeric=True) for title in ("value", "change", "p"))
    columns = (TableColumn("without", wraps=True), TableColumn("number"), *numbers, TableColumn("verdict"))
    rows = (
        TableRow((e["left_out"], e["symbol"], *(Number(e[key]) for key in ("value", "pull", "p_value")), e["verdict"]))
        for e in found.tensions
    )
    small = "Change of each number in units of its own error; the three largest of each measurement."
    return [Heading("One measurement left out"), Table(columns, tuple(rows), named=False), Paragraph(small, "fine")]
