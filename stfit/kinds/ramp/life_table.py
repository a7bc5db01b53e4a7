"""Switching events counted by steps of the ramp: how many of those that had not switched did so in each step."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from stfit.errors import CellProblem, TableError
from stfit.kinds.ramp.ramp_design import EventsBySetting, RampSettings
from stfit.measurement.base import Array, Rows
from stfit.measurement.start import RoughDwellTimes

_OFF_GRID = 0.05  # of a step: how far a reading may lie off the grid of its setting, for the rounding in a file
_CELLS = 512  # of equal width, in which exact events are counted before cells are joined
_ROUGH_ROWS = 8  # a setting, of crude dwell times
_NARROWEST = 0.01  # of the mean rise: the least width of all cells together, where few events tell of none


class LifeTable(NamedTuple):
    """Rows in order of setting and rise, shape (rows,).

    lower, upper: rises (of what is swept) between which the ramp was. n: unswitched before; n_switched: those that
    switched there.
    """

    setting: npt.NDArray[np.intp]
    lower: Array
    upper: Array
    n: Array
    n_switched: Array

    @property
    def columns(self) -> tuple[Array, Array, Array, Array]:
        """All but the settings."""
        return self.lower, self.upper, self.n, self.n_switched


def by_steps(events: EventsBySetting) -> LifeTable:
    """The life table of readings one step apart: a reading means that the device switched within the step before it.

    TableError where the readings of a setting do not lie on one grid.
    """
    setting = _setting_of(events)
    step = events.settings.step
    place = events.rise / step[setting]
    reference = place[events.first]
    index = np.rint(place - reference[setting])
    counts = _counts(events)
    offset = np.add.reduceat(place - index, events.first) / counts
    wrong = np.abs(place - index - offset[setting]) > _OFF_GRID
    if np.any(wrong):
        _refuse_off_grid(events, setting, wrong)
    whole = np.rint(offset)  # a grid from the start of the ramp, to the rounding in the file
    offset = np.where(np.abs(offset - whole) < _OFF_GRID, whole, offset)
    return _table(setting, index.astype(np.int64), offset * step, step, counts)


def by_cells(events: EventsBySetting, cells: int = _CELLS) -> LifeTable:
    """The life table of exact events over equal cells from the smallest rise to the largest."""
    setting, counts = _setting_of(events), _counts(events)
    lowest = np.minimum.reduceat(events.rise, events.first)
    highest = np.maximum.reduceat(events.rise, events.first)
    mean = np.add.reduceat(events.rise, events.first) / counts
    width = np.maximum(highest - lowest, _NARROWEST * mean) / cells
    index = np.ceil((events.rise - lowest[setting]) / width[setting])
    return _table(setting, np.clip(index, 0, cells).astype(np.int64), lowest, width, counts)


def joined(table: LifeTable, most: int) -> LifeTable:
    """Neighbouring rows joined until a setting has at most about `most`, of as equal counts as its steps allow.

    The joined rows say less than the others together, and nothing else: exposures add.
    """
    size = int(table.setting[-1]) + 1
    switched = np.bincount(table.setting, weights=table.n_switched, minlength=size)[table.setting]
    all_of = np.maximum.reduceat(table.n, starts(table.setting))[table.setting]
    part = np.floor((all_of - table.n) * most / np.maximum(switched, 1.0))
    first = starts(table.setting, part)
    last = np.append(first[1:], table.setting.size) - 1
    return LifeTable(
        table.setting[first],
        table.lower[first],
        table.upper[last],
        table.n[first],
        np.add.reduceat(table.n_switched, first),
    )


def without_first_rise(table: LifeTable) -> LifeTable:
    """Without the first row of each setting that has others: it is long, and ln τ falls far along it."""
    kept = np.ones(table.setting.size, dtype=bool)
    kept[starts(table.setting)] = False
    kept |= np.bincount(table.setting)[table.setting] == 1
    return LifeTable(table.setting[kept], *(column[kept] for column in table.columns))


def rough_dwell_times(ramps: RampSettings, table: LifeTable, first: Rows) -> RoughDwellTimes:
    """ln τ in the middle of the steps of a life table, from the share that switched there.

    first: the row of the observation that stands for each setting.
    """
    steps = without_first_rise(joined(without_first_rise(table), _ROUGH_ROWS))
    of = steps.setting
    fraction = (steps.n_switched + 0.5) / (steps.n + 1.0)
    exposure = -np.log1p(-fraction)
    log_dwell = np.log((steps.upper - steps.lower) / (ramps.ramp_rate[of] * exposure))
    weight = steps.n * exposure**2 * (1.0 - fraction) / fraction
    return RoughDwellTimes(log_dwell, weight, first[of], ramps.reached((steps.lower + steps.upper) / 2, of))


def _setting_of(events: EventsBySetting) -> npt.NDArray[np.intp]:
    return np.repeat(np.arange(events.settings.size), _counts(events))


def _counts(events: EventsBySetting) -> npt.NDArray[np.intp]:
    return np.diff(events.first, append=events.rise.size)


def _table(
    setting: npt.NDArray[np.intp],
    index: npt.NDArray[np.int64],
    origin: Array,
    step: Array,
    counts: npt.NDArray[np.intp],
) -> LifeTable:
    """Rows for every step in which something switched, and for the ramp without an event between two of them.

    A step ends at the rise origin + index·step. Empty steps between two others make one row: their likelihood is that
    of the whole.
    """
    least = int(index.min())
    span = int(index.max()) - least + 1
    code, switched = _distinct(setting * span + (index - least), counts.size * span)
    of, place = np.divmod(code, span)
    upper = origin[of] + (place + least) * step[of]
    new = np.diff(of, prepend=-1) > 0
    empty = np.maximum(upper - step[of], 0.0)  # a ramp starts within its first step
    before = np.where(new, 0.0, np.roll(upper, 1))
    adjacent = ~new & (np.diff(place, prepend=0) == 1)
    lower = np.where(adjacent, before, empty)
    gap = ~adjacent & (lower - before > 1e-9 * step[of])
    n = counts[of] - (np.cumsum(switched) - switched - (np.cumsum(counts) - counts)[of])
    rows = np.repeat(np.arange(code.size), 1 + gap)
    without = np.append(rows[1:] == rows[:-1], [False])  # the first of two rows of one step is the empty ramp before it
    return LifeTable(
        of[rows],
        np.where(without, before[rows], lower[rows]),
        np.where(without, lower[rows], upper[rows]),
        n[rows].astype(float),
        np.where(without, 0, switched[rows]).astype(float),
    )


def _distinct(codes: npt.NDArray[np.int64], size: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.intp]]:
    """The distinct codes below `size`, in order, and how often each occurs."""
    if size > codes.size:
        return np.unique(codes, return_counts=True)
    often = np.bincount(codes, minlength=size)
    return np.flatnonzero(often), often[often > 0]


def starts(*keys: npt.NDArray[np.generic]) -> npt.NDArray[np.intp]:
    """Where any of the keys changes."""
    differs = np.ones(keys[0].size, dtype=bool)
    differs[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return np.flatnonzero(differs)


def _refuse_off_grid(events: EventsBySetting, setting: npt.NDArray[np.intp], wrong: npt.NDArray[np.bool_]) -> None:
    settings, swept = events.settings, events.settings.swept
    off = setting[np.flatnonzero(wrong)]
    problems = []
    for index in np.unique(off):
        expected = f"readings a whole number of steps of {settings.step[index]:g} {swept.unit} apart at each setting"
        found = (
            f"{np.count_nonzero(off == index)} of {np.count_nonzero(setting == index)} between them, on the ramps of "
            f"{settings.ramp_rate[index]:g} {swept.unit}/s"
        )
        problems.append(CellProblem(None, swept.switching, expected, found))
    raise TableError(problems)
