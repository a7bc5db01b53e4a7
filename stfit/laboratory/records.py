"""Records of the stochastic equation of motion: resistance against time, and along sweeps of the current."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.signal import lfilter
from scipy.special import expit

from stfit.errors import InputError, Problem
from stfit.laboratory.designs import LoopDesign, TelegraphDesign, VirtualDevice
from stfit.laboratory.dynamics import magnet_at, seed_of, threads, time_step
from stfit.laboratory.loops import refuse_long
from stfit.laboratory.loops import table_of as loop_table
from stfit.laboratory.tables import field_axis, grid, predicted
from stfit.laboratory.telegraph import counted, trace_index
from stfit.physics.llg import Macrospin, switching_times, trajectories
from stfit.physics.telegraph import low_passed_noise

Array = npt.NDArray[np.float64]
States = npt.NDArray[np.int8]

_FINE: Final = 10  # points of the record in a time constant of the low-pass, along each of which r(θ) is held
_MOST_POINTS: Final = 5e7  # of the records of one temperature, before they are sampled
_WORDS: Final[tuple[Literal["P", "AP"], ...]] = ("P", "AP")


def traces(
    device: VirtualDevice, design: TelegraphDesign, rng: np.random.Generator
) -> tuple[pd.DataFrame, Mapping[str, bytes]]:
    """The index of the traces, and each of them: r(θ(t)) through the low-pass, sampled and counted."""
    settings = grid(design.temperatures, field_axis(design.fields), design.currents)
    temperature, field, current = settings
    memory = np.inf if design.bandwidth is None else 1.0 / (2.0 * np.pi * design.bandwidth * design.sample_interval)
    fine = 1 if design.bandwidth is None else int(np.ceil(_FINE / memory))
    _refuse_many(design, fine * design.currents.size)
    levels: list[Array] = []
    # currents of one temperature and field stand together, and go through their steps together
    for first in range(0, current.size, design.currents.size):
        magnet = magnet_at(device, temperature[first], field[first])
        levels += list(_levels(device, design, magnet, fine, memory, rng))
    noise = [rng.standard_normal(design.samples) for _ in levels]
    if design.bandwidth is not None:
        noise = [low_passed_noise(white, memory) for white in noise]
    counts = [counted(device, design, level, part) for level, part in zip(levels, noise, strict=True)]
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
        design.currents,
        time_step=interval / every,
        samples=design.samples * fine,
        every=every,
        seed=seed_of(rng),
        start=np.concatenate([_anywhere(magnet, float(current), rng) for current in design.currents]),
        threads=threads(),
    )
    level = device.law.gmr.resistance(np.arccos(np.clip(cosines, -1.0, 1.0)))
    if np.isfinite(memory):
        decay = float(np.exp(-1.0 / (memory * fine)))
        level, _ = lfilter([1.0 - decay], [1.0, -decay], level, axis=1, zi=decay * level[:, :1])
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


def loops(device: VirtualDevice, design: LoopDesign, rng: np.random.Generator) -> pd.DataFrame:
    """One row a sample. Each sweep begins anew, in equilibrium at its first current, and its samples show the state.

    A change of state is the arrival in the core of the other one (see `physics.llg`).
    """
    temperature, rate = grid(design.temperatures, design.ramp_rates)
    refuse_long(design, temperature.size)
    tables = []
    for place, (kelvin, per_second) in enumerate(zip(temperature, rate, strict=True)):
        first = design.currents[:1]
        log_P, log_AP = (predicted(device, design, np.array([s]), first, np.array([kelvin])) for s in (0.0, 1.0))
        begin = (rng.random(design.sweeps) < expit(log_AP - log_P)).astype(np.int8)
        magnet = magnet_at(device, kelvin)
        out = _leg(magnet, device, design.currents, per_second, begin, rng)
        back = _leg(magnet, device, design.currents[::-1], per_second, out[:, -1], rng)
        state = np.concatenate([out, back[:, 1:]], axis=1)
        tables.append(loop_table(device, design, state, place, kelvin, per_second, rng))
    return pd.concat(tables, ignore_index=True)


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
                    time_step=time_step(device),
                    longest=float(np.max(reached[-1] - since[mine])),
                    seed=seed_of(rng),
                    start_state=word,
                    ramp_rate=velocity,
                    threads=threads(),
                )
                at[mine] = since[mine] + np.where(np.isnan(times), np.inf, times)
        moving = at < reached[-1]
        since, state = np.where(moving, at, since), np.where(moving, 1 - state, state).astype(np.int8)
        states = np.where(reached >= np.where(moving, at, np.inf)[:, None], state[:, None], states)
    return states
