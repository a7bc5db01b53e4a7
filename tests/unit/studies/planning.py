"""A fit from which the next measurement is planned."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any, Final

from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.measurement import Observation
from stfit.objective import Objective
from stfit.studies.candidate import Today
from stfit.studies.conditions import Conditions
from tests.builders import KNOWN, QUOTES, dwell_times, grid, objective

AGAIN: Final = dict.fromkeys(("beta", "delta_R", "temperature"), 8 * 3600.0)  # s, that measuring each again takes


@cache
def _fitted(known: bool, cold: bool) -> tuple[Objective, Optimum]:
    data = dwell_times(grid(temperatures=(295.0,)) if cold else grid(), seed=5)
    one = objective(data, device=dict(KNOWN if known else QUOTES))
    return one, minimise(one)


def today(measurement: Observation | list[Observation] | None = None, known: bool = False, **conditions: Any) -> Today:
    """Of dwell times at four temperatures unless others are given; known: constants held, else quoted."""
    if measurement is None:
        return Today(*_fitted(known, cold=False), Conditions(**conditions))
    one = objective(measurement, device=dict(KNOWN if known else QUOTES))
    return Today(one, minimise(one), Conditions(**conditions))


def cold(**conditions: Any) -> Today:
    """Of dwell times at one temperature, which leave τ0 open."""
    return Today(*_fitted(known=False, cold=True), Conditions(**conditions))


def changed(start: Today, **conditions: Any) -> Today:
    """The same under other conditions."""
    return replace(start, conditions=replace(start.conditions, **conditions))
