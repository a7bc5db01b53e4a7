"""Critical currents and lines of a virtual device."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.constants import ELEMENTARY_CHARGE
from stfit.laboratory.designs import CriticalCurrentDesign, LineDesign, VirtualDevice
from stfit.laboratory.tables import TRANSITIONS, grid, rounded, settings_table
from stfit.measurements import CriticalCurrents, FmrLines, Origin
from stfit.objective.predictions import log_line
from stfit.physics.fluctuations import LineNumbers
from stfit.physics.transport import CONSISTENT, convert_energy

Array = npt.NDArray[np.float64]


def critical_currents(device: VirtualDevice, design: CriticalCurrentDesign, rng: np.random.Generator) -> pd.DataFrame:
    """One critical current a row."""
    temperatures = np.array([device.temperature]) if design.temperatures is None else design.temperatures
    temperature, state, delta_R = grid(temperatures, design.states, design.delta_R)
    wells = device.law.wells(device.truth, None, None if design.measurement_time is None else temperature)
    scatter = (design.barrier_spread or 0.0) * rng.standard_normal(state.size)
    own = convert_energy(np.where(state == 0, wells.energy_P, wells.energy_AP), device.law.convention, CONSISTENT)
    energy = own * (1.0 + scatter)
    settings: dict[str, Any] = {"delta_R": delta_R, "energy": energy, "measurement_time": design.measurement_time}
    inverse = np.asarray(
        device.law.inverse_critical_current(device.truth, state=state, temperature=temperature, **settings)
    )
    columns = {"transition": state, "critical_current": 1.0 / inverse, "delta_R": delta_R}
    columns["critical_current_stderr"] = design.relative_stderr * np.abs(1.0 / inverse)
    template = CriticalCurrents.from_columns(columns, polarity=1, origin=Origin())
    table = pd.DataFrame(
        {
            "transition": [TRANSITIONS[int(code)] for code in state],
            "critical_current (mA)": rounded(template.replicate(inverse, rng).current * 1e3),
            "critical_current_stderr (mA)": rounded(template.stderr * 1e3),
            "delta_R (ohm)": rounded(delta_R),
        }
    )
    if design.barrier_spread is not None:
        table["barrier (eV)"] = rounded(energy / ELEMENTARY_CHARGE)
    if design.measurement_time is not None:
        table["temperature (K)"] = rounded(temperature)
    return table


@final
@dataclass(frozen=True)
class TrueLines:
    """The lines at every setting of a design: power (without unit) and width (FWHM, Hz or T); arrays of shape (lines,).

    power, width: empty where none is measured. frequency: Hz, NaN where none is written down.
    """

    frequency: Array
    temperature: Array
    state: Array
    current: Array
    power: Array
    width: Array


def true_lines(device: VirtualDevice, design: LineDesign) -> TrueLines:
    """What Eq. 32 says of the lines."""
    settings = _settings(design)
    eta = _log_lines(device, design, _template(design, settings))
    frequency, temperature, state, current = settings
    power, width = np.split(np.exp(eta), [state.size * bool(design.numbers.power)])
    return TrueLines(frequency, temperature, state, current, power, width)


def lines(device: VirtualDevice, design: LineDesign, rng: np.random.Generator) -> pd.DataFrame:
    """Power and linewidth of one line a row."""
    settings = _settings(design)
    template = _template(design, settings)
    eta = _log_lines(device, design, template)
    drawn = replace(template, stderr=design.relative_stderr * np.exp(eta)).replicate(eta, rng)
    frequency, temperature, state, current = settings
    table = settings_table(state, current, temperature)
    if design.frequencies.size:
        table["frequency (GHz)"] = rounded(frequency * 1e-9)
    for code, name, unit, factor in _line_columns(design.numbers):
        rows = drawn.is_linewidth == code
        table[f"{name}{unit}"] = rounded(drawn.value[rows] * factor)
        table[f"{name}_stderr{unit}"] = rounded(drawn.stderr[rows] * factor)
    return table


def _settings(design: LineDesign) -> list[Array]:
    """Frequency, temperature, state and current of each line, the first varying slowest."""
    frequencies = design.frequencies if design.frequencies.size else np.array([np.nan])
    return grid(frequencies, design.temperatures, design.states, design.currents)


def _template(design: LineDesign, settings: list[Array]) -> FmrLines:
    """A measurement at the settings, powers first, then widths, with all values 1."""
    numbers = design.numbers
    frequency, temperature, state, current = (np.tile(part, numbers.observables) for part in settings)
    ones = np.ones(state.size)
    there = [code for code, measured in enumerate((numbers.power, numbers.width)) if measured]
    return FmrLines(
        state=state.astype(np.int8),
        current=current,
        temperature=temperature,
        frequency=frequency,
        is_linewidth=np.repeat(there, settings[0].size),
        value=ones,
        stderr=ones,
        numbers=numbers,
        by_frequency=False,
        polarity=1,
        origin=Origin(),
    )


def _log_lines(device: VirtualDevice, design: LineDesign, template: FmrLines) -> Array:
    quantities = {**device.truth, **design.lines}
    return np.asarray(log_line(device.law, quantities, template.settings, template.temperature))


def _line_columns(numbers: LineNumbers) -> list[tuple[int, str, str, float]]:
    """Code, name, unit and factor of the columns of what is measured."""
    widths = {"Hz": (" (MHz)", 1e-6), "T": (" (mT)", 1e3)}
    columns = [(0, "power", "", 1.0)] if numbers.power else []
    return [*columns, *((1, "linewidth", *widths[numbers.width]) for _ in range(bool(numbers.width)))]
