"""Single dwells: reduced to counts and total times for the fit, kept for the test of shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, final

import numpy as np
import numpy.typing as npt

from stfit.measurements.base import (
    Array,
    Axis,
    Observed,
    Origin,
    RoughDwellTimes,
    SeriesSetting,
    Settings,
    WithResiduals,
    frozen,
)
from stfit.measurements.columns import Layout
from stfit.measurements.dwell import DwellTimes, common_fields
from stfit.measurements.grouping import groups
from stfit.measurements.missed import EVENT_LAYOUT, MissedDwellEvents

_MOST_EVENTS = 1e7  # that a replica draws a setting; only a fit that failed expects more


@final
@dataclass(frozen=True)
class DwellEvents(WithResiduals):
    """Single dwells, reduced to counts and times for the fit and kept for the test of shape.

    duration: s, shape (events,). setting: row of `reduced` that each event belongs to. censored: True where the dwell
    had not ended when watching stopped.
    """

    reduced: DwellTimes
    duration: Array
    setting: npt.NDArray[np.intp]
    censored: npt.NDArray[np.bool_]

    kind: ClassVar[str] = "dwell-events"
    layout: ClassVar[Layout] = EVENT_LAYOUT
    keys: ClassVar[frozenset[str]] = frozenset({"dead_time"})
    state_words: ClassVar[tuple[str, str]] = DwellTimes.state_words
    predicted: ClassVar[str] = DwellTimes.predicted

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, npt.NDArray[Any]],
        *,
        polarity: int,
        origin: Origin,
        dead_time: float | None = None,
    ) -> DwellEvents | MissedDwellEvents:
        """Group the dwells by state and setting.

        dead_time: s; dwells shorter than it were joined to the one before, and the exact likelihood knows it.
        """
        common = common_fields(columns, polarity, origin)
        keys = [common["state"].astype(float), common["current"], common["temperature"], common["field"]]
        first, setting = groups(keys)
        duration = frozen(columns["duration"])
        censored = frozen(columns.get("censored", np.zeros(duration.size)), np.bool_)
        reduced = DwellTimes(
            **{name: frozen(common[name][first], common[name].dtype) for name in ("state", "current")},
            temperature=frozen(common["temperature"][first]),
            field=frozen(common["field"][first]),
            polarity=polarity,
            origin=origin,
            n=frozen(np.bincount(setting, weights=~censored, minlength=first.size)),
            total_time=frozen(np.bincount(setting, weights=duration, minlength=first.size)),
        )
        if dead_time:
            return MissedDwellEvents.of(reduced, duration, setting, censored, dead_time)
        return cls(reduced, duration, frozen(setting, np.intp), censored)

    @property
    def polarity(self) -> int:
        """+1 or −1."""
        return self.reduced.polarity

    @property
    def origin(self) -> Origin:
        """The file."""
        return self.reduced.origin

    @property
    def settings(self) -> Settings:
        """At what each row of the reduced table was taken."""
        return self.reduced.settings

    @property
    def series_settings(self) -> tuple[SeriesSetting, ...]:
        """Temperature and field."""
        return self.reduced.series_settings

    @property
    def counts(self) -> Array:
        """Complete dwells a setting."""
        return self.reduced.n

    def deviance_residuals(self, prediction: Any) -> Any:
        """Those of the reduced table."""
        return self.reduced.deviance_residuals(prediction)

    def log_likelihood(self, prediction: Any) -> Any:
        """That of the reduced table: (n, total time) are sufficient."""
        return self.reduced.log_likelihood(prediction)

    def expected_counts(self, prediction: Array) -> Array:
        """Transitions expected in the watched time."""
        return self.reduced.expected_counts(prediction)

    def replicate(self, prediction: Array, rng: np.random.Generator) -> DwellEvents:
        """A fresh draw of the single dwells.

        A setting whose last dwell is censored was watched for a fixed time and is drawn as a Poisson process of that
        length, ended by a censored dwell; any other keeps its number of dwells.
        """
        timed = np.bincount(self.setting, weights=self.censored, minlength=self.reduced.n.size) > 0
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

    def rough_dwell_times(self) -> RoughDwellTimes:
        """Those of the reduced table."""
        return self.reduced.rough_dwell_times()

    def observed(self) -> Observed:
        """Those of the reduced table."""
        return self.reduced.observed()

    @property
    def axis(self) -> Axis:
        """The current, A."""
        return self.reduced.axis

    def along(self, row: int, values: Array) -> DwellTimes:
        """The setting of a row at other currents."""
        return self.reduced.along(row, values)

    def displayed(self, prediction: Array) -> Array:
        """Dwell times, s."""
        return self.reduced.displayed(prediction)
