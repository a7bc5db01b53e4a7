"""The observation, its likelihood and its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import PlainValidator

from stfit.analysis import quantities
from stfit.analysis.sections import MeasurementSection
from stfit.derivatives import total
from stfit.measurement import Origin, Settings
from stfit.measurement.base import (
    Array,
    Axis,
    Codes,
    Observed,
    RoughDwellTimes,
    SeriesSetting,
    common_series_settings,
    frozen,
)
from stfit.measurement.columns import CURRENT, STATE, TEMPERATURE, Column, Domain, Layout
from stfit.measurement.defaults import WithResiduals, repeated
from stfit.measurement.resampling import with_rows_drawn
from stfit.objective.predictions import log_dwell_time

LAYOUT = Layout(
    (STATE, CURRENT, Column("retention_time", "s", Domain.POSITIVE, ("ms", "s")), Column("relative_error", "")),
    (),
    (TEMPERATURE,),
)
HALF = float(np.log(np.log(2.0)))  # ln of the half-time over τ


class RetentionKeys(MeasurementSection):
    """scale: by which the stated errors are multiplied."""

    scale: Annotated[float, PlainValidator(lambda value: quantities.quantity(value, ""))] = 1.0


@dataclass(frozen=True)
class Retention(WithResiduals):
    """Half-times (s) with relative errors, arrays of shape (rows,)."""

    state: Codes
    current: Array
    temperature: Array
    half_time: Array
    error: Array
    polarity: int
    origin: Origin

    kind: ClassVar[str] = "retention-times"
    state_words: ClassVar[tuple[str, str]] = ("P", "AP")
    activated: ClassVar[bool] = True

    @classmethod
    def from_columns(cls, columns: Mapping[str, Any], *, polarity: int, origin: Origin, scale: float = 1.0) -> Self:
        absent = np.full(columns["state"].size, np.nan)
        return cls(
            frozen(columns["state"], np.int8),
            frozen(columns["current"]),
            frozen(columns.get("temperature", absent)),
            frozen(columns["retention_time"]),
            frozen(scale * columns["relative_error"]),
            polarity,
            origin,
        )

    @property
    def settings(self) -> Settings:
        absent = np.full(self.state.size, np.nan)
        return Settings(self.state, self.polarity * self.current, None, self.temperature, absent)

    @property
    def series_settings(self) -> tuple[SeriesSetting, ...]:
        return common_series_settings(self.settings)

    @property
    def axis(self) -> Axis:
        return Axis("current", "A", self.current)

    def along(self, row: int, values: Array) -> Self:
        grid: Self = repeated(self, row, values.size, current=values)
        return grid

    def predict(self, law: Any, quantities: Mapping[str, Any], temperature: Any) -> Any:
        return log_dwell_time(law, quantities, self.settings, temperature)

    def deviance_residuals(self, prediction: Any) -> Any:
        return (prediction + (HALF - np.log(self.half_time))) * (-1.0 / self.error)

    def log_likelihood(self, prediction: Any) -> Any:
        residuals = self.deviance_residuals(prediction)
        return total(residuals * residuals) * -0.5

    def expected_counts(self, prediction: Array) -> Array:
        return np.full(np.shape(prediction), np.inf)

    def replicate(self, prediction: Array, rng: np.random.Generator) -> Self:
        drawn = np.exp(prediction + HALF + self.error * rng.standard_normal(self.error.size))
        return replace(self, half_time=frozen(drawn))

    def resampled(self, rng: np.random.Generator) -> Self:
        drawn: Self = with_rows_drawn(self, rng)
        return drawn

    def expected(self, prediction: Array) -> Self:
        return replace(self, half_time=frozen(np.exp(prediction + HALF)))

    def longer(self, factor: float) -> Self:
        return replace(self, error=frozen(self.error / np.sqrt(factor)))

    def rough_dwell_times(self) -> RoughDwellTimes:
        return RoughDwellTimes(np.log(self.half_time) - HALF, self.error**-2.0, np.arange(self.error.size))

    def displayed(self, prediction: Array) -> Array:
        return np.exp(prediction + HALF)

    def observed(self) -> Observed:
        low, high = (self.half_time * np.exp(sign * self.error) for sign in (-1.0, 1.0))
        return Observed(self.half_time, low, high, "retention time", "s")
