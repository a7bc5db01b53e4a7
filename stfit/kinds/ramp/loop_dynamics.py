"""Hysteresis loops along which the equation of motion switches."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from stfit.kinds.ramp.experiment import LoopDesign
from stfit.kinds.ramp.simulated_loops import settings_of, table_of
from stfit.laboratory.designs import Files, VirtualDevice
from stfit.laboratory.dynamics import Dynamics, magnet_at, stepping
from stfit.laboratory.tables import predicted
from stfit.physics.llg import Rest, switching_times
from stfit.physics.macrospin import Macrospin

Array = npt.NDArray[np.float64]
States = npt.NDArray[np.int8]

_WORDS: Final[tuple[Literal["P", "AP"], ...]] = ("P", "AP")


def _duration(device: VirtualDevice, design: LoopDesign) -> float:  # noqa: ARG001 - as long on any device
    """For how long all sweeps together are followed, s."""
    way = abs(design.currents[-1] - design.currents[0])
    return float(2.0 * design.sweeps * design.temperatures.size * way * np.sum(1.0 / design.ramp_rates))


def _loops(device: VirtualDevice, design: LoopDesign, rng: np.random.Generator) -> tuple[pd.DataFrame, Files]:
    """One row a sample. Each sweep begins anew, in equilibrium at its first current, and its samples show the state.

    A change of state is the arrival in the core of the other one (see `physics.llg`).
    """
    tables = []
    for setting in settings_of(design):
        _, kelvin, per_second = setting
        first = design.currents[:1]
        log_P, log_AP = (predicted(device, design, np.array([s]), first, np.array([kelvin])) for s in (0.0, 1.0))
        begin = (rng.random(design.sweeps) < expit(log_AP - log_P)).astype(np.int8)
        magnet = magnet_at(device, kelvin)
        out = _leg(magnet, device, design.currents, per_second, begin, rng)
        back = _leg(magnet, device, design.currents[::-1], per_second, out[:, -1], rng)
        state = np.concatenate([out, back[:, 1:]], axis=1)
        tables.append(table_of(device, design, state, setting, rng))
    return pd.concat(tables, ignore_index=True), {}


def _leg(
    magnet: Macrospin,
    device: VirtualDevice,
    currents: Array,
    rate: float,
    begin: States,
    rng: np.random.Generator,
) -> States:
    """States at the currents of one way, shape (sweeps, points), from those at its beginning.

    A sweep that has changed its state goes on from there, until none changes any more.
    """
    velocity = float(np.sign(currents[-1] - currents[0])) * rate
    reached = np.abs(currents - currents[0]) / rate
    since, state = np.zeros(begin.size), begin.copy()
    states = np.repeat(begin[:, None], currents.size, axis=1)
    moving = np.ones(begin.size, dtype=bool)
    while np.any(moving):
        at = np.full(begin.size, np.inf)
        for code, word in enumerate(_WORDS):
            mine = np.flatnonzero(moving & (state == code))
            if mine.size:
                times = switching_times(
                    magnet,
                    currents[0] + velocity * since[mine],
                    stepping(device, rng),
                    start=Rest(word),
                    longest=float(np.max(reached[-1] - since[mine])),
                    ramp_rate=velocity,
                )
                at[mine] = since[mine] + np.where(np.isnan(times), np.inf, times)
        moving = at < reached[-1]
        since, state = np.where(moving, at, since), np.where(moving, 1 - state, state).astype(np.int8)
        states = np.where(reached >= np.where(moving, at, np.inf)[:, None], state[:, None], states)
    return states


DYNAMICS: Final = Dynamics(_duration, _loops)
