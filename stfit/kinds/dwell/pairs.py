"""Rows of the two states at one setting: what a dead time does to one of them depends on the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, final

import numpy as np

from stfit.derivatives import Jet, elementwise
from stfit.errors import CellProblem, TableError
from stfit.measurement.base import Array, Rows, Settings
from stfit.measurement.columns import STATES
from stfit.measurement.grouping import groups
from stfit.physics.telegraph import draw_apparent_dwells, dwell_times_behind

_SHORTEST = 5.0  # dead time over a dwell time beyond which nothing is left to see: likelihoods stop there
_LONGEST = 300.0  # ln τ: exponents stay finite


@final
@dataclass(frozen=True)
class Pairs:
    """Which rows belong together.

    partner: for each row, the first of the other state at its setting, shape (rows,). series: setting and state that
    each row belongs to, shape (rows,). series_partner: the series of the other state, shape (series,).
    """

    partner: Rows
    series: Rows
    series_partner: Rows

    def of_partner(self, prediction: Any) -> Any:
        """The prediction of each row's partner; rows on the last axis."""
        return prediction[self.partner] if isinstance(prediction, Jet) else prediction[..., self.partner]


def pairs_of(settings: Settings, dead_time: Array) -> Pairs:
    """Rows paired by current, temperature, field and dead time; TableError where a setting has one state only."""
    state = settings.state
    first, setting = groups([settings.drive, settings.temperature, settings.field, dead_time])
    there = np.full((first.size, 2), state.size)
    np.minimum.at(there, (setting, state), np.arange(state.size))
    lone = np.flatnonzero(np.any(there == state.size, axis=1) & (dead_time[first] > 0))
    if lone.size:
        names = {code: name for name, code in STATES.items()}
        expected = "rows of both states at a setting with a dead time (it joins dwells of one over those of the other)"
        raise TableError(
            [
                CellProblem(
                    int(first[row]),
                    "state",
                    expected,
                    f"{names[int(state[first[row]])]} only",
                )
                for row in lone
            ]
        )
    partner = there[setting, 1 - state]
    partner = np.where(partner == state.size, np.arange(state.size), partner)  # without dead time nobody asks
    series_first, series = groups([setting.astype(float), state.astype(float)])
    return Pairs(partner, series, series[partner[series_first]])


def dwell_times_of_series(pairs: Pairs, mean: Array, dead_time: Array) -> Array:
    """ln τ of each row from the observed means of the series (s); the observed mean where no dwell times give it.

    mean: shape (series,). dead_time: s, shape (rows,).
    """
    of_series = np.zeros(mean.size)
    of_series[pairs.series] = dead_time
    safe = np.maximum(mean, 1.0001 * of_series)
    tau, _ = dwell_times_behind(safe, safe[pairs.series_partner], of_series)
    return np.asarray(np.log(np.where(np.isnan(tau), mean, tau)))[pairs.series]


def within_sight(log_tau: Any, dead_time: Array) -> Any:
    """ln τ, held where exponents stay finite: at a fifth of the dead time, and far above any dwell time."""
    lowest = np.log(np.maximum(dead_time, 1e-30) / _SHORTEST)

    def slope(x: Array) -> Array:
        return ((x > lowest) & (x < _LONGEST)).astype(float)

    return elementwise(log_tau, lambda x: np.clip(x, lowest, _LONGEST), slope, np.zeros_like)


def watched(
    tau: Array, tau_other: Array, dead_time: Array, length: Array, rng: np.random.Generator
) -> tuple[Array, Rows]:
    """Complete observed dwells (s) in watches of a given length (s) of each row, and the row of each.

    A dwell whose end falls into the last dead time of the watch is not complete: what ends it cannot be seen yet.
    """
    expected = np.minimum(length / np.maximum(tau, dead_time), 1e7)
    drawn = np.ceil(1.5 * expected + 10 * np.sqrt(expected) + 20).astype(np.intp)
    row = np.repeat(np.arange(tau.size), drawn)
    dwell = draw_apparent_dwells(tau[row], tau_other[row], dead_time[row], rng)
    ends = np.cumsum(dwell)
    start = np.concatenate([[0.0], ends])[np.cumsum(drawn) - drawn]
    seen = ends - start[row] <= (length - dead_time)[row]
    return dwell[seen], row[seen]
