"""Single dwells seen with a dead time: the exact likelihood of the missed-events problem."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, ClassVar, final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import Jet, of_several, total, value_of
from stfit.errors import CellProblem, TableError
from stfit.kinds.dwell.apparent import ApparentDwellTimes
from stfit.kinds.dwell.data import DwellTimes
from stfit.kinds.dwell.pairs import watched, within_sight
from stfit.measurement.base import Array, Rows, frozen
from stfit.measurement.defaults import Displayed, OfTable
from stfit.measurement.observation import RowFit
from stfit.measurement.resampling import drawn_within
from stfit.measurement.traits import Traits
from stfit.physics import missed_events
from stfit.physics.missed_events import EXACT
from stfit.physics.telegraph import draw_apparent_dwells

_NODES = 12  # Chebyshev nodes a dead time, on which ln f is a polynomial to rounding for dead times below a dwell time
_SLACK = 1e-9  # of the dead time: a duration rounded in its file


@final
@dataclass(frozen=True)
class _Sums:
    """What the likelihood of a row needs of its events: ln L = Σ density·ln f(node) + Σ survival·ln S(node) + tail.

    density, survival: weights of the nodes, shape (rows, nodes). counts, times: events beyond the nodes and Σu of
    them, shape (rows,), for complete dwells and for censored ones.
    """

    density: Array
    survival: Array
    counts: tuple[Array, Array]
    times: tuple[Array, Array]


@final
@dataclass(frozen=True)
class MissedDwellEvents(OfTable, Displayed):
    """Single dwells of at least the dead time, shorter ones joined: Hawkes, Jalali & Colquhoun's exact likelihood.

    A prediction is ln τ (τ in s) of each row of the table. The two dwell times of a setting enter the density of both
    its rows.

    Parameters
    ----------
    apparent : ApparentDwellTimes
        Counts and total times of the dwells by state and setting, with the same dead time.
    duration : Array
        s, shape (events,).
    setting : Rows
        Row that each event belongs to, shape (events,).
    censored : ndarray of bool
        True where the dwell had not been seen to end; what ends it could not be told within the last dead time.
    """

    apparent: ApparentDwellTimes
    duration: Array
    setting: Rows
    censored: npt.NDArray[np.bool_]

    traits: ClassVar[Traits] = replace(DwellTimes.traits, has_residuals=False)

    @classmethod
    def of(
        cls,
        reduced: DwellTimes,
        duration: Array,
        setting: Rows,
        censored: npt.NDArray[np.bool_],
        dead_time: float,
    ) -> MissedDwellEvents:
        """From events grouped by state and setting; TableError where a complete one is below the dead time (s)."""
        short = np.flatnonzero((duration < (1.0 - _SLACK) * dead_time) & ~censored)
        if short.size:
            expected = f"a duration of at least the dead time, {dead_time:g} s (shorter dwells join the one before)"
            raise TableError([CellProblem(int(i), "duration", expected, f"{duration[i]:g} s") for i in short])
        apparent = ApparentDwellTimes.of(reduced, np.full(reduced.n.size, dead_time))
        return cls(apparent, frozen(duration), frozen(setting, np.intp), frozen(censored, np.bool_))

    @property
    def dead_time(self) -> float:
        """S, one for the file."""
        return float(self.apparent.dead_time[0])

    @property
    def reduced(self) -> DwellTimes:
        """Counts and total times as observed."""
        table = self.apparent.table
        if not isinstance(table, DwellTimes):
            raise TypeError("events have counts")
        return table

    # --- the likelihood -----------------------------------------------------------------------------------------

    @cached_property
    def _sums(self) -> _Sums:
        """The events of each row spread over the nodes: a polynomial's value is linear in its values at the nodes."""
        rows, dead_time = self.reduced.n.size, self.dead_time
        u = np.maximum(self.duration - dead_time * (1.0 + self.censored), 0.0) / dead_time
        near = (u < EXACT) & (u > np.where(self.censored, 0.0, -1.0))
        weights = np.zeros((2, rows * EXACT, _NODES))
        piece = np.minimum(u, EXACT - 0.5).astype(np.intp)
        for k in range(_NODES):
            power = np.cos(k * np.arccos(np.clip(2.0 * (u - piece) - 1.0, -1.0, 1.0)))
            for kind, chosen in enumerate((near & ~self.censored, near & self.censored)):
                place = self.setting[chosen] * EXACT + piece[chosen]
                weights[kind, :, k] = np.bincount(place, weights=power[chosen], minlength=rows * EXACT)
        angles = np.outer(np.arange(_NODES), _angles())
        basis = np.cos(angles) * (2.0 / _NODES)
        basis[0] /= 2.0
        density, survival = (weights @ basis).reshape(2, rows, EXACT * _NODES)
        far = ((u >= EXACT) & ~self.censored, (u >= EXACT) & self.censored)
        counts, times = (
            [np.bincount(self.setting[each], weights=what[each], minlength=rows).astype(float) for each in far]
            for what in (np.ones(u.size), u * dead_time)
        )
        return _Sums(density, survival, (counts[0], counts[1]), (times[0], times[1]))

    def _log_likelihood_of_rows(self, x: Any, y: Any) -> Any:
        sums, dead_time = self._sums, np.array(self.dead_time)
        u = (np.arange(EXACT)[:, None] + 0.5 * (1.0 + np.cos(_angles()))).ravel() * dead_time
        tau, other = (np.exp(within_sight(each, dead_time)) for each in (x, y))
        near = [_last_axis(each) for each in (tau, other)]
        value = total(missed_events.log_density(u, near[0], near[1], dead_time) * sums.density)
        if np.any(sums.survival):
            value = value + total(missed_events.log_survival(u, near[0], near[1], dead_time) * sums.survival)
        log_density, rate = missed_events.tail(tau, other, dead_time)
        complete, censored = sums.counts
        value = value + (complete + censored) * log_density - censored * np.log(rate)
        return value - rate * (sums.times[0] + sums.times[1])

    def log_likelihood(self, prediction: Any) -> Any:
        """Σ ln f of the complete dwells, and ln of the survival of the others; prediction = ln τ of all rows."""
        return total(of_several(self._log_likelihood_of_rows, prediction, self.apparent.pairs.of_partner(prediction)))

    def sensitivity(self, prediction: Any) -> Any:
        """√n of the quasi-likelihood of the observed means times ln of them: nearly all the information there is."""
        weight = np.sqrt(self.reduced.n) / self.apparent.spread
        return weight * self.apparent.log_apparent(prediction)

    def as_table(self) -> ApparentDwellTimes:
        """The counts and total times of the events."""
        return self.apparent

    def residuals(self, prediction: Any) -> None:
        """None: a density has no saturated model."""

    def row_fit(self, prediction: Array) -> RowFit:
        """How the observed means compare, one degree of freedom each."""
        return self.apparent.row_fit(prediction)

    def draw(self, prediction: Array | None, rng: np.random.Generator) -> MissedDwellEvents:
        """A fresh draw with short dwells joined: a watch of the same length where the last dwell is censored.

        Without a prediction the observed dwells of each setting are drawn again, as many of them, each with whether it
        was censored.
        """
        if prediction is None:
            drawn = drawn_within(self.setting, rng)
            return self._other(self.duration[drawn], self.setting, self.censored[drawn])
        x = value_of(within_sight(prediction, self.apparent.dead_time))
        tau, other = np.exp(x), np.exp(self.apparent.pairs.of_partner(x))
        rows = np.arange(tau.size)
        timed = np.bincount(self.setting, weights=self.censored, minlength=rows.size) > 0
        counted = np.repeat(rows[~timed], self.reduced.n[~timed].astype(np.intp))
        fixed = draw_apparent_dwells(tau[counted], other[counted], self.apparent.dead_time[counted], rng)
        length = self.reduced.total_time[timed]
        seen, row = watched(tau[timed], other[timed], self.apparent.dead_time[timed], length, rng)
        rest = length - np.bincount(row, weights=seen, minlength=length.size)
        duration = np.concatenate([fixed, seen, rest])
        setting = np.concatenate([counted, rows[timed][row], rows[timed]])
        censored = np.arange(duration.size) >= fixed.size + seen.size
        return self._other(duration, setting, censored)

    def expected(self, prediction: Array) -> ApparentDwellTimes:
        """Counts and times at their expectation, whose quasi-likelihood holds nearly all the information."""
        return self.apparent.expected(prediction)

    def scaled(self, factor: float) -> MissedDwellEvents:
        """More dwells of every setting, or longer watching where the last one is censored."""
        timed = np.bincount(self.setting, weights=self.censored, minlength=self.reduced.n.size) > 0
        n = np.maximum(np.rint(np.where(timed, self.reduced.n, factor * self.reduced.n)), 1.0).astype(np.intp)
        events = n + timed
        time = np.where(timed, factor, n / np.maximum(self.reduced.n, 1.0)) * self.reduced.total_time
        setting = np.repeat(np.arange(n.size), events)
        # equal dwells stand for what is yet to be drawn; none is below the dead time
        duration = np.maximum((time / events)[setting], self.dead_time)
        last = np.append(setting[1:] != setting[:-1], [True])
        censored = last & timed[setting]
        return self._other(duration, setting, censored)

    def _other(self, duration: Array, setting: Rows, censored: npt.NDArray[np.bool_]) -> MissedDwellEvents:
        """Other dwells at the same settings, with their counts and total times."""
        rows = self.reduced.n.size
        table = replace(
            self.reduced,
            n=frozen(np.bincount(setting, weights=~censored, minlength=rows)),
            total_time=frozen(np.bincount(setting, weights=duration, minlength=rows)),
        )
        return self.of(table, duration, setting, censored, self.dead_time)

    @cached_property
    def exposure(self) -> Array:
        """−ln of the survival of each event's length, at the dwell times behind the means of its own setting.

        Exponential of mean 1 for complete dwells, were both states simple ones; shape (events,).
        """
        tau = np.exp(self.apparent.corrected)
        other = np.exp(self.apparent.pairs.of_partner(self.apparent.corrected))
        dead_time = np.array(self.dead_time)
        u = np.maximum(self.duration - dead_time, 0.0)
        log_density, rate = missed_events.tail(tau, other, dead_time)
        exposure = (np.log(rate) - log_density)[self.setting] + rate[self.setting] * u
        near = u < EXACT * dead_time
        row = self.setting[near]
        exposure[near] = -missed_events.log_survival(u[near], tau[row], other[row], dead_time)
        return np.asarray(np.maximum(exposure, np.finfo(float).tiny))


def _angles() -> Array:
    """arccos of the Chebyshev nodes."""
    return np.asarray(np.pi * (np.arange(_NODES) + 0.5) / _NODES)


def _last_axis(x: Any) -> Any:
    """Rows on the last axis but one, for the nodes on the last."""
    if not isinstance(x, Jet):
        return x[..., None]
    return Jet(x.value[..., None], x.gradient[..., None], None if x.hessian is None else x.hessian[..., None])
