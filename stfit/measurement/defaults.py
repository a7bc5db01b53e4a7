"""What observations share that know nothing better."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar

import numpy as np

from stfit.derivatives import total
from stfit.measurement.base import Array, Origin, Settings
from stfit.measurement.display import observation_html
from stfit.measurement.observation import Edge, Observation, RowFit, View
from stfit.measurement.resampling import with_rows
from stfit.measurement.start import Start
from stfit.measurement.traits import Traits
from stfit.measurement.view import Axis, Observed, SeriesSetting


class Displayed:
    """What all share; in a notebook: kind, file and the head of the table, escaped."""

    def _repr_html_(self) -> str:
        return observation_html(self)  # type: ignore[arg-type]

    def edge(self) -> Edge:
        """Nothing special: there are no counts that could be none or all."""
        return Edge()


class WithResiduals(Displayed, ABC):
    """What observations share whose likelihood has a saturated deviance."""

    traits: ClassVar[Traits] = Traits()

    @abstractmethod
    def residuals(self, prediction: Any) -> Any:
        """Signed roots of the deviance, one a row."""

    @abstractmethod
    def expected_counts(self, prediction: Array) -> Array:
        """Events that each row expects, of the shape of the prediction."""

    def row_fit(self, prediction: Array) -> RowFit:
        """Squared residuals, each with one degree of freedom."""
        squares = np.square(np.asarray(self.residuals(prediction)))
        return RowFit(squares, np.ones_like(squares), self.expected_counts(prediction))


class Gaussian(WithResiduals):
    """What observations share whose values have Gaussian errors as stated."""

    def log_likelihood(self, prediction: Any) -> Any:
        """Gaussian in what the residuals are differences of, up to a constant."""
        return total(-0.5 * np.square(self.residuals(prediction)))

    def expected_counts(self, prediction: Array) -> Array:
        """Infinite: nothing is counted, and a Gaussian error needs no asymptotic statistics."""
        return np.full(np.shape(prediction), np.inf)


class OfTable(ABC):
    """What an observation shares with the table behind it, whose rows are its own."""

    @abstractmethod
    def as_table(self) -> Observation:
        """The table whose rows these are."""

    @property
    def settings(self) -> Settings:
        """Those of the table."""
        return self.as_table().settings

    @property
    def origin(self) -> Origin:
        """That of the table."""
        return self.as_table().origin

    def predict(self, law: Any, quantities: Mapping[str, Any], temperature: Any) -> Any:
        """What the law says of the table."""
        return self.as_table().predict(law, quantities, temperature)

    def start(self) -> Start:
        """That of the table."""
        return self.as_table().start()

    def view(self) -> View:
        """The table's, with the statistics of this observation."""
        shown: Any = self
        return replace(self.as_table().view(), shown=shown)


def moved(observation: Any, row: int, drive: Array) -> Any:
    """The setting of a row at other currents (A), or voltages (V), as the laboratory has them, shape (k,).

    observation: a table with a field `settings`; what else it holds is repeated and stands for nothing.
    """
    there = with_rows(observation, np.full(drive.size, row))
    return replace(there, settings=there.settings.driven_at(observation.origin.polarity * drive))


def view_against_drive(
    observation: Any, series: tuple[SeriesSetting, ...], observed: Observed, displayed: Any, **more: Any
) -> View:
    """The view of a table against the current, or the voltage, at which its rows were taken.

    Parameters
    ----------
    observation : Observation
        The table; its field `settings` holds the drive.
    series, observed, displayed
        As `View` has them.
    **more
        What else a `View` is told.

    Returns
    -------
    View
        Its axis is the laboratory's current or voltage.
    """
    settings = observation.settings
    name, unit = ("current", "A") if settings.voltage is None else ("voltage", "V")
    axis = Axis(name, unit, observation.origin.polarity * settings.drive)
    return View(observation, axis, series, observed, displayed, partial(moved, observation), **more)
