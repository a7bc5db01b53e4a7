"""Ramps that could be measured next, and what they cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np

from stfit.kinds.ramp.data import RampEvents
from stfit.kinds.ramp.keys import RampPlanKeys
from stfit.kinds.ramp.stepped import SteppedRamps
from stfit.measurement import Observation
from stfit.measurement.base import frozen
from stfit.objective import Term
from stfit.objective.extension import expecting
from stfit.studies.candidate import Candidate, Today
from stfit.studies.conditions import Conditions
from stfit.studies.costs import distinct
from stfit.studies.planner import Planner, called, quantities, span

_FASTER: Final = (0.1, 10.0)  # ramp rates over those there are


class RampPlanner(Planner):
    """The single ramp events there are, at other rates and temperatures."""

    def currents(self, today: Today) -> list[Candidate]:
        """Slower and faster ramps, which switch at other currents."""
        found = []
        for term, events in _ramped(today):
            unit = f"{events.ramps.swept.unit}/s"
            for factor in _FASTER:
                rate = factor * events.ramps.ramp_rate
                words = f"{called(term)} with ramps {factor:g} × as fast, {span(rate, unit)}"
                found.append(_moved(today, "currents", term, events, words, ramp_rate=frozen(rate)))
        return found

    def at_temperature(self, today: Today, kelvin: float) -> list[Candidate]:
        """The same ramps at another temperature."""
        return [
            _moved(
                today,
                "temperature",
                term,
                events,
                f"{called(term)} at {kelvin:g} K",
                temperature=frozen(np.full(term.thermometer.size, kelvin)),
            )
            for term, events in _ramped(today)
        ]

    def measuring_time(self, measurement: Observation, conditions: Conditions) -> float:
        """Each ramp up to where the device switched, and starting the next one, s."""
        overhead = RampPlanKeys.filled(conditions.of_kinds).ramp_overhead
        if isinstance(measurement, SteppedRamps):
            return _stepped_time(measurement, overhead)
        events: Any = measurement
        mean, _ = events.moments
        each = mean / events.ramps.ramp_rate + overhead
        return float(np.sum(events.counts * each))

    def points(self, term: Term) -> set[tuple[float, ...]]:
        """All steps of a ramp are one point."""
        if isinstance(term.measurement, SteppedRamps):
            return distinct(term.measurement.setting)
        return super().points(term)


def _stepped_time(measurement: SteppedRamps, overhead: float) -> float:
    """Each ramp through all the steps in which the device had not switched before, and an overhead each; s."""
    first = measurement.first_rows
    risen = np.bincount(measurement.setting, measurement.n * (measurement.upper - measurement.lower))
    amperes = risen + measurement.n[first] * measurement.lower[first]
    return float(np.sum(amperes / measurement.ramps.ramp_rate + measurement.n[first] * overhead))


def _ramped(today: Today) -> list[tuple[Term, RampEvents]]:
    return [(term, m) for term in today.objective.terms if isinstance(m := term.measurement, RampEvents)]


def _moved(today: Today, kind: str, term: Term, events: RampEvents, words: str, **changed: Any) -> Candidate:
    """The ramps of a term with other settings, their events where they are then expected."""
    moved = replace(events, ramps=replace(events.ramps, **changed))
    new = replace(term, measurement=moved, thermometer=changed.get("temperature", term.thermometer))
    expected = expecting(new, quantities(today))
    return Candidate(kind, words, today.cost(expected), (expected,))


PLANNER: Final = RampPlanner()
