"""Single dwells: reduced to counts and total times for the fit, kept for the test of shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Final, final

import numpy as np
import numpy.typing as npt

from stfit.errors import CellProblem, TableError
from stfit.kinds.dwell.data import DwellTimes, displayed
from stfit.kinds.dwell.framed import FramedDwells
from stfit.kinds.dwell.frames import frames_that_matter
from stfit.kinds.dwell.missed import MissedDwellEvents
from stfit.measurement.base import Array, Origin, Rows, Settings, frozen
from stfit.measurement.defaults import OfTable, WithResiduals
from stfit.measurement.grouping import groups
from stfit.measurement.observation import Edge
from stfit.measurement.resampling import drawn_within
from stfit.measurement.traits import Traits
from stfit.results.numbers import format_rounded

KIND: Final = "dwell-events"

_SLACK: Final = 1e-9  # relative, of a duration rounded in its file
_REPEATS: Final = (3, 0.05)  # of a state after itself: a number that is no accident, a share that moves a dwell time
_RECOGNISED: Final = "all {size} durations are multiples of {frame}: they are taken for whole frames (sample_interval)"
_MOST_EVENTS = 1e7  # that a replica draws a setting; only a fit that failed expects more


@final
@dataclass(frozen=True)
class DwellEvents(OfTable, WithResiduals):
    """Single dwells, reduced to counts and times for the fit and kept for the test of shape.

    A prediction is ln τ (τ in s) of each row of the reduced table.

    Parameters
    ----------
    reduced : DwellTimes
        Counts and total times by state and setting.
    duration : Array
        s, shape (events,).
    setting : Rows
        Row of `reduced` that each event belongs to, shape (events,).
    censored : ndarray of bool
        True where the dwell had not ended when watching stopped, shape (events,).
    """

    reduced: DwellTimes
    duration: Array
    setting: Rows
    censored: npt.NDArray[np.bool_]

    traits: ClassVar[Traits] = DwellTimes.traits

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, npt.NDArray[Any]],
        *,
        origin: Origin,
        dead_time: float | None = None,
        shortest_dwell: float | None = None,
        sample_interval: float | None = None,
    ) -> DwellEvents | MissedDwellEvents | FramedDwells:
        """Group the dwells by state and setting.

        Parameters
        ----------
        columns : Mapping[str, ndarray]
            The columns of EVENT_LAYOUT, SI units, shape (events,).
        origin : Origin
            With the polarity of the currents.
        dead_time : float, optional
            s; dwells shorter than it were joined to the one before, and the exact likelihood knows it.
        shortest_dwell : float, optional
            s; dwells shorter than it are not in the table: what is left of an exponential law is one.
        sample_interval : float, optional
            s; durations are whole numbers of frames. Recognised where all of them are, and it matters.

        Returns
        -------
        DwellEvents, MissedDwellEvents or FramedDwells
            The second with a dead time, the third of durations in frames.

        Raises
        ------
        TableError
            Where a complete dwell is below the dead time or the shortest dwell, a setting with a dead time has one
            state only or a state after itself, or a duration is no whole number of frames.
        """
        _refuse_both(dead_time, shortest_dwell, sample_interval)
        settings = Settings.from_columns(columns, origin.polarity)
        keys = [settings.state.astype(float), settings.drive, settings.temperature, settings.field]
        first, setting = groups(keys)
        duration = np.asarray(columns["duration"], dtype=float)
        censored = frozen(columns.get("censored", np.zeros(duration.size)), np.bool_)
        frame = np.full(first.size, sample_interval) if sample_interval else None
        if not dead_time and frame is None and (frame := frames_that_matter(duration, setting)) is not None:
            words = " or ".join(dict.fromkeys(format_rounded(step, "s", 4) for step in frame))
            origin = origin.of(KIND, _RECOGNISED.format(size=duration.size, frame=words))
        if shortest_dwell is not None:
            duration = _beyond(duration, censored, shortest_dwell, None if frame is None else frame[setting])
        duration = frozen(duration)
        reduced = DwellTimes(
            settings.at(first),
            origin.of(KIND),
            n=frozen(np.bincount(setting, weights=~censored, minlength=first.size)),
            total_time=frozen(np.bincount(setting, weights=duration, minlength=first.size)),
        )
        if frame is not None:
            return FramedDwells.of(reduced, duration, setting, censored, frame)
        if dead_time:
            notices = _states_after_themselves(settings.state, setting, censored)
            reduced = replace(reduced, origin=reduced.origin.of(KIND, *notices))
            return MissedDwellEvents.of(reduced, duration, setting, censored, dead_time)
        return cls(reduced, duration, frozen(setting, np.intp), censored)

    def as_table(self) -> DwellTimes:
        """The counts and total times of the dwells."""
        return self.reduced

    def residuals(self, prediction: Any) -> Any:
        """Those of the reduced table."""
        return self.reduced.residuals(prediction)

    def log_likelihood(self, prediction: Any) -> Any:
        """That of the reduced table: (n, total time) are sufficient."""
        return self.reduced.log_likelihood(prediction)

    def expected_counts(self, prediction: Array) -> Array:
        """Transitions expected in the watched time."""
        return self.reduced.expected_counts(prediction)

    def draw(self, prediction: Array | None, rng: np.random.Generator) -> DwellEvents:
        """A fresh draw of the single dwells.

        A setting whose last dwell is censored was watched for a fixed time and is drawn as a Poisson process of that
        length, ended by a censored dwell; any other keeps its number of dwells.
        """
        if prediction is None:
            return self._resampled(rng)
        timed = self._timed
        expected = self.reduced.expected_counts(prediction)
        n = np.where(timed, rng.poisson(np.minimum(expected, _MOST_EVENTS)), self.reduced.n).astype(int)
        events = n + timed
        setting = np.repeat(np.arange(n.size), events)
        gaps = rng.standard_exponential(setting.size)
        # the gaps of n points thrown on an interval are exponentials divided by their sum
        length = np.where(timed, self.reduced.total_time, 0.0)
        sums = np.bincount(setting, weights=gaps, minlength=n.size)
        scale = np.where(timed, length / np.where(sums > 0, sums, 1.0), np.exp(prediction))
        duration = gaps * scale[setting]
        censored = np.zeros(setting.size, dtype=bool)
        censored[(np.cumsum(events) - 1)[timed]] = True
        reduced = replace(
            self.reduced,
            n=frozen(n),
            total_time=frozen(np.bincount(setting, weights=duration, minlength=n.size)),
        )
        return DwellEvents(reduced, frozen(duration), frozen(setting, np.intp), frozen(censored, np.bool_))

    def _resampled(self, rng: np.random.Generator) -> DwellEvents:
        """The dwells of each setting drawn again, as many of them, each with whether it was censored.

        A censored dwell stays what it is wherever it is drawn (Efron 1981, doi:10.1080/01621459.1981.10477650): the
        ratio of completed dwells to time keeps its expectation, though neither the count nor the watched time stays.
        """
        drawn = drawn_within(self.setting, rng)
        duration, censored = self.duration[drawn], self.censored[drawn]
        size = self.reduced.n.size
        reduced = replace(
            self.reduced,
            n=frozen(np.bincount(self.setting, weights=~censored, minlength=size)),
            total_time=frozen(np.bincount(self.setting, weights=duration, minlength=size)),
        )
        return replace(self, reduced=reduced, duration=frozen(duration), censored=frozen(censored, np.bool_))

    def expected(self, prediction: Array) -> DwellTimes:
        """The reduced table at its expectation, counts or times setting by setting as `draw` draws them."""
        tau, time = displayed(prediction), self.reduced.total_time
        n = np.where(self._timed, self.reduced.expected_counts(prediction), self.reduced.n)
        return replace(self.reduced, n=frozen(n), total_time=frozen(np.where(self._timed, time, n * tau)))

    def edge(self) -> Edge:
        """That of the reduced table."""
        edge = self.reduced.edge()
        soft = edge.softened
        return replace(edge, softened=replace(self, reduced=soft) if isinstance(soft, DwellTimes) else None)

    def scaled(self, factor: float) -> DwellEvents:
        """More dwells of every setting, or longer watching where the last one is censored."""
        timed, counts = self._timed, self.reduced.n
        n = np.where(timed, np.maximum(counts, 1.0), np.maximum(np.rint(factor * counts), 1.0)).astype(int)
        time = np.where(timed, factor, n / np.maximum(counts, 1.0)) * self.reduced.total_time
        setting = np.repeat(np.arange(n.size), n)
        last = np.append(setting[1:] != setting[:-1], [True])
        return DwellEvents(
            replace(self.reduced, n=frozen(n - timed), total_time=frozen(time)),
            frozen((time / n)[setting]),
            frozen(setting, np.intp),
            frozen(last & timed[setting], np.bool_),
        )

    @property
    def _timed(self) -> npt.NDArray[np.bool_]:
        """Settings that were watched for a fixed time: those whose last dwell is censored."""
        return np.asarray(np.bincount(self.setting, weights=self.censored, minlength=self.reduced.n.size) > 0)


def _refuse_both(dead_time: float | None, shortest_dwell: float | None, sample_interval: float | None) -> None:
    """TableError of keys that contradict each other."""
    if not dead_time:
        return
    for name, value in (("shortest_dwell", shortest_dwell), ("sample_interval", sample_interval)):
        if value:
            expected = f"no {name} beside a dead_time"
            raise TableError([CellProblem(None, name, expected, f"{value:g} s")])


def _beyond(duration: Array, censored: npt.NDArray[np.bool_], shortest: float, frame: Array | None) -> Array:
    """Durations less the shortest that the table can hold, where dwells of whole frames begin at one frame.

    A duration that is written as the shortest one lies somewhere beyond it, within what its file resolves.
    """
    below = np.flatnonzero((duration < (1.0 - _SLACK) * shortest) & ~censored)
    if below.size:
        expected = f"a duration of at least the shortest_dwell, {shortest:g} s (shorter dwells were dropped)"
        raise TableError([CellProblem(int(i), "duration", expected, f"{duration[i]:g} s") for i in below])
    lost = shortest if frame is None else frame * (np.ceil(shortest / frame * (1.0 - _SLACK)) - 1.0)
    return np.asarray(np.maximum(duration - lost, max(0.5 * _resolution(duration), _SLACK * shortest)))


def _resolution(duration: Array) -> float:
    """The smallest difference between durations (s) that are not the same; 0 of equal ones."""
    gaps = np.diff(np.unique(duration))
    gaps = gaps[gaps > _SLACK * np.max(duration)]
    return float(np.min(gaps, initial=np.inf)) if gaps.size else 0.0


def _states_after_themselves(
    state: npt.NDArray[Any], setting: Rows, censored: npt.NDArray[np.bool_]
) -> tuple[str, ...]:
    """TableError where dwells in turn often repeat a state: what joins short dwells leaves none of these.

    Tables that are sorted by state are not in turn; few repetitions may lie where rows were left out, and are said.
    """
    same = (state[1:] == state[:-1]) & (setting[1:] == setting[:-1]) & ~censored[:-1]
    turns = int(np.count_nonzero(state[1:] != state[:-1]))
    repeats = np.flatnonzero(same)
    if repeats.size < _REPEATS[0] or turns < repeats.size:
        return ()
    if repeats.size < _REPEATS[1] * same.size:
        share = f"{100 * repeats.size / same.size:.2g} %"
        remark = (
            f"{share} of the rows repeat the state of the row before: rows were left out there, or short dwells were "
            "dropped and not joined (shortest_dwell is then the key, not dead_time)"
        )
        return (remark,)
    expected = (
        "P and AP in turn, as a dead_time that joins short dwells to the one before leaves them (shortest_dwell is the "
        "key for short dwells that were dropped)"
    )
    word = ("P", "AP")[int(state[repeats[0]])]
    found = f"{word} after {word}, and so in {repeats.size} rows"
    raise TableError([CellProblem(int(repeats[0]) + 1, "state", expected, found)])
