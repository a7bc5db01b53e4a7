"""The part of a report about one measurement: its figure, in words too, and its reduced data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from stfit.figures.style import Figure
from stfit.measurement import kinds
from stfit.reports.content import (
    Block,
    Details,
    Drawing,
    Inline,
    Number,
    Paragraph,
    ReportSection,
    Table,
    TableColumn,
    TableRow,
    Width,
)
from stfit.reports.drawn_measurements import drive_of, has_figure, measurement_figure
from stfit.reports.view import cell, drawn
from stfit.results.numbers import format_rounded, format_value
from stfit.results.result import FitResult, MeasurementSummary
from stfit.units import choose_prefix

_UNITS: Final[Mapping[str, str]] = {  # of the columns of a kind
    "current": "A",
    "voltage": "V",
    "temperature": "K",
    "field": "T",
    "pulse_width": "s",
    "ramp_rate": "A/s",
    "total_time": "s",
    "mean_dwell": "s",
    "naive_dwell": "s",
    "mean_dwell_stderr": "s",
    "frequency": "Hz",
    "delta_R": "ohm",
    "barrier": "J",
    "critical_current": "A",
    "critical_current_stderr": "A",
}
_ONE_PREFIX: Final = frozenset(
    {
        "current",
        "voltage",
        "temperature",
        "field",
        "frequency",
        "pulse_width",
        "ramp_rate",
        "delta_R",
        "barrier",
        "critical_current",
    }
)  # in all cells of a column
_OUTCOMES: Final = ("observed", "fitted", "residual")
_HIDDEN: Final = frozenset({"observed_lo", "observed_hi", "unit", *_OUTCOMES})
_NAMES: Final = {"n": "n", "n_switched": "n switched", "delta_R": "ΔR", "critical_current_stderr": "its error"}
_MOST_ROWS: Final = 400  # a page of more rows is read by nobody; result.json has them all


@dataclass(frozen=True)
class MeasurementShown:
    """One measurement, ready to print."""

    index: int
    file: str
    kind: str
    rows: int
    notices: list[str]
    figure: Drawing | None
    caption: str
    head: list[str]
    cells: list[list[str]]
    left_out: int
    more: tuple[Block, ...] = ()


def sections(result: FitResult) -> list[MeasurementShown]:
    """The measurements of a result, in its order."""
    return [_section(result, summary, index) for index, summary in enumerate(result.measurements, start=1)]


def parts(result: FitResult) -> list[ReportSection]:
    """A section of the report for each measurement: figure, traces, reduced data."""
    return [_part(section) for section in sections(result)]


def compact_figure(result: FitResult, summary: MeasurementSummary) -> Drawing | None:
    """The figure of a measurement without its residuals, a column wide; None where its kind has none."""
    if not has_figure(summary):
        return None
    caption = (summary.file, ": data, fit, and its 68 % and 95 % bands.")
    return Drawing(
        "first", lambda _: _drawn(result, summary, "column", residuals=False), describe(summary), caption, narrow=True
    )


def _drawn(result: FitResult, summary: MeasurementSummary, width: Width, *, residuals: bool = True) -> Figure:
    return drawn(measurement_figure(result, summary, width=width, residuals=residuals))


def _section(result: FitResult, summary: MeasurementSummary, index: int) -> MeasurementShown:
    head, cells = reduced_table(summary)
    caption = _caption(result, summary)
    figure = Drawing(
        f"measurement-{index}", lambda width: _drawn(result, summary, width), describe(summary), caption, foldable=True
    )
    return MeasurementShown(
        index=index,
        file=summary.file,
        kind=summary.kind,
        rows=summary.rows,
        notices=summary.notices,
        figure=figure if has_figure(summary) else None,
        caption=caption,
        head=head,
        cells=cells,
        left_out=max(len(summary.reduced) - _MOST_ROWS, 0),
        more=tuple(_of_kind(summary, index)),
    )


def _of_kind(summary: MeasurementSummary, index: int) -> list[Block]:
    """What the kind shows beside figure and table."""
    kind = kinds().get(summary.kind)
    blocks: list[Block] = [] if kind is None or kind.section is None else kind.section()(summary, index)
    return blocks


def _shows(summary: MeasurementSummary) -> tuple[str, str]:
    """What the figure of a measurement shows, and its unit."""
    kind = kinds().get(summary.kind)
    return ("Data", "") if kind is None else kind.shows


def _part(section: MeasurementShown) -> ReportSection:
    blocks: list[Block] = [Paragraph(f"{section.kind}, {section.rows} rows read.", "fine")]
    blocks += [Paragraph(notice, "notice") for notice in section.notices]
    blocks += [] if section.figure is None else [section.figure]
    blocks += section.more
    blocks += _data(section) if section.cells else []
    title = (f"Measurement {section.index}: ", section.file)
    return ReportSection(f"measurement-{section.index}", title, tuple(blocks), "measurement")


def _data(section: MeasurementShown) -> list[Block]:
    columns = tuple(TableColumn(title) for title in section.head)
    rows = tuple(TableRow(tuple(_of_column(cell) for cell in row)) for row in section.cells)
    blocks: list[Block] = [Table(columns, rows, "data", named=False)]
    if section.left_out:
        blocks.append(Paragraph(f"{section.left_out} more rows are in result.json.", "fine"))
    return [Details(f"Reduced data, {len(section.cells)} rows", tuple(blocks))]


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
    """The reduced data: the head with units, and the cells of the first 400 rows."""
    rows = summary.reduced[:_MOST_ROWS]
    names = [name for name in dict.fromkeys(key for row in rows for key in row) if name not in _HIDDEN]
    names = [name for name in names if any(row.get(name) is not None for row in rows)]
    columns = [_column(name, rows) for name in names]
    unit = _shows(summary)[1]
    head = [title for title, _ in columns] + list(_OUTCOMES)
    units = [row.get("unit", unit) for row in rows]
    outcomes = [
        [_observed(row, unit), format_rounded(row.get("fitted"), unit), _residual(row)]
        for row, unit in zip(rows, units, strict=True)
    ]
    return head, [[cells[index] for _, cells in columns] + outcomes[index] for index in range(len(rows))]


def _column(name: str, rows: Sequence[Mapping[str, Any]]) -> tuple[str, list[str]]:
    values = [row.get(name) for row in rows]
    title = _NAMES.get(name, name.replace("_", " "))
    unit = _UNITS.get(name, "")
    if name in _ONE_PREFIX:
        factor, label = (
            choose_prefix([value for value in values if value is not None], unit) if unit != "K" else (1.0, "K")
        )
        return f"{title} ({label})", [format_rounded(None if v is None else v * factor, "", 5) for v in values]
    if unit:
        return title, [format_rounded(value, unit) for value in values]
    return title, [_whole(value) for value in values]


def _whole(value: Any) -> str:
    """Counts may have passed through floats; they are whole all the same."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else cell(value)


