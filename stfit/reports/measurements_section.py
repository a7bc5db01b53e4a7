"""The part of a report about the measurements: their figures, in words too, and their reduced data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from stfit.measurement import kinds
from stfit.reports.content import (
    Badge,
    Block,
    Details,
    Drawing,
    Gallery,
    Inline,
    Number,
    Paragraph,
    ReportSection,
    Table,
    TableColumn,
    TableRow,
)
from stfit.reports.drawn_measurements import drive_of, has_figure, measurement_figure
from stfit.reports.view import cell, common_unit, drawn, short_names
from stfit.results.fit_tests import ALARMS
from stfit.results.numbers import format_rounded, format_value
from stfit.results.result import FitResult, MeasurementSummary

_UNITS: Final[Mapping[str, str]] = {  # of the columns of a kind
    "current": "A",
    "voltage": "V",
    "temperature": "K",
    "field": "T",
    "pulse_width": "s",
    "ramp_rate": "A/s",
    "voltage_rate": "V/s",
    "field_rate": "T/s",
    "total_time": "s",
    "mean_dwell": "s",
    "naive_dwell": "s",
    "mean_dwell_stderr": "s",
    "frequency": "Hz",
    "delta_R": "ohm",
    "measurement_time": "s",
    "barrier": "J",
    "critical_current": "A",
    "critical_current_stderr": "A",
}
_HIDDEN: Final = frozenset({"observed_lo", "observed_hi", "unit", "observed", "fitted", "residual"})
_NAMES: Final = {
    "n": "n",
    "n_switched": "n switched",
    "delta_R": "ΔR",
    "critical_current_stderr": "its error",
    "lg_measurement_time": "lg(time / s)",
}
_OVERVIEW: Final = (
    TableColumn("measurement", wraps=True),
    TableColumn("kind"),
    TableColumn("rows", numeric=True),
    TableColumn("scatter / expected", numeric=True),
    TableColumn("tests"),
)
_MOST_ROWS: Final = 400  # a page of more rows is read by nobody; result.json has them all


def parts(result: FitResult) -> list[ReportSection]:
    """The measurements together, with a figure of each further kind; then each of them, folded.

    Parameters
    ----------
    result : FitResult
        The fit.

    Returns
    -------
    list of ReportSection
        Empty for a result without measurements.
    """
    figured = _first_of_kind(result)
    alone = [_part(result, index, drawn=entry in figured) for index, entry in enumerate(result.measurements)]
    return [_overview(result, figured[1:]), *alone] if alone else []


def picture(result: FitResult) -> Drawing | None:
    """The figure of the first measurement that has one, else the first that its kind shows; None where none has."""
    figured = _first_of_kind(result)
    return _figure(result, figured[0], explained=True) if figured else _of_its_own(result)


def _of_its_own(result: FitResult) -> Drawing | None:
    """The first figure that a kind shows in its section; None without one."""
    blocks = (block for index, entry in enumerate(result.measurements, start=1) for block in _of_kind(entry, index))
    return next((block for block in blocks if isinstance(block, Drawing)), None)


def _first_of_kind(result: FitResult) -> list[MeasurementSummary]:
    """The first measurement of each kind that has a figure."""
    return list({entry.kind: entry for entry in reversed(result.measurements) if has_figure(entry)}.values())[::-1]


def _overview(result: FitResult, figured: Sequence[MeasurementSummary]) -> ReportSection:
    names = short_names(result)
    scatter = {entry["measurement"]: entry for entry in result.goodness.dispersion}
    rows = []
    for entry in result.measurements:
        found = scatter.get(entry.file)
        size = "–" if found is None else format_value(found["factor"], found["stderr"], "")
        verdict = _verdict(result, entry)
        judged: Inline = Badge(verdict, verdict) if verdict else "–"
        rows.append(TableRow((names[entry.file], entry.kind, Number(str(entry.rows)), Number(size), judged)))
    blocks: list[Block] = [Table(_OVERVIEW, tuple(rows), named=False)]
    if figured:
        blocks.append(Gallery(tuple(_figure(result, entry) for entry in figured)))
    return ReportSection("measurements", "Measurements", tuple(blocks))


def _verdict(result: FitResult, summary: MeasurementSummary) -> str:
    """The gravest verdict of the tests of one measurement; of all tests where it is the only one; "" without tests."""
    only = len(result.measurements) == 1
    verdicts = {test.verdict for test in result.goodness.tests if only or test.measurement == summary.file}
    return next((verdict for verdict in (*ALARMS, "acceptable") if verdict in verdicts), "")


def _figure(result: FitResult, summary: MeasurementSummary, *, explained: bool = False) -> Drawing:
    index = result.measurements.index(summary)
    words = describe(summary)
    return Drawing(
        f"measurement-{index + 1}",
        lambda width: drawn(measurement_figure(result, summary, width=width)),
        words,
        caption(result, summary, explained=explained),
        foldable=True,
    )


def _part(result: FitResult, index: int, *, drawn: bool) -> ReportSection:
    """One measurement; drawn: its figure stands elsewhere."""
    summary = result.measurements[index]
    blocks: list[Block] = [Paragraph(notice, "notice") for notice in summary.notices]
    if not drawn and has_figure(summary):
        blocks.append(_figure(result, summary))
    above = None if _first_of_kind(result) else _of_its_own(result)
    elsewhere = {above.identity} if above else set()
    blocks += [block for block in _of_kind(summary, index + 1) if getattr(block, "identity", "") not in elsewhere]
    blocks += _data(summary)
    notices = len(summary.notices)
    said = f", {notices} notice{'' if notices == 1 else 's'}" if notices else ""
    finding = f"{summary.kind}, {summary.rows} rows{said}"
    return ReportSection(f"data-{index + 1}", short_names(result)[summary.file], tuple(blocks), finding, folded=True)


def _of_kind(summary: MeasurementSummary, index: int) -> list[Block]:
    """What the kind shows beside figure and table."""
    kind = kinds().get(summary.kind)
    blocks: list[Block] = [] if kind is None or kind.section is None else kind.section()(summary, index)
    return blocks


def _shows(summary: MeasurementSummary) -> tuple[str, str]:
    """What the figure of a measurement shows, and its unit."""
    kind = kinds().get(summary.kind)
    return ("Data", "") if kind is None else kind.shows


def _data(summary: MeasurementSummary) -> list[Block]:
    head, cells = reduced_table(summary)
    if not cells:
        return []
    rows = tuple(TableRow(tuple(_of_column(cell) for cell in row)) for row in cells)
    blocks: list[Block] = [Table(tuple(TableColumn(title) for title in head), rows, "data", named=False)]
    if left_out := len(summary.reduced) - len(cells):
        blocks.append(Paragraph(f"{left_out} more rows are in result.json.", "fine"))
    return [Details(f"Reduced data, {len(cells)} rows", tuple(blocks))]


def _of_column(text: str) -> Inline:
    """A number where it begins as one; all else, such as the name of a series, stands as it is."""
    return Number(text) if text[:1].isdigit() or text[:1] in "−+≥≤" else text


def describe(summary: MeasurementSummary) -> str:
    """The figure of a measurement in words, for a reader who cannot see it."""
    quantity = _shows(summary)[0]
    names = list(dict.fromkeys(str(row.get("series") or "") for row in summary.reduced))
    series = f"{len(names)} series ({'; '.join(names)})" if any(names) else "one series"
    drive = drive_of(summary)
    text = f"{quantity} against {_NAMES.get(drive, drive)}: {series}, {len(summary.reduced)} rows, with fit and bands."
    residuals = [row["residual"] for row in summary.reduced if row.get("residual") is not None]
    if not residuals:
        return text
    beyond = [sum(abs(value) > level for value in residuals) for level in (1, 2)]
    extent = f"{min(residuals):.1f} to {max(residuals):.1f}".replace("-", "−")
    return f"{text} Residuals from {extent}; {beyond[0]} beyond ±1, {beyond[1]} beyond ±2, of {len(residuals)}."


def reduced_table(summary: MeasurementSummary) -> tuple[list[str], list[list[str]]]:
    """The reduced data as a table, one unit a column.

    Parameters
    ----------
    summary : MeasurementSummary
        A measurement.

    Returns
    -------
    head : list of str
        The titles of the columns, with their units.
    cells : list of list of str
        The first 400 rows.
    """
    rows = summary.reduced[:_MOST_ROWS]
    names = [name for name in dict.fromkeys(key for row in rows for key in row) if name not in _HIDDEN]
    names = [name for name in names if any(row.get(name) is not None for row in rows)]
    columns = [_column(name, rows) for name in names] + _outcomes(rows, _shows(summary)[1])
    return [title for title, _ in columns], [[cells[index] for _, cells in columns] for index in range(len(rows))]


def _column(name: str, rows: Sequence[Mapping[str, Any]]) -> tuple[str, list[str]]:
    values = [row.get(name) for row in rows]
    title = _NAMES.get(name, name.replace("_", " "))
    unit = _UNITS.get(name, "")
    if not unit:
        return title, [_whole(value) for value in values]
    factor, label = common_unit([value for value in values if value is not None], unit)
    return f"{title} ({label})", [format_rounded(None if v is None else v * factor, "", 5) for v in values]


def _outcomes(rows: Sequence[Mapping[str, Any]], usual: str) -> list[tuple[str, list[str]]]:
    """Observed and fitted values and residuals; a column of several observables names the unit in its cells."""
    units = [str(row.get("unit", usual)) for row in rows]
    shown = {unit: common_unit(_magnitudes(rows, units, unit), unit) for unit in dict.fromkeys(units)}
    beside = f" ({label})" if len(shown) == 1 and (label := next(iter(shown.values()))[1]) else ""
    inside = {unit: f" {label}" if label and not beside else "" for unit, (_, label) in shown.items()}
    observed, fitted = [], []
    for row, unit in zip(rows, units, strict=True):
        value = row.get("fitted")
        observed.append(_observed(row, shown[unit][0], inside[unit]))
        fitted.append("–" if value is None else f"{format_rounded(value * shown[unit][0], '')}{inside[unit]}")
    residuals = [_residual(row) for row in rows]
    return [(f"observed{beside}", observed), (f"fitted{beside}", fitted), ("residual", residuals)]


def _magnitudes(rows: Sequence[Mapping[str, Any]], units: Sequence[str], unit: str) -> list[float]:
    names = ("observed", "observed_lo", "observed_hi", "fitted")
    mine = (row for row, own in zip(rows, units, strict=True) if own == unit)
    return [value for row in mine for value in map(row.get, names) if value is not None]


def _whole(value: Any) -> str:
    """Counts may have passed through floats; they are whole all the same."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else cell(value)


