"""The observation, its likelihood and its columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import PlainValidator

from stfit.analysis import quantities
from stfit.analysis.sections import MeasurementSection
from stfit.measurement import Origin, Settings
from stfit.measurement.base import Array, frozen
from stfit.measurement.columns import CURRENT, STATE, TEMPERATURE, Column, Domain, Layout
from stfit.measurement.defaults import Gaussian, view_against_drive
from stfit.measurement.observation import View
from stfit.measurement.resampling import with_rows_drawn
from stfit.measurement.start import RoughDwellTimes, Start
from stfit.measurement.traits import Traits
from stfit.measurement.view import Observed, temperature_and_field
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


def displayed(prediction: Array) -> Array:
    return np.exp(prediction + HALF)


@dataclass(frozen=True)
class Retention(Gaussian):
    """Half-times (s) with relative errors, arrays of shape (rows,); a prediction is ln τ of each row."""

    settings: Settings
    origin: Origin
    half_time: Array
    error: Array

    traits: ClassVar[Traits] = Traits(activated=True)

    @classmethod
    def from_columns(cls, columns: Mapping[str, Any], *, origin: Origin, scale: float = 1.0) -> Self:
        return cls(
            Settings.from_columns(columns, origin.polarity),
            origin.of("retention-times"),
            frozen(columns["retention_time"]),
            frozen(scale * columns["relative_error"]),
        )

    def predict(self, law: Any, quantities: Mapping[str, Any], temperature: Any) -> Any:
        return log_dwell_time(law, quantities, self.settings, temperature)

    def residuals(self, prediction: Any) -> Any:
        return (prediction + (HALF - np.log(self.half_time))) * (-1.0 / self.error)

    def draw(self, prediction: Array | None, rng: np.random.Generator) -> Self:
        if prediction is None:
            drawn: Self = with_rows_drawn(self, temperature_and_field(self.settings), rng)
            return drawn
        half_time = np.exp(prediction + HALF + self.error * rng.standard_normal(self.error.size))
        return replace(self, half_time=frozen(half_time))

    def expected(self, prediction: Array) -> Self:
        return replace(self, half_time=frozen(displayed(prediction)))

    def scaled(self, factor: float) -> Self:
        return replace(self, error=frozen(self.error / np.sqrt(factor)))

    def start(self) -> Start:
        log_dwell = np.log(self.half_time) - HALF
        return Start(RoughDwellTimes(log_dwell, self.error**-2.0, np.arange(self.error.size)))

    def view(self) -> View:
        low, high = (self.half_time * np.exp(sign * self.error) for sign in (-1.0, 1.0))
        observed = Observed(self.half_time, low, high, "retention time", "s")
        return view_against_drive(self, temperature_and_field(self.settings), observed, displayed)
