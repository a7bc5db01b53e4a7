"""A fit from which the next measurement is planned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from stfit.backends.least_squares import minimise
from stfit.measurements import Measurement
from stfit.studies.candidate import Today
from stfit.studies.conditions import Conditions
from tests.builders import KNOWN, QUOTES, dwell_times, grid, objective


def today(measurement: Measurement | list[Measurement] | None = None, known: bool = False, **conditions: Any) -> Today:
    """Of dwell times at four temperatures unless others are given; known: constants held, else quoted."""
    data = dwell_times(grid(), seed=5) if measurement is None else measurement
    one = objective(data, device=dict(KNOWN if known else QUOTES))
    return Today(one, minimise(one), Conditions(**conditions))


def cold(**conditions: Any) -> Today:
    """Of dwell times at one temperature, which leave τ0 open."""
    return today(dwell_times(grid(temperatures=(295.0,)), seed=5), **conditions)


def changed(start: Today, **conditions: Any) -> Today:
    """The same under other conditions."""
    return replace(start, conditions=replace(start.conditions, **conditions))
