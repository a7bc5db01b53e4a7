"""Hysteresis loops: repeated sweeps of R(I) or R(H) become the switching events of both transitions under a ramp."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.errors import CellProblem, TableError
from stfit.kinds.ramp.branches import Branches, held, two_branches
from stfit.kinds.ramp.drawn_loops import drawn_loops
from stfit.kinds.ramp.life_table import LifeTable
from stfit.kinds.ramp.ramp_design import RampSettings
from stfit.kinds.ramp.samples import drive_of, samples_of
from stfit.kinds.ramp.stepped import KIND, SteppedRamps
from stfit.kinds.ramp.sweeps import Ramps, moved_by_source, ramps_of, series_resistance
from stfit.kinds.ramp.swept import CURRENT, FIELD, Swept
from stfit.measurement.base import Array, Origin, Rows, frozen
from stfit.measurement.columns import FIELD_PROBE, Noise
from stfit.measurement.readings import parts_of
from stfit.measurement.view import STATE_WORDS
from stfit.results.numbers import format_rounded

_LEAST_SEPARATION: Final = 6.0  # noise widths: a sample then lies on the wrong side once in 700
_SOURCE: Final = Noise(0.005)  # of a current that is held
_BOTH_WAYS: Final = 0.1  # product of the shares of both ways: each has some tenth of the events
_CLOCK: Final = Noise(0.025)  # of a rate that follows from the times of two samples
_GRAIN: Final = 1.5  # steps between the starts of ramps that begin alike: a turn is found to a sample
_AFRESH: Final = 0.05  # of the range of the current
_NO_SERIES: Final = 0.02  # of the resistance of the device
_NAMED: Final = 3  # excursions


def switching_events(
    columns: Mapping[str, npt.NDArray[Any]],
    *,
    origin: Origin,
    ap_level: str = "high",
    hold: int = 2,
) -> SteppedRamps:
    """The life table of the switching events of all sweeps.

    Parameters
    ----------
    columns : Mapping[str, ndarray]
        The columns of LOOP_LAYOUT, SI units, shape (samples,), in the order of the file.
    origin : Origin
        With the polarity of the currents.
    ap_level : {"high", "low"}
        Which branch is AP, by its resistance.
    hold : int
        Samples that a state lasts at least; a shorter excursion is no switch.

    Returns
    -------
    SteppedRamps
        A sweep that ends before the state changed is censored there, not left out. With notices of what was counted
        and what was left out.

    Raises
    ------
    TableError
        No two branches, nothing that switched, times that run back.
    """
    samples = samples_of(columns)
    swept = drive_of(columns)
    branches = two_branches(samples["drive"], samples["resistance"])
    if branches.separation < _LEAST_SEPARATION:
        axis = "H" if swept is FIELD else "I"
        expected = f"two branches of R({axis}), {_LEAST_SEPARATION:g} widths of the noise apart where both have samples"
        raise TableError([CellProblem(None, "resistance", expected, _separation_words(branches))])
    lasting, left_out = held(branches.state, hold, _ends(samples))
    state = np.asarray(lasting if ap_level == "high" else 1 - lasting, dtype=np.int8)
    series = None if swept is FIELD else series_resistance(samples, state)
    found = ramps_of(samples, state, series=series)
    if swept is FIELD:
        _refuse_both_ways(found)
    far = branches.between & ("resistance" in columns or swept is FIELD or _off_zero(samples["current"]))
    rows = samples["row"].astype(np.intp)
    notices = [*_notices(found, branches), *_left_out(rows[left_out], hold), *_far(rows[far])]
    if series is not None:
        notices.append(_swept_by_voltage(series, samples["resistance"]))
    events = stepped(found, origin.of(KIND, *notices), swept)
    drawn = drawn_loops(samples, state, swept, moved_by_source(samples, series))
    return replace(events, sweeps=drawn, between=float(np.mean(far)))


def _ends(samples: Mapping[str, Array]) -> npt.NDArray[np.bool_]:
    """Samples after which the drive starts afresh: the last of a sweep that the next one does not go on from."""
    drive = samples["drive"]
    apart = np.abs(np.diff(drive)) > _AFRESH * np.ptp(drive)
    return np.append((np.diff(samples["sweep"]) != 0) & apart, [True])


def _refuse_both_ways(ramps: Ramps) -> None:
    """TableError where one state is left on rising and on falling fields: then two layers switch, not one."""
    switched = np.isfinite(ramps.upper)
    for state, word in enumerate(STATE_WORDS):
        left = ramps.direction[switched & (ramps.state == state)]
        if left.size and np.mean(left > 0) * np.mean(left < 0) > _BOTH_WAYS:
            expected = (
                "loops of one layer: each state is left in one direction of the field (minor loops, in which the other "
                "layer stays)"
            )
            raise TableError([CellProblem(None, "field", expected, f"{word} left in rising and in falling fields")])


def _off_zero(current: Array) -> npt.NDArray[np.bool_]:
    """Where V/I is a resistance: near I = 0 it is the offset of the voltmeter over nothing."""
    return np.asarray(np.abs(current) > _AFRESH * np.max(np.abs(current)))


def _swept_by_voltage(series: float, resistance: Array) -> str:
    behind = ""
    if series > _NO_SERIES * float(np.median(np.abs(resistance))):
        behind = f" behind a resistance of {format_rounded(series, 'ohm', 2)}"
    return (
        f"the current jumps where the resistance does: a voltage was swept{behind}. Switching currents and rates are "
        "those of the state that is left"
    )


def stepped(ramps: Ramps, origin: Origin, swept: Swept = CURRENT) -> SteppedRamps:
    """The ramps as a life table on the grid of the drive: events of a step are trials of those still there.

    Ramps in a direction in which that state never left are no trials and left out. TableError where none switched.
    """
    switched = np.isfinite(ramps.upper)
    way = 2 * ramps.state + (ramps.direction > 0)
    used = np.flatnonzero(np.isin(way, np.unique(way[switched])))
    if used.size == 0:
        expected = "sweeps on which the state changes while the drive moves one way"
        raise TableError([CellProblem(None, "resistance", expected, "none")])
    start, pace = (values[used] for values in ramps.alike)
    near = _near(start)  # ramps from about one drive are one setting
    pace = np.exp(parts_of(np.log(pace), _CLOCK, _CLOCK.relative).settled)
    held = _held_apart(ramps.held[used], swept)
    temperature = np.nan_to_num(ramps.temperature[used])
    keys = np.stack([ramps.state[used], near, ramps.direction[used], pace, temperature, np.nan_to_num(held)])
    _, head, setting = np.unique(keys, axis=1, return_index=True, return_inverse=True)
    setting = setting.reshape(-1)
    at, step = np.where(switched, ramps.upper, ramps.end)[used], ramps.step[used]
    index = np.maximum(np.rint(at / step), 1.0).astype(np.int64)
    table = censored_life_table(setting, index, switched[used], step[head])
    counts, flip = np.bincount(setting), swept.sign(origin.polarity)
    absent = np.full(head.size, np.nan)
    settings = RampSettings(
        state=frozen(ramps.state[used][head], np.int8),
        start=frozen(flip * (np.bincount(setting, weights=ramps.start[used]) / counts)),
        direction=frozen(flip * ramps.direction[used][head]),
        ramp_rate=frozen(np.exp(np.bincount(setting, weights=np.log(ramps.rate[used])) / counts)),
        temperature=frozen(ramps.temperature[used][head]),
        step=frozen(step[head]),
        current=frozen(origin.polarity * held[head] if swept is FIELD else absent),
        field=frozen(absent if swept is FIELD else held[head]),
        swept=swept,
    )
    return SteppedRamps.of(settings, table, origin)


def _held_apart(held: Array, swept: Swept) -> Array:
    """What is not swept, readings of one setting at their mean."""
    return parts_of(held, _SOURCE if swept is FIELD else FIELD_PROBE).settled if np.all(np.isfinite(held)) else held


def _near(start: Array) -> Rows:
    """Numbers of the groups of starts (in steps) that follow each other within the grain of the readings."""
    order = np.argsort(start)
    group = np.empty(start.size, dtype=np.intp)
    group[order] = np.cumsum(np.diff(start[order], prepend=start[order[0]]) > _GRAIN)
    return group


def censored_life_table(
    setting: Rows, index: npt.NDArray[np.int64], switched: npt.NDArray[np.bool_], step: Array
) -> LifeTable:
    """Rows for every step in which a ramp switched or ended, and for the rise without either between two of them.

    index: the step (from 1) in which each ramp switched, or the last it survived where `switched` is False.
    step: A, of each setting.
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
    grain = step[of[rows]]
    return LifeTable(of[rows], lower * grain, upper * grain, n[rows], np.where(empty, 0.0, events[rows]))


