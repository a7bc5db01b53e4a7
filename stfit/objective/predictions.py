"""What the law predicts at the settings of a measurement: the seam between models and measurements."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from stfit.measurement import Settings
from stfit.models.device import CriticalRows, Quantities, Rows
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.physics.circuit import biased_delta_R, driven_current, resistance_of

_ROUNDS: Final = 20  # of the bias over the device behind a series resistance: 1e-4 of it and less for R_s up to 5 R


def current_at(quantities: Quantities, settings: Settings) -> Any:
    """The current through the device, A: as measured, or the voltage over the resistances that it meets in its state.

    Where the resistance of AP is known, it is that of the rows that leave AP, at their bias where a half-voltage is.
    """
    if settings.voltage is None:
        return settings.current
    return driven_current(settings.voltage, _resistance(quantities, settings), quantities.get("series_resistance", 0.0))


def _resistance(quantities: Quantities, settings: Settings) -> Any:
    """The resistance (ohm) of each row under its voltage."""
    low = quantities["resistance"]
    if "resistance_AP" not in quantities:
        return low
    state, step = settings.state.astype(float), quantities["resistance_AP"] - low
    if "half_voltage" not in quantities:
        return resistance_of(state, low, step)
    in_series, bias = quantities.get("series_resistance"), settings.voltage
    for _ in range(1 if in_series is None else _ROUNDS):
        resistance = resistance_of(state, low, biased_delta_R(step, bias, quantities["half_voltage"]))
        if in_series is not None:
            bias = driven_current(settings.voltage, resistance, in_series) * resistance
    return resistance


def with_biased_delta_R(quantities: Quantities, settings: Settings) -> Quantities:
    """The quantities with the ΔR of each row at its bias V = I·R, where a half-voltage is known."""
    if "half_voltage" not in quantities:
        return quantities
    known = settings.voltage is not None and "resistance_AP" in quantities
    resistance = _resistance(quantities, settings) if known else quantities["resistance"]
    voltage = current_at(quantities, settings) * resistance
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
    return law.rates.inverse_critical_current(law.device, quantities, critical_rows(settings, temperature))


def critical_rows(settings: Settings, temperature: Any) -> CriticalRows:
    """The settings of critical currents, at the true temperature of each row (K)."""
    return CriticalRows(
        settings.state.astype(float), temperature, settings.measurement_time, settings.delta_R, settings.energy
    )


def rows_asked(
    law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any
) -> tuple[Quantities, Rows] | None:
    """Where the law is asked for ln τ in each row, under ramps where these ended, with the quantities.

    None where no dwell time at a current plays a part (lines, extrapolated critical currents).
    """
    if settings.lines is not None:
        return None
    if settings.interval is not None:
        settings = settings.swept_to(settings.interval[1])
    seen, current = with_biased_delta_R(quantities, settings), current_at(quantities, settings)
    if settings.measurement_time is not None:
        seen = law.device.with_row_values(quantities, critical_rows(settings, temperature))
        current = 1.0 / np.asarray(inverse_critical_current(law, quantities, settings, temperature))
    if current is None:
        return None
    state = settings.state.astype(float)
    return seen, law.rows(quantities, state=state, current=current, temperature=temperature, field=settings.field)


def magnet_temperature(law: SpinTransferLaw, quantities: Quantities, settings: Settings, temperature: Any) -> Any:
    """The temperature of the magnet in each row, K: that of the device, or hotter by the current through it."""
    if settings.current is None and settings.voltage is None:
        return temperature
    return law.heating.temperature(quantities, temperature, current_at(quantities, settings))
