"""From a stored result to the figures of its error budget and of what each measurement says."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from stfit.figures.budget_figure import LeaveOneOut, forest_figure, shares_figure
from stfit.figures.style import AxisQuantity, Figure
from stfit.reports.drawn_measurements import label_of, layout_of
from stfit.results.numbers import prefix
from stfit.results.result import FitResult

_NEGLIGIBLE: Final = 1e-3  # of every variance: then a source is not drawn
_WORDS: Final = frozenset({"statistics", "correlation"})
_COMPARED: Final = ("l_over_L", "slope_AP", "slope_P")  # the first that measurements say anything of


def variance_shares(result: FitResult) -> dict[str, dict[str, float]]:
    """The part of each source in the variance of each number; what is negligible in all of them is left out."""
    rows = {}
    for name, parts in result.budget.items():
        total = sum(part**2 for part in parts.values())
        if total > 0.0:
            rows[name] = {source: part**2 / total for source, part in parts.items()}
    kept = {source for shares in rows.values() for source, share in shares.items() if share > _NEGLIGIBLE}
    return {name: {s: share for s, share in shares.items() if s in kept} for name, shares in rows.items()}


def budget_figure(result: FitResult, *, width: str = "page") -> Figure | None:
    """Bars of the error budget; None without one."""
    shares = variance_shares(result)
    if not shares:
        return None
    named = {label_of(name): {_source(s): part for s, part in parts.items()} for name, parts in shares.items()}
    return shares_figure(named, layout_of(width))


def compared_quantity(result: FitResult) -> str | None:
    """The number of which at least two measurements of a joint fit say something; None where there is none."""
    for name in _COMPARED:
        if name in result.parameters and result.parameters[name].stderr and _voices(result, name) > 1:
            return name
    return None


def agreement_figure(result: FitResult, *, width: str = "page") -> Figure | None:
    """What each measurement says of one number alone, and what all say without it; None for a single measurement."""
    name = compared_quantity(result)
    if name is None:
        return None
    entry = result.parameters[name]
    if entry.value is None or entry.stderr is None:
        return None
    factor, unit = prefix(abs(entry.value), entry.unit)
    without = {e["left_out"]: _pair(e) for e in result.joint.get("tensions", []) if e["quantity"] == name}
    files = dict.fromkeys([*(e["measurement"] for e in result.joint["alone"]), *without])
    alone = {e["measurement"]: _pair(e[name]) for e in result.joint["alone"]}
    found = [LeaveOneOut(Path(file).name, alone.get(file), without.get(file)) for file in files]
    x = AxisQuantity(name, unit, factor)
    return forest_figure(found, (entry.value, entry.stderr), x, label_of(name), layout_of(width))


def _voices(result: FitResult, name: str) -> int:
    alone = sum(_pair(entry[name]) is not None for entry in result.joint.get("alone", []))
    without = sum(bool(entry["quantity"] == name) for entry in result.joint.get("tensions", []))
    return max(alone, without)


def _pair(entry: Any) -> tuple[float, float] | None:
    known = entry["value"] is not None and entry["stderr"] is not None
    return (entry["value"], entry["stderr"]) if known else None


def _source(name: str) -> str:
    return name if name in _WORDS else label_of(name)
