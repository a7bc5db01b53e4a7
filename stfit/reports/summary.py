"""A result as plain text, for a terminal or a notebook's output."""

from __future__ import annotations

from textwrap import wrap
from typing import Final

from stfit.constants import BOLTZMANN
from stfit.reports.fit_test_words import alarms
from stfit.reports.next_words import next_steps
from stfit.reports.ranking_words import comparison_sentence
from stfit.reports.sentences import (
    chain_sentence,
    format_combination,
    goodness_sentence,
    headline,
    identifiability_sentence,
    quoted_at,
    truth_sentence,
)
from stfit.results.numbers import NOT_IDENTIFIED, format_estimate, format_interval, format_value
from stfit.results.result import Estimate, FitResult, Verdict
from stfit.results.symbols import symbol

ANSWERS: Final[tuple[str, ...]] = (  # in the order in which a report gives them
    "l_over_L",
    "c_P",
    "c_AP",
    "tau_0",
    "slope_P",
    "slope_AP",
    "I_c_P",
    "I_c_AP",
)
_RULE: Final = 80  # letters
_NARROWEST: Final = 12  # letters, of a column
_HEAD: Final = ("", "value", "95 % interval", "verdict")


def summary(result: FitResult, width: int | None = None) -> str:
    """The answer, its verdicts and whether to believe it; columns aligned, no line carries markup.

    width: letters in a line at most, but for longer words; None for a sentence a line.
    """
    lines = [result.title, "=" * min(max(len(result.title), 1), _RULE), headline(result)]
    lines += [*filter(None, [truth_sentence(result)]), ""]
    lines += _table([_HEAD, *(_cells(name, entry, beside(name, result)) for name, entry in ordered(result))], width)
    if result.combinations:
        lines += ["", "Identified instead", *(f"  {format_combination(entry)}" for entry in result.combinations)]
    lines += ["", f"{quoted_at(result)}{_barriers(result)}"]
    lines += ["", result.status.sentence, goodness_sentence(result.goodness)]
    lines += [f"{verdict}: {sentence}" for verdict, sentence in alarms(result.goodness)]
    lines += [identifiability_sentence(result)]
    lines += [sentence] if (sentence := chain_sentence(result.sampling)) else []
    lines += [sentence] if (sentence := comparison_sentence(result.comparison)) else []
    lines += [f"{note.level}: {note.sentence}" for note in result.validity if note.level != "info"]
    lines += [f"notice, {entry.file}: {notice}" for entry in result.measurements for notice in entry.notices]
    lines += ["", *(f"Next: {step}" for step in steps)] if (steps := next_steps(result)) else []
    return "\n".join(lines if width is None else [part for line in lines for part in _folded(line, width)]) + "\n"


def _folded(line: str, width: int) -> list[str]:
    """A line in parts, of which those that go on are indented."""
    indent = " " * (2 + len(line) - len(line.lstrip()))
    return wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]


def ordered(result: FitResult) -> list[tuple[str, Estimate]]:
    """The parameters: the answers first, then the others in the order of the result."""
    names = [name for name in ANSWERS if name in result.parameters]
    names += [name for name in result.parameters if name not in ANSWERS]
    return [(name, result.parameters[name]) for name in names]


def beside(name: str, result: FitResult) -> float:
    """The magnitude that sets the prefix of a parameter: its own, or the larger of P and AP where it has two."""
    stem = name.removesuffix("_AP").removesuffix("_P")
    names = [f"{stem}_{state}" for state in ("P", "AP")] if stem != name else [name]
    pair = [result.parameters.get(each) for each in names]
    return max((abs(entry.value) for entry in pair if entry is not None and entry.value is not None), default=0.0)


def interval_cell(estimate: Estimate, level: str, magnitude: float = 0.0) -> str:
    """The interval of an estimate, "–" where it has none to show. level: "ci68" or "ci95"."""
    interval = getattr(estimate, level)
    without = estimate.verdict is Verdict.FIXED or (estimate.verdict is Verdict.NOT_IDENTIFIED and interval is None)
    return "–" if without else format_interval(interval, estimate.unit, magnitude)


def in_thermal_energies(estimate: Estimate, temperature: float | None) -> str:
    """Δ = E/k_BT of a barrier at a temperature (K), with its error, as "26.8(3) k_BT"; "" for what is no energy."""
    if estimate.value is None or estimate.verdict is Verdict.NOT_IDENTIFIED or estimate.unit != "J" or not temperature:
        return ""
    thermal = BOLTZMANN * temperature
    stderr = None if estimate.stderr is None else estimate.stderr / thermal
    return f"{format_value(estimate.value / thermal, stderr, '')} k_BT"


def _barriers(result: FitResult) -> str:
    """Δ of every barrier that is known."""
    known = {name: in_thermal_energies(entry, result.reference_temperature) for name, entry in ordered(result)}
    found = [f"{symbol(name).text} = {thermal}" for name, thermal in known.items() if thermal]
    return f" {', '.join(found)}." if found else ""


def _cells(name: str, estimate: Estimate, magnitude: float) -> tuple[str, str, str, str]:
    value = format_estimate(estimate, magnitude)
    verdict = "" if value == NOT_IDENTIFIED else str(estimate.verdict)
    return symbol(name).text, value, interval_cell(estimate, "ci95", magnitude), verdict


def _table(rows: list[tuple[str, str, str, str]], width: int | None) -> list[str]:
    """Rows with their columns aligned, but for cells too long for a table of that width."""
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    while width is not None and sum(widths) + 6 > width and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
