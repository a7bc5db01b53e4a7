"""Resonance lines of a virtual device."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import final

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.kinds.resonance.data import KIND, FmrLines
from stfit.kinds.resonance.experiment import LineDesign
from stfit.kinds.resonance.prediction import log_line
from stfit.laboratory.designs import Files, VirtualDevice
from stfit.laboratory.tables import grid, rounded, settings_table
from stfit.measurement import Origin, Settings
from stfit.physics.fluctuations import LineNumbers

Array = npt.NDArray[np.float64]


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


def lines(device: VirtualDevice, design: LineDesign, rng: np.random.Generator) -> tuple[pd.DataFrame, Files]:
    """Power and linewidth of one line a row."""
    settings = _settings(design)
    template = _template(design, settings)
    eta = _log_lines(device, design, template)
    drawn = replace(template, stderr=design.relative_stderr * np.exp(eta)).draw(eta, rng)
    frequency, temperature, state, current = settings
    table = settings_table(state, current, temperature)
    if design.frequencies.size:
        table["frequency (GHz)"] = rounded(frequency * 1e-9)
    for code, name, unit, factor in _line_columns(design.numbers):
        rows = drawn.is_linewidth == code
        table[f"{name}{unit}"] = rounded(drawn.value[rows] * factor)
        table[f"{name}_stderr{unit}"] = rounded(drawn.stderr[rows] * factor)
    return table, {}


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
        Settings(
            state.astype(np.int8),
            current,
            None,
            temperature,
            np.full(state.size, np.nan),
            frequency=frequency,
            is_linewidth=np.repeat(there, settings[0].size).astype(np.int8),
            lines=numbers,
        ),
        Origin(kind=KIND),
        value=ones,
        stderr=ones,
        by_frequency=False,
    )


def _log_lines(device: VirtualDevice, design: LineDesign, template: FmrLines) -> Array:
    quantities = {**device.truth, **design.lines}
    return np.asarray(log_line(device.law, quantities, template.settings, template.settings.temperature))


def _line_columns(numbers: LineNumbers) -> list[tuple[int, str, str, float]]:
    """Code, name, unit and factor of the columns of what is measured."""
    widths = {"Hz": (" (MHz)", 1e-6), "T": (" (mT)", 1e3)}
    columns = [(0, "power", "", 1.0)] if numbers.power else []
    return [*columns, *((1, "linewidth", *widths[numbers.width]) for _ in range(bool(numbers.width)))]
