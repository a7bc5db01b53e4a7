"""A plan in words: the headline, the rows of its table, the summary for a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from stfit.results.measurement_plan import WORTHWHILE, MeasurementPlan, NextMeasurement
from stfit.results.numbers import format_rounded, format_value
from stfit.results.symbols import symbol
from stfit.units import choose_prefix

HEAD: Final = ("", "what", "hours", "error then", "of today's", "gain per hour", "at best", "simulated")
_NONE: Final = "–"
_LEAST: Final = 1e-5  # of the error: no gain below it is worth a number


@dataclass(frozen=True)
class PlanRow:
    """One candidate; every cell is ready to print."""

    rank: str
    title: str
    hours: str
    error: str
    share: str
    gain: str
    at_best: str
    simulated: str
    goal: str
    identifies: str
    worthwhile: bool

    @property
    def cells(self) -> tuple[str, ...]:
        """In the order of HEAD."""
        return (
            self.rank, self.title, self.hours, self.error, self.share, self.gain, self.at_best, self.simulated,
        )  # fmt: skip


def plan_rows(plan: MeasurementPlan) -> list[PlanRow]:
    """The candidates in their order."""
    return [_row(plan, rank, entry) for rank, entry in enumerate(plan.candidates, 1)]


def _row(plan: MeasurementPlan, rank: int, entry: NextMeasurement) -> PlanRow:
    check, beside = entry.check, abs(plan.stderr or entry.stderr or 0.0)
    share = _NONE if entry.gain is None or not plan.stderr else f"{100 * (entry.stderr or 0.0) / plan.stderr:.3g} %"
    return PlanRow(
        rank=str(rank),
        title=entry.title,
        hours=f"{entry.hours:.3g}",
        error="not identified" if entry.stderr is None else _error(entry.stderr, plan.unit, beside),
        share=share,
        gain=_NONE if entry.gain_per_hour is None else _percent(entry.gain_per_hour),
        at_best=_NONE if entry.at_best is None else _error(entry.at_best, plan.unit, beside),
        simulated=_NONE if check is None else f"{check.ratio:.2f} ± {check.ratio_error:.2f}",
        goal=_NONE if entry.hours_to_goal is None else f"{entry.hours_to_goal:.3g}",
        identifies=", ".join(symbol(name).text for name in entry.identifies),
        worthwhile=entry.worthwhile,
    )


def _percent(part: float) -> str:
    if part > _LEAST:
        return f"{100 * part:.0f} %" if part > 0.1 else f"{100 * part:.2g} %"
    return f"< {100 * _LEAST:g} %"


def _error(value: float, unit: str, beside: float) -> str:
    return format_rounded(value, unit, 3, beside)


def plan_headline(plan: MeasurementPlan) -> str:
    """What to do next, in one sentence."""
    name = symbol(plan.target).text
    best = plan.best
    if not plan.candidates:
        return f"No plan for {name}: {'; '.join(plan.warnings) or 'no candidate fits'}"
    if best is None and plan.value is None:
        return f"{name} is not identified, and no candidate would identify it by itself."
    if best is None:
        return f"No candidate would reduce the error of {name} by {100 * WORTHWHILE:g} % or more."
    then = _error(best.stderr or 0.0, plan.unit, abs(plan.stderr or best.stderr or 0.0))
    if plan.stderr is None:
        state = "is not identified" if plan.value is None else "has no error"
        return f"{name} {state} today. It would be with {best.title}: ± {then} after {best.hours:.3g} h."
    now = _error(plan.stderr, plan.unit, plan.stderr)
    return f"Next for {name}: {best.title}. Its error falls from {now} to {then} in {best.hours:.3g} h."


def today_sentence(plan: MeasurementPlan) -> str:
    """What is known of the target today."""
    name = symbol(plan.target)
    if plan.value is None:
        return f"Today {name.text} ({name.words}) is not identified."
    if plan.stderr is None:
        return f"Today {name.text} = {format_rounded(plan.value, plan.unit)}, {plan.verdict.replace('-', ' ')}."
    relative = abs(plan.stderr / plan.value) if plan.value else float("inf")
    return f"Today {name.text} = {format_value(plan.value, plan.stderr, plan.unit)}, {100 * relative:.3g} %."


def check_sentence(plan: MeasurementPlan) -> str:
    """What the simulations say."""
    checks = [entry.check for entry in plan.candidates if entry.check is not None]
    if not checks:
        return "No candidate was simulated."
    low, high = min(c.ratio for c in checks), max(c.ratio for c in checks)
    failed = sum(c.failed for c in checks)
    words = (
        f"Simulated {checks[0].refits} times each, all data anew and fitted: the spread is {low:.2f} to {high:.2f} of "
        f"what was predicted for the first {len(checks)}."
    )
    return words if not failed else f"{words} {failed} fits failed."


def summary(plan: MeasurementPlan) -> str:
    """The ranking as plain text; columns aligned, titles below their rows' numbers."""
    lines = [plan.title, "=" * max(len(plan.title), 1), plan_headline(plan), "", today_sentence(plan), ""]
    rows = plan_rows(plan)
    if rows:
        heads = [HEAD[0], *HEAD[2:], HEAD[1]]
        lines += _table([heads, *([row.rank, *row.cells[2:], _titled(row)] for row in rows)])
        lines += ["", check_sentence(plan)]
    if plan.without:
        lines += ["", "No candidate", *(f"  {entry['kind']}: {entry['why']}" for entry in plan.without)]
    lines += ["", *plan.assumptions, *(f"warning: {sentence}" for sentence in plan.warnings)]
    return "\n".join(lines) + "\n"


def _titled(row: PlanRow) -> str:
    if not row.worthwhile and row.error != "not identified":
        return f"{row.title} (changes nothing)"
    goal = "" if row.goal == _NONE else f" (goal after {row.goal} h)"
    return f"{row.title}{goal}" + (f" (identifies {row.identifies})" if row.identifies else "")


def _table(rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def settings_table(entry: NextMeasurement) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of the points that a candidate chose."""
    units = {"current": "A", "drive": "A", "temperature": "K", "field": "T", "total_time": "s", "pulse_width": "s"}
    if not entry.settings:
        return [], []
    names = list(entry.settings[0])
    return [name.replace("_", " ") for name in names], [
        [_cell(row[name], units.get(name, "")) for name in names] for row in entry.settings
    ]


def _cell(value: Any, unit: str) -> str:
    if isinstance(value, str):
        return value
    if unit == "":
        return f"{value:.0f}"
    if unit == "K":
        return f"{value:.5g} K"
    factor, label = choose_prefix([value], unit)
    return f"{factor * value:.4g} {label}".replace("-", "−")
