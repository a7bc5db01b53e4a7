"""The samples of hysteresis loops cut into ramps, and where the state changed on each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt
import scipy

from stfit.errors import CellProblem, TableError
from stfit.kinds.ramp.swept import FIELD, SWEPT
from stfit.measurement.base import Array, Codes, Rows

_TURN: Final = 0.05  # of the range of what is swept, by which a turn stands out
_JUMP: Final = 3.0  # steps of the current, beyond which it jumps where the state changes
_INNER: Final = 0.05  # of a ramp at both ends, where an instrument may wait
_LEAST_JUMP: Final = 0.02  # in ln |I|: below, what is swept makes no difference
_STEADY: Final = 5  # samples, over which a noisy reading of what is swept is steadied to find its turns
_HIDDEN: Final = 5  # samples, for which bad readings may hide a change of state
_FEW: Final = 4  # samples, in which the current of a voltage ramp shows no rate


@final
@dataclass(frozen=True)
class Ramps:
    """One ramp after the other: pieces of sweeps along which the drive moves one way; arrays of shape (ramps,).

    The drive is a current or a field. Currents are those of the state in which the ramp begins: where a voltage is
    swept, the current of the state that is left, up to the change.

    Parameters
    ----------
    state : Codes
        0 for P, 1 for AP, where it begins.
    start : Array
        A or T.
    direction : Array
        +1 or −1.
    rate : Array
        A/s or T/s, positive, of the drive.
    temperature : Array
        K or NaN.
    held : Array
        T or NaN, applied while a current is swept; A, that flows while a field is.
    end : Array
        Rise (A or T) at which watching ended.
    lower, upper : Array
        Rises between which the state changed, NaN where it did not.
    returned : Array
        Whether it changed back on the same ramp.
    step : Array
        A or T, the grain of the readings of the drive in that state: its step, or its noise where this is larger.
    alike : (Array, Array)
        What tells ramps of one setting: start in steps, and rate, of the current, voltage or field that is swept.
    """

    state: Codes
    start: Array
    direction: Array
    rate: Array
    temperature: Array
    held: Array
    end: Array
    lower: Array
    upper: Array
    returned: npt.NDArray[np.bool_]
    step: Array
    alike: tuple[Array, Array]


def series_resistance(samples: Mapping[str, Array], state: Codes) -> float | None:
    """What lies between the device and the voltage that is swept, from what jumps where the state changes.

    The swept voltage U = V + R_s·I is the same on both sides of a change, so R_s = −ΔV/ΔI there.

    Parameters
    ----------
    samples : Mapping[str, Array]
        Of `samples_of`, shape (samples,).
    state : Codes
        0 for P, 1 for AP, shape (samples,).

    Returns
    -------
    float or None
        ohm, 0 where the voltage of the device itself is swept; None where a current is, which then does not jump.
    """
    at = np.flatnonzero((np.diff(state) != 0) & (np.diff(samples["sweep"]) == 0))
    current, voltage = samples["current"], samples["voltage"]
    at = at[(current[at] * current[at + 1] > 0) & (voltage[at] * voltage[at + 1] > 0)]
    if at.size == 0 or float(np.median(np.abs(np.log(current[at + 1] / current[at])))) < _LEAST_JUMP:
        return None
    change = current[at + 1] - current[at]
    # a current that moves one step is swept; V then jumps up with R, and R_s would be infinite
    slope = float(np.median((voltage[at + 1] - voltage[at]) / np.where(change == 0, np.inf, change)))
    step = _grains(samples["sweep"], current, state)
    if float(np.median(np.abs(change))) < _JUMP * float(np.max(step)):
        return None
    return max(0.0, -slope)


def moved_by_source(samples: Mapping[str, Array], series: float | None) -> Array:
    """What the source sweeps, shape (samples,): the drive, or the voltage (V) over the device and what is in series."""
    return samples["drive"] if series is None else samples["voltage"] + series * samples["drive"]


def ramps_of(samples: Mapping[str, Array], state: Codes, *, series: float | None) -> Ramps:
    """Cut the samples into ramps, and find the change of state on each.

    Parameters
    ----------
    samples : Mapping[str, Array]
        Of `samples_of`, shape (samples,).
    state : Codes
        0 for P, 1 for AP, shape (samples,).
    series : float or None
        ohm, in series with the device where a voltage is swept; None where a current is.

    Returns
    -------
    Ramps
        In the order of the file.

    Raises
    ------
    TableError
        Where the clock stands still along a ramp.
    """
    drive, swept = samples["drive"], moved_by_source(samples, series)
    first, last = monotone(samples["sweep"], swept)
    begins, direction = state[first], np.sign(swept[last] - swept[first])
    at = _first_changed(state, first, last)
    switched = at < drive.size
    after, before = np.where(switched, at, last), np.where(switched, at - 1, first)
    grain = _grains(samples["sweep"], drive, state)[begins]
    if series is not None:
        before = _before_jump(drive, first, before, grain)
    seen = np.where(switched, before, last)  # the last sample in the state of the beginning
    rises = [direction * (drive[sample] - drive[first]) for sample in (before, after, seen)]
    pace = _pace(samples, swept, first, last)
    if series is not None:
        rises[1] = rises[0] + grain  # behind the change flows the current of the other state
    steps = _grains(samples["sweep"], swept, np.zeros_like(state))[0]
    return Ramps(
        state=begins,
        start=drive[first],
        direction=direction,
        rate=pace if series is None else _current_rate(samples, swept, first, seen, pace),
        temperature=samples["temperature"][first],
        held=_held(samples, first, last),
        end=np.maximum(rises[2], grain),
        lower=np.where(switched, rises[0], np.nan),
        upper=np.where(switched, rises[1], np.nan),
        returned=switched & (state[last] == begins),
        step=grain,
        alike=(swept[first] / steps, pace),
    )


def _before_jump(drive: Array, first: Rows, before: Rows, grain: Array) -> Rows:
    """The samples before changes of state, without those at which the current has jumped already.

    Where the resistance just behind a change is a bad reading, the current alone shows that the state has changed.
    """
    found = before
    for back in range(_HIDDEN):
        at = np.maximum(before - back, first)
        earlier = np.maximum(at - 1, first)
        found = np.where(np.abs(drive[at] - drive[earlier]) > _JUMP * grain, earlier, found)
    return found


def _held(samples: Mapping[str, Array], first: Rows, last: Rows) -> Array:
    """Mean over each ramp of what is not swept: the field (T, NaN where none is known), or the current (A, else 0)."""
    in_field = samples["drive"] is samples["field"]
    values = np.nan_to_num(samples["current"]) if in_field else samples["field"]
    owner, place = expanded(first, last)
    return np.bincount(owner, values[place], first.size) / (last - first + 1)


def _first_changed(state: Codes, first: Rows, last: Rows) -> Rows:
    """The first sample of each ramp that is in another state than its first one; behind all samples where none is."""
    owner, place = expanded(first, last)
    where = np.where(state[place] != state[first][owner], place, state.size)
    return np.asarray(np.minimum.reduceat(where, np.searchsorted(owner, np.arange(first.size))), dtype=np.intp)


def expanded(first: Rows, last: Rows) -> tuple[Rows, Rows]:
    """Of every sample of every stretch, the stretch and its place in the file."""
    sizes = last - first + 1
    owner = np.repeat(np.arange(first.size), sizes)
    return owner, first[owner] + np.arange(owner.size) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _pace(samples: Mapping[str, Array], swept: Array, first: Rows, last: Rows) -> Array:
    """Of what is swept, per s: the line of time against it along each ramp.

    All samples between a twentieth and nineteen twentieths of the way count, so that neither the grain of a coarse
    clock nor a wait at a turn moves it much.
    """
    time = samples["time"]
    if np.all(np.isnan(time)):
        return _given_rate(samples)[last]
    delay = _slopes(first, last, swept, time, share=_INNER)
    if np.any(still := delay == 0):
        row = int(first[np.argmax(still)])
        expected = 'a clock that moves along a ramp, or ramp_rate = "1 mA/s" in place of the time'
        raise TableError([CellProblem(row, "time", expected, "the same time from here to the end of the ramp")])
    return np.asarray(1.0 / np.abs(delay))


def _given_rate(samples: Mapping[str, Array]) -> Array:
    """The rate of what is swept that the table gives, positive; TableError where it is that of something else."""
    given = next(swept for swept in SWEPT if not np.all(np.isnan(samples[swept.rate])))
    in_field = samples["drive"] is samples["field"]
    if (given is FIELD) != in_field:
        what = "field" if in_field else "current or a voltage"
        raise TableError([CellProblem(None, given.rate, f"the rate of a {what}, which is swept", f"{given.unit}/s")])
    return np.abs(samples[given.rate])


def _current_rate(samples: Mapping[str, Array], swept: Array, first: Rows, seen: Rows, pace: Array) -> Array:
    """A/s of the current of the state that is left, in the later half of the way before it is left.

    Where the resistance falls with the bias the current of a voltage ramp grows faster and faster. A rate that the
    table gives is one of the current.
    """
    if not np.all(np.isnan(samples["ramp_rate"])):
        return pace
    middle = (first + seen) // 2
    slope = _slopes(middle, seen, swept, samples["current"], share=0.0)
    ohmic = samples["current"][seen] / swept[seen]
    return np.asarray(pace * np.abs(np.where((seen - middle < _FEW) | (slope == 0), ohmic, slope)))


def _slopes(first: Rows, last: Rows, x: Array, y: Array, *, share: float) -> Array:
    """Slope of the least-squares line of y against x along each stretch; 0 where x stands.

    share: of the way at both ends that is left out, where more than two samples remain.
    """
    owner, place = expanded(first, last)
    way = np.where(x[last] == x[first], 1.0, x[last] - x[first])
    along = (x[place] - x[first][owner]) / way[owner]
    inner = (along >= share) & (along <= 1.0 - share)
    enough = np.bincount(owner, inner, first.size) > 2
    weight = np.where(enough[owner], inner, 1.0)
    total = np.bincount(owner, weight, first.size)
    means = [np.bincount(owner, weight * values[place], first.size) / total for values in (x, y)]
    off = [values[place] - mean[owner] for values, mean in zip((x, y), means, strict=True)]
    spread = np.bincount(owner, weight * off[0] ** 2, first.size)
    common = np.bincount(owner, weight * off[0] * off[1], first.size)
    return np.where(spread > 0, common / np.where(spread > 0, spread, 1.0), 0.0)


def _grains(sweep: Array, drive: Array, state: Codes) -> Array:
    """The median distance of neighbouring samples of a sweep, of each state; shape (2,)."""
    moves = np.abs(np.diff(drive))
    there = (np.diff(sweep) == 0) & (moves > 0) & (np.diff(state) == 0)
    both = [moves[there & (state[1:] == code)] for code in (0, 1)]
    every = float(np.median(moves[there]))
    return np.array([float(np.median(part)) if part.size else every for part in both])


def monotone(sweep: Array, swept: Array) -> tuple[Rows, Rows]:
    """First and last sample of every stretch of a sweep between two turns of what is swept; its ends are shared.

    A turn is an extremum that stands out by a twentieth of the range: a reading that trembles is none.
    """
    least = _TURN * float(np.ptp(swept))
    starts = np.append(0, np.flatnonzero(np.diff(sweep) != 0) + 1)
    window = 2 * int(np.max(np.diff(np.append(starts, swept.size)))) + 1  # else all sweeps are searched for each turn
    steady = scipy.ndimage.median_filter(swept, _STEADY, mode="nearest")
    peaks = np.concatenate(
        [scipy.signal.find_peaks(sign * steady, prominence=least, wlen=window)[0] for sign in (1, -1)]
    )
    ends = np.append(starts[1:] - 1, swept.size - 1)
    # steadied over its end, a sweep that starts afresh seems to turn just before
    of = np.searchsorted(ends, peaks)
    turns = peaks[np.minimum(ends[of] - peaks, peaks - starts[of]) > _STEADY // 2]
    # each turn ends a stretch and begins the next one
    first, last = np.sort(np.concatenate([starts, turns])), np.sort(np.concatenate([ends, turns]))
    long = np.abs(swept[last] - swept[first]) > least
    return first[long], last[long]
