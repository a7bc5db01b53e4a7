"""Measurements on the stochastic equation of motion itself (Eqs. 5, 13, 14): what every kind of event shares.

A state is left when the core of the other one is reached (see `physics.llg`), so that recrossing the barrier top is no
transition. The equation of motion is compiled when it is first asked.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.errors import InputError, OutsideValidityError, Problem
from stfit.laboratory.designs import Design, Files, VirtualDevice
from stfit.laboratory.tables import predicted
from stfit.measurement import kinds
from stfit.physics.llg import Stepping
from stfit.physics.macrospin import Macrospin

Array = npt.NDArray[np.float64]

MOST_STEPS: Final = 1e11  # of all replicas together: about half an hour
_STEP: Final = 0.1  # of a radian of precession about the axis


@final
@dataclass(frozen=True)
class Dynamics:
    """How the designs of a kind are followed by the equation of motion.

    duration: for how long (s) all replicas together are followed, about, of (device, design). follow: the table and the
    files beside it, of (device, design, rng). Both raise OutsideValidityError where there are no two states.
    """

    duration: Callable[[VirtualDevice, Any], float]
    follow: Callable[[VirtualDevice, Any, np.random.Generator], tuple[pd.DataFrame, Files]]


def followed(device: VirtualDevice, design: Design, rng: np.random.Generator) -> tuple[pd.DataFrame, Files]:
    """The table of a design and the files beside it; InputError where there are no two states."""
    try:
        return _dynamics_of(design).follow(device, design, rng)
    except OutsideValidityError as error:
        raise _stateless(design, error) from error


def _dynamics_of(design: Design) -> Dynamics:
    part = kinds()[design.kind].dynamics
    if part is None:
        raise TypeError(f"a measurement of kind {design.kind!r} is not made of switching events")
    dynamics: Dynamics = part()
    return dynamics


def magnet_at(device: VirtualDevice, temperature: float, field: float = np.nan) -> Macrospin:
    """The device as a macrospin, at a temperature (K) and a field (T; NaN for none)."""
    truth, law = device.truth, device.law
    return Macrospin(
        anisotropy_energy=truth["Kv"],
        h=float(law.device.reduced_field(truth, None if np.isnan(field) else field)),
        temperature=temperature,
        alpha=truth["alpha"],
        gyromagnetic_ratio=truth["gyromagnetic_ratio"],
        saturation_magnetisation=truth["saturation_magnetisation"],
        volume=truth["volume"],
        coupling=float(np.asarray(law.device.coupling(truth))),
        gmr=law.device.gmr,
    )


def time_step(device: VirtualDevice) -> float:
    """A tenth of a radian of precession about the axis, s."""
    return float(_STEP * magnet_at(device, device.temperature).time_unit)


def refuse_long(device: VirtualDevice) -> None:
    """InputError where the replicas of all designs together are to be followed for too long, or have no two states."""
    durations = {design.file: _checked_duration(device, design) for design in device.designs}
    steps = sum(durations.values()) / time_step(device)
    if not steps <= MOST_STEPS:
        longest = max(durations, key=lambda file: durations[file])
        remedy = 'a smaller Kv, a higher temperature, shorter times or faster ramps; or level = "exact-rates"'
        expected = f"at most {MOST_STEPS:.0e} steps of the dynamics in all ({remedy})"
        raise InputError(Problem(f"the measurement {longest}", expected, f"about {steps:.2g}"))


def _checked_duration(device: VirtualDevice, design: Design) -> float:
    """For how long (s) all replicas together are followed, about; InputError where there are no two states."""
    try:
        return _dynamics_of(design).duration(device, design)
    except OutsideValidityError as error:
        raise _stateless(design, error) from error


def _stateless(design: Design, error: OutsideValidityError) -> InputError:
    expected = "settings at which the device has two states"
    return InputError(Problem(f"the measurement {design.file}", expected, str(error)))


def stepping(device: VirtualDevice, rng: np.random.Generator, step: float | None = None) -> Stepping:
    """How the device is followed, on all processors: with its `time_step` or another (s), and a seed that is drawn."""
    return Stepping(step or time_step(device), int(rng.integers(2**63)), os.cpu_count() or 1)


def dwell_time(device: VirtualDevice, design: Design, *columns: Array) -> Array:
    """τ (s), good enough to say how long something takes; columns: as of `predicted`."""
    return np.exp(np.minimum(predicted(device, design, *columns), 300.0))
