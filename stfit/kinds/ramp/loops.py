"""Hysteresis loops: repeated sweeps of R(I) become the switching currents of both transitions under a ramp."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.errors import CellProblem, TableError
from stfit.kinds.ramp.branches import Branches, two_branches
from stfit.kinds.ramp.life_table import LifeTable
from stfit.kinds.ramp.ramp_design import RampSettings
from stfit.kinds.ramp.stepped import KIND, SteppedRamps
from stfit.measurement.base import Array, Codes, Origin, frozen
from stfit.measurement.columns import Noise
from stfit.measurement.readings import parts_of

Rows = npt.NDArray[np.intp]


_LEAST_SEPARATION: Final = 6.0  # noise widths: a sample then lies on the wrong side once in 700
_DRAWN: Final = 3  # sweeps
_MOST_DRAWN: Final = 1500  # samples of them
_TURN: Final = 0.05  # of the range of the current, by which a turn stands out
_CLOCK: Final = Noise(0.025)  # of a rate that follows from the times of two samples


@final
@dataclass(frozen=True)
class Ramps:
    """One ramp after the other: pieces of sweeps along which the current moves one way; arrays of shape (ramps,).

    state: 0 for P, 1 for AP, where it begins. start: A. direction: +1 or −1. rate: A/s, positive. end: rise (A) at
    which watching ended. lower, upper: rises between which the state changed, NaN where it did not.
    returned: it changed back on the same ramp.
    """

    state: Codes
    start: Array
    direction: Array
    rate: Array
    temperature: Array
    end: Array
    lower: Array
    upper: Array
    returned: npt.NDArray[np.bool_]


def switching_events(
    columns: Mapping[str, npt.NDArray[Any]],
    *,
    origin: Origin,
    ap_level: str = "high",
) -> SteppedRamps:
    """The life table of the switching events of all sweeps, samples in the order of the file.

    ap_level: which branch is AP, "high" or "low" in resistance. A sweep that ends before the state changed is
    censored there, not left out. TableError: no two branches, nothing that switched, times that do not rise.
    """
    samples = _samples(columns)
    branches = two_branches(samples["current"], samples["resistance"])
    if branches.separation < _LEAST_SEPARATION:
        expected = f"two branches of R(I), {_LEAST_SEPARATION:g} widths of the noise apart at every current"
        raise TableError([CellProblem(None, "resistance", expected, _separation_words(branches))])
    state = branches.state if ap_level == "high" else 1 - branches.state
    found = ramps_of(samples, state.astype(np.int8))
    events = stepped(found, _step(samples), origin.of(KIND, *_notices(found, branches)))
    return replace(events, sweeps=_first_sweeps(samples, state))


def _first_sweeps(samples: Mapping[str, Array], state: Codes) -> dict[str, Array]:
    """Samples of the first sweeps, all of them: as many sweeps as a figure shows without hiding one behind another."""
    _, number = np.unique(samples["sweep"], return_inverse=True)
    begun = np.flatnonzero(np.diff(number, prepend=-1) != 0)[: _DRAWN + 1]
    end = min(int(begun[_DRAWN]) if begun.size > _DRAWN else number.size, _MOST_DRAWN)
    columns: dict[str, npt.NDArray[Any]] = {name: samples[name] for name in ("current", "resistance")}
    columns |= {"state": state, "sweep": number}
    return {name: frozen(values[:end].astype(float)) for name, values in columns.items()}


def _samples(columns: Mapping[str, npt.NDArray[Any]]) -> dict[str, Array]:
    """Sweep, current, resistance, ramp_rate or time, temperature of the samples that have a resistance."""
    current = columns["current"].astype(float)
    if "resistance" in columns:
        resistance, kept = columns["resistance"].astype(float), np.ones(current.size, dtype=bool)
    else:
        kept = np.abs(current) > 1e-6 * np.max(np.abs(current))  # V/I tells nothing where no current flows
        resistance = columns["voltage"][kept] / current[kept]
    absent = np.full(current.size, np.nan)
    found = {name: columns.get(name, absent)[kept] for name in ("sweep", "time", "ramp_rate", "temperature")}
    found |= {"current": current[kept], "resistance": resistance if "voltage" in columns else resistance[kept]}
    _refuse_times(columns, kept)
    return found


def _refuse_times(columns: Mapping[str, npt.NDArray[Any]], kept: npt.NDArray[np.bool_]) -> None:
    """A clock that stands or runs back within a sweep gives no ramp rate; a rate of 0 is none."""
    rows = np.flatnonzero(kept)
    problems = []
    if "time" in columns:
        same = columns["sweep"][rows][1:] == columns["sweep"][rows][:-1]
        wrong = np.flatnonzero(same & (np.diff(columns["time"][rows]) <= 0)) + 1
        problems = [
            CellProblem(int(rows[k]), "time", "a time after that of the row before", "an earlier or the same one")
            for k in wrong
        ]
    elif np.any(columns["ramp_rate"] == 0):
        where = np.flatnonzero(columns["ramp_rate"] == 0)
        problems = [CellProblem(int(row), "ramp_rate", "a rate other than 0", "0") for row in where]
    if problems:
        raise TableError(problems)


def _step(samples: Mapping[str, Array]) -> float:
    """The grain of the current: the median distance of neighbouring samples of a sweep, A."""
    moves = np.abs(np.diff(samples["current"]))
    return float(np.median(moves[(np.diff(samples["sweep"]) == 0) & (moves > 0)]))


def ramps_of(samples: Mapping[str, Array], state: Codes) -> Ramps:
    """Cut the samples into ramps, and find the change of state on each."""
    first, last = _monotone(samples["sweep"], samples["current"])
    current, begins = samples["current"], state[first]
    direction = np.sign(current[last] - current[first])
    owner, place = _expanded(first, last)
    changed = state[place] != begins[owner]
    # of each ramp the first sample on the other branch
    where = np.where(changed, place, current.size)
    at = np.minimum.reduceat(where, np.searchsorted(owner, np.arange(first.size)))
    switched = at < current.size
    after, before = np.where(switched, at, last), np.where(switched, at - 1, first)
    rise, before_rise = (direction * (current[sample] - current[first]) for sample in (after, before))
    duration = samples["time"][last] - samples["time"][first]
    length = np.abs(current[last] - current[first])
    rate = np.where(np.isnan(duration), np.abs(samples["ramp_rate"][last]), length / duration)
    return Ramps(
        state=begins,
        start=current[first],
        direction=direction,
        rate=rate,
        temperature=samples["temperature"][first],
        end=length,
        lower=np.where(switched, before_rise, np.nan),
        upper=np.where(switched, rise, np.nan),
        returned=switched & (state[last] == begins),
    )


def _monotone(sweep: Array, current: Array) -> tuple[Rows, Rows]:
    """First and last sample of every stretch of a sweep between two turns of the current; its ends are shared.

    A turn is an extremum that stands out by a twentieth of the range: a reading that trembles is none.
    """
    least = _TURN * float(np.ptp(current))
    turns = [scipy.signal.find_peaks(sign * current, prominence=least)[0] for sign in (1.0, -1.0)]
    starts = np.append(0, np.flatnonzero(np.diff(sweep) != 0) + 1)
    ends = np.append(starts[1:] - 1, current.size - 1)
    # each turn ends a stretch and begins the next one
    first, last = np.sort(np.concatenate([starts, *turns])), np.sort(np.concatenate([ends, *turns]))
    long = np.abs(current[last] - current[first]) > least
    return first[long], last[long]


def _expanded(first: Rows, last: Rows) -> tuple[Rows, Rows]:
    """Of every sample of every ramp, the ramp and its place in the file."""
    sizes = last - first + 1
    owner = np.repeat(np.arange(first.size), sizes)
    offset = np.arange(owner.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return owner, first[owner] + offset


def stepped(ramps: Ramps, step: float, origin: Origin) -> SteppedRamps:
    """The ramps as a life table on the grid of the current: events of a step are trials of those still there.

    Ramps in a direction in which that state never left are no trials and left out. TableError where none switched.
    """
    switched = np.isfinite(ramps.upper)
    way = 2 * ramps.state + (ramps.direction > 0)
    used = np.flatnonzero(np.isin(way, np.unique(way[switched])))
    if used.size == 0:
        expected = "sweeps on which the state changes while the current moves one way"
        raise TableError([CellProblem(None, "resistance", expected, "none")])
    rate = parts_of(ramps.rate[used], _CLOCK).settled
    start = ramps.start[used]
    near = np.rint(start / step)  # ramps from about one current are one setting, which starts at their mean
    keys = np.stack([ramps.state[used], near, ramps.direction[used], rate, np.nan_to_num(ramps.temperature[used])])
    _, head, setting = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    setting = setting.reshape(-1)
    at = np.where(switched, ramps.upper, ramps.end)[used]
    index = np.maximum(np.rint(at / step), 1.0).astype(np.int64)
    table = censored_life_table(setting, index, switched[used], step)
    settings = RampSettings(
        state=frozen(ramps.state[used][head], np.int8),
        start=frozen(origin.polarity * (np.bincount(setting, weights=start) / np.bincount(setting))),
        direction=frozen(origin.polarity * ramps.direction[used][head]),
        ramp_rate=frozen(rate[head]),
        temperature=frozen(ramps.temperature[used][head]),
        step=frozen(np.full(head.size, step)),
    )
    return SteppedRamps.of(settings, table, origin)


def censored_life_table(
    setting: Rows, index: npt.NDArray[np.int64], switched: npt.NDArray[np.bool_], step: float
) -> LifeTable:
    """Rows for every step in which a ramp switched or ended, and for the rise without either between two of them.

    index: the step (from 1) in which each ramp switched, or the last it survived where `switched` is False.
    """
    span = int(index.max()) + 1
    code, of_ramp = np.unique(setting * span + index, return_inverse=True)
    events = np.bincount(of_ramp, weights=switched, minlength=code.size)
    leaving = np.bincount(of_ramp, minlength=code.size)
    of, place = np.divmod(code, span)
    totals = np.bincount(of, weights=leaving)
    n = totals[of] - (np.cumsum(leaving) - leaving - (np.cumsum(totals) - totals)[of])
    before = np.where(np.diff(of, prepend=-1) > 0, 0, np.roll(place, 1))
    gap = place - 1 > before
    rows = np.repeat(np.arange(code.size), 1 + gap)
    empty = np.append(rows[1:] == rows[:-1], [False])  # the first of two rows of one step is the rise before it
    lower = np.where(empty, before[rows], place[rows] - 1)
    upper = np.where(empty, place[rows] - 1, place[rows])
    return LifeTable(of[rows], lower * step, upper * step, n[rows], np.where(empty, 0.0, events[rows]))


def _separation_words(branches: Branches) -> str:
    return "one branch" if branches.separation == 0.0 else f"branches {branches.separation:.2g} widths apart"


def _notices(ramps: Ramps, branches: Branches) -> list[str]:
    switched = int(np.count_nonzero(np.isfinite(ramps.upper)))
    apart = "without noise" if np.isinf(branches.separation) else f"{branches.separation:.3g} widths of the noise apart"
    words = [f"{switched} switching events on {ramps.state.size} ramps, branches {apart}"]
    if back := int(np.count_nonzero(ramps.returned)):
        words.append(f"on {back} ramps the state changed back: only the first change counts")
    return words
