"""Dwell times and pulses of a virtual device."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.measurements import DwellEvents, DwellTimes, Origin, SwitchingPulses
from stfit.simulate.designs import DwellDesign, PulseDesign, VirtualDevice
from stfit.simulate.tables import TRANSITIONS, grid, log_dwell_time, rounded, settings_table


def dwells(device: VirtualDevice, design: DwellDesign, rng: np.random.Generator) -> pd.DataFrame:
    """Counts and total times, one row a setting, or one row a dwell."""
    temperature, state, current = grid(design.temperatures, design.states, design.currents)
    eta = log_dwell_time(device, design, state, current, temperature)
    low, high = design.transitions
    n = rng.integers(low, high, state.size, endpoint=True).astype(float)
    template = DwellTimes.from_columns(
        {"state": state, "current": current, "temperature": temperature, "n": n, "total_time": n * np.exp(eta)},
        polarity=1,
        origin=Origin(),
    )
    if isinstance(template, DwellTimes) and not design.single_dwells:
        drawn = template.replicate(eta, rng)
        table = settings_table(state, current, temperature)
        table["n"], table["total_time (s)"] = drawn.n.astype(int), rounded(drawn.total_time)
        return table
    return _events(template, eta, rng)


def _events(template: Any, eta: npt.NDArray[np.float64], rng: np.random.Generator) -> pd.DataFrame:
    """Single dwells of a watch of fixed length at each setting, the last one censored."""
    size = template.n.size
    watched = DwellEvents(
        reduced=template,
        duration=template.total_time,
        setting=np.arange(size),
        censored=np.ones(size, dtype=bool),
    )
    drawn = watched.replicate(eta, rng)
    settings = settings_table(template.state, template.current, template.temperature)
    table = settings.iloc[drawn.setting].reset_index(drop=True)
    table["duration (us)"], table["censored"] = rounded(drawn.duration * 1e6), drawn.censored.astype(int)
    return table


def pulses(device: VirtualDevice, design: PulseDesign, rng: np.random.Generator) -> pd.DataFrame:
    """How many of n pulses switched, one row a setting."""
    temperature, state, width, magnitude = grid(
        design.temperatures, design.states, design.pulse_widths, design.currents
    )
    current = np.where(state == 0, -magnitude, magnitude)
    eta = log_dwell_time(device, design, state, current, temperature)
    template = SwitchingPulses.from_columns(
        {
            "transition": state,
            "current": current,
            "pulse_width": width,
            "n": np.full(state.size, float(design.n)),
            "n_switched": np.zeros(state.size),
            "temperature": temperature,
        },
        polarity=1,
        origin=Origin(),
    )
    drawn = template.replicate(eta, rng)
    return pd.DataFrame(
        {
            "transition": [TRANSITIONS[int(code)] for code in state],
            "current (mA)": rounded(current * 1e3),
            "pulse_width (ns)": rounded(width * 1e9),
            "temperature (K)": rounded(temperature),
            "n": drawn.n.astype(int),
            "n_switched": drawn.n_switched.astype(int),
        }
    )
