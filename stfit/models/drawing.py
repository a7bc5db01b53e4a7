"""The figure of an lmfit result of Eq. 27, for notebooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stfit.figures.dwell_figure import dwell_time_figure
from stfit.figures.panels import FittedCurve, Series
from stfit.figures.style import AxisQuantity
from stfit.units import choose_prefix

if TYPE_CHECKING:
    from stfit.figures.style import Figure

Array = npt.NDArray[np.float64]
Band = Callable[..., tuple[Array, Array]]  # the curve of a result at given settings, and its standard error

_POINTS = 61
_Z95 = 1.959963984540054


def fit_figure(band: Band, result: Any) -> Figure:
    """Data, fit, bands and residuals of a ModelResult, one series for each state and temperature."""
    data = np.asarray(result.data, dtype=float)
    current, temperature, state = (
        np.broadcast_to(np.asarray(result.userkws[key], dtype=float), data.shape)
        for key in ("current", "temperature", "state")
    )
    weights = np.broadcast_to(1.0 if result.weights is None else result.weights, data.shape)
    residual = np.asarray(result.residual, dtype=float)
    series = []
    for code, kelvin in np.unique(np.stack([state, temperature]), axis=1).T:
        rows = (state == code) & (temperature == kelvin)
        spread = np.exp(1.0 / np.maximum(weights[rows], 1e-3))
        series.append(
            Series(
                label=f"{'AP' if code else 'P'}, {kelvin:.4g} K",
                state="AP" if code else "P",
                x=current[rows],
                observed=data[rows],
                low=data[rows] / spread,
                high=data[rows] * spread,
                residual=residual[rows],
                fit=_curve(band, result, current[rows], kelvin, code),
            )
        )
    factor, label = choose_prefix(current.tolist(), "A")
    return dwell_time_figure(series, AxisQuantity("current", label, factor))


def _curve(band: Band, result: Any, current: Array, kelvin: float, code: float) -> FittedCurve:
    grid = np.linspace(current.min(), current.max(), _POINTS)
    eta, error = band(result, grid, np.full(_POINTS, kelvin), np.full(_POINTS, code))
    bands = [np.exp(eta + z * error) for z in (0.0, -1.0, 1.0, -_Z95, _Z95)]
    return FittedCurve(grid, *bands)
