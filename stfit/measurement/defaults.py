"""What kinds of measurement share that know nothing better."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import fields, replace
from typing import Any, ClassVar

import numpy as np

from stfit.measurement.base import Array, Axis, Observed, Origin, OwnParameter, RoughDwellTimes, SeriesSetting, Settings
from stfit.measurement.display import measurement_html


class Displayed:
    """What kinds share that know nothing better; in a notebook: kind, file and the head of the table, escaped."""

    activated: ClassVar[bool] = False
    straight_law_only: ClassVar[bool] = False

    def _repr_html_(self) -> str:
        return measurement_html(self)  # type: ignore[arg-type]

    def softened(self) -> Any:
        """The data with a part of a count where a row has none, or all; None where that changes nothing."""
        return None

    def limits(self) -> tuple[str, ...]:
        """What rows at the edge of the sample space exclude, in sentences; exact one-sided 95 % limits."""
        return ()

    def for_curved_law(self) -> Any:
        """Itself: its likelihood holds however ln τ depends on the current."""
        return self

    def rough_critical_currents(self) -> Array | None:
        """None: the kind tells nothing of critical currents."""
        return None


class WithResiduals(Displayed, ABC):
    """What kinds with residuals share."""

    has_residuals: ClassVar[bool] = True
    needs: ClassVar[tuple[str, ...]] = ()
    own_parameters: ClassVar[tuple[OwnParameter, ...]] = ()

    @abstractmethod
    def deviance_residuals(self, prediction: Any) -> Any:
        """Signed roots of the deviance, one a row."""

    def sensitivity(self, prediction: Any) -> Any:
        """The residuals themselves."""
        return self.deviance_residuals(prediction)

    def shown(self) -> tuple[Any, Any]:
        """Itself, row by row."""
        return self, slice(None)

    def discrepancies(self, prediction: Array) -> tuple[Array, Array]:
        """Squared residuals, each with one degree of freedom."""
        squares = np.square(np.asarray(self.deviance_residuals(prediction)))
        return squares, np.ones_like(squares)


class OfTable(ABC):
    """What an observation shares with the table behind it: where rows were taken, and what figures show of them."""

    @abstractmethod
    def as_table(self) -> Any:
        """The table whose rows these are."""

    @property
    def polarity(self) -> int:
        """+1 or −1."""
        return int(self.as_table().polarity)

    @property
    def origin(self) -> Origin:
        """The file."""
        origin: Origin = self.as_table().origin
        return origin

    @property
    def settings(self) -> Settings:
        """At what each row of the table was taken."""
        settings: Settings = self.as_table().settings
        return settings

    @property
    def series_settings(self) -> tuple[SeriesSetting, ...]:
        """Those of the table."""
        return tuple(self.as_table().series_settings)

    @property
    def counts(self) -> Array:
        """Events of each row."""
        return np.asarray(self.as_table().counts)

    @property
    def axis(self) -> Axis:
        """That of the table."""
        axis: Axis = self.as_table().axis
        return axis

    def along(self, row: int, values: Array) -> Any:
        """The setting of a row of the table at other values of its axis."""
        return self.as_table().along(row, values)

    def displayed(self, prediction: Array) -> Array:
        """Predictions as the table shows them."""
        return np.asarray(self.as_table().displayed(prediction))

    def observed(self) -> Observed:
        """What the table shows."""
        observed: Observed = self.as_table().observed()
        return observed

    def rough_dwell_times(self) -> RoughDwellTimes:
        """Those of the table, which tells some."""
        rough: RoughDwellTimes = self.as_table().rough_dwell_times()
        return rough


def repeated(measurement: Any, row: int, size: int, **changed: Any) -> Any:
    """A copy of a frozen measurement with every array of rows holding the value of one row, `size` times."""
    rows = measurement.settings.state.size
    arrays = {
        entry.name: np.full(size, getattr(measurement, entry.name)[row], dtype=getattr(measurement, entry.name).dtype)
        for entry in fields(measurement)
        if isinstance(getattr(measurement, entry.name), np.ndarray) and getattr(measurement, entry.name).size == rows
    }
    return replace(measurement, **(arrays | changed))
