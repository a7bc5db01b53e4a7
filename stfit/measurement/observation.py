"""What every kind of measurement offers the rest of stfit: the data with their statistics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, final, runtime_checkable

import numpy as np

from stfit.measurement.base import Array, Codes, Origin, Rows, Settings
from stfit.measurement.start import Start
from stfit.measurement.traits import Traits
from stfit.measurement.view import STATE_WORDS, Axis, Observed, SeriesSetting


@final
@dataclass(frozen=True)
class RowFit:
    """How each row compares with a prediction; arrays of shape (rows,).

    Parameters
    ----------
    discrepancy : Array
        How far the row is from the prediction: the squared residual, for most kinds.
    freedom : Array
        The degrees of freedom it brings: 1, for most kinds.
    expected_counts : Array
        Events that the row expects (the rarer outcome, where there are two), which decides on asymptotic statistics.
    """

    discrepancy: Array
    freedom: Array
    expected_counts: Array


@final
@dataclass(frozen=True)
class Edge:
    """What is special of data at the edge of the sample space.

    Parameters
    ----------
    softened : Observation, optional
        The data with a part of a count where a row has none, or all; None where that changes nothing.
    limits : tuple[str, ...]
        What such rows exclude, in sentences; exact one-sided 95 % limits.
    """

    softened: Observation | None = None
    limits: tuple[str, ...] = ()


@final
@dataclass(frozen=True)
class View:
    """All that figures and tables show of an observation.

    Parameters
    ----------
    shown : Observation
        The one whose rows are shown: itself, for most; the events counted by steps, for single switching events.
    axis : Axis
        What the figure is drawn against.
    series : tuple[SeriesSetting, ...]
        What tells series apart, beside the state.
    observed : Observed
        What each row shows.
    displayed : Callable
        `displayed(prediction) -> Array`: predictions for `shown`, shape (..., rows), as the vertical axis has them;
        monotone in the prediction.
    along : Callable
        `along(row, values) -> Observation`: the setting of a row at other values of the axis, for a curve; no data of
        its own.
    state_words : (str, str)
        What state 0 and state 1 are called.
    rows : Rows, optional
        From which row of the observation each row shown has its settings; without it each from its own.
    """

    shown: Observation
    axis: Axis
    series: tuple[SeriesSetting, ...]
    observed: Observed
    displayed: Callable[[Array], Array]
    along: Callable[[int, Array], Observation]
    state_words: tuple[str, str] = STATE_WORDS
    rows: Rows | None = None

    @property
    def state(self) -> Codes:
        """0 or 1 of each row shown, shape (rows,)."""
        return self.shown.settings.state

    @property
    def words(self) -> list[str]:
        """What the state of each row shown is called."""
        return [self.state_words[code] for code in self.state]


@runtime_checkable
class Observation(Protocol):
    """Data of one kind, with the statistics of that kind. Frozen.

    Every `prediction` is what the law predicts a row in the terms of the kind (ln τ, for instance); its last axis is
    the rows. `log_likelihood` and `residuals` take an array, whose leading axes (walkers) broadcast, or a `Jet`;
    everything else takes one of shape (rows,).
    """

    @property
    def settings(self) -> Settings:
        """At what each row was taken."""
        ...

    @property
    def origin(self) -> Origin:
        """Where the data come from."""
        ...

    @property
    def traits(self) -> Traits:
        """What the observation asks of a fit, and what it can give."""
        ...

    def predict(self, law: Any, quantities: Mapping[str, Any], temperature: Any) -> Any:
        """What a `SpinTransferLaw` predicts, shape (..., rows).

        quantities: parameters by name (SI), numbers, arrays or `Jet`s. temperature: K, the true one of each row.
        """
        ...

    def log_likelihood(self, prediction: Any) -> Any:
        """ln L summed over the rows, up to a constant that does not depend on the prediction."""
        ...

    def residuals(self, prediction: Any) -> Any:
        """Signed roots of the deviance, one a row: their squares sum to −2 ln L up to a constant.

        None where there is no saturated deviance: the observation is then one `WithoutDeviance`.
        """
        ...

    def row_fit(self, prediction: Array) -> RowFit:
        """How each row compares with a prediction."""
        ...

    def draw(self, prediction: Array | None, rng: np.random.Generator) -> Observation:
        """A fresh draw of the same design, were the prediction true.

        Without a prediction the data are drawn from themselves: what is independent of each other, with replacement.
        """
        ...

    def expected(self, prediction: Array) -> Observation:
        """The same design with its data at their expectation, where the Hessian of −ln L is the expected information.

        For single events without residuals: to about 1/n of n events, and that of `sensitivity`.
        """
        ...

    def scaled(self, factor: float) -> Observation:
        """The same design measured `factor` times as long; its data stand for nothing before they are drawn."""
        ...

    def start(self) -> Start:
        """Where a fit may start."""
        ...

    def edge(self) -> Edge:
        """What rows without an event, or with nothing else, mean for a fit."""
        ...

    def view(self) -> View:
        """All that figures and tables need."""
        ...


@runtime_checkable
class WithoutDeviance(Protocol):
    """An observation whose likelihood has no saturated deviance; its `residuals` are None."""

    def sensitivity(self, prediction: Any) -> Any:
        """A Jet whose gradient is the square root of the information, shape (k·rows,)."""
        ...


@runtime_checkable
class StraightLawOnly(Protocol):
    """An observation whose likelihood needs ln τ to be a straight line in the current."""

    def for_curved_law(self) -> tuple[Observation, Rows]:
        """The same data with a likelihood that holds for any ln τ, and of each of its rows the setting here."""
        ...


def sensitivity(observation: Observation, prediction: Any) -> Any:
    """Rows whose gradient is the square root of the information: the residuals, where there are any.

    Parameters
    ----------
    observation : Observation
        The data.
    prediction : Jet
        What the law predicts, shape (rows,).

    Returns
    -------
    Jet
        Shape (rows,), or a multiple of it for a `WithoutDeviance`.

    Raises
    ------
    TypeError
        For an observation that has neither residuals nor a `sensitivity`.
    """
    if observation.traits.has_residuals:
        return observation.residuals(prediction)
    if not isinstance(observation, WithoutDeviance):
        raise TypeError(f"{type(observation).__name__} has neither residuals nor a sensitivity")
    return observation.sensitivity(prediction)


def name_of(observation: Observation) -> str:
    """What a measurement is called in tables and figures."""
    origin = observation.origin
    return f"{origin.file or origin.kind}{origin.label}"
