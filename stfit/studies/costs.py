"""How long a measurement takes: watching, pulsing and ramping, and what every point and change of setting adds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from typing import Any, final

import numpy as np
import numpy.typing as npt

from stfit.measurements import (
    CriticalCurrents,
    DwellEvents,
    DwellTimes,
    FmrLines,
    MeanDwellTimes,
    RampEvents,
    SteppedRamps,
    SwitchingPulses,
)
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


def cost_of(terms: Sequence[Term], conditions: Conditions, nominal_temperature: float) -> Cost:
    """What the terms cost together.

    The temperature is set anew for every temperature but the nominal one, where the device stands; the field for every
    field, where rows have one, but the first.
    """
    points = sum(len(_points(term)) for term in terms)
    kelvin = {round(float(t), 6) for term in terms for t in term.thermometer if not term.measurement.settings.athermal}
    temperatures = len(kelvin - {round(nominal_temperature, 6)})
    tesla = {float(b) for term in terms for b in term.measurement.settings.field if np.isfinite(b)}
    fields = max(len(tesla) - 1, 0)
    overhead = (
        points * conditions.overhead_per_point
        + temperatures * conditions.overhead_per_temperature
        + fields * conditions.overhead_per_field
    )
    measuring = sum(measuring_time(term.measurement, conditions) for term in terms)
    return Cost(measuring, overhead, points, temperatures, fields)


def _points(term: Term) -> set[tuple[float, ...]]:
    """The settings that are set one after the other; both states of one trace are one point."""
    settings = term.measurement.settings
    if isinstance(term.measurement, CriticalCurrents):
        return {(float(row),) for row in range(settings.state.size)}
    drive = settings.current if settings.voltage is None else settings.voltage
    columns: list[Array] = [np.asarray(drive), term.thermometer, np.nan_to_num(settings.field)]
    if not isinstance(term.measurement, DwellTimes | DwellEvents | MeanDwellTimes):
        columns.append(settings.state.astype(float))
    if isinstance(term.measurement, SwitchingPulses):
        columns.append(term.measurement.pulse_width)
    if isinstance(term.measurement, SteppedRamps):
        columns = [term.measurement.setting.astype(float)]
    return set(zip(*(column.tolist() for column in columns), strict=True))


@singledispatch
def measuring_time(measurement: Any, conditions: Conditions) -> float:
    """Seconds of measuring: `time_per_point` for each row, where the kind knows no time of its own."""
    return float(measurement.settings.state.size * point_time(conditions))


def point_time(conditions: Conditions) -> float:
    """Seconds at a point, as planned or assumed."""
    return conditions.assumed_time if conditions.time_per_point is None else conditions.time_per_point


@measuring_time.register
def _dwells(measurement: DwellTimes, conditions: Conditions) -> float:  # noqa: ARG001
    """All time in either state.

    Where a trace shows both states, the times in P and in AP add up to its length; where each row was watched for
    itself this is the least time it can have taken.
    """
    return float(np.sum(measurement.total_time))


@measuring_time.register
def _events(measurement: DwellEvents, conditions: Conditions) -> float:  # noqa: ARG001
    return float(np.sum(measurement.reduced.total_time))


@measuring_time.register
def _means(measurement: MeanDwellTimes, conditions: Conditions) -> float:  # noqa: ARG001
    """The counts that give such relative errors, times the mean."""
    return float(np.sum(measurement.counts * measurement.mean))


@measuring_time.register
def _pulses(measurement: SwitchingPulses, conditions: Conditions) -> float:
    """Each pulse, and resetting the device after it."""
    return float(np.sum(measurement.n * (measurement.pulse_width + conditions.pulse_overhead)))


@measuring_time.register
def _ramps(measurement: RampEvents, conditions: Conditions) -> float:
    """Each ramp up to where the device switched."""
    mean, _ = measurement.moments
    each = mean / measurement.ramps.ramp_rate + conditions.ramp_overhead
    return float(np.sum(measurement.counts * each))


@measuring_time.register
def _stepped(measurement: SteppedRamps, conditions: Conditions) -> float:
    """Each ramp through all the steps in which the device had not switched before."""
    first = measurement.first_rows
    risen = np.bincount(measurement.setting, measurement.n * (measurement.upper - measurement.lower))
    amperes = risen + measurement.n[first] * measurement.lower[first]
    return float(np.sum(amperes / measurement.ramps.ramp_rate + measurement.n[first] * conditions.ramp_overhead))


@measuring_time.register
def _lines(measurement: FmrLines, conditions: Conditions) -> float:
    """Power and linewidth of a line come from one spectrum."""
    keys = np.stack([measurement.state, measurement.current, measurement.temperature, measurement.frequency])
    spectra = np.unique(np.nan_to_num(keys), axis=1).shape[1]
    return float(spectra) * point_time(conditions)
