"""Pulses that switch the equation of motion or do not."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from stfit.kinds.pulse.experiment import PulseDesign
from stfit.kinds.pulse.simulated import pulse_table
from stfit.laboratory.designs import Files, VirtualDevice
from stfit.laboratory.dynamics import Dynamics, magnet_at, stepping
from stfit.laboratory.tables import grid
from stfit.physics.llg import Rest, switching_times


def _duration(device: VirtualDevice, design: PulseDesign) -> float:  # noqa: ARG001 - pulses last as long on any device
    """For how long all replicas together are followed, s."""
    settings = design.temperatures.size * len(design.states) * design.currents.size
    return float(settings * design.n * design.pulse_widths.sum())


def _pulses(device: VirtualDevice, design: PulseDesign, rng: np.random.Generator) -> tuple[pd.DataFrame, Files]:
    """How many of n pulses reached the core of the other state; one row a setting."""
    temperature, state, width, magnitude = grid(
        design.temperatures, design.states, design.pulse_widths, design.currents
    )
    current = np.where(state == 0, -magnitude, magnitude)
    switched = [
        np.count_nonzero(
            np.isfinite(
                switching_times(
                    magnet_at(device, temperature[row]),
                    np.full(design.n, current[row]),
                    stepping(device, rng),
                    start=Rest("AP" if state[row] else "P"),
                    longest=width[row],
                )
            )
        )
        for row in range(state.size)
    ]
    return pulse_table((state, current, width, temperature), design.n, switched), {}


DYNAMICS: Final = Dynamics(_duration, _pulses)
