"""The samples of hysteresis loops cut into ramps, and where the state changed on each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.errors import CellProblem, TableError
from stfit.measurement.base import Array, Codes, Rows

_TURN: Final = 0.05  # of the range of what is swept, by which a turn stands out
_JUMP: Final = 2.0  # by how much more the current jumps than the voltage, in logarithms, where a voltage is swept
_LEAST_JUMP: Final = 0.02  # in ln |I|: below, which of both is swept makes no difference
_FEW: Final = 4  # samples, in which the current of a voltage ramp shows no rate


@final
@dataclass(frozen=True)
class Ramps:
    """One ramp after the other: pieces of sweeps along which the drive moves one way; arrays of shape (ramps,).

    Currents are those of the state in which the ramp begins: where a voltage is swept, the current of the state that
    is left, up to the change.

    Parameters
    ----------
    state : Codes
        0 for P, 1 for AP, where it begins.
    start : Array
        A.
    direction : Array
        +1 or −1.
    rate : Array
        A/s, positive, of the current.
    temperature : Array
        K or NaN.
    end : Array
        Rise (A) at which watching ended.
    lower, upper : Array
        Rises (A) between which the state changed, NaN where it did not.
    returned : Array
        Whether it changed back on the same ramp.
    step : Array
        A, the grain of the current in that state.
    alike : (Array, Array)
        What tells ramps of one setting: start in steps, and rate, of the current or voltage that is swept.
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
    step: Array
    alike: tuple[Array, Array]


def samples_of(columns: Mapping[str, npt.NDArray[Any]]) -> dict[str, Array]:
    """Sweep, current, voltage, resistance, ramp_rate or time, temperature of the samples that have a resistance.

    TableError names the rows whose time runs back, and those with a rate of 0.
    """
    current = columns["current"].astype(float)
    kept = np.ones(current.size, dtype=bool)
    if "resistance" not in columns:
        kept = np.abs(current) > 1e-6 * np.max(np.abs(current))  # V/I tells nothing where no current flows
    _refuse_times(columns, kept)
    absent = np.full(current.size, np.nan)
    found = {name: columns.get(name, absent)[kept] for name in ("sweep", "time", "ramp_rate", "temperature")}
    found["current"] = current[kept]
    if "resistance" in columns:
        found["resistance"] = columns["resistance"].astype(float)
        return found | {"voltage": found["current"] * found["resistance"]}
    voltage = columns["voltage"][kept].astype(float)
    return found | {"voltage": voltage, "resistance": voltage / found["current"]}


def _refuse_times(columns: Mapping[str, npt.NDArray[Any]], kept: npt.NDArray[np.bool_]) -> None:
    """A clock that runs back within a sweep gives no ramp rate; a rate of 0 is none."""
    rows = np.flatnonzero(kept)
    if "time" in columns:
        same = columns["sweep"][rows][1:] == columns["sweep"][rows][:-1]
        wrong = rows[np.flatnonzero(same & (np.diff(columns["time"][rows]) < 0)) + 1]
        problems = [
            CellProblem(int(row), "time", "a time after that of the row before", "an earlier one") for row in wrong
        ]
    else:
        where = np.flatnonzero(columns["ramp_rate"] == 0)
        problems = [CellProblem(int(row), "ramp_rate", "a rate other than 0", "0") for row in where]
    if problems:
        raise TableError(problems)


def by_voltage(samples: Mapping[str, Array], state: Codes) -> bool:
    """Whether a voltage is swept: the current then jumps where the resistance does, and the voltage does not."""
    at = np.flatnonzero((np.diff(state) != 0) & (np.diff(samples["sweep"]) == 0))
    current, voltage = (np.abs(samples[name]) for name in ("current", "voltage"))
    at = at[(current[at] > 0) & (current[at + 1] > 0)]
    if at.size == 0:
        return False
    jumps = [float(np.median(np.abs(np.log(drive[at + 1] / drive[at])))) for drive in (current, voltage)]
    return jumps[0] > max(_LEAST_JUMP, _JUMP * jumps[1])