def _observed(row: Mapping[str, Any], factor: float, unit: str) -> str:
    value, low, high = (
        None if row.get(name) is None else row[name] * factor for name in ("observed", "observed_lo", "observed_hi")
    )
    if value is None:
        limits = [
            f"{sign} {format_rounded(end, '', 2)}{unit}" for sign, end in (("≥", low), ("≤", high)) if end is not None
        ]
        return " ".join(limits) or "–"
    if low is None or high is None:
        return f"{format_rounded(value, '')}{unit}"
    return f"{format_value(value, (high - low) / 2, '', (low, high))}{unit}"


def _residual(row: Mapping[str, Any]) -> str:
    value = row.get("residual")
    return "–" if value is None else f"{value:+.2f}".replace("-", "−")


def caption(result: FitResult, summary: MeasurementSummary, *, explained: bool) -> Inline:
    """What stands below the figure of a measurement.

    Parameters
    ----------
    result : FitResult
        The fit.
    summary : MeasurementSummary
        One of its measurements.
    explained : bool
        Whether to say what points, lines and bands are.

    Returns
    -------
    Inline
        The name of the file, and the words.
    """
    parts = ["."]
    if explained:
        parts.append(
            "Points: data with 68 % errors. Line and bands: fit with 68 % and 95 %. Below: residuals (signed roots of "
            "the deviance), with lines at ±1 and ±2."
        )
    if any(row.get("naive_dwell") is not None for row in summary.reduced):
        parts.append("Small crosses: mean of the counted dwells, without correction for missed short ones.")
    if any(row.get("observed") is None for row in summary.reduced):
        parts.append("Arrows: limits from rows without a switching event.")
    if any(entry.file == summary.file and entry.polarity == -1 for entry in result.inputs):
        parts.append("Currents have the sign of the laboratory; the polarity −1 reverses it in the theory.")
    return short_names(result)[summary.file], " ".join(parts)
