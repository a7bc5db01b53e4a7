"""What a report shows of spectra: the constants of the film by series, its figures, the lines, single spectra."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from stfit.figures.film import FilmSeries, SpectraToDraw, film_figure, map_figure, spectra_figure
from stfit.figures.layout import COLUMN, PAGE, FigureLayout
from stfit.figures.style import Array
from stfit.reports.content import (
    Badge,
    Block,
    Details,
    Drawing,
    Name,
    Number,
    Paragraph,
    Prose,
    Table,
    TableColumn,
    TableRow,
    Width,
)
from stfit.reports.summary import series_table
from stfit.results.numbers import format_value
from stfit.results.result import MeasurementSummary, OwnResult

_FEWEST_IN_MAP: Final = 3
_SHOWN: Final = 12  # single spectra in a report
_GRADES: Final = {"info": "acceptable", "warning": "doubtful", "failure": "rejected"}
_LINES: Final = (
    ("frequency", "f (GHz)", 1e9),
    ("field", "μ0H (mT)", 1e-3),
    ("resonance_field", "μ0H_res (mT)", 1e-3),
    ("resonance_frequency", "f_res (GHz)", 1e9),
    ("field_linewidth", "μ0ΔH (mT)", 1e-3),
    ("linewidth", "Δf (MHz)", 1e6),
)


def section(summary: MeasurementSummary, index: int) -> list[Block]:
    """The findings of spectra, their figures and their lines.

    Parameters
    ----------
    summary : MeasurementSummary
        The measurement; one without findings has no blocks.
    index : int
        Its place in the result, from 1.

    Returns
    -------
    list of Block
        For `stfit.reports`.
    """
    if not summary.own:
        return []
    blocks: list[Block] = [*_figures(summary, index), *(_finding(own) for own in summary.own)]
    if len(summary.own) > 1:
        blocks.append(_by_series(summary.own))
    rows = [row for own in summary.own for row in own.rows]
    blocks.append(Details(f"Lines, {len(rows)}", (_lines(summary.own),)))
    if summary.sweeps:
        blocks.append(Details("Spectra with their fits", tuple(_single(summary, index))))
    return blocks


def _finding(own: OwnResult) -> Block:
    return Paragraph(
        (Badge(_GRADES[own.level], own.level), " ", Prose(f"{own.headline[:1].upper()}{own.headline[1:]}."))
    )


def _by_series(found: Sequence[OwnResult]) -> Table:
    """The constants of every series beside each other."""
    names = list(dict.fromkeys(name for own in found for name in own.estimates))
    _, *rows = series_table(found)
    columns = (TableColumn("series"), *(TableColumn(Name(name), numeric=True) for name in names))
    return Table(columns, tuple(TableRow((row[0], *map(Number, row[1:]))) for row in rows), "data")


def _lines(found: Sequence[OwnResult]) -> Table:
    """Every line with its errors."""
    rows = [(own.series, row) for own in found for row in own.rows]
    shown = [entry for entry in _LINES if any(row.get(entry[0]) is not None for _, row in rows)]
    head = (
        TableColumn("spectrum"),
        TableColumn("series"),
        *(TableColumn(title, numeric=True) for _, title, _ in shown),
    )
    several = any(series for series, _ in rows)
    cells = []
    for series, row in rows:
        aside = "" if row.get("used", True) else " (left out)"
        numbers = [Number(_number(row, name, unit)) for name, _, unit in shown]
        cells.append(TableRow((f"{row['file']}{aside}", *([series] if several else []), *numbers)))
    return Table(head if several else (head[0], *head[2:]), tuple(cells), "data", named=False)


def _number(row: Mapping[str, Any], name: str, unit: float) -> str:
    value, stderr = row.get(name), row.get(f"{name}_stderr")
    return "–" if value is None else format_value(value / unit, None if stderr is None else stderr / unit, "")


def _figures(summary: MeasurementSummary, index: int) -> list[Block]:
    series = [one for own in summary.own if (one := _series(own)) is not None]
    drawings: list[Block] = []
    if series:
        words = f"Frequency against resonance field and linewidth against frequency of {len(series)} series, with fits."
        caption = (
            "Points: lines with standard errors. Curves: fit. Below: residuals in standard errors. Hollow: left out."
        )
        drawings.append(
            Drawing(f"film-{index}", lambda width: film_figure(series, _layout(width)), words, caption, foldable=True)
        )
    spectra = _spectra(summary)
    if spectra is not None and spectra.setting is not None and np.unique(spectra.setting).size >= _FEWEST_IN_MAP:
        curves = [one.curve for one in series if "resonance_field" in one.curve]
        words = f"Map of {np.unique(spectra.number).size} spectra over field and frequency, with the fitted dispersion."
        caption = "All spectra, each scaled to its own largest change. Dashed: fitted dispersion."
        drawings.append(
            Drawing(f"map-{index}", lambda width: map_figure(spectra, curves, _layout(width)), words, caption)
        )
    return drawings


def _single(summary: MeasurementSummary, index: int) -> list[Block]:
    """At most twelve of the spectra, evenly chosen."""
    spectra = _spectra(summary)
    if spectra is None:
        return []
    numbers = np.unique(spectra.number).astype(int)
    chosen = numbers[np.unique(np.linspace(0, numbers.size - 1, min(_SHOWN, numbers.size)).round().astype(int))]
    names = [(number, _title(spectra, number)) for number in chosen.tolist()]
    words = f"{len(names)} of the spectra with their fits."
    caption = f"{len(names)} of {numbers.size} spectra: samples and fits. The others are in result.json."
    drawing = Drawing(f"spectra-{index}", lambda width: spectra_figure(spectra, names, _layout(width)), words, caption)
    return [drawing]


def _title(spectra: SpectraToDraw, number: int) -> str:
    if spectra.setting is None:
        return f"spectrum {number + 1}"
    setting = float(spectra.setting[spectra.number == number][0])
    return f"{setting * 1e-9:g} GHz" if spectra.swept == "field" else f"{setting * 1e3:g} mT"


def _series(own: OwnResult) -> FilmSeries | None:
    """Lines that have a frequency and a width in field; None where there are none."""
    rows = [row for row in own.rows if _frequency(row) is not None and row.get("field_linewidth") is not None]
    if not rows:
        return None
    place = "resonance_field" if "resonance_field" in rows[0] else "field"
    fitted = _column(rows, "fitted_field") if "fitted_field" in rows[0] else None
    if place == "field":  # of sweeps in frequency, the error of the place is along the other axis
        fitted = None
    errors = _column(rows, f"{place}_stderr") if f"{place}_stderr" in rows[0] else np.ones(len(rows))
    widths = _column(rows, "fitted_linewidth") if "fitted_linewidth" in rows[0] else None
    return FilmSeries(
        own.series or "lines",
        np.array([_frequency(row) for row in rows], dtype=float),
        (_column(rows, place), errors, fitted) if place in rows[0] else None,
        (_column(rows, "field_linewidth"), _column(rows, "field_linewidth_stderr"), widths),
        np.array([bool(row.get("used", True)) for row in rows]),
        {name: np.array(values) for name, values in own.curve.items()},
    )


def _frequency(row: Mapping[str, Any]) -> float | None:
    found: float | None = row.get("frequency", row.get("resonance_frequency"))
    return found


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> Array:
    return np.array([row[name] for row in rows], dtype=float)


def _spectra(summary: MeasurementSummary) -> SpectraToDraw | None:
    if not summary.sweeps:
        return None
    kept = {name: np.array(values) for name, values in summary.sweeps.items()}
    rows = [row for own in summary.own for row in own.rows]
    swept = "frequency" if any("resonance_frequency" in row for row in rows) else "field"
    return SpectraToDraw(kept["spectrum"], kept.get("setting"), kept["x"], kept["signal"], kept["fitted"], swept)


def _layout(width: Width) -> FigureLayout:
    return COLUMN if width == "column" else PAGE