def ramps_of(samples: Mapping[str, Array], state: Codes, *, voltage: bool) -> Ramps:
    """Cut the samples into ramps, and find the change of state on each.

    Parameters
    ----------
    samples : Mapping[str, Array]
        Of `samples_of`, shape (samples,).
    state : Codes
        0 for P, 1 for AP, shape (samples,).
    voltage : bool
        Whether a voltage is swept, not a current.

    Returns
    -------
    Ramps
        In the order of the file.

    Raises
    ------
    TableError
        Where the clock stands still along a ramp.
    """
    swept, current = samples["voltage" if voltage else "current"], samples["current"]
    first, last = _monotone(samples["sweep"], swept)
    begins, direction = state[first], np.sign(swept[last] - swept[first])
    at = _first_changed(state, first, last)
    switched = at < current.size
    after, before = np.where(switched, at, last), np.where(switched, at - 1, first)
    grain = _grains(samples["sweep"], current, state)[begins]
    seen = np.where(switched, before, last)  # the last sample in the state of the beginning
    rises = [direction * (current[sample] - current[first]) for sample in (before, after, seen)]
    if voltage:
        rises[1] = rises[0] + grain  # behind the change flows the current of the other state
    pace = _pace(samples, swept, first, last)
    steps = _grains(samples["sweep"], swept, np.zeros_like(state))[0]
    return Ramps(
        state=begins,
        start=current[first],
        direction=direction,
        rate=_current_rate(samples, first, seen, pace) if voltage else pace,
        temperature=samples["temperature"][first],
        end=np.maximum(rises[2], grain),
        lower=np.where(switched, rises[0], np.nan),
        upper=np.where(switched, rises[1], np.nan),
        returned=switched & (state[last] == begins),
        step=grain,
        alike=(swept[first] / steps, pace),
    )


def _first_changed(state: Codes, first: Rows, last: Rows) -> Rows:
    """The first sample of each ramp that is in another state than its first one; behind all samples where none is."""
    sizes = last - first + 1
    owner = np.repeat(np.arange(first.size), sizes)
    place = first[owner] + np.arange(owner.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    where = np.where(state[place] != state[first][owner], place, state.size)
    return np.asarray(np.minimum.reduceat(where, np.cumsum(sizes) - sizes), dtype=np.intp)


def _pace(samples: Mapping[str, Array], swept: Array, first: Rows, last: Rows) -> Array:
    """Of what is swept, per s, from the ends of each ramp: between two samples a coarse clock may stand."""
    duration = samples["time"][last] - samples["time"][first]
    if np.any(duration == 0):
        row = int(first[np.argmax(duration == 0)])
        expected = 'a clock that moves along a ramp, or ramp_rate = "1 mA/s" in place of the time'
        raise TableError([CellProblem(row, "time", expected, "the same time from here to the end of the ramp")])
    given = np.abs(samples["ramp_rate"][last])
    return np.asarray(np.where(np.isnan(duration), given, np.abs(swept[last] - swept[first]) / duration))


def _current_rate(samples: Mapping[str, Array], first: Rows, seen: Rows, pace: Array) -> Array:
    """A/s of the current of the state that is left, in the later half of the time before it is left.

    Where the resistance falls with the bias the current of a voltage ramp grows faster and faster. A rate that the
    table gives is one of the current.
    """
    current, time = samples["current"], samples["time"]
    middle = (first + seen) // 2
    with np.errstate(divide="ignore", invalid="ignore"):
        measured = np.abs((current[seen] - current[middle]) / (time[seen] - time[middle]))
    ohmic = pace / samples["resistance"][seen]
    known = np.isnan(time[first])
    return np.where(known, pace, np.where((seen - middle < _FEW) | ~np.isfinite(measured), ohmic, measured))


def _grains(sweep: Array, drive: Array, state: Codes) -> Array:
    """The median distance of neighbouring samples of a sweep, of each state; shape (2,)."""
    moves = np.abs(np.diff(drive))
    there = (np.diff(sweep) == 0) & (moves > 0) & (np.diff(state) == 0)
    both = [moves[there & (state[1:] == code)] for code in (0, 1)]
    every = float(np.median(moves[there]))
    return np.array([float(np.median(part)) if part.size else every for part in both])


def _monotone(sweep: Array, swept: Array) -> tuple[Rows, Rows]:
    """First and last sample of every stretch of a sweep between two turns of what is swept; its ends are shared.

    A turn is an extremum that stands out by a twentieth of the range: a reading that trembles is none.
    """
    least = _TURN * float(np.ptp(swept))
    starts = np.append(0, np.flatnonzero(np.diff(sweep) != 0) + 1)
    window = 2 * int(np.max(np.diff(np.append(starts, swept.size)))) + 1  # else all sweeps are searched for each turn
    turns = [scipy.signal.find_peaks(sign * swept, prominence=least, wlen=window)[0] for sign in (1.0, -1.0)]
    ends = np.append(starts[1:] - 1, swept.size - 1)
    # each turn ends a stretch and begins the next one
    first, last = np.sort(np.concatenate([starts, *turns])), np.sort(np.concatenate([ends, *turns]))
    long = np.abs(swept[last] - swept[first]) > least
    return first[long], last[long]
