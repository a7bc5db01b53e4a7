"""Ramps along which the equation of motion switches."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.errors import InputError, Problem
from stfit.kinds.ramp.experiment import RampDesign
from stfit.kinds.ramp.simulated import rise_before, settings_of, table_of
from stfit.laboratory.designs import Files, VirtualDevice
from stfit.laboratory.dynamics import Dynamics, magnet_at, stepping
from stfit.physics.llg import Rest, switching_times

Array = npt.NDArray[np.float64]

_SURELY: Final = 1.0 - 1e-9  # share of ramps that have switched where watching ends


def _duration(device: VirtualDevice, design: RampDesign) -> float:
    """For how long all replicas together are followed, s."""
    return design.events * float(_longest(device, design).sum())


def _longest(device: VirtualDevice, design: RampDesign) -> Array:
    """How long each ramp is followed, s: twice as long as all but one in 10⁹ take."""
    settings = settings_of(device, design)
    every = np.arange(settings.state.size)
    return 2.0 * rise_before(device, design, settings, every, np.full(every.size, _SURELY)) / settings.rate


def _ramps(device: VirtualDevice, design: RampDesign, rng: np.random.Generator) -> tuple[pd.DataFrame, Files]:
    """One row an event."""
    settings = settings_of(device, design)
    every = np.arange(settings.state.size)
    longest = _longest(device, design)
    rises = []
    for row in every:
        times = switching_times(
            magnet_at(device, settings.temperature[row]),
            np.full(design.events, settings.start[row]),
            stepping(device, rng),
            start=Rest("AP" if settings.state[row] else "P", settings.start[row]),
            longest=longest[row],
            ramp_rate=settings.direction[row] * settings.rate[row],
        )
        _refuse_unswitched(design, times)
        rises.append(settings.rate[row] * times)
    return table_of(design, settings, np.repeat(every, design.events), np.concatenate(rises)), {}


def _refuse_unswitched(design: RampDesign, times: Array) -> None:
    if left := int(np.count_nonzero(np.isnan(times))):
        expected = "ramps on which the device switches"
        raise InputError(Problem(f"the measurement {design.file}", expected, f"{left} of {times.size} that do not"))


DYNAMICS: Final = Dynamics(_duration, _ramps)
