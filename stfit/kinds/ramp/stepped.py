"""Switching under ramps of which it is known to a step where a device switched: its events are binomial trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Final, Self, final

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv

from stfit.derivatives import total
from stfit.kinds.ramp.exposure import log_ramp_exposure
from stfit.kinds.ramp.life_table import LifeTable, by_steps, rough_dwell_times, starts
from stfit.kinds.ramp.ramp_design import RampSettings, SwitchedShares, read_events
from stfit.kinds.ramp.swept import FIELD
from stfit.measurement.base import Array, Origin, Rows, Settings, frozen
from stfit.measurement.defaults import WithResiduals
from stfit.measurement.edge import in_one_step, nothing_happened, softening
from stfit.measurement.observation import Edge, RowFit, View
from stfit.measurement.start import Start
from stfit.measurement.traits import Traits
from stfit.measurement.view import TRANSITION_WORDS, Axis, Observed, SeriesSetting
from stfit.physics.classes import class_counts, g_squared
from stfit.physics.deviance import binomial_log_likelihood, binomial_residuals

KIND: Final = "switching-ramp"

_ONE_SIGMA = (0.1586552539314571, 0.8413447460685429)
_LARGEST_EXPONENT = 600.0  # exp(709) overflows
_NO_RISE = 1e-12  # of what is swept: what a curve that reaches behind the start of the ramp takes for a rise


@final
@dataclass(frozen=True)
class SteppedRamps(WithResiduals):
    """Of n devices that had not switched below `lower`, n_switched did so before `upper`: exact binomial likelihood.

    Rows are steps of ramps, those of a setting together and in order. The steps of a ramp are independent trials, since
    only those that are left take part in the next one (the grouped hazard of survival analysis). Devices left after the
    last step of a setting are censored. A prediction is ln ∫dt/τ of each step. Valid for steps that take much longer
    than the attempt time.

    Parameters
    ----------
    ramps : RampSettings
        The ramps.
    origin : Origin
        Where the table comes from.
    setting : Rows
        Row of `ramps` of each step, shape (rows,).
    lower, upper : Array
        Rises from the start of the ramp, of what is swept (A, V or T), shape (rows,).
    n, n_switched : Array
        Devices that had not switched before the step, and that switched in it, shape (rows,).
    sweeps : mapping of str to Array
        The first sweeps as they were measured, where the table comes from loops: current (A), voltage (V) or field (T)
        with the sign of the laboratory, resistance (ohm), state (0 for P, 1 for AP) and sweep of each sample, shape
        (samples,).
    between : float
        The share of the samples of loops that lie far from both branches.
    """

    ramps: RampSettings
    origin: Origin
    setting: Rows
    lower: Array
    upper: Array
    n: Array
    n_switched: Array
    sweeps: Mapping[str, Array] = field(default_factory=dict)
    between: float = 0.0

    @classmethod
    def of(cls, ramps: RampSettings, table: LifeTable, origin: Origin) -> Self:
        """The observation that a life table is."""
        return cls(ramps, origin, frozen(table.setting, np.intp), *(frozen(column) for column in table.columns))

    @classmethod
    def from_columns(cls, columns: Mapping[str, npt.NDArray[Any]], *, origin: Origin, **keys: Any) -> Self:
        """Build from the columns of a table with a current step; TableError names the rows that are wrong.

        keys: sign, start_current and current_step, as `read_events` takes them. A reading means that the device
        switched during the last step.
        """
        events = read_events(columns, origin.polarity, **keys)
        return cls.of(events.settings, by_steps(events), origin.of(KIND))

    @cached_property
    def settings(self) -> Settings:
        """The steps: what is swept is where they end, `interval` holds both ends."""
        start, end = (self.ramps.reached(rise, self.setting) for rise in (self.lower, self.upper))
        return self.ramps.settings(start, end, end, self.setting)

    @property
    def traits(self) -> Traits:  # type: ignore[override]
        """The resistance is needed where a voltage was swept."""
        return self.ramps.traits()

    def predict(self, law: Any, quantities: Mapping[str, Any], temperature: Any) -> Any:
        """ln ∫dt/τ of each step; shape (..., rows)."""
        return log_ramp_exposure(law, quantities, self.settings, temperature)

    def residuals(self, prediction: Any) -> Any:
        """Signed-root binomial deviance against ln ∫dt/τ of the step; positive where more switched than predicted."""
        return binomial_residuals(np.where(self.n > 0, self.n, 1.0), self.n_switched, prediction) * (self.n > 0)

    def log_likelihood(self, prediction: Any) -> Any:
        """Binomial log-likelihood summed over the steps."""
        return total(binomial_log_likelihood(self.n, self.n_switched, prediction))

    def row_fit(self, prediction: Array) -> RowFit:
        """G² of each setting over steps joined to classes of nearly equal probability, on its first row.

        Not the sum of squared residuals: steps that many devices pass and few switch in have a row only where one did.
        """
        first, of = self.first_rows, self.setting
        total_n = self.n[first]
        before, share = self._shares(prediction)
        ends = np.append(first[1:], of.size) - 1
        expected, observed = total_n[of] * (share - before), self.n_switched.copy()
        expected[ends] += total_n * (1.0 - share[ends])  # those left after the last step
        observed[ends] += self.n[ends] - self.n_switched[ends]
        classes = class_counts(total_n)[of]
        place = np.minimum((classes * (share + before) / 2).astype(np.intp), classes - 1)
        joint = starts(of, place)
        sets = np.searchsorted(of[joint], np.arange(first.size))
        value, freedom = g_squared(np.add.reduceat(observed, joint), np.add.reduceat(expected, joint), sets)
        values, freedoms = np.zeros(of.size), np.zeros(of.size)
        values[first], freedoms[first] = value, freedom
        return RowFit(values, freedoms, self.expected_counts(prediction))

    def _shares(self, prediction: Array) -> tuple[Array, Array]:
        """The shares that have switched when each step begins and when it ends."""
        share = self._switched(prediction)
        return np.where(np.arange(share.size) == self.first_rows[self.setting], 0.0, np.roll(share, 1)), share

    def switched_shares(self, prediction: Array) -> SwitchedShares:
        """The shares between which the events of each step happened, then those at which ramps ended without one."""
        before, share = self._shares(prediction)
        last = np.append(self.setting[1:] != self.setting[:-1], [True])
        ended = self.n - self.n_switched - np.where(last, 0.0, np.roll(self.n, -1))
        return SwitchedShares(
            np.concatenate([before, share]),
            np.concatenate([share, np.ones_like(share)]),
            np.concatenate([self.n_switched, ended]),
            np.tile(self.setting, 2),
        )

    def expected_counts(self, prediction: Array) -> Array:
        """Events that a class of the setting expects."""
        n = self.n[self.first_rows]
        per_class = (n / class_counts(n))[self.setting]
        return np.broadcast_to(per_class, np.shape(prediction)).copy()

    def draw(self, prediction: Array | None, rng: np.random.Generator) -> SteppedRamps:
        """As many ramps at each setting again, ended after the last step there is: who has not switched is censored.

        Without a prediction the events of each setting are drawn again, those left after the last step among them:
        drawing events with replacement is drawing each step's trials with the share that switched there.
        """
        observed = self.n_switched / np.maximum(self.n, 1.0)
        return self._drawn(observed if prediction is None else -np.expm1(-_exposure(prediction)), rng)

    def _drawn(self, probability: Array, rng: np.random.Generator) -> SteppedRamps:
        """As many ramps, of which those left at each step switch there with a probability, shape (rows,)."""
        n, switched = self.n.astype(np.int64), np.zeros(self.n.size, dtype=np.int64)
        place = np.arange(n.size) - self.first_rows[self.setting]
        for step in range(int(place.max()) + 1):  # all settings at once, one step after the other
            rows = np.flatnonzero(place == step)
            if step > 0:
                n[rows] = n[rows - 1] - switched[rows - 1]
            switched[rows] = rng.binomial(n[rows], probability[rows])
        return replace(self, n=frozen(n), n_switched=frozen(switched))

    def expected(self, prediction: Array) -> SteppedRamps:
        """Those expected to be left before each step, and those expected to switch there; no whole numbers."""
        exposure = _exposure(prediction)
        n = self.n[self.first_rows][self.setting] * np.exp(exposure - self._cumulated(exposure))
        return replace(self, n=frozen(n), n_switched=frozen(n * -np.expm1(-exposure)))

    def edge(self) -> Edge:
        """Counts kept away from none and all, of transitions seen in hardly a step; those seen in one step or none."""
        state = self.settings.state
        soft = softening(state, (self.n_switched > 0) & (self.n_switched < self.n))
        clipped = np.clip(self.n_switched, np.minimum(soft, self.n), np.maximum(self.n - soft, 0.0))
        return Edge(
            replace(self, n_switched=frozen(clipped)) if np.any(soft) else None,
            tuple(found for code in np.unique(state) if (found := self._limit(int(code), state == code))),
        )

    def _limit(self, code: int, rows: npt.NDArray[np.bool_]) -> str:
        word, reached = TRANSITION_WORDS[code], self._reached
        where = np.flatnonzero(rows & (self.n_switched > 0))
        if where.size == 0:
            duration = (self.n * (self.upper - self.lower) / self.ramps.ramp_rate[self.setting])[rows]
            watched = np.bincount(self.setting[rows], duration, self.ramps.size).astype(float)
            return nothing_happened(word, "no switching event was seen", watched[watched > 0])
        if np.ptp(reached[where]) > np.nanmax(self.ramps.step[self.setting[where]], initial=0.0):
            return ""
        return in_one_step(word, float(reached[where[0]]), self.ramps.swept.unit, int(self.n_switched[where].sum()))

    def scaled(self, factor: float) -> SteppedRamps:
        """More ramps of every setting, the nearest whole number."""
        first = self.n[self.first_rows]
        ratio = (np.maximum(np.rint(factor * first), 1.0) / first)[self.setting]
        return replace(self, n=frozen(ratio * self.n), n_switched=frozen(ratio * self.n_switched))

    @property
    def first_rows(self) -> Rows:
        """The row that stands for each setting: its first."""
        return np.searchsorted(self.setting, np.arange(self.ramps.size))

    @property
    def event_moments(self) -> tuple[Array, Array, Array]:
        """Events of each setting, mean and standard deviation of their rise.

        With Sheppard's correction for the steps; NaN where these are longer than the deviation, or where ramps ended
        before the device switched, which leaves the late events out.
        """
        middle, size = (self.lower + self.upper) / 2, self.ramps.size
        n = np.bincount(self.setting, self.n_switched, size).astype(float)
        whole = np.where(n == self.n[self.first_rows], np.maximum(n, 1.0), np.nan)
        mean = np.bincount(self.setting, self.n_switched * middle, size) / whole
        squares = np.bincount(self.setting, self.n_switched * np.square(middle - mean[self.setting]), size)
        variance = squares / np.maximum(n - 1.0, 1.0) - self.ramps.step**2 / 12.0
        return n, mean, np.sqrt(np.where(variance > self.ramps.step**2, variance, np.nan))

    def start(self) -> Start:
        """ln τ in the middle of some steps, from the share that switched there."""
        table = LifeTable(self.setting, self.lower, self.upper, self.n, self.n_switched)
        return Start(rough_dwell_times(self.ramps, table, self.first_rows))

    def view(self) -> View:
        """Shares that had switched when a step ended, with exact 68 % limits (Clopper–Pearson), against its current."""
        of, settings = self.setting, self.settings
        k, n = self._cumulated(self.n_switched), self.n[self.first_rows[of]]
        low = np.where(k > 0, betaincinv(np.maximum(k, 1.0), n - k + 1.0, _ONE_SIGMA[0]), 0.0)
        high = np.where(k < n, betaincinv(k + 1.0, np.maximum(n - k, 1.0), _ONE_SIGMA[1]), 1.0)
        extra = {self.ramps.swept.rate: self.ramps.ramp_rate[of], "n": self.n, "n_switched": self.n_switched}
        observed = Observed(k / np.maximum(n, 1.0), low, high, "switched share", "", extra)
        swept, held = self.ramps.swept, SeriesSetting(self.ramps.field[of], "mT", 1e3)
        if swept is FIELD:
            held = SeriesSetting(self.origin.polarity * self.ramps.current[of], "mA", 1e3)
        series = (
            SeriesSetting(settings.temperature, "K", 1.0),
            held,
            SeriesSetting(self.ramps.ramp_rate[of], f"{swept.unit}/s", 1.0),
            SeriesSetting(self.ramps.direction[of] * self.ramps.start[of], swept.shown, swept.factor),
        )
        axis = Axis(swept.name, swept.unit, self._reached)
        return View(self, axis, series, observed, self._switched, self._along, TRANSITION_WORDS)

    @property
    def _reached(self) -> Array:
        """What was swept (SI) where each step ends, as the laboratory has it."""
        end = self.ramps.reached(self.upper, self.setting)
        return np.asarray(self.ramps.swept.sign(self.origin.polarity) * end)

    def _along(self, row: int, values: Array) -> SteppedRamps:
        """Ramps of the setting of a row up to other values of what they sweep, as the laboratory has them."""
        ramps = self.ramps.repeated(int(self.setting[row]), values.size)
        reached = ramps.swept.sign(self.origin.polarity) * values
        rise = np.maximum(ramps.direction * (reached - ramps.start), _NO_RISE * np.max(np.abs(values)))
        empty = frozen(np.zeros(values.size))
        return replace(
            self,
            ramps=ramps,
            setting=frozen(np.arange(values.size), np.intp),
            lower=empty,
            upper=frozen(rise),
            n=empty,
            n_switched=empty,
        )

    def _switched(self, prediction: Array) -> Array:
        """The share that has switched when a step ends, shape (..., rows)."""
        return np.asarray(-np.expm1(-self._cumulated(_exposure(prediction))))

    def _cumulated(self, values: Array) -> Array:
        """Sums over the steps of a setting up to each."""
        sums = np.cumsum(values, axis=-1)
        first = self.first_rows[self.setting]
        return np.asarray(sums - (sums - values)[..., first])


def _exposure(prediction: Array) -> Array:
    return np.exp(np.minimum(prediction, _LARGEST_EXPONENT))
