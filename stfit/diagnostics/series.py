"""The series of a measurement (a state at a temperature, a transition at a pulse width) and their curves with bands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
import numpy.typing as npt

from stfit.backends.optimum import Optimum
from stfit.derivatives import Jet, value_of
from stfit.diagnostics.estimates import Z68, Z95
from stfit.diagnostics.remarks import remarks_of
from stfit.measurement import name_of
from stfit.measurement.observation import View
from stfit.measurement.view import STATE_WORDS, Axis, SeriesSetting
from stfit.objective import Objective, Term
from stfit.results import Curve, MeasurementSummary

Array = npt.NDArray[np.float64]

_CURVE_POINTS = 61
_MARGIN = 0.03  # of the range of the drive, drawn beyond the data


@final
@dataclass(frozen=True)
class SeriesLabels:
    """The series, the one each row belongs to, and the first row of each."""

    labels: tuple[str, ...]
    group: npt.NDArray[np.intp]
    first: npt.NDArray[np.intp]


def series_labels(view: View) -> SeriesLabels:
    """Rows grouped by state and by whatever else differs among them, as shown: temperature, field, pulse width.

    Readings that differ by less than what is shown, of a thermometer for instance, belong to one series.
    """
    words = view.words
    distinct = [(entry, _as_shown(entry)) for entry in view.series]
    keys = np.stack([view.state.astype(float), *(values for _, values in distinct)])
    _, first, group = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    shown = [entry for entry, values in distinct if entry.words or np.unique(values).size > 1]
    labels = tuple(", ".join([words[int(row)], *(e.shown(int(row)) for e in shown)]) for row in first)
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
        view = term.measurement.view()
        series = series_labels(view)
        for index, label in enumerate(series.labels):
            rows = np.flatnonzero(series.group == index)
            bands = _bands(term.along(int(rows[0]), curve_grid(view.axis, rows)), jets, optimum)
            result.append(curve_of(view, label, rows, _ordered(bands)))
    return result


def curves_at(term: Term, jets: dict[str, Any], optimum: Optimum, values: Array) -> list[tuple[str, list[Array]]]:
    """The fitted law of every series of a measurement at values of its axis, with bands.

    Parameters
    ----------
    term : Term
        The measurement among those that were fitted.
    jets : dict of str to Jet
        Its parameters at the optimum, of order 1.
    optimum : Optimum
        Where the fit ended.
    values : array, shape (n,)
        Of the axis of its figure, SI.

    Returns
    -------
    list of (str, list of array)
        The label of each series, with y, lo68, hi68, lo95 and hi95 as displayed, of shape (n,).
    """
    shown = term.shown
    series = series_labels(shown.measurement.view())
    return [
        (label, _ordered(_bands(shown.along(int(row), values), jets, optimum)))
        for label, row in zip(series.labels, series.first, strict=True)
    ]


def _bands(there: Term, jets: dict[str, Any], optimum: Optimum) -> list[Array]:
    """What the law predicts along a curve, and 68 % and 95 % ends by its standard error, as displayed."""
    prediction = there.prediction(jets)
    error = _standard_error(prediction, optimum, there.thermometer.size)
    shown = there.measurement.view().displayed
    return [shown(value_of(prediction) + z * error) for z in (0.0, -Z68, Z68, -Z95, Z95)]


def curve_grid(axis: Axis, rows: npt.NDArray[np.intp]) -> Array:
    """Where the curve through some rows is drawn, along the axis of the figure."""
    low, high = float(np.min(axis.values[rows])), float(np.max(axis.values[rows]))
    margin = _MARGIN * (high - low) or 0.05 * abs(high) or 1e-6
    ends = [low - margin, high + margin]
    if axis.reaches is not None:
        ends = [min(ends[0], axis.reaches), max(ends[1], axis.reaches)] if low * high > 0 else ends
    return np.linspace(ends[0], ends[1], _CURVE_POINTS)


def curve_of(view: View, label: str, rows: npt.NDArray[np.intp], bands: Sequence[Array]) -> Curve:
    """The curve through some rows as it is stored; bands: y, lo68, hi68, lo95, hi95, as displayed, along its grid."""
    shows, unit = view.observed.shows(int(rows[0]))
    y, lo68, hi68, lo95, hi95 = (_finite(band) for band in bands)
    return Curve(
        name_of(view.shown),
        label,
        curve_grid(view.axis, rows).tolist(),
        y,
        lo68,
        hi68,
        lo95,
        hi95,
        {"x": view.axis.unit, "y": unit},
        {"x": view.axis.name, "y": shows},
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
        measurement, origin = term.measurement, term.measurement.origin
        rows = _rows(term, np.asarray(term.prediction(quantities)))
        result.append(
            MeasurementSummary(
                name_of(measurement),
                origin.kind,
                origin.rows or len(rows),
                rows,
                list(origin.notices),
                traces=remarks_of(measurement).records(measurement),
                sweeps=remarks_of(measurement).sweeps(measurement),
            )
        )
    return result


def _rows(term: Term, prediction: Array) -> list[dict[str, Any]]:
    view, settings = term.measurement.view(), term.measurement.settings
    series, observed = series_labels(view), view.observed
    table: dict[str, list[Any]] = {"state": [STATE_WORDS[code] for code in view.state]}
    if view.state_words != STATE_WORDS:
        table["transition"] = view.words
    # what was set as the laboratory wrote it: the polarity belongs to the theory
    table[view.axis.name] = view.axis.values.tolist()
    if not settings.athermal:
        table["temperature"] = term.thermometer.tolist()
    if np.any(np.isfinite(settings.field)):
        table["field"] = _finite(settings.field)
    table |= {name: _finite(values) for name, values in observed.extra.items()}
    if observed.by_row:
        table["observable"], table["unit"] = ([entry[i] for entry in observed.by_row] for i in (0, 1))
    residuals = term.measurement.residuals(prediction)
    table |= {
        "series": [series.labels[group] for group in series.group],
        "observed": _finite(observed.value),
        "observed_lo": _finite(observed.low),
        "observed_hi": _finite(observed.high),
        "fitted": _finite(view.displayed(prediction)),
        "residual": [None] * view.state.size if residuals is None else _finite(np.asarray(residuals)),
    }
    return [dict(zip(table, row, strict=True)) for row in zip(*table.values(), strict=True)]


def _finite(values: Array) -> list[float | None]:
    """Values for JSON, which knows neither NaN nor infinity."""
    return [float(value) if np.isfinite(value) else None for value in values]
