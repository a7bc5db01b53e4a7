"""The series of a measurement (a state at a temperature, a transition at a pulse width) and their curves with bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import numpy.typing as npt

from stfit.backends.least_squares import Optimum
from stfit.derivatives import Jet, value_of
from stfit.diagnostics.estimates import Z68, Z95
from stfit.diagnostics.remarks import remarks_of
from stfit.measurement import Observation, name_of
from stfit.measurement.base import Axis, SeriesSetting
from stfit.measurement.registry import declared_kind
from stfit.objective import Objective, Term
from stfit.results import Curve, MeasurementSummary

Array = npt.NDArray[np.float64]

_CURVE_POINTS = 61
_MARGIN = 0.03  # of the range of the drive, drawn beyond the data
_STATES = ("P", "AP")


@final
@dataclass(frozen=True)
class SeriesLabels:
    """The series, the one each row belongs to, and the first row of each."""

    labels: tuple[str, ...]
    group: npt.NDArray[np.intp]
    first: npt.NDArray[np.intp]


def series_labels(measurement: Observation) -> SeriesLabels:
    """Rows grouped by state and by whatever else differs among them, as shown: temperature, field, pulse width.

    Readings that differ by less than what is shown, of a thermometer for instance, belong to one series.
    """
    settings, words = measurement.settings, measurement.state_words
    distinct = [(entry, _as_shown(entry)) for entry in measurement.series_settings]
    keys = np.stack([settings.state.astype(float), *(values for _, values in distinct)])
    _, first, group = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    shown = [entry for entry, values in distinct if entry.words or np.unique(values).size > 1]
    labels = tuple(", ".join([words[int(settings.state[row])], *(e.shown(int(row)) for e in shown)]) for row in first)
    return SeriesLabels(labels, group.reshape(-1), first)


def _as_shown(setting: SeriesSetting) -> Array:
    """The values as their labels round them; infinity, which no row has, for rows without one."""
    distinct, where = np.unique(np.nan_to_num(setting.values, nan=np.inf), return_inverse=True)
    shown = [value if setting.words or np.isinf(value) else float(setting.number(value)) for value in distinct]
    return np.asarray(shown)[where]


def curves(objective: Objective, optimum: Optimum) -> list[Curve]:
    """The fitted law of every series with its 68 % and 95 % bands, over the measured range of current (or voltage)."""
    jets = objective.space.jets(optimum.x, order=1)
    result = []
    for term in (term.shown for term in objective.terms):
        series = series_labels(term.measurement)
        for index, label in enumerate(series.labels):
            result.append(_curve(term, jets, optimum, label, np.flatnonzero(series.group == index)))
    return result


def _curve(term: Term, jets: dict[str, Any], optimum: Optimum, label: str, rows: npt.NDArray[np.intp]) -> Curve:
    grid = curve_grid(term.measurement.axis, rows)
    there = term.along(int(rows[0]), grid)
    prediction = there.prediction(jets)
    error = _standard_error(prediction, optimum, grid.size)
    shown = there.measurement.displayed
    bands = [shown(value_of(prediction) + z * error) for z in (0.0, -Z68, Z68, -Z95, Z95)]
    return curve_of(term.measurement, label, rows, grid, _ordered(bands))


def curve_grid(axis: Axis, rows: npt.NDArray[np.intp]) -> Array:
    """Where the curve through some rows is drawn, along the axis of the figure."""
    low, high = float(np.min(axis.values[rows])), float(np.max(axis.values[rows]))
    margin = _MARGIN * (high - low) or 0.05 * abs(high) or 1e-6
    ends = [low - margin, high + margin]
    if axis.reaches is not None:
        ends = [min(ends[0], axis.reaches), max(ends[1], axis.reaches)] if low * high > 0 else ends
    return np.linspace(ends[0], ends[1], _CURVE_POINTS)


def curve_of(
    measurement: Observation, label: str, rows: npt.NDArray[np.intp], grid: Array, bands: Sequence[Array]
) -> Curve:
    """A curve as it is stored; bands: y, lo68, hi68, lo95, hi95, each as displayed and of the shape of the grid."""
    y, lo68, hi68, lo95, hi95 = (_finite(band) for band in bands)
    shows, unit = measurement.observed().shows(int(rows[0]))
    axis = measurement.axis
    return Curve(
        name_of(measurement),
        label,
        grid.tolist(),
        y,
        lo68,
        hi68,
        lo95,
        hi95,
        {"x": axis.unit, "y": unit},
        {"x": axis.name, "y": shows},
    )


def _standard_error(prediction: Any, optimum: Optimum, size: int) -> Array:
    if not isinstance(prediction, Jet) or optimum.covariance is None:
        return np.zeros(size)
    gradient = np.broadcast_to(prediction.gradient, (optimum.x.size, size))
    variance = np.einsum("in,ij,jn->n", gradient, optimum.covariance, gradient)
    return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def _ordered(bands: Sequence[Array]) -> list[Array]:
    """Each band with its lower edge first: a probability falls where a dwell time rises."""
    y, lo68, hi68, lo95, hi95 = bands
    return [y, np.minimum(lo68, hi68), np.maximum(lo68, hi68), np.minimum(lo95, hi95), np.maximum(lo95, hi95)]


def summaries(objective: Objective, optimum: Optimum) -> list[MeasurementSummary]:
    """Every measurement row by row: settings, what was observed, what was fitted, the residual."""
    quantities = objective.space.quantities(optimum.x)
    result = []
    for term in (term.shown for term in objective.terms):
        measurement, prediction = term.measurement, np.asarray(term.prediction(quantities))
        size = measurement.settings.state.size
        rows = _rows(term, prediction)
        origin = measurement.origin
        result.append(
            MeasurementSummary(
                name_of(measurement),
                declared_kind(measurement),
                origin.rows or size,
                rows,
                list(origin.notices),
                traces=remarks_of(measurement).records(measurement),
            )
        )
    return result


def _rows(term: Term, prediction: Array) -> list[dict[str, Any]]:
    measurement = term.measurement
    settings, series, observed = measurement.settings, series_labels(measurement), measurement.observed()
    table: dict[str, list[Any]] = {"state": [_STATES[code] for code in settings.state]}
    if measurement.state_words != _STATES:
        table["transition"] = [measurement.state_words[code] for code in settings.state]
    # what was set as the laboratory wrote it: the polarity belongs to the theory
    table[measurement.axis.name] = measurement.axis.values.tolist()
    if not settings.athermal:
        table["temperature"] = term.thermometer.tolist()
    if np.any(np.isfinite(settings.field)):
        table["field"] = _finite(settings.field)
    table |= {name: _finite(values) for name, values in observed.extra.items()}
    if observed.by_row:
        table["observable"], table["unit"] = ([entry[i] for entry in observed.by_row] for i in (0, 1))
    fitted = measurement.displayed(prediction)
    residuals: list[float | None] = [None] * settings.state.size
    if measurement.has_residuals:
        residuals = _finite(np.asarray(measurement.deviance_residuals(prediction)))
    table |= {
        "series": [series.labels[group] for group in series.group],
        "observed": _finite(observed.value),
        "observed_lo": _finite(observed.low),
        "observed_hi": _finite(observed.high),
        "fitted": _finite(fitted),
        "residual": residuals,
    }
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def _finite(values: Array) -> list[float | None]:
    """Values for JSON, which knows neither NaN nor infinity."""
    return [float(value) if np.isfinite(value) else None for value in values]
