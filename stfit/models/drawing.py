"""The figures of lmfit results of Eqs. 27, 28 and 32, for notebooks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.figures.critical_figure import critical_current_figure
from stfit.figures.dwell_figure import dwell_time_figure
from stfit.figures.fmr import fmr_figure
from stfit.figures.panels import FittedCurve, Series
from stfit.figures.style import AxisQuantity, Figure
from stfit.physics.critical import inverse_limits
from stfit.physics.fluctuations import LineNumbers
from stfit.units import choose_prefix

Array = npt.NDArray[np.float64]
Band = Callable[[Any, Mapping[str, Any]], tuple[Array, Array]]  # of a result at settings, and its standard error

_POINTS: Final = 61
_Z95: Final = 1.959963984540054
_BANDS: Final = (0.0, -1.0, 1.0, -_Z95, _Z95)  # the curve and the ends of its bands, in standard errors


def dwell_times(band: Band, result: Any) -> Figure:
    """Dwell times of a ModelResult of Eq. 27, one series for each state and temperature."""
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
                fit=_curve(band, result, "current", current[rows], {"temperature": kelvin, "state": code}),
            )
        )
    factor, label = choose_prefix(current.tolist(), "A")
    return dwell_time_figure(series, AxisQuantity("current", label, factor))


def lines(band: Band, numbers: LineNumbers, result: Any) -> Figure:
    """Resonance lines of a ModelResult of Eq. 32: one series for each state, observable and other setting."""
    data = np.asarray(result.data, dtype=float)
    settings = {name: np.broadcast_to(result.userkws[name], data.shape) for name in result.model.independent_vars}
    axis, unit = ("frequency", "Hz") if numbers.by_frequency else ("current", "A")
    fixed = {name: values for name, values in settings.items() if name != axis}
    series = []
    for key in np.unique(np.stack(list(fixed.values())), axis=1).T:
        rows = np.all(np.stack(list(fixed.values())) == key[:, None], axis=0)
        at = dict(zip(fixed, key, strict=True))
        fit = _curve(band, result, axis, settings[axis][rows], at)
        series.append(_line(numbers, result, rows, settings[axis][rows], at, fit))
    factor, label = choose_prefix(settings[axis].tolist(), unit)
    return fmr_figure(series, AxisQuantity(axis, label, factor))


def _line(
    numbers: LineNumbers, result: Any, rows: npt.NDArray[np.bool_], x: Array, at: Mapping[str, float], fit: FittedCurve
) -> Series:
    data = np.asarray(result.data, dtype=float)[rows]
    stderr = 1.0 / np.broadcast_to(result.weights, rows.shape)[rows]
    is_width = bool(at["observable"])
    state = "AP" if at["state"] else "P"
    return Series(
        label=f"{state}, {at['temperature']:.4g} K",
        state=state,
        x=x,
        observed=data,
        low=data - stderr,
        high=data + stderr,
        residual=-np.asarray(result.residual, dtype=float)[rows],
        fit=fit,
        shows="linewidth" if is_width else ("peak power" if numbers.power == "peak" else "power"),
        unit=numbers.width if is_width else "",
    )


def _curve(band: Band, result: Any, axis: str, x: Array, at: Mapping[str, float]) -> FittedCurve:
    """A curve along an axis at one setting of everything else."""
    grid = np.linspace(x.min(), x.max(), _POINTS)
    log_value, error = band(result, {name: np.full(_POINTS, value) for name, value in at.items()} | {axis: grid})
    return FittedCurve(grid, *(np.exp(log_value + z * error) for z in _BANDS))


def critical_currents(band: Band, result: Any) -> Figure:
    """Inverse critical currents of a ModelResult of Eq. 28, one series a transition."""
    delta_R, transition = (np.asarray(result.userkws[key], dtype=float) for key in ("delta_R", "transition"))
    series = [_transition(band, result, transition == code, int(code)) for code in np.unique(transition)]
    factor, label = choose_prefix(delta_R.tolist(), "ohm")
    return critical_current_figure(series, AxisQuantity("ΔR", label, factor))


def _transition(band: Band, result: Any, rows: npt.NDArray[np.bool_], code: int) -> Series:
    delta_R, barrier = np.asarray(result.userkws["delta_R"])[rows], result.userkws.get("barrier")
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
        fit=_line_from_the_origin(band, result, delta_R, mean, code),
    )


def _line_from_the_origin(band: Band, result: Any, delta_R: Array, barrier: float | None, code: int) -> FittedCurve:
    ends = min(0.0, float(delta_R.min())), max(0.0, float(delta_R.max()))
    grid = np.linspace(*ends, _POINTS)
    mean = None if barrier is None else np.full(_POINTS, barrier)
    inverse, error = band(result, {"delta_R": grid, "transition": np.full(_POINTS, code), "barrier": mean})
    return FittedCurve(grid, *(inverse + z * error for z in _BANDS))
