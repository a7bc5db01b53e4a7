"""Dwell times that could be measured next, and what they cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.kinds.dwell.data import KIND, DwellTimes, MeanDwellTimes, displayed
from stfit.kinds.dwell.events import DwellEvents
from stfit.measurement import Observation, Origin, Settings
from stfit.measurement.base import frozen
from stfit.objective import Term
from stfit.studies.candidate import Candidate, Today
from stfit.studies.conditions import Conditions
from stfit.studies.costs import distinct, drive_and_surroundings, point_time
from stfit.studies.planner import Found, Planner, of_points, rows_of, span
from stfit.studies.points import GRID, Codes, Surroundings, how_often, largest_current, surroundings, with_rows

Array = npt.NDArray[np.float64]

_DWELLS: Final = (DwellTimes, DwellEvents, MeanDwellTimes)
_FEWEST: Final = 5.0  # transitions worth a point


class DwellPlanner(Planner):
    """Traces that show both states, at the most telling currents."""

    def currents(self, today: Today) -> list[Candidate]:
        """Traces elsewhere in current, at the temperatures and fields there are."""
        dwells = dwell_terms(today)
        if not dwells:
            return []
        return of_points(today, "currents", traces(today, dwells[0], surroundings(dwells)), "dwell times")

    def at_temperature(self, today: Today, kelvin: float) -> list[Candidate]:
        """Traces at another temperature, in the fields there are."""
        dwells = dwell_terms(today)
        if not dwells:
            return []
        fields = np.unique(surroundings(dwells).field)
        around = Surroundings(np.full(fields.size, kelvin), fields)
        return of_points(today, "temperature", traces(today, dwells[0], around), "dwell times")

    def other_fields(self, today: Today) -> Found:
        """Traces a quarter of the range of the field further out, on both sides."""
        dwells = dwell_terms(today)
        if not dwells:
            return "no dwell times, whose field could be chosen"
        around = surroundings(dwells)
        low, high = float(np.min(around.field)), float(np.max(around.field))
        step = 0.25 * (high - low) or 0.1 * today.value("anisotropy_field")
        kelvin = np.unique(around.temperature)
        found: list[Candidate] = []
        for tesla in (low - step, high + step):
            if abs(tesla - today.value("field_offset")) < 0.9 * today.value("anisotropy_field"):
                there = Surroundings(kelvin, np.full(kelvin.size, tesla))
                found += of_points(
                    today, "field", traces(today, dwells[0], there), f"dwell times in {span([tesla], 'T')}"
                )
        return found or "no other field gives dwell times in the measurable range"

    def other_state(self, today: Today) -> Found:
        """Traces that show the state of which nothing has been seen."""
        dwells = dwell_terms(today)
        if not dwells:
            return "no dwell times to which those of the other state could be added"
        seen = np.unique(np.concatenate([t.measurement.settings.state for t in dwells]))
        if seen.size == 2:
            return "both states have dwell times"
        words = f"dwell times out of {'AP' if seen[0] == 0 else 'P'} too, in traces that show both states,"
        found = of_points(today, "state", traces(today, dwells[0], surroundings(dwells)), words)
        return found or "no current gives dwell times of both states in the measurable range"

    def measuring_time(self, measurement: Observation, conditions: Conditions) -> float:
        """All time in either state, s; for means the counts that give such relative errors, times the mean.

        Where a trace shows both states, the times in P and in AP add up to its length; where each row was watched for
        itself this is the least time it can have taken.
        """
        if isinstance(measurement, _DWELLS):
            return float(np.sum(watched(measurement)))
        return super().measuring_time(measurement, conditions)

    def points(self, term: Term) -> set[tuple[float, ...]]:
        """Both states of one trace are one point."""
        if isinstance(term.measurement, _DWELLS):
            return distinct(*drive_and_surroundings(term))
        return super().points(term)

    def by_error(self, measurement: Observation) -> bool:
        """Mean dwell times have stated errors."""
        return isinstance(measurement, MeanDwellTimes)

    def settings(self, term: Term) -> list[dict[str, Any]]:
        """State, current, temperature, field, transitions to wait for and the time they take."""
        table: Any = term.measurement
        settings, lab = table.settings, table.origin.polarity * table.settings.drive
        surroundings = {"current": lab, "temperature": settings.temperature, "field": settings.field}
        return rows_of(settings.state, surroundings | {"n": table.n, "total_time": table.total_time})

    def assumptions(self, chosen: set[str]) -> list[str]:
        """What traces take for granted."""
        if not {"currents", "temperature", "field", "state"} & chosen:
            return []
        return [
            "One trace shows both states: it lasts as long as the dwells in P and in AP together.",
            "The points are chosen for the error of the target only, so they are few. Other points test the law.",
        ]


def dwell_terms(today: Today) -> list[Term]:
    """The terms that are dwell times."""
    return [term for term in today.objective.terms if isinstance(term.measurement, _DWELLS)]


def dwell_window(today: Today) -> tuple[float, float]:
    """Shortest and longest dwell time (s) that can be measured: as stated, or those of the rows there are."""
    quantities = today.objective.space.quantities(today.optimum.x)
    every = np.concatenate([np.asarray(term.prediction(quantities)) for term in dwell_terms(today)])
    stated = today.conditions
    low = float(np.exp(np.min(every))) if stated.shortest_dwell is None else stated.shortest_dwell
    high = float(np.exp(np.max(every))) if stated.longest_dwell is None else stated.longest_dwell
    return low * (1.0 - 1e-9), high * (1.0 + 1e-9)


def trace_time(today: Today) -> float:
    """Seconds at a point: as planned, or the median of the dwell times' points, all time in either state."""
    if today.conditions.time_per_point is not None:
        return today.conditions.time_per_point
    times: list[float] = []
    for term in dwell_terms(today):
        settings = term.measurement.settings
        keys = np.stack([np.asarray(settings.current), term.thermometer, np.nan_to_num(settings.field)])
        _, of = np.unique(keys, axis=1, return_inverse=True)
        times += np.bincount(of.reshape(-1), weights=watched(term.measurement)).tolist()
    return float(np.median(times)) if times else point_time(today.conditions)


