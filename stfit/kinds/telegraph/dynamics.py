"""Traces of resistance against time that the equation of motion gives."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import scipy

from stfit.errors import InputError, Problem
from stfit.kinds.telegraph.experiment import TelegraphDesign
from stfit.kinds.telegraph.simulated import counted, trace_index
from stfit.laboratory.designs import Files, VirtualDevice
from stfit.laboratory.dynamics import Dynamics, magnet_at, stepping, time_step
from stfit.laboratory.tables import field_axis, grid
from stfit.physics.llg import trajectories
from stfit.physics.macrospin import Macrospin

Array = npt.NDArray[np.float64]

_FINE: Final = 10  # points of the record in a time constant of the low-pass, along each of which r(θ) is held
_MOST_POINTS: Final = 5e7  # of the records of one temperature, before they are sampled


def _duration(device: VirtualDevice, design: TelegraphDesign) -> float:  # noqa: ARG001 - as long on any device
    """For how long all traces together are followed, s."""
    settings = design.temperatures.size * field_axis(design.fields).size * design.runs.size
    return settings * design.samples * design.sample_interval


def _traces(device: VirtualDevice, design: TelegraphDesign, rng: np.random.Generator) -> tuple[pd.DataFrame, Files]:
    """The index of the traces, and each of them: r(θ(t)) through the low-pass, sampled and counted."""
    settings = grid(design.temperatures, field_axis(design.fields), design.runs)
    temperature, field, current = settings
    memory = design.read_out.memory
    fine = int(np.ceil(_FINE / memory)) if memory else 1
    _refuse_many(design, fine * design.runs.size)
    levels: list[Array] = []
    # currents of one temperature and field stand together, and go through their steps together
    for first in range(0, current.size, design.runs.size):
        magnet = magnet_at(device, temperature[first], field[first])
        levels += list(_levels(device, design, magnet, fine, memory, rng))
    counts = [counted(design, device.truth["delta_R"], level, rng) for level in levels]
    return trace_index(design, (temperature, field, current), counts)


def _levels(
    device: VirtualDevice,
    design: TelegraphDesign,
    magnet: Macrospin,
    fine: int,
    memory: float,
    rng: np.random.Generator,
) -> Array:
    """What the digitiser sees of r(θ) at every current, shape (currents, samples); memory: in sampling intervals."""
    interval = design.sample_interval / fine
    every = int(np.ceil(interval / time_step(device)))
    cosines = trajectories(
        magnet,
        design.runs,
        stepping(device, rng, interval / every),
        samples=design.samples * fine,
        every=every,
        start=np.concatenate([_anywhere(magnet, float(current), rng) for current in design.runs]),
    )
    level = device.law.device.gmr.resistance(np.arccos(np.clip(cosines, -1.0, 1.0)))
    if memory:
        decay = float(np.exp(-1.0 / (memory * fine)))
        level, _ = scipy.signal.lfilter([1.0 - decay], [1.0, -decay], level, axis=1, zi=decay * level[:, :1])
    return np.asarray(level[:, fine - 1 :: fine])


def _anywhere(magnet: Macrospin, current: float, rng: np.random.Generator) -> Array:
    """cos θ in equilibrium, shape (1,)."""
    found = magnet.wells(current)
    return found.draw("P" if rng.random() < found.population_P else "AP", 1, rng)


def _refuse_many(design: TelegraphDesign, fine: int) -> None:
    """InputError where the records before they are sampled would not fit into memory."""
    points = float(fine) * design.samples
    if points > _MOST_POINTS:
        expected = (
            f"at most {_MOST_POINTS:g} points at once (fewer samples or currents, a bandwidth nearer to sampling)"
        )
        raise InputError(Problem(f"the measurement {design.file}", expected, f"{points:.2g}"))


DYNAMICS: Final = Dynamics(_duration, _traces)
