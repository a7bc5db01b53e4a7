"""Dwell times and pulses of a virtual device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.errors import InputError, Problem
from stfit.laboratory.designs import DwellDesign, PulseDesign, VirtualDevice
from stfit.laboratory.tables import TRANSITIONS, field_axis, grid, log_dwell_time, rounded, settings_table
from stfit.measurements import DwellEvents, DwellTimes, Origin, SwitchingPulses
from stfit.measurements.apparent import ApparentDwellTimes
from stfit.measurements.pairs import watched
from stfit.physics.telegraph import apparent_mean_dwell

Array = npt.NDArray[np.float64]

_LONGEST_DEAD_TIME: Final = 5.0  # dwell times, where likelihoods stop (measurements.pairs)


def dwells(device: VirtualDevice, design: DwellDesign, rng: np.random.Generator) -> pd.DataFrame:
    """Counts and total times, one row a setting, or one row a dwell."""
    axes = (design.temperatures, field_axis(design.fields), design.states, design.currents)
    temperature, field, state, current = grid(*axes)
    eta = log_dwell_time(device, design, state, current, temperature, field)
    _refuse_blindness(design, np.exp(eta))
    low, high = design.transitions
    n = rng.integers(low, high, state.size, endpoint=True).astype(float)
    columns = {"state": state, "current": current, "temperature": temperature, "field": field, "n": n}
    template = DwellTimes.from_columns(columns | {"total_time": n * np.exp(eta)}, polarity=1, origin=Origin())
    if not isinstance(template, DwellTimes):
        raise TypeError("counts and total times without a dead time are a table of dwell times")
    if design.single_dwells:
        return _seen_events(template, eta, design.dead_time, rng) if design.dead_time else _events(template, eta, rng)
    drawn = _seen_table(template, eta, design.dead_time, rng) if design.dead_time else template.replicate(eta, rng)
    return table_of((state, current, temperature, field), drawn.n, drawn.total_time, design.dead_time)


def _refuse_blindness(design: DwellDesign, tau: Array) -> None:
    """InputError where an instrument would miss all but one dwell in 150; tau: s."""
    shortest = float(np.min(tau))
    if shortest < design.dead_time / _LONGEST_DEAD_TIME:
        expected = f"dwell times above a fifth of the dead time, {design.dead_time:g} s"
        raise InputError(Problem(f"the measurement {design.file}", expected, f"{shortest:.3g} s"))


def _seen_table(template: DwellTimes, eta: Array, dead_time: float, rng: np.random.Generator) -> DwellTimes:
    """Counts and total times of what an instrument with a dead time (s) sees."""
    drawn = ApparentDwellTimes.of(template, np.full(eta.size, dead_time)).replicate(eta, rng).table
    if not isinstance(drawn, DwellTimes):
        raise TypeError("counts stay counts")
    return drawn


def _seen_events(template: DwellTimes, eta: Array, dead_time: float, rng: np.random.Generator) -> pd.DataFrame:
    """Single dwells that an instrument with a dead time (s) sees in a watch of fixed length, the last one censored."""
    blind = np.full(eta.size, dead_time)
    apparent = ApparentDwellTimes.of(template, blind)
    tau, other = np.exp(eta), np.exp(apparent.pairs.of_partner(eta))
    length = template.n * apparent_mean_dwell(tau, other, blind) + dead_time
    seen, setting = watched(tau, other, blind, length, rng)
    rest = length - np.bincount(setting, weights=seen, minlength=eta.size)
    of = np.concatenate([setting, np.arange(eta.size)])
    order = np.argsort(of, kind="stable")
    settings = (template.state, template.current, template.temperature, template.field)
    censored = (np.arange(of.size) >= seen.size)[order]
    return event_table(settings, of[order], np.concatenate([seen, rest])[order], censored)


def _events(template: DwellTimes, eta: Array, rng: np.random.Generator) -> pd.DataFrame:
    """Single dwells of a watch of fixed length at each setting, the last one censored."""
    size = template.n.size
    watch = DwellEvents(
        reduced=template,
        duration=template.total_time,
        setting=np.arange(size),
        censored=np.ones(size, dtype=bool),
    )
    drawn = watch.replicate(eta, rng)
    settings = (template.state, template.current, template.temperature, template.field)
    return event_table(settings, drawn.setting, drawn.duration, drawn.censored)


def event_table(
    settings: Sequence[npt.NDArray[Any]],
    setting: npt.NDArray[np.intp],
    duration: Array,
    censored: npt.NDArray[np.bool_],
) -> pd.DataFrame:
    """One row a dwell; settings: columns of `settings_table`; duration: s."""
    table = settings_table(*settings).iloc[setting].reset_index(drop=True)
    table["duration (us)"], table["censored"] = rounded(duration * 1e6), censored.astype(int)
    return table


def table_of(
    settings: Sequence[npt.NDArray[Any]], n: npt.NDArray[Any], total_time: Array, dead_time: float = 0.0
) -> pd.DataFrame:
    """Counts and total times (s), one row a setting; settings: columns of `settings_table`; dead_time: s."""
    table = settings_table(*settings)
    table["n"], table["total_time (s)"] = n.astype(int), rounded(total_time)
    if dead_time:
        table["dead_time (us)"] = rounded(np.full(n.size, dead_time * 1e6))
    return table


def pulses(device: VirtualDevice, design: PulseDesign, rng: np.random.Generator) -> pd.DataFrame:
    """How many of n pulses switched, one row a setting."""
    temperature, state, width, magnitude = grid(
        design.temperatures, design.states, design.pulse_widths, design.currents
    )
    current = np.where(state == 0, -magnitude, magnitude)
    eta = log_dwell_time(device, design, state, current, temperature)
    template = SwitchingPulses.from_columns(
        {
            "transition": state,
            "current": current,
            "pulse_width": width,
            "n": np.full(state.size, float(design.n)),
            "n_switched": np.zeros(state.size),
            "temperature": temperature,
        },
        polarity=1,
        origin=Origin(),
    )
    drawn = template.replicate(eta, rng)
    return pulse_table((state, current, width, temperature), design.n, drawn.n_switched)


def pulse_table(settings: Sequence[Array], n: int, n_switched: npt.ArrayLike) -> pd.DataFrame:
    """One row a setting of pulses; settings: state, current, pulse width, temperature."""
    state, current, width, temperature = settings
    return pd.DataFrame(
        {
            "transition": [TRANSITIONS[int(code)] for code in state],
            "current (mA)": rounded(current * 1e3),
            "pulse_width (ns)": rounded(width * 1e9),
            "temperature (K)": rounded(temperature),
            "n": np.full(state.size, n),
            "n_switched": np.asarray(n_switched).astype(int),
        }
    )
