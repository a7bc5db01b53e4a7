"""What every kind of measurement offers the rest of stfit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from stfit.measurements.columns import Layout

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]


def frozen(values: Any, dtype: Any = np.float64) -> Any:
    """A read-only copy of `values`."""
    copy = np.array(values, dtype=dtype)
    copy.flags.writeable = False
    return copy


@dataclass(frozen=True)
class Origin:
    """Where a measurement comes from, and what was noticed while reading it.

    label: what tells two measurements from one file apart.
    """

    file: str = ""
    sha256: str = ""
    rows: int = 0
    notices: tuple[str, ...] = ()
    label: str = ""


@dataclass(frozen=True)
class Settings:
    """At what the rows of a measurement were taken; arrays of shape (rows,), SI units.

    state: 0 for P, 1 for AP (the state that is left). current: A, conventional current times polarity (+I stabilises
    P); None where a voltage drove the device. voltage: V, likewise. temperature: K, NaN where the row has none of its
    own. field: T (mu_0 H), NaN where none is given.
    """

    state: Codes
    current: Array | None
    voltage: Array | None
    temperature: Array
    field: Array


@dataclass(frozen=True)
class SeriesSetting:
    """A setting that tells series apart: values a row (SI), and the factor and unit it is shown in."""

    values: Array
    unit: str
    factor: float


def common_series_settings(settings: Settings) -> tuple[SeriesSetting, ...]:
    """Temperature and field."""
    return SeriesSetting(settings.temperature, "K", 1.0), SeriesSetting(settings.field, "mT", 1e3)


@dataclass(frozen=True)
class Observed:
    """What a row shows in a figure: a value with its own 68 % error bar, in the unit of the kind's vertical axis."""

    value: Array
    low: Array
    high: Array
    label: str
    unit: str
    extra: Mapping[str, Array] = field(default_factory=dict)


@runtime_checkable
class Measurement(Protocol):
    """Data of one kind, with the statistics of that kind. Frozen.

    Every `prediction` is what the model of the kind predicts a row; its last axis is the rows, leading axes (walkers,
    replicas) broadcast. deviance_residuals and log_likelihood take an array or a `Jet`.
    """

    kind: ClassVar[str]
    layout: ClassVar[Layout]
    keys: ClassVar[frozenset[str]]
    state_words: ClassVar[tuple[str, str]]

    @classmethod
    def from_columns(cls, columns: Mapping[str, npt.NDArray[Any]], *, polarity: int, origin: Origin) -> Measurement:
        """Build from the layout's columns (SI units, choices as codes); TableError names the rows that are wrong.

        A kind takes its own `keys` as further keyword arguments.
        """
        ...

    @property
    def polarity(self) -> int:
        """+1 or −1, by which currents are multiplied."""
        ...

    @property
    def origin(self) -> Origin:
        """The file."""
        ...

    @property
    def settings(self) -> Settings:
        """At what each row was taken."""
        ...

    @property
    def series_settings(self) -> tuple[SeriesSetting, ...]:
        """What tells the series of a figure apart, beside the state."""
        ...

    def deviance_residuals(self, prediction: Any) -> Any:
        """Signed roots of the deviance, one a row: their squares sum to −2 ln L up to a constant."""
        ...

    def log_likelihood(self, prediction: Any) -> Any:
        """ln L summed over the rows, up to a constant that does not depend on the prediction."""
        ...

    def expected_counts(self, prediction: Array) -> Array:
        """Events expected a row (the rarer kind, where there are two), which decides on asymptotic statistics."""
        ...

    def replicate(self, prediction: Array, rng: np.random.Generator) -> Measurement:
        """A fresh draw of the same design, were the prediction true."""
        ...

    def rough_log_dwell_time(self) -> tuple[Array, Array]:
        """A crude ln τ of each row and its weight (inverse variance), to start a fit from."""
        ...

    def observed(self) -> Observed:
        """What each row shows in a figure."""
        ...

    def displayed(self, prediction: Array, row: int) -> Array:
        """Predictions at the settings of a row in the unit of `observed`."""
        ...


def name_of(measurement: Measurement) -> str:
    """What a measurement is called in tables and figures."""
    origin = measurement.origin
    return f"{origin.file or measurement.kind}{origin.label}"
