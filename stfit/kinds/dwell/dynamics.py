"""Dwell times that the equation of motion gives."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.kinds.dwell.experiment import DwellDesign
from stfit.kinds.dwell.simulated import event_table, table_of
from stfit.laboratory.designs import Files, VirtualDevice
from stfit.laboratory.dynamics import Dynamics, dwell_time, magnet_at, stepping
from stfit.laboratory.tables import field_axis, grid
from stfit.physics.llg import dwell_times

Array = npt.NDArray[np.float64]

_REPLICAS: Final = 64  # that go through their steps together


def _duration(device: VirtualDevice, design: DwellDesign) -> float:
    """For how long all replicas together are followed, about, s."""
    temperature, field, _, current = grid(
        design.temperatures, field_axis(design.fields), design.states, design.currents
    )
    for setting in zip(temperature, field, current, strict=True):
        magnet_at(device, *setting[:2]).wells(setting[2])
    codes = (np.full(current.size, code) for code in (0.0, 1.0))
    cycle = sum(dwell_time(device, design, code, current, temperature, field) for code in codes)
    return float(design.transitions[1] * np.sum(cycle))


def _dwells(device: VirtualDevice, design: DwellDesign, rng: np.random.Generator) -> tuple[pd.DataFrame, Files]:
    """Counts and total times, one row a setting, or one row a dwell; all dwells complete."""
    axes = (design.temperatures, field_axis(design.fields), design.states, design.currents)
    temperature, field, state, current = grid(*axes)
    n = rng.integers(*design.transitions, state.size, endpoint=True)
    durations = []
    for row in range(n.size):
        pair = dwell_times(
            magnet_at(device, temperature[row], field[row]),
            current[row],
            stepping(device, rng),
            transitions=2 * int(n[row]),
            replicas=_REPLICAS,
        )
        durations.append(pair[int(state[row])][: n[row]])
    if design.single_dwells:
        setting = np.repeat(np.arange(n.size), n)
        complete = np.zeros(setting.size, dtype=bool)
        return event_table((state, current, temperature, field), setting, np.concatenate(durations), complete), {}
    return table_of((state, current, temperature, field), n, np.array([part.sum() for part in durations])), {}


DYNAMICS: Final = Dynamics(_duration, _dwells)
