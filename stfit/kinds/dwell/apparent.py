"""Mean dwell times seen with a dead time: the observed means and variances in place of the true ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import of_several, total
from stfit.kinds.dwell.data import DwellTimes, MeanDwellTimes
from stfit.kinds.dwell.pairs import Pairs, dwell_times_of_series, pairs_of, watched, within_sight
from stfit.measurement.base import Array, Origin, frozen
from stfit.measurement.defaults import OfTable, WithResiduals
from stfit.measurement.grouping import groups
from stfit.measurement.observation import View
from stfit.measurement.resampling import drawn_within, with_rows
from stfit.measurement.start import Start
from stfit.measurement.traits import Traits
from stfit.physics.deviance import exponential_log_likelihood
from stfit.physics.telegraph import apparent_dwell_variance, apparent_mean_dwell, draw_apparent_dwells


@final
@dataclass(frozen=True)
class ApparentDwellTimes(OfTable, WithResiduals):
    """A table of dwell times whose dwells shorter than the dead time were joined to the one before.

    Its residuals are those of the table against the observed mean τ'(τ, τ_other) with the dead time, over the relative
    spread std/τ' of the observed dwells (1 for exponential ones): exactly the exponential likelihood without dead time,
    a quasi-likelihood of the same first two moments with it. The spread is that at the dwell times behind the table's
    own means. Errors that the table quotes stand as they are. Valid for dead times up to about the shorter dwell time.

    Parameters
    ----------
    table : DwellTimes or MeanDwellTimes
        As observed.
    dead_time : Array
        s, shape (rows,).
    pairs : Pairs
        Which rows are the two states of one setting.
    corrected : Array
        ln τ behind the observed means of each row's setting, shape (rows,).
    spread : Array
        std/mean of the observed dwells, shape (rows,).
    """

    table: DwellTimes | MeanDwellTimes
    dead_time: Array
    pairs: Pairs
    corrected: Array
    spread: Array

    traits: ClassVar[Traits] = DwellTimes.traits

    @classmethod
    def of(cls, table: DwellTimes | MeanDwellTimes, dead_time: Array) -> ApparentDwellTimes:
        """Pair the rows of a table; TableError where a setting has one state only."""
        pairs = pairs_of(table.settings, dead_time)
        corrected = dwell_times_of_series(pairs, _means(table, pairs), dead_time)
        spread = np.ones_like(corrected)
        if isinstance(table, DwellTimes):
            tau, other = np.exp(corrected), np.exp(pairs.of_partner(corrected))
            variance = apparent_dwell_variance(tau, other, dead_time)
            spread = np.sqrt(variance) / apparent_mean_dwell(tau, other, dead_time)
        return cls(table, frozen(dead_time), pairs, frozen(corrected), frozen(spread))

    def log_apparent(self, prediction: Any) -> Any:
        """ln of the mean observed dwells, from ln τ of all rows."""

        def seen(x: Any, y: Any) -> Any:
            limited = [within_sight(each, self.dead_time) for each in (x, y)]
            return np.log(apparent_mean_dwell(np.exp(limited[0]), np.exp(limited[1]), self.dead_time))

        return of_several(seen, prediction, self.pairs.of_partner(prediction))

    def as_table(self) -> DwellTimes | MeanDwellTimes:
        """The table as observed."""
        return self.table

    def residuals(self, prediction: Any) -> Any:
        """Those of the table against the observed mean, over the spread of the observed dwells."""
        return self.table.residuals(self.log_apparent(prediction)) / self.spread

    def log_likelihood(self, prediction: Any) -> Any:
        """The quasi-likelihood whose deviance the residuals are."""
        if isinstance(self.table, MeanDwellTimes):
            return self.table.log_likelihood(self.log_apparent(prediction))
        rows = exponential_log_likelihood(self.table.n, self.table.total_time, self.log_apparent(prediction))
        return total(rows * self.spread**-2)

    def expected_counts(self, prediction: Array) -> Array:
        """Observed transitions that are expected."""
        return self.table.expected_counts(np.asarray(self.log_apparent(prediction)))

    def draw(self, prediction: Array | None, rng: np.random.Generator) -> ApparentDwellTimes:
        """A fresh draw with short dwells joined: at fixed counts, or fixed times where any count is 0."""
        if prediction is None:
            return self._resampled(rng)
        table = self.table
        if isinstance(table, MeanDwellTimes):
            fresh: DwellTimes | MeanDwellTimes = table.draw(np.asarray(self.log_apparent(prediction)), rng)
            return self.of(fresh, self.dead_time)
        x = np.asarray(within_sight(prediction, self.dead_time))
        tau, other = np.exp(x), np.exp(self.pairs.of_partner(x))
        if np.any(table.n == 0):
            _, row = watched(tau, other, self.dead_time, table.total_time, rng)
            fresh = replace(table, n=frozen(np.bincount(row, minlength=tau.size)))
        else:
            row = np.repeat(np.arange(tau.size), table.n.astype(np.intp))
            dwells = draw_apparent_dwells(tau[row], other[row], self.dead_time[row], rng)
            fresh = replace(table, total_time=frozen(np.bincount(row, weights=dwells, minlength=tau.size)))
        return self.of(fresh, self.dead_time)

    def _resampled(self, rng: np.random.Generator) -> ApparentDwellTimes:
        """Settings drawn again among those of their temperature and field, both states of a setting together."""
        settings = self.table.settings
        places = np.flatnonzero(settings.state == 0)
        _, group = groups([column[places] for column in (settings.temperature, settings.field, self.dead_time)])
        drawn = places[drawn_within(group, rng)]
        rows = np.arange(settings.state.size)
        rows[places], rows[self.pairs.partner[places]] = drawn, self.pairs.partner[drawn]
        return self.of(with_rows(self.table, rows), frozen(self.dead_time[rows]))

    def expected(self, prediction: Array) -> ApparentDwellTimes:
        """The table at its expectation: observed means at τ', or counts at theirs where the times were fixed."""
        return self.of(self.table.expected(np.asarray(self.log_apparent(prediction))), self.dead_time)

    def scaled(self, factor: float) -> ApparentDwellTimes:
        """As the table does without a dead time."""
        return self.of(self.table.scaled(factor), self.dead_time)

    def start(self) -> Start:
        """Dwell times behind the observed means."""
        rough = self.table.start().dwell_times
        return Start(None if rough is None else replace(rough, log_dwell=self.corrected))

    def view(self) -> View:
        """Dwell times behind the observed means, with the relative errors of these; the naive means beside them."""
        view = super().view()
        naive = view.observed
        factor = np.exp(self.corrected - np.log(np.where(np.isnan(naive.value), naive.low, naive.value)))
        factor = np.where(np.isnan(naive.value), 1.0, factor)
        extra = {**naive.extra, "apparent_mean_dwell": naive.value, "dead_time": self.dead_time}
        low, high = naive.low * factor, naive.high * factor
        return replace(view, observed=replace(naive, value=naive.value * factor, low=low, high=high, extra=extra))


