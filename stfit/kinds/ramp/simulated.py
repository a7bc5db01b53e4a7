"""Switching events of a virtual device under current ramps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.constants import BOLTZMANN
from stfit.errors import InputError, Problem
from stfit.kinds.ramp.experiment import RampDesign
from stfit.kinds.ramp.hazards import rises
from stfit.laboratory.designs import Files, VirtualDevice
from stfit.laboratory.tables import TRANSITIONS, grid, log_dwell_time, predicted, refuse_outside, rounded
from stfit.physics.switching import ramp_quantile

Array = npt.NDArray[np.float64]
Rows = npt.NDArray[np.intp]


class Settings(NamedTuple):
    """Where ramps start and where they lead; arrays of shape (settings,).

    direction: +1 or −1, of the current. start: A.
    """

    state: Array
    temperature: Array
    rate: Array
    direction: Array
    start: Array


def ramps(device: VirtualDevice, design: RampDesign, rng: np.random.Generator) -> tuple[pd.DataFrame, Files]:
    """One row an event; InputError where no current of the device makes it switch."""
    settings = settings_of(device, design)
    of = np.repeat(np.arange(settings.state.size), design.events)
    rise = rise_before(device, design, settings, of, rng.random(of.size))
    refuse_outside(device, design, settings.start[of] + settings.direction[of] * rise, settings.temperature[of])
    return table_of(design, settings, of, rise), {}


def rise_before(device: VirtualDevice, design: RampDesign, settings: Settings, of: Rows, share: Array) -> Array:
    """The rise (A) before which a share of the ramps has switched, at the settings that `of` says; shape of share."""
    return (_gompertz if device.law.linear_in_current else _by_hazard)(device, design, settings, of, share)


def table_of(design: RampDesign, settings: Settings, of: Rows, rise: Array) -> pd.DataFrame:
    """What the laboratory writes of events at these rises (A) above the start; of: setting of each."""
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


def _gompertz(device: VirtualDevice, design: RampDesign, settings: Settings, of: Rows, share: Array) -> Array:
    """Rises before which a share has switched, where ln τ is a straight line in the current."""
    slope = np.abs(np.asarray(device.law.slopes(device.truth, settings.state, settings.temperature, None)))
    eta = log_dwell_time(device, design, settings.state, settings.start, settings.temperature)
    return ramp_quantile(share, slope[of], -eta[of], settings.rate[of], 0.0)


def _by_hazard(device: VirtualDevice, design: RampDesign, settings: Settings, of: Rows, share: Array) -> Array:
    """The same for any law of ln τ."""

    def log_dwell(rise: Array) -> Array:
        current = settings.start + settings.direction * rise
        state, temperature = (np.broadcast_to(part, rise.shape) for part in (settings.state, settings.temperature))
        columns = (np.ravel(part) for part in (state, current, temperature))
        return predicted(device, design, *columns).reshape(rise.shape)

    log_dwell_time(device, design, settings.state, settings.start, settings.temperature)
    # ρ(θ) grows by ρ(π) at most, so ln τ changes by no more than G ρ(π) I/k_BT
    per_ampere = np.abs(device.law.device.coupling(device.truth)) * device.law.device.gmr.total
    scale = BOLTZMANN * settings.temperature / per_ampere
    found = rises(log_dwell, scale, settings.rate, -np.log1p(-share), of)
    if found is None:
        expected = "a device that the ramp switches"
        raise InputError(Problem(f"the measurement {design.file}", expected, "dwell times that hardly fall along it"))
    return found


def settings_of(device: VirtualDevice, design: RampDesign) -> Settings:
    """All combinations; InputError where no current makes the device switch."""
    temperature, state, rate = grid(design.temperatures, design.states, design.ramp_rates)
    # as Eq. 27 has it, c_i > 0: a current that favours P empties AP
    coupling = float(np.asarray(device.law.device.coupling(device.truth)))
    direction = np.sign(coupling) * np.where(state == 0, -1.0, 1.0)
    if coupling == 0.0:
        expected = "a device that a current switches: l_over_L, delta_R and c_i other than 0"
        raise InputError(Problem(f"the measurement {design.file}", expected, "a slope of 0"))
    return Settings(state, temperature, rate, direction, direction * design.start_current)
