"""What a report shows, in the order it shows it: the result turned into rows of text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from stfit.figures.style import Figure
from stfit.reports.content import Badge, Formula, Inline, Name, Number, Prose, Small, Table, TableColumn, TableRow
from stfit.reports.sentences import without_law
from stfit.reports.summary import ANSWERS, beside, in_thermal_energies, interval_cell, ordered
from stfit.results.numbers import format_estimate, format_interval, format_p, format_rounded, format_value, prefix
from stfit.results.result import Combination, Estimate, FitResult, GoodnessTest, Status, Verdict
from stfit.results.symbols import symbol

_WORDS: Final[Mapping[Verdict, str]] = {verdict: verdict.value.replace("-", " ") for verdict in Verdict}

_FAILED: Final = "no fit"  # what stands for the verdict where the fit did not converge


@dataclass(frozen=True)
class ParameterRow:
    """One line of a table of parameters; every cell is ready to print."""

    symbol: Inline
    words: str
    value: str
    note: str
    ci95: str
    verdict: str
    badge: str


@dataclass(frozen=True)
class TestRow:
    """One line of the table of tests."""

    name: str
    measurement: str
    statistic: str
    asymptotic: str
    simulated: str
    verdict: str


@dataclass(frozen=True)
class NullDirection:
    """A direction in which the data say nothing, and the measurement that would."""

    words: str
    components: Inline
    remedy: str


def answers(result: FitResult) -> list[ParameterRow]:
    """l/L_θθ, c_P, c_AP, τ0, slopes, critical currents; every estimate where there is no law."""
    return [_row(name, entry, result) for name, entry in ordered(result) if without_law(result) or name in ANSWERS]


def others(result: FitResult) -> list[ParameterRow]:
    """Every further parameter: barriers, constants, what was held fixed."""
    rows = [] if without_law(result) else ordered(result)
    return [_row(name, entry, result) for name, entry in rows if name not in ANSWERS]


def combinations(result: FitResult) -> list[ParameterRow]:
    """What is identified where single parameters are not."""
    return [_combination(entry) for entry in result.combinations]


def tests(result: FitResult) -> list[TestRow]:
    """The tests of fit."""
    names = short_names(result)
    return [_test(entry, names.get(entry.measurement, entry.measurement)) for entry in result.goodness.tests]


def null_directions(result: FitResult) -> list[NullDirection]:
    """What was not identified, and what would identify it."""
    return [_null_direction(entry) for entry in result.identifiability["null_directions"]]


def priors(result: FitResult) -> list[tuple[Inline, str]]:
    """The prior of each parameter."""
    return [(Name(name), text) for name, text in result.priors.items()]


def diagnostics(result: FitResult) -> list[tuple[str, str]]:
    """What the backend said of itself."""
    return [(name.replace("_", " "), cell(value)) for name, value in result.diagnostics.items()]


def cell(value: Any) -> str:
    """Any stored value as a few characters of text."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return format_rounded(value, "", 4)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {cell(entry)}" for name, entry in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(cell(entry) for entry in value)
    return str(value)


def parameter_table(rows: Sequence[ParameterRow]) -> Table:
    """The table of parameters: value, 95 % interval, verdict."""
    titles = ("", "value", "95 % interval", "verdict")
    return Table(tuple(TableColumn(title) for title in titles), tuple(_cells(row) for row in rows), "parameters")


def key_values(rows: Sequence[tuple[Inline, Inline]]) -> Table:
    """A table of two columns without a head: what, and what of it."""
    return Table((TableColumn(), TableColumn(wraps=True)), tuple(TableRow(cells) for cells in rows))


def common_unit(values: Sequence[float], unit: str) -> tuple[float, str]:
    """The one unit in which the values of a column read best: that of their geometric mean.

    Parameters
    ----------
    values : sequence of float
        In `unit` (SI); zeros and what is not finite do not count.
    unit : str
        Without a prefix, such as "s".

    Returns
    -------
    factor : float
        Values times this are in the unit shown.
    label : str
        That unit, such as "ms".
    """
    sizes = [math.log(abs(value)) for value in values if value and math.isfinite(value)]
    return prefix(math.exp(math.fsum(sizes) / len(sizes)) if sizes else 1.0, unit)


def without_folder(file: str) -> str:
    """The file's own name, with what tells it apart, as "dwell.csv [2]"."""
    path, bracket, rest = file.partition(" [")
    return f"{Path(path).name}{bracket}{rest}"


def short_names(result: FitResult) -> dict[str, str]:
    """What each measurement is called in tables and captions.

    Parameters
    ----------
    result : FitResult
        The fit.

    Returns
    -------
    dict of str to str
        By the file as the result names it: its own name, or the path where two files share a name.
    """
    short = {entry.file: without_folder(entry.file) for entry in result.measurements}
    names = list(short.values())
    return {file: name if names.count(name) == 1 else file for file, name in short.items()}


def drawn(figure: Figure | None) -> Figure:
    """A figure that is known to be there; ValueError where it is not after all."""
    if figure is None:
        raise ValueError("there is nothing to draw")
    return figure


def _cells(row: ParameterRow) -> TableRow:
    head: Inline = (row.symbol, Small(Prose(row.words))) if row.words else row.symbol
    value: Inline = (Number(row.value), Small(Prose(row.note), own_line=True)) if row.note else Number(row.value)
    cells = (head, value, Number(row.ci95), Badge(row.badge, row.verdict))
    return TableRow(cells, row.badge)


def _row(name: str, entry: Estimate, result: FitResult) -> ParameterRow:
    magnitude = beside(name, result)
    failed = result.status is not Status.CONVERGED
    thermal = in_thermal_energies(entry, result.reference_temperature)
    return ParameterRow(
        symbol=Name(name),
        words=symbol(name).words,
        value=format_estimate(entry, magnitude),
        note=f"{thermal} at {result.reference_temperature:g} K" if thermal else "",
        ci95=interval_cell(entry, "ci95", magnitude),
        verdict=_FAILED if failed else _WORDS[entry.verdict],
        badge="failure" if failed else entry.verdict.value,
    )


def _combination(entry: Combination) -> ParameterRow:
    verdict = Verdict.ONE_SIDED if entry.value is None else Verdict.IDENTIFIED
    return ParameterRow(
        symbol=Formula(entry.expression),
        words="",
        value=f"{format_interval(entry.ci95, entry.unit)} (95 %)"
        if entry.value is None
        else format_value(entry.value, entry.stderr, entry.unit, entry.ci68),
        note="",
        ci95=format_interval(entry.ci95, entry.unit),
        verdict=_WORDS[verdict],
        badge=verdict.value,
    )


def _test(entry: GoodnessTest, measurement: str) -> TestRow:
    statistic = format_rounded(entry.statistic, "")
    simulated = entry.bootstrap_p_value
    asymptotic = entry.p_value if simulated is None else entry.asymptotic_p_value
    shown = (format_p(asymptotic), format_p(simulated))
    return TestRow(entry.name, measurement, statistic, *shown, entry.verdict.replace("-", " "))


def _null_direction(entry: Mapping[str, Any]) -> NullDirection:
    parts: list[Inline] = []
    for name, weight in entry["components"].items():
        parts += [", "] if parts else []
        parts += [f"{weight:+.2f} ".replace("-", "−"), Name(name)]
    return NullDirection(entry["direction"], tuple(parts), entry["remedy"])