def _means(table: DwellTimes | MeanDwellTimes, pairs: Pairs) -> Array:
    """Observed mean dwell (s) of each state at each setting, over all its rows."""
    size = pairs.series_partner.size
    if isinstance(table, DwellTimes):
        n = np.bincount(pairs.series, weights=table.n, minlength=size)
        time = np.bincount(pairs.series, weights=table.total_time, minlength=size)
        return np.asarray(time / np.maximum(n, 0.5))
    weight = np.bincount(pairs.series, weights=table.counts, minlength=size)
    logs = np.bincount(pairs.series, weights=table.counts * np.log(table.mean), minlength=size)
    return np.asarray(np.exp(logs / weight))


def dwell_table(
    columns: Mapping[str, npt.NDArray[Any]], *, origin: Origin
) -> DwellTimes | MeanDwellTimes | ApparentDwellTimes:
    """The observation in the columns of a table of dwell times, with or without a dead time.

    Parameters
    ----------
    columns : Mapping[str, ndarray]
        The columns of LAYOUT, SI units, shape (rows,).
    origin : Origin
        With the polarity of the currents.

    Returns
    -------
    DwellTimes, MeanDwellTimes or ApparentDwellTimes
        The last where a row has a dead time.

    Raises
    ------
    TableError
        Where a row is impossible, or a setting with a dead time has one state only.
    """
    seen = {name: values for name, values in columns.items() if name != "dead_time"}
    table = DwellTimes.from_columns(seen, origin=origin)
    if np.any(columns.get("dead_time", 0.0) > 0):
        return ApparentDwellTimes.of(table, frozen(columns["dead_time"]))
    return table
