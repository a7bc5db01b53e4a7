"""What data say of themselves before anything is fitted: signs, polarity, ranges of what was set."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.measurement import Observation
from stfit.measurement.view import TRANSITION_WORDS
from stfit.results.numbers import format_interval, format_rounded

Array = npt.NDArray[np.float64]

_SURE: Final = 3.0  # standard errors of a slope, from which its sign is believed


def written_without_sign(measurement: Observation) -> bool:
    """Whether both transitions happen at positive currents, as where magnitudes are written down.

    measurement: read with polarity +1, signed as it is written.
    """
    if measurement.view().state_words != TRANSITION_WORDS:
        return False
    drive, state = _drive(measurement), measurement.settings.state
    if drive is None:
        return False
    signs = [np.unique(np.sign(drive[state == code])) for code in (0, 1)]
    return all(sign.size == 1 for sign in signs) and bool(signs[0][0] == signs[1][0] > 0)


def polarity_of(measurement: Observation) -> tuple[int, str] | None:
    """The polarity with which +I stabilises P, and why; None where the data do not say.

    measurement: read with polarity +1. Of switching the sign of the current tells, of dwell times the slopes of ln τ.
    """
    if measurement.settings.swept == "field":
        return None
    if measurement.view().state_words == TRANSITION_WORDS:
        return _polarity_of_switching(measurement)
    return _polarity_of_dwells(measurement)


def _polarity_of_switching(measurement: Observation) -> tuple[int, str] | None:
    """P→AP at negative current is +1."""
    drive, state = _drive(measurement), measurement.settings.state
    if drive is None:
        return None
    sides = [-np.sign(np.median(drive[state == 0]))] if np.any(state == 0) else []
    sides += [np.sign(np.median(drive[state == 1]))] if np.any(state == 1) else []
    if not sides or sides[0] == 0.0 or any(side != sides[0] for side in sides):
        return None
    sign = int(sides[0])
    return sign, f"P->AP happens at {'negative' if sign > 0 else 'positive'} current"


def _drive(measurement: Observation) -> Array | None:
    """Currents, voltages or swept fields, by row: the critical currents where none was set."""
    settings = measurement.settings
    if settings.swept == "field":
        return settings.field
    if settings.current is None and settings.voltage is None:
        return measurement.start().critical_currents
    return settings.drive


def _polarity_of_dwells(measurement: Observation) -> tuple[int, str] | None:
    """The sign of s_P − s_AP, each weighed by its error: τ_P grows with I where it is positive."""
    rough, settings = measurement.start().dwell_times, measurement.settings
    if rough is None or rough.only_slopes or settings.current is None:
        return None
    drive = settings.current[rough.row] if rough.reached is None else rough.reached
    state, temperature = settings.state[rough.row], np.nan_to_num(settings.temperature[rough.row])
    total = error = 0.0
    for code, sign in ((0, 1.0), (1, -1.0)):
        mask = (state == code) & np.isfinite(rough.log_dwell)
        slope, weight = _common_slope(drive[mask], rough.log_dwell[mask], rough.weight[mask], temperature[mask])
        total, error = total + sign * slope * weight, error + weight
    if error <= 0.0 or abs(total) < _SURE * np.sqrt(error):
        return None
    words = "longer" if total > 0 else "shorter"
    return (1 if total > 0 else -1), f"+I makes dwells in P {words} relative to those in AP"


def _common_slope(x: Array, y: Array, weight: Array, group: Array) -> tuple[float, float]:
    """The slope of y against x that groups with levels of their own share, and its inverse variance; 0 of none."""
    _, at = np.unique(group, return_inverse=True)
    sums = [np.bincount(at, weight * values) for values in (np.ones_like(x), x, y)] if x.size else []
    if not sums or np.any(sums[0] <= 0):
        return 0.0, 0.0
    dx, dy = x - (sums[1] / sums[0])[at], y - (sums[2] / sums[0])[at]
    information = float(np.sum(weight * dx * dx))
    return (float(np.sum(weight * dx * dy)) / information, information) if information > 0 else (0.0, 0.0)


def ranges(measurement: Observation) -> list[str]:
    """What was set, in words: rows, drive, temperatures, fields."""
    settings, axis = measurement.settings, measurement.view().axis
    words = [f"{measurement.origin.rows or settings.state.size} rows"]
    for name, unit, values in (
        ("ΔR" if axis.name == "delta_R" else axis.name, axis.unit, axis.values),
        ("temperature", "K", settings.temperature),
        ("field", "T", settings.field if settings.swept != "field" else np.full(1, np.nan)),
    ):
        if np.any(known := np.isfinite(values)):
            words.append(f"{name} {_range(values[known], unit)}")
    return words


def _range(values: Array, unit: str) -> str:
    low, high = float(np.min(values)), float(np.max(values))
    return format_rounded(low, unit, 4) if low == high else format_interval((low, high), unit)
