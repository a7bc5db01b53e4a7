"""What the law predicts for each kind of measurement: the seam between models and measurements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

import numpy as np

from stfit.derivatives import Jet, concatenate, value_of
from stfit.measurement import Settings
from stfit.models import lines
from stfit.models.exact import ExactRows
from stfit.models.law import Quantities, SpinTransferLaw
from stfit.physics.circuit import biased_delta_R, driven_current
from stfit.physics.switching import ramp_log_exposure

LOG_DWELL_TIME: Final = "log_dwell_time"
MAGNET_TEMPERATURE: Final = "magnet_temperature"
_PIECES: Final = 8  # of a step of a ramp, along which the logarithm of a rival's dwell time bends

Prediction = Callable[[SpinTransferLaw, Quantities, Settings, Any], Any]


def current_at(quantities: Quantities, settings: Settings) -> Any:
    """The current through the device, A: as measured, or the voltage over the resistances it meets."""
    if settings.voltage is None:
        return settings.current
    return driven_current(settings.voltage, quantities["resistance"], quantities.get("series_resistance", 0.0))


def with_biased_delta_R(quantities: Quantities, settings: Settings) -> Quantities:
    """The quantities with the ΔR of each row at its bias V = I·R, where a half-voltage is known."""
    if "half_voltage" not in quantities:
        return quantities
    voltage = current_at(quantities, settings) * quantities["resistance"]
    return {**quantities, "delta_R": biased_delta_R(quantities["delta_R"], voltage, quantities["half_voltage"])}


def log_dwell_time(law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any) -> Any:
    """ln τ of each row, Eq. 27."""
    return law.log_dwell_time(
        with_biased_delta_R(quantities, settings),
        state=settings.state.astype(float),
        current=current_at(quantities, settings),
        temperature=temperature,
        field=settings.field,
    )


def inverse_critical_current(law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any) -> Any:
    """1/I_c of each row, 1/A, Eq. 28."""
    return law.inverse_critical_current(
        quantities,
        state=settings.state.astype(float),
        delta_R=settings.delta_R,
        energy=settings.energy,
        temperature=temperature,
        measurement_time=settings.measurement_time,
    )


def log_line(law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any) -> Any:
    """ln of the power or of the linewidth of each row, Eq. 32."""
    if settings.is_linewidth is None or settings.lines is None:
        raise TypeError("a line without its observable")
    rows = lines.LineRows(
        is_width=settings.is_linewidth.astype(float),
        state=settings.state.astype(float),
        current=current_at(quantities, settings),
        temperature=temperature,
        frequency=settings.frequency,
        field=settings.field,
    )
    return lines.log_line(law, with_biased_delta_R(quantities, settings), settings.lines, rows)


def log_dwell_times_at_ends(law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any) -> Any:
    """ln τ of all rows where their intervals of current begin, then of all where they end, Eq. 27; (..., 2·rows)."""
    return concatenate(_log_dwell_times_between(law, quantities, settings, temperature))


def log_ramp_exposure(law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any) -> Any:
    """ln ∫dt/τ of each row, over a ramp from where its interval of current begins to where it ends.

    Exact where ln τ is a straight line in the current; else summed over 8 pieces of each interval, straight in each.
    """
    pieces = 1 if law.linear_in_current else _PIECES
    log_dwell = _log_dwell_times_between(law, quantities, settings, temperature, pieces)
    duration = _duration(settings) / pieces
    parts = [ramp_log_exposure(start, end, duration) for start, end in pairwise(log_dwell)]
    return parts[0] if pieces == 1 else _log_of_sum(parts)


def exact_rows(law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any) -> ExactRows | None:
    """Where the exact rates are asked in each row, under ramps at the currents that they reached.

    None with Eq. 27, and where no dwell time at a current plays a part (lines, extrapolated critical currents).
    """
    if law.rates is None or settings.lines is not None:
        return None
    seen, current = with_biased_delta_R(quantities, settings), current_at(quantities, settings)
    if settings.interval is not None:
        current = settings.interval[1]
    if settings.measurement_time is not None:
        state = settings.state.astype(float)
        seen = law.with_row_values(quantities, state, temperature, settings.delta_R, settings.energy)
        current = 1.0 / np.asarray(inverse_critical_current(law, quantities, settings, temperature))
    if current is None:
        return None
    magnet = law.description.temperature(quantities, temperature, current)
    return law.rates.rows(law, seen, current=current, temperature=magnet, field=settings.field)


def _log_of_sum(logarithms: Sequence[Any]) -> Any:
    largest = np.max([value_of(part) for part in logarithms], axis=0)
    total: Any = 0.0
    for part in logarithms:
        total = total + np.exp(part - largest)
    return np.log(total) + largest


def _log_dwell_times_between(
    law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any, pieces: int = 1
) -> list[Any]:
    """ln τ at the ends of the intervals of current, and of the pieces between."""
    if settings.interval is None:
        raise TypeError("a ramp without the currents between which it ran")
    state, field = settings.state.astype(float), settings.field
    start, end = settings.interval
    currents = [start, *(start + (end - start) * (piece / pieces) for piece in range(1, pieces)), end]
    size, count = state.size, len(currents)
    temperatures = temperature if np.shape(temperature)[-1:] in ((), (1,)) else concatenate([temperature] * count)
    every = law.log_dwell_time(  # all at one go
        quantities,
        state=np.tile(state, count),
        current=np.concatenate(currents),
        temperature=temperatures,
        field=np.tile(field, count),
    )
    cuts = [slice(first, first + size) for first in range(0, count * size, size)]
    return [every[cut] if isinstance(every, Jet) else every[..., cut] for cut in cuts]


def _duration(settings: Settings) -> Any:
    """The time a ramp takes through its interval, s."""
    if settings.interval is None or settings.ramp_rate is None:
        raise TypeError("a ramp without its rate")
    return abs(settings.interval[1] - settings.interval[0]) / settings.ramp_rate


def magnet_temperature(law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any) -> Any:
    """The temperature of the magnet in each row, K: that of the device, or hotter by the current through it."""
    if settings.current is None and settings.voltage is None:
        return temperature
    return law.description.temperature(quantities, temperature, current_at(quantities, settings))


PREDICTIONS: Final[Mapping[str, Prediction]] = {
    LOG_DWELL_TIME: log_dwell_time,
    "inverse_critical_current": inverse_critical_current,
    "log_line": log_line,
    "log_dwell_times_at_ends": log_dwell_times_at_ends,
    "log_ramp_exposure": log_ramp_exposure,
    MAGNET_TEMPERATURE: magnet_temperature,
}
