"""What every kind of measurement offers the rest of stfit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from stfit.physics.fluctuations import LineNumbers

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

    label: what tells two measurements from one file apart. kind: the one that was declared, "" for none. recognised:
    what was recognised of the file and nobody declared, in sentences.
    """

    file: str = ""
    sha256: str = ""
    rows: int = 0
    notices: tuple[str, ...] = ()
    label: str = ""
    kind: str = ""
    recognised: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """At what the rows of a measurement were taken; arrays of shape (rows,), SI units.

    state: 0 for P, 1 for AP (the state that is left, or that resonates). current: A, conventional current times
    polarity (+I stabilises P); None where a voltage drove the device, or no current was set. voltage: V, likewise.
    temperature: K, NaN where the row has none of its own. field: T (mu_0 H), NaN where none is given. What only some
    kinds have is None elsewhere: delta_R (ohm) and energy (J) of the row itself, frequency (Hz), ramp (A/s) with the
    current interval (A) it swept, measurement_time (s), is_linewidth (1 for a linewidth, 0 for a power) with what the
    numbers of the lines are. athermal: no row depends on the temperature.
    """

    state: Codes
    current: Array | None
    voltage: Array | None
    temperature: Array
    field: Array
    delta_R: Array | None = None
    energy: Array | None = None
    frequency: Array | None = None
    ramp_rate: Array | None = None
    interval: tuple[Array, Array] | None = None
    measurement_time: float | None = None
    athermal: bool = False
    is_linewidth: Codes | None = None
    lines: LineNumbers | None = None


@dataclass(frozen=True)
class RoughDwellTimes:
    """Crude ln τ to start a fit from, with weights (inverse variances).

    row: the row whose state and temperature each belongs to. current: A, with polarity; None for that of the row.
    only_slopes: ln τ is known up to a constant of each state.
    """

    log_dwell: Array
    weight: Array
    row: npt.NDArray[np.intp]
    current: Array | None = None
    only_slopes: bool = False


@dataclass(frozen=True)
class Axis:
    """The horizontal axis of a kind's figure: what it is, its SI unit, its values by row as the laboratory has them.

    reaches: a value that curves reach, whatever the data.
    """

    name: str
    unit: str
    values: Array
    reaches: float | None = None


@dataclass(frozen=True)
class OwnParameter:
    """A parameter of one measurement alone: its name in PARAMETERS, where to start (SI), its unit there."""

    name: str
    start: float
    unit: str


@dataclass(frozen=True)
class SeriesSetting:
    """A setting that tells series apart: values a row (SI), and the factor and unit it is shown in.

    words: of a setting whose values are codes, which is then always shown.
    """

    values: Array
    unit: str
    factor: float
    words: tuple[str, ...] = ()

    def shown(self, row: int) -> str:
        """For example "300 K"; four digits, more where a number has more before its point."""
        if self.words:
            return self.words[int(self.values[row])]
        return f"{self.number(float(self.values[row]))} {self.unit}"

    def number(self, value: float) -> str:
        """A value (SI) in the unit it is shown in."""
        shown = value * self.factor
        return f"{shown:.0f}" if 1e4 <= abs(shown) < 1e6 else f"{shown:.4g}"


def common_series_settings(settings: Settings) -> tuple[SeriesSetting, ...]:
    """Temperature and field."""
    return SeriesSetting(settings.temperature, "K", 1.0), SeriesSetting(settings.field, "mT", 1e3)


@dataclass(frozen=True)
class Observed:
    """What a row shows in a figure: a value with its own 68 % error bar, in the unit of the kind's vertical axis.

    extra: further columns of the kind, for tables. by_row: what each row shows and its unit, where rows differ in that.
    """

    value: Array
    low: Array
    high: Array
    label: str
    unit: str
    extra: Mapping[str, Array] = field(default_factory=dict)
    by_row: tuple[tuple[str, str], ...] = ()

    def shows(self, row: int) -> tuple[str, str]:
        """What a row shows, and its unit."""
        return self.by_row[row] if self.by_row else (self.label, self.unit)