def _separation_words(branches: Branches) -> str:
    return "one branch" if branches.separation == 0.0 else f"branches {branches.separation:.2g} widths apart"


def _notices(ramps: Ramps, branches: Branches) -> list[str]:
    switched = int(np.count_nonzero(np.isfinite(ramps.upper)))
    apart = "without noise" if np.isinf(branches.separation) else f"{branches.separation:.3g} widths of the noise apart"
    words = [f"{switched} switching events on {ramps.state.size} ramps, branches {apart}"]
    if back := int(np.count_nonzero(ramps.returned)):
        words.append(f"on {back} ramps the state changed back: only the first change counts")
    return words


def _left_out(samples: Rows, hold: int) -> list[str]:
    """Of the excursions to the other branch that are no switch, how many and where the first of them are."""
    if samples.size == 0:
        return []
    lasting = "one sample" if hold == 2 else f"fewer than {hold} samples"
    what, taken = (
        ("1 excursion", "was not taken for a switch")
        if samples.size == 1
        else (f"{samples.size} excursions", "were not taken for switches")
    )
    return [f"{what} of {lasting} to the other branch {taken} ({_places(samples)})"]


def _far(samples: Rows) -> list[str]:
    """Of the samples on neither branch, how many and where the first of them are."""
    if samples.size == 0:
        return []
    what = "1 sample lies" if samples.size == 1 else f"{samples.size} samples lie"
    return [f"{what} far from both branches ({_places(samples)}): such a sample is no state of its own"]


def _places(samples: Rows) -> str:
    named = ", ".join(str(sample + 1) for sample in samples[:_NAMED])
    return f"sample {named}" + (", …" if samples.size > _NAMED else "")
