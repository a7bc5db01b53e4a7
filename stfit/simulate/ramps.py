"""Switching events of a virtual device under current ramps."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.errors import InputError, Problem
from stfit.physics.switching import ramp_log_exposure, ramp_quantile
from stfit.simulate.designs import RampDesign, VirtualDevice
from stfit.simulate.tables import TRANSITIONS, grid, log_dwell_time, rounded

Array = npt.NDArray[np.float64]

_PIECES: Final = 4096
_SURE: Final = 1.0 - 1e-15
_FARTHER: Final = 1.5  # times the rise by which nearly every event has happened on the straight line of the start


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
    share = rng.random(of.size)
    if device.law.description.linear_in_current:
        rise = ramp_quantile(share, settings.slope[of], -settings.log_dwell[of], settings.rate[of], 0.0)
    else:
        rise = _rise_along_a_curve(device, design, settings, share.reshape(-1, design.events)).reshape(-1)
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


def _rise_along_a_curve(device: VirtualDevice, design: RampDesign, settings: _Settings, share: Array) -> Array:
    """The rises (A) before which a share of the events has switched, both (settings, events), where ln τ(I) bends.

    Tabulated in 4096 pieces of a ramp, along each of which ln τ falls by some 0.02: between them the hazard is straight
    to that squared over 8, and a current good to 5e-5 of a piece. InputError where the ramp does not end every dwell.
    """
    size = settings.state.size
    straight = ramp_quantile(np.full(size, _SURE), settings.slope, -settings.log_dwell, settings.rate, 0.0)
    rise = _FARTHER * straight[:, None] * np.linspace(0.0, 1.0, _PIECES + 1)
    state, temperature = (
        np.broadcast_to(column[:, None], rise.shape) for column in (settings.state, settings.temperature)
    )
    current = settings.start[:, None] + settings.direction[:, None] * rise
    log_dwell = np.asarray(
        device.law.log_dwell_time(device.truth, state=state, current=current, temperature=temperature, field=None)
    )
    duration = np.diff(rise, axis=1) / settings.rate[:, None]
    exposure = np.exp(ramp_log_exposure(log_dwell[:, :-1], log_dwell[:, 1:], duration))
    hazard = np.concatenate([np.zeros((size, 1)), np.cumsum(exposure, axis=1)], axis=1)
    needed = -np.log1p(-share)
    if np.any(needed.max(axis=1) > np.nanmax(hazard, axis=1)):  # beyond T_C there is no number
        expected = f"a device that switches below T_C and within {_FARTHER:g} times the rise of Eq. 27 without heating"
        raise InputError(Problem(f"the measurement {design.file}", expected, "one that is heated too much"))
    reached = np.where(np.isnan(hazard), np.inf, hazard)
    return np.array([np.interp(target, h, r) for target, h, r in zip(needed, reached, rise, strict=True)])
