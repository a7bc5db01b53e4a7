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
from stfit.measurements import Measurement, Settings, name_of
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


def series_labels(measurement: Measurement) -> SeriesLabels:
    """Rows grouped by state and by whatever else differs among them: temperature, field, pulse width."""
    settings, words = measurement.settings, measurement.state_words
    distinct = measurement.series_settings
    keys = np.stack([settings.state.astype(float), *(np.nan_to_num(entry.values, nan=-1.0) for entry in distinct)])
    _, first, group = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    shown = [entry for entry in distinct if np.unique(np.nan_to_num(entry.values, nan=-1.0)).size > 1]
    labels = tuple(
        ", ".join([words[int(settings.state[row])], *(f"{e.values[row] * e.factor:.4g} {e.unit}" for e in shown)])
        for row in first
    )
    return SeriesLabels(labels, group.reshape(-1), first)


def curves(objective: Objective, optimum: Optimum) -> list[Curve]:
    """The fitted law of every series with its 68 % and 95 % bands, over the measured range of current (or voltage)."""
    jets = objective.space.jets(optimum.x, order=1)
    result = []
    for term in objective.terms:
        series = series_labels(term.measurement)
        for index, label in enumerate(series.labels):
            result.append(_curve(term, jets, optimum, label, np.flatnonzero(series.group == index)))
    return result


def _curve(term: Term, jets: dict[str, Any], optimum: Optimum, label: str, rows: npt.NDArray[np.intp]) -> Curve:
    measurement = term.measurement
    settings = measurement.settings
    drive = _drive(settings)
    low, high = float(np.min(drive[rows])), float(np.max(drive[rows]))
    margin = _MARGIN * (high - low) or 0.05 * abs(high) or 1e-6
    grid = np.linspace(low - margin, high + margin, _CURVE_POINTS)
    row = rows[0]
    there = Settings(
        state=np.full(grid.size, settings.state[row], dtype=np.int8),
        current=grid if settings.voltage is None else None,
        voltage=None if settings.voltage is None else grid,
        temperature=np.full(grid.size, settings.temperature[row]),
        field=np.full(grid.size, settings.field[row]),
    )
    prediction = term.prediction_at(jets, there, np.full(grid.size, term.thermometer[row]))
    error = _standard_error(prediction, optimum, grid.size)
    bands = [measurement.displayed(value_of(prediction) + z * error, row) for z in (0.0, -Z68, Z68, -Z95, Z95)]
    y, lo68, hi68, lo95, hi95 = (band.tolist() for band in _ordered(bands))
    drive_label, unit = ("current", "A") if settings.voltage is None else ("voltage", "V")
    observed = measurement.observed()
    return Curve(
        name_of(measurement),
        label,
        (grid * measurement.polarity).tolist(),
        y,
        lo68,
        hi68,
        lo95,
        hi95,
        {"x": unit, "y": observed.unit},
        {"x": drive_label, "y": observed.label},
    )


def _drive(settings: Settings) -> Array:
    """Current (A), or voltage (V) where that is what was applied."""
    if settings.voltage is not None:
        return settings.voltage
    if settings.current is None:
        raise ValueError("a measurement has neither current nor voltage")
    return settings.current


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
    residuals = objective.residuals(optimum.x)
    result = []
    offset = 0
    for term, prediction in zip(objective.terms, objective.predictions(optimum.x), strict=True):
        measurement = term.measurement
        size = measurement.settings.state.size
        rows = _rows(term, prediction, residuals[offset : offset + size])
        offset += size
        origin = measurement.origin
        result.append(
            MeasurementSummary(name_of(measurement), measurement.kind, origin.rows or size, rows, list(origin.notices))
        )
    return result


def _rows(term: Term, prediction: Array, residuals: Array) -> list[dict[str, Any]]:
    measurement = term.measurement
    settings, series, observed = measurement.settings, series_labels(measurement), measurement.observed()
    table: dict[str, list[Any]] = {"state": [_STATES[code] for code in settings.state]}
    if measurement.state_words != _STATES:
        table["transition"] = [measurement.state_words[code] for code in settings.state]
    # the current as the laboratory wrote it: the polarity belongs to the theory
    if settings.current is not None:
        table["current"] = (settings.current * measurement.polarity).tolist()
    if settings.voltage is not None:
        table["voltage"] = (settings.voltage * measurement.polarity).tolist()
    table["temperature"] = term.thermometer.tolist()
    if np.any(np.isfinite(settings.field)):
        table["field"] = _finite(settings.field)
    table |= {name: _finite(values) for name, values in observed.extra.items()}
    fitted = [float(measurement.displayed(prediction[row : row + 1], row)[0]) for row in range(residuals.size)]
    table |= {
        "series": [series.labels[group] for group in series.group],
        "observed": _finite(observed.value),
        "observed_lo": _finite(observed.low),
        "observed_hi": _finite(observed.high),
        "fitted": fitted,
        "residual": residuals.tolist(),
    }
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def _finite(values: Array) -> list[float | None]:
    """Values for JSON, which knows neither NaN nor infinity."""
    return [float(value) if np.isfinite(value) else None for value in values]
