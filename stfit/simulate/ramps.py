"""Switching events of a virtual device under current ramps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.errors import InputError, Problem
from stfit.physics.switching import ramp_quantile
from stfit.simulate.designs import RampDesign, VirtualDevice
from stfit.simulate.tables import TRANSITIONS, grid, log_dwell_time, rounded

Array = npt.NDArray[np.float64]


class _Settings(NamedTuple):
    """Where ramps start and where they lead; arrays of shape (settings,).

    direction: +1 or −1, of the current. start: A. log_dwell: ln τ there. slope: at which it falls along the ramp, 1/A.
    """

    state: Array
    temperature: Array
    rate: Array
    direction: Array
    start: Array
    log_dwell: Array
    slope: Array


def ramps(device: VirtualDevice, design: RampDesign, rng: np.random.Generator) -> pd.DataFrame:
    """One row an event; InputError where no current of the device makes it switch."""
    settings = _settings(device, design)
    of = np.repeat(np.arange(settings.state.size), design.events)
    rise = ramp_quantile(rng.random(of.size), settings.slope[of], -settings.log_dwell[of], settings.rate[of], 0.0)
    if design.current_step is not None:
        rise = np.ceil(rise / design.current_step) * design.current_step
    table = pd.DataFrame(
        {
            "transition": [TRANSITIONS[int(code)] for code in settings.state[of]],
            "switching_current (mA)": rounded((settings.start[of] + settings.direction[of] * rise) * 1e3),
            "ramp_rate (A/s)": rounded(settings.rate[of]),
            "temperature (K)": rounded(settings.temperature[of]),
        }
    )
    if design.current_step is not None:
        table["current_step (uA)"] = rounded(np.full(of.size, design.current_step * 1e6))
    if design.start_current != 0.0:
        table["start_current (mA)"] = rounded(settings.start[of] * 1e3)
    return table


def _settings(device: VirtualDevice, design: RampDesign) -> _Settings:
    temperature, state, rate = grid(design.temperatures, design.states, design.ramp_rates)
    slope = np.asarray(device.law.slopes(device.truth, state, temperature, None))
    if np.any(slope == 0.0):
        expected = "a device that a current switches: l_over_L, delta_R and c_i other than 0"
        raise InputError(Problem(f"the measurement {design.file}", expected, "a slope of 0"))
    direction = -np.sign(slope)
    start = direction * design.start_current
    log_dwell = log_dwell_time(device, design, state, start, temperature)
    return _Settings(state, temperature, rate, direction, start, log_dwell, np.abs(slope))
