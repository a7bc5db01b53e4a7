"""Measurements on the stochastic equation of motion itself: dwell times, pulses and ramps (Eqs. 5, 13, 14).

A state is left when the core of the other one is reached (see `physics.llg`), so that recrossing the barrier top is no
transition. The equation of motion is compiled when it is first asked: importing this module costs nothing.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.errors import InputError, OutsideValidityError, Problem
from stfit.laboratory.designs import (
    Design,
    DwellDesign,
    LoopDesign,
    PulseDesign,
    RampDesign,
    TelegraphDesign,
    VirtualDevice,
)
from stfit.laboratory.dwells import event_table, pulse_table, table_of
from stfit.laboratory.ramps import rise_before, settings_of
from stfit.laboratory.ramps import table_of as ramp_table
from stfit.laboratory.tables import field_axis, grid, predicted

if TYPE_CHECKING:
    from stfit.physics.llg import Macrospin

Array = npt.NDArray[np.float64]

MOST_STEPS: Final = 1e11  # of all replicas together: about half an hour
_STEP: Final = 0.1  # of a radian of precession about the axis
_REPLICAS: Final = 64  # that go through their steps together
_SURELY: Final = 1.0 - 1e-9  # share of ramps that have switched where watching ends


def followed(
    device: VirtualDevice, design: Design, rng: np.random.Generator
) -> tuple[pd.DataFrame, Mapping[str, bytes]]:
    """The table of a design and the files beside it; InputError where there are no two states."""
    from stfit.laboratory.records import loops, traces

    try:
        if isinstance(design, TelegraphDesign):
            return traces(device, design, rng)
        if isinstance(design, DwellDesign):
            return _dwells(device, design, rng), {}
        if isinstance(design, PulseDesign):
            return _pulses(device, design, rng), {}
        if isinstance(design, RampDesign):
            return _ramps(device, design, rng), {}
        if isinstance(design, LoopDesign):
            return loops(device, design, rng), {}
    except OutsideValidityError as error:
        raise _stateless(design, error) from error
    raise TypeError("lines and critical currents are no events")


def magnet_at(device: VirtualDevice, temperature: float, field: float = np.nan) -> Macrospin:
    """The device as a macrospin, at a temperature (K) and a field (T; NaN for none)."""
    from stfit.physics.llg import Macrospin

    truth, law = device.truth, device.law
    return Macrospin(
        anisotropy_energy=truth["Kv"],
        h=float(law.reduced_field(truth, None if np.isnan(field) else field)),
        temperature=temperature,
        alpha=truth["alpha"],
        gyromagnetic_ratio=truth["gyromagnetic_ratio"],
        saturation_magnetisation=truth["saturation_magnetisation"],
        volume=truth["volume"],
        coupling=float(np.asarray(law.coupling(truth))),
        gmr=law.gmr,
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
        return _duration(device, design)
    except OutsideValidityError as error:
        raise _stateless(design, error) from error


def _stateless(design: Design, error: OutsideValidityError) -> InputError:
    expected = "settings at which the device has two states"
    return InputError(Problem(f"the measurement {design.file}", expected, str(error)))


def _duration(device: VirtualDevice, design: Design) -> float:
    if isinstance(design, TelegraphDesign):
        settings = design.temperatures.size * field_axis(design.fields).size * design.currents.size
        return settings * design.samples * design.sample_interval
    if isinstance(design, DwellDesign):
        temperature, field, _, current = grid(
            design.temperatures, field_axis(design.fields), design.states, design.currents
        )
        for setting in zip(temperature, field, current, strict=True):
            magnet_at(device, *setting[:2]).wells(setting[2])
        codes = (np.full(current.size, code) for code in (0.0, 1.0))
        cycle = sum(dwell_time(device, design, code, current, temperature, field) for code in codes)
        return float(design.transitions[1] * np.sum(cycle))
    if isinstance(design, PulseDesign):
        settings = design.temperatures.size * len(design.states) * design.currents.size
        return float(settings * design.n * design.pulse_widths.sum())
    if isinstance(design, RampDesign):
        return design.events * float(_longest(device, design).sum())
    if isinstance(design, LoopDesign):
        way = abs(design.currents[-1] - design.currents[0])
        return float(2.0 * design.sweeps * design.temperatures.size * way * np.sum(1.0 / design.ramp_rates))
    raise TypeError("lines and critical currents are no events")


def _longest(device: VirtualDevice, design: RampDesign) -> Array:
    """How long each ramp is followed, s: twice as long as all but one in 10⁹ take."""
    settings = settings_of(device, design)
    every = np.arange(settings.state.size)
    return 2.0 * rise_before(device, design, settings, every, np.full(every.size, _SURELY)) / settings.rate


def seed_of(rng: np.random.Generator) -> int:
    """A seed for the dynamics."""
    return int(rng.integers(2**63))


def threads() -> int:
    """Processors; they change no number."""
    return os.cpu_count() or 1


def dwell_time(device: VirtualDevice, design: Design, *columns: Array) -> Array:
    """τ (s), good enough to say how long something takes; columns: as of `predicted`."""
    return np.exp(np.minimum(predicted(device, design, *columns), 300.0))


def _dwells(device: VirtualDevice, design: DwellDesign, rng: np.random.Generator) -> pd.DataFrame:
    """Counts and total times, one row a setting, or one row a dwell; all dwells complete."""
    from stfit.physics.llg import dwell_times

    axes = (design.temperatures, field_axis(design.fields), design.states, design.currents)
    temperature, field, state, current = grid(*axes)
    n = rng.integers(*design.transitions, state.size, endpoint=True)
    durations = []
    for row in range(n.size):
        pair = dwell_times(
            magnet_at(device, temperature[row], field[row]),
            current[row],
            transitions=2 * int(n[row]),
            replicas=_REPLICAS,
            time_step=time_step(device),
            seed=seed_of(rng),
            threads=threads(),
        )
        durations.append(pair[int(state[row])][: n[row]])
    if design.single_dwells:
        setting = np.repeat(np.arange(n.size), n)
        complete = np.zeros(setting.size, dtype=bool)
        return event_table((state, current, temperature, field), setting, np.concatenate(durations), complete)
    return table_of((state, current, temperature, field), n, np.array([part.sum() for part in durations]))


def _pulses(device: VirtualDevice, design: PulseDesign, rng: np.random.Generator) -> pd.DataFrame:
    """How many of n pulses reached the core of the other state; one row a setting."""
    from stfit.physics.llg import switching_times

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
                    time_step=time_step(device),
                    longest=width[row],
                    seed=seed_of(rng),
                    start_state="AP" if state[row] else "P",
                    threads=threads(),
                )
            )
        )
        for row in range(state.size)
    ]
    return pulse_table((state, current, width, temperature), design.n, switched)


def _ramps(device: VirtualDevice, design: RampDesign, rng: np.random.Generator) -> pd.DataFrame:
    """One row an event."""
    from stfit.physics.llg import switching_times

    settings = settings_of(device, design)
    every = np.arange(settings.state.size)
    longest = _longest(device, design)
    rises = []
    for row in every:
        times = switching_times(
            magnet_at(device, settings.temperature[row]),
            np.full(design.events, settings.start[row]),
            time_step=time_step(device),
            longest=longest[row],
            seed=seed_of(rng),
            start_state="AP" if settings.state[row] else "P",
            ramp_rate=settings.direction[row] * settings.rate[row],
            rest_current=settings.start[row],
            threads=threads(),
        )
        _refuse_unswitched(design, times)
        rises.append(settings.rate[row] * times)
    return ramp_table(design, settings, np.repeat(every, design.events), np.concatenate(rises))


def _refuse_unswitched(design: RampDesign, times: Array) -> None:
    if left := int(np.count_nonzero(np.isnan(times))):
        expected = "ramps on which the device switches"
        raise InputError(Problem(f"the measurement {design.file}", expected, f"{left} of {times.size} that do not"))
