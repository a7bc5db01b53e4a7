"""How long a measurement takes: watching, pulsing and ramping, and what every point and change of setting adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, final

import numpy as np
import numpy.typing as npt

from stfit.measurement import Observation, kind_of
from stfit.objective import Term
from stfit.studies.conditions import Conditions

Array = npt.NDArray[np.float64]


@final
@dataclass(frozen=True)
class Cost:
    """Times in s: of measuring itself, which grows with what is measured, and of everything around it."""

    measuring: float
    overhead: float
    points: int = 0
    temperatures: int = 0
    fields: int = 0

    @property
    def hours(self) -> float:
        """All of it, h."""
        return (self.measuring + self.overhead) / 3600.0

    def stretched(self, factor: float) -> Cost:
        """Every point measured `factor` times as long."""
        return replace(self, measuring=factor * self.measuring)


class Pricing:
    """What the measurements of a kind cost; a kind overrides what it knows better."""

    def measuring_time(self, measurement: Observation, conditions: Conditions) -> float:
        """Seconds of measuring: `time_per_point` for each row, where the kind knows no time of its own."""
        return float(measurement.settings.state.size * point_time(conditions))

    def points(self, term: Term) -> set[tuple[float, ...]]:
        """The settings that are set one after the other: drive, temperature, field and state."""
        return distinct(*drive_and_surroundings(term), term.measurement.settings.state)

    def by_error(self, measurement: Observation) -> bool:  # noqa: ARG002 - a kind may look at it
        """Whether the data come with stated errors, which are taken to shrink with the root of the time."""
        return False


def pricing_of(measurement: Observation) -> Pricing:
    """What the kind of a measurement says of its cost."""
    kind = kind_of(measurement)
    pricing: Pricing = Pricing() if kind is None or kind.planner is None else kind.planner()
    return pricing


def drive_and_surroundings(term: Term) -> tuple[Array, Array, Array]:
    """Current (A) or voltage (V), temperature (K) and field (T, 0 where none is given) of each row, shape (rows,)."""
    settings = term.measurement.settings
    return settings.drive, term.thermometer, np.nan_to_num(settings.field)


def distinct(*columns: npt.NDArray[Any]) -> set[tuple[float, ...]]:
    """The different rows of columns of shape (rows,)."""
    return set(zip(*(column.astype(float).tolist() for column in columns), strict=True))


def point_time(conditions: Conditions) -> float:
    """Seconds at a point, as planned or assumed."""
    return conditions.assumed_time if conditions.time_per_point is None else conditions.time_per_point


def cost_of(terms: Sequence[Term], conditions: Conditions, nominal_temperature: float) -> Cost:
    """What the terms cost together.

    The temperature is set anew for every temperature but the nominal one, where the device stands; the field for every
    field, where rows have one, but the first.
    """
    points = sum(len(pricing_of(term.measurement).points(term)) for term in terms)
    kelvin = {round(float(t), 6) for term in terms for t in term.thermometer if not term.measurement.settings.athermal}
    temperatures = len(kelvin - {round(nominal_temperature, 6)})
    tesla = {float(b) for term in terms for b in term.measurement.settings.field if np.isfinite(b)}
    fields = max(len(tesla) - 1, 0)
    overhead = (
        points * conditions.overhead_per_point
        + temperatures * conditions.overhead_per_temperature
        + fields * conditions.overhead_per_field
    )
    measuring = sum(pricing_of(term.measurement).measuring_time(term.measurement, conditions) for term in terms)
    return Cost(measuring, overhead, points, temperatures, fields)
