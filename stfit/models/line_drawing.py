"""The figure of an lmfit result of Eq. 32, for notebooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from stfit.figures.fmr import fmr_figure
from stfit.figures.panels import FittedCurve, Series
from stfit.figures.style import AxisQuantity
from stfit.physics.fluctuations import LineNumbers
from stfit.units import choose_prefix

if TYPE_CHECKING:
    from stfit.figures.style import Figure

Array = npt.NDArray[np.float64]
Band = Callable[..., tuple[Array, Array]]  # the curve of a result at given settings, and its standard error

_POINTS = 61
_Z95 = 1.959963984540054


def fit_figure(band: Band, numbers: LineNumbers, result: Any) -> Figure:
    """Data, fit, bands and residuals of a ModelResult: one series for each state, observable and other setting."""
    data = np.asarray(result.data, dtype=float)
    settings = {name: np.broadcast_to(result.userkws[name], data.shape) for name in result.model.independent_vars}
    axis, unit = ("frequency", "Hz") if numbers.by_frequency else ("current", "A")
    fixed = {name: values for name, values in settings.items() if name != axis}
    series = []
    for key in np.unique(np.stack(list(fixed.values())), axis=1).T:
        rows = np.all(np.stack(list(fixed.values())) == key[:, None], axis=0)
        at = dict(zip(fixed, key, strict=True))
        series.append(_series(band, numbers, result, rows, at, settings[axis]))
    factor, label = choose_prefix(settings[axis].tolist(), unit)
    return fmr_figure(series, AxisQuantity(axis, label, factor))


def _series(
    band: Band, numbers: LineNumbers, result: Any, rows: npt.NDArray[np.bool_], at: dict[str, Any], x: Array
) -> Series:
    data = np.asarray(result.data, dtype=float)[rows]
    stderr = 1.0 / np.broadcast_to(result.weights, rows.shape)[rows]
    is_width = bool(at["observable"])
    state = "AP" if at["state"] else "P"
    return Series(
        label=f"{state}, {at['temperature']:.4g} K",
        state=state,
        x=x[rows],
        observed=data,
        low=data - stderr,
        high=data + stderr,
        residual=-np.asarray(result.residual, dtype=float)[rows],
        fit=_curve(band, numbers, result, at, x[rows]),
        shows="linewidth" if is_width else ("peak power" if numbers.power == "peak" else "power"),
        unit=numbers.width if is_width else "",
    )


def _curve(band: Band, numbers: LineNumbers, result: Any, at: dict[str, Any], x: Array) -> FittedCurve:
    grid = np.linspace(x.min(), x.max(), _POINTS)
    axis = "frequency" if numbers.by_frequency else "current"
    settings = {name: np.full(_POINTS, value) for name, value in at.items()} | {axis: grid}
    eta, error = band(result, settings)
    return FittedCurve(grid, *(np.exp(eta + z * error) for z in (0.0, -1.0, 1.0, -_Z95, _Z95)))
