"""Retention times that could come next."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from retention.data import Retention
from stfit.measurement.base import frozen
from stfit.studies.candidate import Candidate, Today
from stfit.studies.planner import Planner, quantities


class RetentionPlanner(Planner):
    """The same settings at another temperature."""

    def at_temperature(self, today: Today, kelvin: float) -> list[Candidate]:
        found = []
        for term in today.objective.terms:
            if isinstance(term.measurement, Retention):
                readings = np.full(term.thermometer.size, kelvin)
                settings = replace(term.measurement.settings, temperature=frozen(readings))
                moved = replace(term.measurement, settings=settings)
                there = replace(term, measurement=moved, thermometer=readings)
                prediction = np.asarray(there.prediction(quantities(today)))
                there = replace(there, measurement=moved.expected(prediction))
                words = f"retention times at {kelvin:g} K"
                found.append(Candidate("temperature", words, today.cost(there), (there,)))
        return found


PLANNER = RetentionPlanner()
