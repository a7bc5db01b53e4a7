"""Dwell times of a virtual device."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from stfit.errors import InputError, Problem
from stfit.kinds.dwell.apparent import ApparentDwellTimes
from stfit.kinds.dwell.data import DwellTimes
from stfit.kinds.dwell.events import DwellEvents
from stfit.kinds.dwell.experiment import DwellDesign
from stfit.kinds.dwell.pairs import watched
from stfit.laboratory.designs import Files, VirtualDevice
from stfit.laboratory.tables import field_axis, grid, log_dwell_time, rounded, settings_table
from stfit.measurement import Origin, Settings
from stfit.physics.telegraph import apparent_mean_dwell

Array = npt.NDArray[np.float64]

_LONGEST_DEAD_TIME: Final = 5.0  # dwell times, where likelihoods stop (see `pairs`)


def dwells(device: VirtualDevice, design: DwellDesign, rng: np.random.Generator) -> tuple[pd.DataFrame, Files]:
    """Counts and total times, one row a setting, or one row a dwell."""
    axes = (design.temperatures, field_axis(design.fields), design.states, design.currents)
    temperature, field, state, current = grid(*axes)
    eta = log_dwell_time(device, design, state, current, temperature, field)
    _refuse_blindness(design, np.exp(eta))
    low, high = design.transitions
    n = rng.integers(low, high, state.size, endpoint=True).astype(float)
    columns = {"state": state, "current": current, "temperature": temperature, "field": field, "n": n}
    template = DwellTimes.from_columns(columns | {"total_time": n * np.exp(eta)}, origin=Origin())
    if not isinstance(template, DwellTimes):
        raise TypeError("counts and total times without a dead time are a table of dwell times")
    if design.single_dwells:
        seen = _seen_events(template, eta, design.dead_time, rng) if design.dead_time else _events(template, eta, rng)
        return seen, {}
    drawn = _seen_table(template, eta, design.dead_time, rng) if design.dead_time else template.draw(eta, rng)
    return table_of((state, current, temperature, field), drawn.n, drawn.total_time, design.dead_time), {}


def _refuse_blindness(design: DwellDesign, tau: Array) -> None:
    """InputError where an instrument would miss all but one dwell in 150; tau: s."""
    shortest = float(np.min(tau))
    if shortest < design.dead_time / _LONGEST_DEAD_TIME:
        expected = f"dwell times above a fifth of the dead time, {design.dead_time:g} s"
        raise InputError(Problem(f"the measurement {design.file}", expected, f"{shortest:.3g} s"))


def _seen_table(template: DwellTimes, eta: Array, dead_time: float, rng: np.random.Generator) -> DwellTimes:
    """Counts and total times of what an instrument with a dead time (s) sees."""
    drawn = ApparentDwellTimes.of(template, np.full(eta.size, dead_time)).draw(eta, rng).table
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
    censored = (np.arange(of.size) >= seen.size)[order]
    return event_table(_columns(template.settings), of[order], np.concatenate([seen, rest])[order], censored)


def _events(template: DwellTimes, eta: Array, rng: np.random.Generator) -> pd.DataFrame:
    """Single dwells of a watch of fixed length at each setting, the last one censored."""
    size = template.n.size
    watch = DwellEvents(
        reduced=template,
        duration=template.total_time,
        setting=np.arange(size),
        censored=np.ones(size, dtype=bool),
    )
    drawn = watch.draw(eta, rng)
    return event_table(_columns(template.settings), drawn.setting, drawn.duration, drawn.censored)


def _columns(settings: Settings) -> tuple[npt.NDArray[Any], ...]:
    """The columns of `settings_table`."""
    return settings.state, settings.drive, settings.temperature, settings.field


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
