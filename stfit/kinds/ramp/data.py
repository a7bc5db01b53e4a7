"""Switching under ramps of a current or a voltage: at which value each event happened."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, final

import numpy as np
import numpy.typing as npt
from scipy.special import xlogy

from stfit.derivatives import Jet, concatenate, elementwise, total, value_of
from stfit.kinds.ramp.exposure import log_dwell_times_at_ends
from stfit.kinds.ramp.life_table import LifeTable, by_cells, joined, rough_dwell_times
from stfit.kinds.ramp.ramp_design import EventsBySetting, RampSettings, SwitchedShares, read_events
from stfit.kinds.ramp.stepped import KIND, SteppedRamps
from stfit.kinds.ramp.swept import CURRENT, FIELD, swept_in
from stfit.measurement.base import Array, Origin, Rows, Settings, frozen
from stfit.measurement.defaults import Displayed
from stfit.measurement.edge import without_width
from stfit.measurement.observation import Edge, RowFit, View
from stfit.measurement.resampling import drawn_within
from stfit.measurement.start import Start
from stfit.measurement.traits import Traits
from stfit.measurement.view import TRANSITION_WORDS
from stfit.physics.classes import class_counts, g_squared
from stfit.physics.gompertz import Rises
from stfit.physics.switching import ramp_log_exposure, ramp_quantile

_LARGEST_EXPONENT = 600.0  # exp(709) overflows; the rest is room for sums of squares
_SHOWN_ROWS = 20  # of a setting, in figures and tables
_COUNTED = 100  # cells of a setting, where the likelihood takes counts
_SAME_VALUE = 1e-12  # relative difference of switching currents that are one
_LEAST_RISING = 1e-6  # least slope over one rise: a law that falls along its ramp has no quantiles


@final
@dataclass(frozen=True)
class RampEvents(Displayed):
    """Single switching events under ramps: exact likelihood, whose density is Gompertz's.

    A prediction holds ln τ of all settings where `settings.interval` begins, then where it ends, shape
    (..., 2·settings); between them ln τ is linear in what is swept, as Eq. 27 is everywhere. Valid for ramps that take
    much longer than the attempt time to pass the width of the distribution.

    Parameters
    ----------
    ramps : RampSettings
        The ramps.
    origin : Origin
        Where the table comes from.
    rise : Array
        Positive, from the start of the ramp (A or V), shape (events,), events of a setting side by side.
    first : Rows
        Where each setting begins, shape (settings,).
    """

    ramps: RampSettings
    origin: Origin
    rise: Array
    first: Rows

    @classmethod
    def from_columns(
        cls, columns: Mapping[str, npt.NDArray[Any]], *, origin: Origin, **keys: Any
    ) -> RampEvents | SteppedRamps:
        """Build from the columns of a table.

        Parameters
        ----------
        columns : Mapping[str, ndarray]
            The columns of LAYOUT, SI units, shape (events,).
        origin : Origin
            With the polarity of the currents.
        **keys
            sign, start_current and current_step, as `read_events` takes them.

        Returns
        -------
        RampEvents or SteppedRamps
            The second with a step, by column or key: the events are then interval-censored and make a life table. Also
            under a field, in which ln τ bends.

        Raises
        ------
        TableError
            Where a row is no event of a ramp.
        """
        swept = swept_in(columns)
        if swept.step in columns or (swept is CURRENT and keys.get("current_step") is not None):
            return SteppedRamps.from_columns(columns, origin=origin, **keys)
        events = read_events(columns, origin.polarity, **keys)
        found = cls(events.settings, origin.of(KIND), frozen(events.rise), frozen(events.first, np.intp))
        return found.for_curved_law()[0] if swept is FIELD else found

    @property
    def traits(self) -> Traits:
        """The resistance is needed where a voltage was swept; a density has no residuals."""
        return self.ramps.traits(has_residuals=False)

    @cached_property
    def counts(self) -> Array:
        """Events of each setting."""
        return np.diff(self.first, append=self.rise.size).astype(float)

    @cached_property
    def _setting(self) -> Rows:
        return np.repeat(np.arange(self.ramps.size), self.counts.astype(np.intp))

    @cached_property
    def moments(self) -> tuple[Array, Array]:
        """Mean and standard deviation of the rise of each setting."""
        mean = np.add.reduceat(self.rise, self.first) / self.counts
        squares = np.add.reduceat(np.square(self.rise - mean[self._setting]), self.first)
        return mean, np.sqrt(squares / np.maximum(self.counts - 1.0, 1.0))

    @property
    def event_moments(self) -> tuple[Array, Array, Array]:
        """Events of each setting, mean and standard deviation of their rise."""
        return self.counts, *self.moments

    @cached_property
    def _without_width(self) -> npt.NDArray[np.bool_]:
        """The settings whose transition has one switching current alone: a density of such events has no maximum."""
        state = self.ramps.state
        low, high = np.minimum.reduceat(self.rise, self.first), np.maximum.reduceat(self.rise, self.first)
        ends = [self.ramps.reached(rise) for rise in (low, high)]
        found = np.zeros(self.ramps.size, dtype=bool)
        for code in np.unique(state):
            of = state == code
            reached = np.concatenate([end[of] for end in ends])
            found[of] = np.ptp(reached) <= _SAME_VALUE * np.max(np.abs(reached))
        return found

    def edge(self) -> Edge:
        """The transitions whose events lie at one current alone."""
        state, alone = self.ramps.state, self._without_width
        swept = self.ramps.swept
        reached = swept.sign(self.origin.polarity) * self.ramps.reached(self.moments[0])
        limits = []
        for code in np.unique(state[alone]):
            of = state == code
            counted = int(self.counts[of].sum())
            limits.append(without_width(TRANSITION_WORDS[code], float(reached[of][0]), swept.unit, counted))
        return Edge(limits=tuple(limits))

    @property
    def first_rows(self) -> Rows:
        """The row that stands for each setting."""
        return np.arange(self.ramps.size)

    @cached_property
    def _ends(self) -> tuple[Array, Array]:
        """The rises between which a prediction spans: a standard deviation about the mean."""
        mean, deviation = self.moments
        half = np.clip(deviation, 0.01 * mean, 0.5 * mean)
        return mean - half, mean + half

    @cached_property
    def settings(self) -> Settings:
        """One row a setting: what is swept is where events happened on average."""
        low, high = (self.ramps.reached(rise) for rise in self._ends)
        return self.ramps.settings(low, high, (low + high) / 2)

    def _line(self, prediction: Any) -> tuple[Any, Any]:
        """ln τ at the end of the interval, and the slope a (1/A or 1/V) at which it falls along the ramp."""
        size = self.ramps.size
        cut = (slice(None, size), slice(size, None))
        start, end = (prediction[part] if isinstance(prediction, Jet) else prediction[..., part] for part in cut)
        low, high = self._ends
        return end, (start - end) / (high - low)

    @cached_property
    def _rises(self) -> Rises:
        return Rises(self.rise, self.first)

    def log_likelihood(self, prediction: Any) -> Any:
        """Σ ln of the density of the switching currents, the hazard k/İ times the chance to get there unswitched.

        Events without a width have a density that grows without limit with the slope. Of them the exposure ∫dt/τ up to
        the switching current alone is known, which is exponential whatever the slope.
        """
        end, slope = self._line(prediction)
        sums = self._rises.exposure(value_of(slope))
        high = self._ends[1]
        log_integral = elementwise(slope, lambda _: sums.log_integral, lambda _: sums.mean, lambda _: sums.variance)
        log_rate = np.log(self.ramps.ramp_rate)
        log_exposure = log_integral - high * slope - end - log_rate
        hazards = -1.0 * (end + log_rate) + slope * (self.moments[0] - high)
        if np.any(self._without_width):
            hazards = np.where(self._without_width, 0.0, 1.0) * hazards
            hazards = hazards + np.where(self._without_width, 1.0, 0.0) * (log_exposure - np.log(self.counts))
        return total(self.counts * hazards - elementwise(log_exposure, _exponential, _exponential, _exponential))

    def sensitivity(self, prediction: Any) -> Any:
        """Two whitened rows a setting: the square root of the information of ln τ and slope, n events each."""
        end, slope = self._line(prediction)
        sums = self._rises.exposure(value_of(slope))
        level = np.sqrt(self.counts) * (end - (sums.mean - self._ends[1]) * slope)
        width = np.where(self._without_width, 0.0, np.sqrt(self.counts * sums.variance))
        return concatenate([level, width * slope])

    def predict(self, law: Any, quantities: Mapping[str, Any], temperature: Any) -> Any:
        """ln τ of all settings where their intervals begin, then where they end; shape (..., 2·settings)."""
        return log_dwell_times_at_ends(law, quantities, self.settings, temperature)

    def residuals(self, prediction: Any) -> None:
        """None: a density has no saturated model."""

    def row_fit(self, prediction: Array) -> RowFit:
        """G² of each setting over classes of equal probability.

        The classes are those of the fit, which knows the single events: with few of them the reference is the
        parametric bootstrap.
        """
        classes, of = class_counts(self.counts), self._setting
        first = np.cumsum(classes) - classes
        place = classes[of] * self.switched_shares(prediction).low
        code = np.minimum(place.astype(np.intp), classes[of] - 1) + first[of]
        observed = np.bincount(code, minlength=int(classes.sum())).astype(float)
        per_class = self.counts / classes
        return RowFit(*g_squared(observed, np.repeat(per_class, classes), first), per_class)

    def switched_shares(self, prediction: Array) -> SwitchedShares:
        """The share that would have switched at each event, one row an event."""
        share = -np.expm1(-np.exp(self._log_exposure_of_each(prediction)))
        return SwitchedShares(share, share, np.ones(share.size), self._setting)

    def _log_exposure_of_each(self, prediction: Array) -> Array:
        """ln ∫dt/τ of every event, shape (events,)."""
        end, slope = self._line(prediction)
        start = (end + slope * self._ends[1])[self._setting]
        fall = slope[self._setting] * self.rise
        duration = self.rise / self.ramps.ramp_rate[self._setting]
        return np.asarray(np.minimum(ramp_log_exposure(start, start - fall, duration), _LARGEST_EXPONENT))

    def draw(self, prediction: Array | None, rng: np.random.Generator) -> RampEvents:
        """As many ramps at each setting again; without a prediction the events of each setting drawn again."""
        if prediction is None:
            return replace(self, rise=frozen(self.rise[drawn_within(self._setting, rng)]))
        return self._switched_at(prediction, rng.random(self._setting.size))

    def expected(self, prediction: Array) -> RampEvents:
        """As many events, each at the mean exposure ∫dt/τ of its share of the ramps (equal shares, in order).

        The exposures then add up to the number of events, as they are expected to. The information follows from
        `sensitivity`, and so do its moments of the switching current, to about 1/n of n events.
        """
        of = self._setting
        place, n = np.arange(of.size) - self.first[of], self.counts[of]
        above, below = 1.0 - place / n, 1.0 - (place + 1.0) / n  # shares not yet switched
        exposure = 1.0 + n * (xlogy(below, below) - xlogy(above, above))
        return self._switched_at(prediction, -np.expm1(-exposure))

    def _switched_at(self, prediction: Array, share: Array) -> RampEvents:
        """The same ramps, each event where a share of them has switched; shape (events,)."""
        (end, slope), of = self._line(prediction), self._setting
        rising = np.maximum(slope, _LEAST_RISING / self._ends[1])
        start = end + slope * self._ends[1]
        rise = ramp_quantile(share, rising[of], -start[of], self.ramps.ramp_rate[of], 0.0)
        return replace(self, rise=frozen(np.maximum(rise, np.finfo(float).tiny)))

    def scaled(self, factor: float) -> RampEvents:
        """More ramps of every setting, the nearest whole number."""
        n = np.maximum(np.rint(factor * self.counts), 1.0).astype(np.intp)
        first = np.cumsum(n) - n
        of = np.repeat(np.arange(n.size), n)
        order = np.lexsort((self.rise, self._setting))  # evenly spaced ranks keep mean and deviation
        rank = ((np.arange(of.size) - first[of] + 0.5) * (self.counts / n)[of]).astype(np.intp)
        return replace(self, rise=frozen(self.rise[order][self.first[of] + rank]), first=frozen(first, np.intp))

    @cached_property
    def _table(self) -> LifeTable:
        return by_cells(EventsBySetting(self.ramps, self.rise, self.first))

    def for_curved_law(self) -> tuple[SteppedRamps, Rows]:
        """The events counted in cells of equal width, along which ln τ may bend, and the setting of each cell.

        The cells are not cut at events: of rows that end with one the hazard comes out too large. A cell is a twentieth
        of a standard deviation, so that hardly a thousandth of what is known is left out.
        """
        table = by_cells(EventsBySetting(self.ramps, self.rise, self.first), _COUNTED)
        return SteppedRamps.of(self.ramps, table, self.origin), table.setting

    def start(self) -> Start:
        """ln τ in the middle of some steps, from the share that switched there."""
        return Start(rough_dwell_times(self.ramps, self._table, self.first_rows))

    def view(self) -> View:
        """That of the events counted by steps."""
        table = joined(self._table, _SHOWN_ROWS)
        return replace(SteppedRamps.of(self.ramps, table, self.origin).view(), rows=table.setting)


def _exponential(x: Array) -> Array:
    return np.exp(np.minimum(x, _LARGEST_EXPONENT))
