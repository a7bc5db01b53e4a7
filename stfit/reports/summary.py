"""A result as plain text, for a terminal or a notebook's output."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap
from typing import Final

from stfit.constants import BOLTZMANN
from stfit.reports.fit_test_words import alarms
from stfit.reports.next_words import next_steps
from stfit.reports.ranking_words import comparison_sentence, line_readings
from stfit.reports.sentences import (
    chain_sentence,
    format_combination,
    goodness_sentence,
    headline,
    identifiability_sentence,
    own_findings,
    quoted_at,
    truth_sentence,
    without_law,
)
from stfit.results.numbers import NOT_IDENTIFIED, format_estimate, format_interval, format_value
from stfit.results.result import OWN_FINDING, Estimate, FitResult, Note, OwnResult, Verdict
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
_READINGS: Final = ("reading of the lines", "ΔAIC", "gives")
_RULE: Final = 80  # letters
_NARROWEST: Final = 12  # letters, of a column
_HEAD: Final = ("", "value", "95 % interval", "verdict")


def summary(result: FitResult, width: int | None = None) -> str:
    """The answer, its verdicts and whether to believe it; columns aligned, no line carries markup.

    width: letters in a line at most, but for longer words; None for a sentence a line.
    """
    lines = [result.title, "=" * min(max(len(result.title), 1), _RULE), headline(result)]
    lines += [*filter(None, [truth_sentence(result)]), ""]
    if result.parameters and not (without_law(result) and sum(len(entry.own) for entry in result.measurements) > 1):
        cells = (_cells(name, entry, beside(name, result)) for name, entry in ordered(result))
        lines += _table([_HEAD, *cells], width)
    if result.combinations:
        lines += ["", "Identified instead", *(f"  {format_combination(entry)}" for entry in result.combinations)]
    lines += ["", f"{at}{_barriers(result)}"] if (at := quoted_at(result)) else []
    lines += _findings(result, width)
    lines += ["", result.status.sentence, goodness_sentence(result.goodness)]
    lines += [f"{verdict}: {sentence}" for verdict, sentence in alarms(result.goodness)]
    lines += [identifiability_sentence(result)]
    lines += [sentence] if (sentence := chain_sentence(result.sampling)) else []
    lines += [sentence] if (sentence := comparison_sentence(result.comparison)) else []
    if readings := line_readings(result.comparison):
        lines += ["", *_table([_READINGS, *readings], width), ""]
    lines += [f"{note.level}: {note.sentence}" for note in result.validity if _beside(note)]
    lines += [f"notice, {entry.file}: {notice}" for entry in result.measurements for notice in entry.notices]
    lines += ["", *(f"Next: {step}" for step in steps)] if (steps := next_steps(result)) else []
    return "\n".join(lines if width is None else [part for line in lines for part in _folded(line, width)]) + "\n"


def _folded(line: str, width: int) -> list[str]:
    """A line in parts, of which those that go on are indented."""
    indent = " " * (2 + len(line) - len(line.lstrip()))
    return wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False) or [""]


def _findings(result: FitResult, width: int | None) -> list[str]:
    """What measurements say by themselves, where the headline does not: of several series the constants as a table."""
    lines: list[str] = []
    for entry in result.measurements:
        if len(entry.own) > 1:
            lines += ["", *_table(series_table(entry.own), width)]
    several = [own for entry in result.measurements for own in entry.own if len(entry.own) > 1 and own.level == "info"]
    said = [sentence for sentence, own in own_findings(result) if own not in several]
    return lines if without_law(result) and len(said) == 1 and not lines else [*lines, "", *said] if said else lines


def series_table(found: Sequence[OwnResult]) -> list[tuple[str, ...]]:
    """The constants of every series beside each other, the symbols first."""
    names = list(dict.fromkeys(name for own in found for name in own.estimates))
    rows = [
        tuple(format_estimate(own.estimates[name]) if name in own.estimates else "–" for name in names) for own in found
    ]
    series = [(own.series or "all",) for own in found]
    return [("series", *(symbol(name).text for name in names)), *(a + b for a, b in zip(series, rows, strict=True))]


def _beside(note: Note) -> bool:
    """Whether a note is a warning that the findings do not say already."""
    return note.level != "info" and note.name != OWN_FINDING


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


def _table(rows: Sequence[tuple[str, ...]], width: int | None) -> list[str]:
    """Rows with their columns aligned, but for cells too long for a table of that width."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    while width is not None and sum(widths) + 2 * len(widths) - 2 > width and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
