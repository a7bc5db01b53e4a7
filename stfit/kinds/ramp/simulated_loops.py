"""Hysteresis loops of a virtual device: the current sweeps to and fro, and the state hops along it when it will."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logsumexp

from stfit.errors import InputError, Problem
from stfit.kinds.ramp.experiment import LoopDesign
from stfit.kinds.ramp.hazards import states_along
from stfit.laboratory.designs import Files, VirtualDevice
from stfit.laboratory.tables import grid, predicted, refuse_outside, rounded
from stfit.physics.switching import ramp_log_exposure

Array = npt.NDArray[np.float64]

_PIECES: Final = 8  # of a step, along which ln τ bends where the law is not Eq. 27
_MOST_SAMPLES: Final = 5_000_000  # of one file


def loops(device: VirtualDevice, design: LoopDesign, rng: np.random.Generator) -> tuple[pd.DataFrame, Files]:
    """One row a sample, all sweeps of a setting one after the other; InputError where the table would be too long."""
    sweep = once(design)
    tables = [
        table_of(device, design, _states(device, design, sweep, setting, rng), setting, rng)
        for setting in settings_of(design)
    ]
    return pd.concat(tables, ignore_index=True), {}


class Setting(NamedTuple):
    """Where loops are swept: the how-manieth setting, its temperature (K) and its ramp rate (A/s)."""

    place: int
    temperature: float
    ramp_rate: float


def settings_of(design: LoopDesign) -> list[Setting]:
    """All settings of a design; InputError where the samples of all sweeps are too many."""
    temperature, rate = grid(design.temperatures, design.ramp_rates)
    samples = temperature.size * design.sweeps * (2 * design.currents.size - 1)
    if samples > _MOST_SAMPLES:
        expected = f"at most {_MOST_SAMPLES} samples (fewer sweeps or points)"
        raise InputError(Problem(f"the measurement {design.file}", expected, str(samples)))
    return [Setting(place, *at) for place, at in enumerate(zip(temperature, rate, strict=True))]


def once(design: LoopDesign) -> Array:
    """The currents of one sweep, there and back; the first one ends it as it began it."""
    return np.concatenate([design.currents, design.currents[-2::-1]])


def _states(
    device: VirtualDevice, design: LoopDesign, sweep: Array, setting: Setting, rng: np.random.Generator
) -> npt.NDArray[np.int8]:
    """States at the samples of all sweeps, which pass into each other; shape (sweeps, samples)."""
    _, kelvin, rate = setting
    pieces = 1 if device.law.linear_in_current else _PIECES
    shares = np.arange(pieces) / pieces
    fine = np.append((sweep[:-1, None] + np.diff(sweep)[:, None] * shares).ravel(), sweep[-1])
    logs = [
        predicted(device, design, np.full(fine.size, state), fine, np.full(fine.size, kelvin)) for state in (0.0, 1.0)
    ]
    duration = np.abs(np.diff(fine)) / rate
    exposures = [logsumexp(ramp_log_exposure(log[:-1], log[1:], duration).reshape(-1, pieces), axis=1) for log in logs]
    # from the end of a sweep to the first sample of the next passes one sampling interval at the same current
    rest = np.log(abs(sweep[1] - sweep[0]) / rate)
    steps = [
        np.tile(np.append(part, rest - log[-1]), design.sweeps)[:-1] for part, log in zip(exposures, logs, strict=True)
    ]
    first = int(rng.random() < expit(logs[1][0] - logs[0][0]))
    state = states_along(steps[0], steps[1], first, rng).reshape(design.sweeps, sweep.size)
    left = sweep[:-1][np.any(np.diff(state, axis=1) != 0, axis=0)]
    refuse_outside(device, design, left, np.full(left.size, kelvin))
    return state


def table_of(
    device: VirtualDevice,
    design: LoopDesign,
    level: npt.NDArray[np.int8],
    setting: Setting,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """What the laboratory writes of the sweeps at one setting.

    level: 0 (P) or 1 (AP), shape (sweeps, samples).
    """
    sweep = once(design)
    step = np.abs(np.diff(sweep))
    times = np.arange(design.sweeps)[:, None] * (step.sum() + step[0]) + np.append(0.0, np.cumsum(step))
    bend = design.bend * np.square(sweep / np.max(np.abs(sweep)))
    resistance = design.resistance + bend + device.truth["delta_R"] * level
    resistance = resistance + design.noise * rng.standard_normal(level.shape)
    size = level.size
    return pd.DataFrame(
        {
            "sweep": np.repeat(np.arange(1, design.sweeps + 1) + setting.place * design.sweeps, sweep.size),
            "current (mA)": rounded(np.tile(sweep, design.sweeps) * 1e3),
            "resistance (ohm)": rounded(resistance.ravel()),
            "time (s)": rounded(times.ravel() / setting.ramp_rate),
            "temperature (K)": rounded(np.full(size, setting.temperature)),
        }
    )
