"""From a stored result to its figures, without the data files and without a new fit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from stfit.figures.diagnostic import correlation_figure, residuals_figure
from stfit.figures.directions_figure import eigen_directions_figure
from stfit.figures.layout import COLUMN, PAGE, FigureLayout
from stfit.figures.panels import FittedCurve, Series
from stfit.figures.style import Array, AxisQuantity, Figure, escape
from stfit.measurement import kinds
from stfit.results.result import Curve, FitResult, MeasurementSummary
from stfit.results.symbols import symbol
from stfit.units import choose_prefix

_LAYOUTS: Final[Mapping[str, FigureLayout]] = {"column": COLUMN, "page": PAGE}
_LONGEST: Final = 16  # letters of a name in a figure
_DRIVES: Final = {
    "frequency": "Hz",
    "current": "A",
    "voltage": "V",
    "lg_measurement_time": "",
    "delta_R": "ohm",
    "field": "T",  # where it was swept: rows at a current in a field are drawn against the current
    "row": "",
}
_WORDS: Final = {"delta_R": "ΔR", "lg_measurement_time": "lg(measurement time / s)"}


def has_figure(summary: MeasurementSummary) -> bool:
    """Whether a measurement can be drawn."""
    kind = kinds().get(summary.kind)
    return kind is not None and kind.figure is not None and bool(summary.reduced)


def layout_of(width: str) -> FigureLayout:
    """The layout of a width: "column" is 86 mm, "page" the text of A4. ValueError for any other."""
    if width not in _LAYOUTS:
        raise ValueError(f"width: expected 'column' or 'page'; found {width!r}")
    return _LAYOUTS[width]


def measurement_figure(
    result: FitResult, summary: MeasurementSummary, *, width: str = "page", residuals: bool = True
) -> Figure | None:
    """The figure of one measurement: data, fit, bands, residuals. None where its kind has none."""
    kind = kinds().get(summary.kind)
    if kind is None or kind.figure is None or not summary.reduced:
        return None
    layout = layout_of(width)
    drive = drive_of(summary)
    series = series_of(result, summary)
    ends = [float(value) for entry in series for value in entry.x]
    factor, label = choose_prefix(ends, _DRIVES[drive])
    quantity = AxisQuantity(_WORDS.get(drive, drive), label.replace("ohm", "Ω"), factor)
    figure: Figure = kind.figure()(series, quantity, layout if residuals else layout.without_residuals())
    return figure


def drive_of(summary: MeasurementSummary) -> str:
    """What rows are drawn against: the first of _DRIVES that they have."""
    seen = (name for name in _DRIVES if any(row.get(name) is not None for row in summary.reduced))
    return next(seen, "voltage")


def series_of(result: FitResult, summary: MeasurementSummary) -> list[Series]:
    """The rows of a measurement grouped by their "series", each with its fitted curve, in order of appearance."""
    drive = drive_of(summary)
    curves = {curve.series: curve for curve in result.curves if curve.measurement == summary.file}
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in summary.reduced:
        groups.setdefault(str(row.get("series") or ""), []).append(row)
    return [_series(label, rows, drive, curves.get(label)) for label, rows in groups.items()]


def parameter_correlations(result: FitResult) -> tuple[list[str], Array]:
    """The names of the correlated parameters and their matrix, shape (n, n); NaN where unknown."""
    names = list(result.correlations)
    rows = [[1.0 if row == column else _pair(result, row, column) for column in names] for row in names]
    return names, np.array(rows, dtype=float).reshape(len(names), len(names))


def correlations_figure(result: FitResult) -> Figure | None:
    """The matrix of correlations of a fit; None for fewer than two parameters."""
    names, matrix = parameter_correlations(result)
    return correlation_figure([label_of(name) for name in names], matrix) if len(names) > 1 else None


def has_residuals(result: FitResult) -> bool:
    """Whether there are enough residuals to look at."""
    return bool(np.isfinite(_residuals(result)).sum() > 2)


def all_residuals_figure(result: FitResult) -> Figure | None:
    """All residuals of a fit against the quantiles of a normal distribution; None where there are fewer than three."""
    return residuals_figure(_residuals(result)) if has_residuals(result) else None


def has_directions(result: FitResult) -> bool:
    """Whether at least two directions of what the data know are stored."""
    seen = (result.identifiability.get("spectrum") or {}).get("directions", [])
    return bool(seen) and len(seen) + len(result.identifiability["null_directions"]) > 1


def directions_figure(result: FitResult) -> Figure | None:
    """The eigen-directions of the information, null ones below; None where there are fewer than two."""
    if not has_directions(result):
        return None
    seen = result.identifiability["spectrum"]["directions"]
    null = [entry["components"] for entry in result.identifiability["null_directions"]]
    names = list(seen[0]["components"])
    rows = np.array([[row.get(name, 0.0) for name in names] for row in (*(e["components"] for e in seen), *null)])
    rows /= np.linalg.norm(rows, axis=1)[:, None]
    sharpness = np.array([*(entry["sharpness"] for entry in seen), *np.zeros(len(null))])
    return eigen_directions_figure([label_of(name) for name in names], sharpness, rows)


def _residuals(result: FitResult) -> Array:
    return np.concatenate([np.zeros(0), *(_column(entry.reduced, "residual") for entry in result.measurements)])


def label_of(name: str) -> str:
    """A parameter's symbol as mathtext; a name that is not known as it stands, shortened."""
    if symbol(name).known:
        return symbol(name).math
    return escape(name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…")


def _series(label: str, rows: Sequence[Mapping[str, Any]], drive: str, curve: Curve | None) -> Series:
    return Series(
        label=label,
        state=_state(rows[0]),
        x=_column(rows, drive),
        observed=_column(rows, "observed"),
        low=_column(rows, "observed_lo"),
        high=_column(rows, "observed_hi"),
        residual=_column(rows, "residual"),
        fit=None if curve is None else _fit(curve),
        shows=str(rows[0].get("observable") or ""),
        unit=str(rows[0].get("unit") or ""),
        beside=_column(rows, "naive_dwell"),
    )


def _state(row: Mapping[str, Any]) -> str:
    """The state that is left: its own column, or the start of "P->AP"."""
    return str(row.get("state") or str(row.get("transition", "")).partition("->")[0])


def _fit(curve: Curve) -> FittedCurve:
    parts = (curve.x, curve.y, curve.lo68, curve.hi68, curve.lo95, curve.hi95)
    return FittedCurve(*(np.array(part, dtype=float) for part in parts))


def _column(rows: Sequence[Mapping[str, Any]], name: str) -> Array:
    """A column as numbers, shape (rows,); NaN where a row has none."""
    return np.array([row.get(name) for row in rows], dtype=float)


def _pair(result: FitResult, row: str, column: str) -> float:
    value = result.correlations[row].get(column)
    value = result.correlations[column].get(row) if value is None else value
    return np.nan if value is None else value