def watched(measurement: Any) -> Array:
    """Seconds in the state of each row of dwell times."""
    if isinstance(measurement, MeanDwellTimes):
        return np.asarray(measurement.counts * measurement.mean)
    table = measurement.reduced if isinstance(measurement, DwellEvents) else measurement
    return np.asarray(table.total_time)


def traces(today: Today, template: Term, around: Surroundings) -> Term | None:
    """The most telling points of a grid of currents in some surroundings.

    Each is one trace of `trace_time`, which shows n = time/(τ_P + τ_AP) dwells of either state: measured until n are
    seen. A point needs dwell times inside the window and a handful of transitions. None where no point has them.
    """
    grid = np.linspace(-1.0, 1.0, GRID) * largest_current(today)
    current, places = (a.reshape(-1) for a in np.meshgrid(grid, np.arange(around.field.size), indexing="ij"))
    place = places.astype(np.intp)
    both = _table(template, np.asarray(current, dtype=float), around.temperature[place], around.field[place])
    prediction = both.prediction(today.objective.space.quantities(today.optimum.x))
    tau = displayed(np.asarray(prediction)).reshape(2, -1)
    n = np.rint(trace_time(today) / tau.sum(axis=0))
    low, high = dwell_window(today)
    possible = np.flatnonzero((n >= _FEWEST) & np.all((tau > low) & (tau < high), axis=0))
    if possible.size == 0:
        return None
    offered = _counted(both, np.tile(possible, 2) + np.repeat([0, current.size], possible.size), n, tau)
    times = np.tile(how_often(today, offered, np.tile(np.arange(possible.size), 2), possible.size), 2)
    rows = np.flatnonzero(times)
    factor = times[rows]
    table = with_rows(offered, rows)
    measurement: Any = table.measurement
    longer = replace(measurement, n=frozen(measurement.n * factor), total_time=frozen(measurement.total_time * factor))
    return replace(table, measurement=longer)


def _table(template: Term, current: Array, temperature: Array, field: Array) -> Term:
    """Both states of every point: all P, then all AP; no data yet."""
    size = current.size
    state, drive, kelvin, tesla = np.repeat([0, 1], size), *(np.tile(part, 2) for part in (current, temperature, field))
    measurement = DwellTimes(
        Settings(frozen(state, np.int8), frozen(drive), None, frozen(kelvin), frozen(tesla)),
        Origin(file="next-dwell-times", kind=KIND, polarity=template.measurement.origin.polarity),
        n=frozen(np.ones(2 * size)),
        total_time=frozen(np.ones(2 * size)),
    )
    return replace(template, measurement=measurement, thermometer=kelvin)


def _counted(both: Term, rows: Codes, n: Array, tau: Array) -> Term:
    table: Any = with_rows(both, rows)
    counts = np.tile(n, 2)[rows]
    measurement = replace(table.measurement, n=frozen(counts), total_time=frozen(counts * tau.reshape(-1)[rows]))
    counted: Term = replace(table, measurement=measurement)
    return counted


PLANNER: Final = DwellPlanner()