def _observed(row: Mapping[str, Any], unit: str) -> str:
    value, low, high = (row.get(name) for name in ("observed", "observed_lo", "observed_hi"))
    if value is None:
        limits = [
            f"{sign} {format_rounded(end, unit, 2)}" for sign, end in (("≥", low), ("≤", high)) if end is not None
        ]
        return " ".join(limits) or "–"
    if low is None or high is None:
        return format_rounded(value, unit)
    return format_value(value, (high - low) / 2, unit, (low, high))


def _residual(row: Mapping[str, Any]) -> str:
    value = row.get("residual")
    return "–" if value is None else f"{value:+.2f}".replace("-", "−")


def _caption(result: FitResult, summary: MeasurementSummary) -> str:
    parts = [
        "Data with their own 68 % errors; the line is the fit with its 68 % (dark) and 95 % (light) bands.",
        "Below: signed roots of the deviance, with lines at ±1 (dashed) and ±2 (dotted).",
    ]
    if any(row.get("naive_dwell") is not None for row in summary.reduced):
        parts.append("Small crosses: the mean of the counted dwells, naive, of which short ones are missing.")
    if any(row.get("observed") is None for row in summary.reduced):
        parts.append("An arrow is a limit: nothing switched while the device was watched.")
    if any(entry.file == summary.file and entry.polarity == -1 for entry in result.inputs):
        parts.append("Signs are the laboratory's; those of the theory are these times the polarity, −1.")
    return " ".join(parts)
