"""The figure of an lmfit result of Eq. 28, for notebooks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from stfit.figures.critical_figure import critical_current_figure
from stfit.figures.panels import FittedCurve, Series
from stfit.figures.style import AxisQuantity, Figure
from stfit.physics.critical import inverse_limits
from stfit.units import choose_prefix

Array = npt.NDArray[np.float64]
Band = Callable[..., tuple[Array, Array]]  # the curve of a result at given settings, and its standard error

_POINTS = 61
_Z95 = 1.959963984540054


def fit_figure(band: Band, result: Any) -> Figure:
    """Data, fit, bands and residuals of a ModelResult, one series a transition."""
    delta_R, transition = (np.asarray(result.userkws[key], dtype=float) for key in ("delta_R", "transition"))
    series = [_series(band, result, transition == code, int(code)) for code in np.unique(transition)]
    factor, label = choose_prefix(delta_R.tolist(), "ohm")
    return critical_current_figure(series, AxisQuantity("ΔR", label, factor))


def _series(band: Band, result: Any, rows: npt.NDArray[np.bool_], code: int) -> Series:
    delta_R, barrier = np.asarray(result.userkws["delta_R"])[rows], result.userkws["barrier"]
    current, stderr = np.asarray(result.data)[rows], 1.0 / np.asarray(result.weights)[rows]
    mean = None if barrier is None else float(np.mean(barrier[rows]))
    to_mean = 1.0 if barrier is None else barrier[rows] / mean
    low, high = inverse_limits(current, stderr)
    return Series(
        label="AP → P" if code else "P → AP",
        state="AP" if code else "P",
        x=delta_R,
        observed=to_mean / current,
        low=to_mean * low,
        high=to_mean * high,
        residual=(current - np.asarray(result.best_fit)[rows]) / stderr,
        fit=_curve(band, result, delta_R, mean, code),
    )


def _curve(band: Band, result: Any, delta_R: Array, barrier: float | None, code: int) -> FittedCurve:
    """The line, from the origin."""
    ends = min(0.0, float(delta_R.min())), max(0.0, float(delta_R.max()))
    grid = np.linspace(*ends, _POINTS)
    mean = None if barrier is None else np.full(_POINTS, barrier)
    inverse, error = band(result, grid, np.full(_POINTS, code), mean)
    bands = [inverse + z * error for z in (0.0, -1.0, 1.0, -_Z95, _Z95)]
    return FittedCurve(grid, *bands)