@runtime_checkable
class Measurement(Protocol):
    """Data of one kind, with the statistics of that kind. Frozen.

    Every `prediction` is what the model of the kind predicts a row; its last axis is the rows, leading axes (walkers,
    replicas) broadcast. deviance_residuals and log_likelihood take an array or a `Jet`.
    """

    kind: ClassVar[str]
    state_words: ClassVar[tuple[str, str]]
    activated: ClassVar[bool]  # whether its rows leave a state at a current, so that dwell times belong to them
    straight_law_only: ClassVar[bool]  # whether its likelihood needs ln τ to be a straight line in the current

    @property
    def needs(self) -> tuple[str, ...]:
        """Parameters beside those of the law that its prediction asks for, shared by all measurements."""
        ...

    @property
    def own_parameters(self) -> tuple[OwnParameter, ...]:
        """Parameters of the line or the instrument, shared with no other measurement."""
        ...

    @property
    def has_residuals(self) -> bool:
        """Whether the likelihood has a saturated deviance, and so residuals."""
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

    @property
    def axis(self) -> Axis:
        """What the figure of the kind is drawn against."""
        ...

    def along(self, row: int, values: Array) -> Measurement:
        """The setting of a row repeated at other values of the axis, for a curve; no data of its own."""
        ...

    def predict(self, law: Any, quantities: Mapping[str, Any], temperature: Any) -> Any:
        """What a `SpinTransferLaw` predicts, in the terms of the kind (ln τ, for instance); shape (..., rows).

        quantities: parameters by name (SI), numbers, arrays or `Jet`s. temperature: K, the true one of each row.
        """
        ...

    def deviance_residuals(self, prediction: Any) -> Any:
        """Signed roots of the deviance, one a row: their squares sum to −2 ln L up to a constant.

        NoResidualsError where there are none: only log_likelihood can then be maximised.
        """
        ...

    def sensitivity(self, prediction: Any) -> Any:
        """A Jet whose gradient is the square root of the information: that of the residuals, where there are any."""
        ...

    def log_likelihood(self, prediction: Any) -> Any:
        """ln L summed over the rows, up to a constant that does not depend on the prediction."""
        ...

    def discrepancies(self, prediction: Array) -> tuple[Array, Array]:
        """How far each row is from the prediction, and its degrees of freedom: squared residual and 1, for most."""
        ...

    def expected_counts(self, prediction: Array) -> Array:
        """Events expected a row (the rarer kind, where there are two), which decides on asymptotic statistics."""
        ...

    def replicate(self, prediction: Array, rng: np.random.Generator) -> Measurement:
        """A fresh draw of the same design, were the prediction true."""
        ...

    def resampled(self, rng: np.random.Generator) -> Measurement:
        """The data drawn again from themselves: what is independent of each other, with replacement."""
        ...

    def expected(self, prediction: Array) -> Measurement:
        """The same design with its data at their expectation, where the Hessian of −ln L is the expected information.

        For single events without residuals: to about 1/n of n events, and that of `sensitivity`.
        """
        ...

    def longer(self, factor: float) -> Measurement:
        """The same design measured `factor` times as long; its data stand for nothing before they are drawn."""
        ...

    def softened(self) -> Measurement | None:
        """The data with a part of a count where a row has none, or all; None where that changes nothing."""
        ...

    def limits(self) -> tuple[str, ...]:
        """What rows at the edge of the sample space exclude, in sentences; exact one-sided 95 % limits."""
        ...

    def rough_dwell_times(self) -> RoughDwellTimes | None:
        """Crude ln τ to start a fit from; None where the kind tells nothing of them."""
        ...

    def rough_critical_currents(self) -> Array | None:
        """The critical current of each row, A with polarity, to start a fit from; None where the kind has none."""
        ...

    def for_curved_law(self) -> Measurement:
        """The same data with a likelihood that holds where ln τ is no straight line in the current."""
        ...

    def shown(self) -> tuple[Measurement, npt.NDArray[np.intp] | slice]:
        """What figures and tables show of it, and from which row each of theirs has its settings: itself, for most."""
        ...

    def observed(self) -> Observed:
        """What each row shows in a figure."""
        ...

    def displayed(self, prediction: Array) -> Array:
        """Predictions, one a row, in the unit of `observed`; monotone in the prediction."""
        ...


def name_of(measurement: Measurement) -> str:
    """What a measurement is called in tables and figures."""
    origin = measurement.origin
    return f"{origin.file or measurement.kind}{origin.label}"
