"""Points that could be measured: traces of dwells and series of pulses, and the choice of the most telling ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from stfit.measurements import DwellEvents, DwellTimes, MeanDwellTimes, Measurement, Origin, SwitchingPulses
from stfit.measurements.base import frozen
from stfit.objective import Objective, Term
from stfit.physics.switching import switching_probability
from stfit.studies.candidate import Today
from stfit.studies.choice import chosen
from stfit.studies.costs import point_time

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.intp]

DWELLS: Final = (DwellTimes, DwellEvents, MeanDwellTimes)
_GRID: Final = 41  # currents from one end of the range to the other
_FARTHER: Final = 1.5  # times the largest current so far
_FEWEST: Final = 5.0  # transitions worth a point
_OUTERMOST: Final = 0.02  # switching probability, and one less it, beyond which pulses tell little and outliers much
_LONG_PULSE: Final = 30.0  # attempt times, as pulses are to be much longer than τ0


class Surroundings(NamedTuple):
    """Temperature readings (K) and fields (T) of the points, paired; shape (k,)."""

    temperature: Array
    field: Array


def dwell_terms(today: Today) -> list[Term]:
    """The terms that are dwell times."""
    return [term for term in today.objective.terms if isinstance(term.measurement, DWELLS)]


def surroundings(terms: Sequence[Term]) -> Surroundings:
    """Every pair of temperature and field there is."""
    pairs = np.concatenate([np.stack([t.thermometer, t.measurement.settings.field]) for t in terms], axis=1)
    found = np.unique(np.where(np.isnan(pairs), np.inf, pairs), axis=1)  # every NaN differs from every other
    temperature, field = np.where(np.isinf(found), np.nan, found)
    return Surroundings(temperature, field)


def largest_current(today: Today) -> float:
    """A, that a point may have."""
    if today.conditions.largest_current is not None:
        return today.conditions.largest_current
    every = [np.max(np.abs(c)) for t in today.objective.terms if (c := t.measurement.settings.current) is not None]
    return _FARTHER * float(max(every, default=0.0))


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
    grid = np.linspace(-1.0, 1.0, _GRID) * largest_current(today)
    current, places = (a.reshape(-1) for a in np.meshgrid(grid, np.arange(around.field.size), indexing="ij"))
    place = places.astype(np.intp)
    both = _table(template, np.asarray(current, dtype=float), around.temperature[place], around.field[place])
    prediction = both.prediction(today.objective.space.quantities(today.optimum.x))
    tau = both.measurement.displayed(np.asarray(prediction)).reshape(2, -1)
    n = np.rint(trace_time(today) / tau.sum(axis=0))
    low, high = dwell_window(today)
    possible = np.flatnonzero((n >= _FEWEST) & np.all((tau > low) & (tau < high), axis=0))
    if possible.size == 0:
        return None
    offered = _counted(both, np.tile(possible, 2) + np.repeat([0, current.size], possible.size), n, tau)
    times = np.tile(_often(today, offered, np.tile(np.arange(possible.size), 2), possible.size), 2)
    rows = np.flatnonzero(times)
    factor = times[rows]
    table = _rows(offered, rows)
    measurement = table.measurement
    assert isinstance(measurement, DwellTimes)  # noqa: S101
    longer = replace(measurement, n=frozen(measurement.n * factor), total_time=frozen(measurement.total_time * factor))
    return replace(table, measurement=longer)


def _table(template: Term, current: Array, temperature: Array, field: Array) -> Term:
    """Both states of every point: all P, then all AP; no data yet."""
    polarity = template.measurement.polarity
    size = current.size
    measurement = DwellTimes(
        state=frozen(np.repeat([0, 1], size), np.int8),
        current=frozen(np.tile(polarity * current, 2)),
        temperature=frozen(np.tile(temperature, 2)),
        field=frozen(np.tile(field, 2)),
        polarity=polarity,
        origin=Origin(file="next-dwell-times"),
        n=frozen(np.ones(2 * size)),
        total_time=frozen(np.ones(2 * size)),
    )
    return replace(template, measurement=measurement, thermometer=np.tile(temperature, 2))


def _counted(both: Term, rows: Codes, n: Array, tau: Array) -> Term:
    table: Any = _rows(both, rows)
    counts = np.tile(n, 2)[rows]
    measurement = replace(table.measurement, n=frozen(counts), total_time=frozen(counts * tau.reshape(-1)[rows]))
    counted: Term = replace(table, measurement=measurement)
    return counted


def _rows(term: Term, rows: Codes) -> Term:
    """Some rows of a dwell table or a table of pulses."""
    measurement: Any = term.measurement
    size = measurement.settings.state.size
    arrays = {
        name: frozen(values[rows], values.dtype)
        for name, values in vars(measurement).items()
        if isinstance(values, np.ndarray) and values.size == size
    }
    return replace(term, measurement=replace(measurement, **arrays), thermometer=term.thermometer[rows])


def _often(today: Today, offered: Term, of: Codes, points: int) -> Codes:
    """How often each point is taken, for the least error of the target; of: the point of each row."""
    pool = np.zeros((points, today.gradient.size, today.gradient.size))
    np.add.at(pool, of, row_information(today.objective, today.optimum.x, offered))
    picked = chosen(today.information, pool, today.gradient, today.conditions.points)
    return np.bincount(picked, minlength=points)


def row_information(objective: Objective, x: Array, term: Term) -> Array:
    """The information each row brings, shape (rows, p, p)."""
    root = term.measurement.sensitivity(term.prediction(objective.space.jets(x, order=1))).gradient
    return np.asarray(np.einsum("pr,qr->rpq", root, root))


def pulse_widths(today: Today) -> Array:
    """The widths there are (s), else decades from 30 attempt times to the longest dwell time."""
    widths = [t.measurement.pulse_width for t in today.objective.terms if isinstance(t.measurement, SwitchingPulses)]
    if widths:
        return np.asarray(np.unique(np.concatenate(widths)))
    low, high = np.log10([_LONG_PULSE * today.value("tau_0"), dwell_window(today)[1]])
    return np.asarray(10.0 ** np.arange(np.ceil(low), np.floor(high) + 1.0))


def pulses(today: Today, template: Term, around: Surroundings, states: tuple[int, ...] = (0, 1)) -> Term | None:
    """The most telling series of pulses over a grid of currents and widths; None where none switches now and then."""
    source: Measurement = template.measurement
    is_voltage = source.settings.voltage is not None
    drive = source.settings.voltage if is_voltage else source.settings.current
    reach = _FARTHER * float(np.max(np.abs(np.asarray(drive)))) if is_voltage else largest_current(today)
    axes = (np.linspace(-reach, reach, _GRID), pulse_widths(today), np.arange(around.field.size), np.array(states))
    along, width, place, state = (axis.reshape(-1) for axis in np.meshgrid(*axes, indexing="ij"))
    temperature = around.temperature[place.astype(np.intp)]
    size = along.size
    measurement = SwitchingPulses(
        state=frozen(state, np.int8),
        drive=frozen(source.polarity * along),
        is_voltage=is_voltage,
        pulse_width=frozen(width),
        n=frozen(np.full(size, float(today.conditions.pulses))),
        n_switched=frozen(np.zeros(size)),
        temperature=frozen(temperature),
        polarity=source.polarity,
        origin=Origin(file="next-pulses"),
    )
    every = replace(template, measurement=measurement, thermometer=temperature)
    prediction = np.asarray(every.prediction(today.objective.space.quantities(today.optimum.x)))
    share = switching_probability(measurement.pulse_width, prediction)
    long = (today.estimates["tau_0"].value is None) | (width >= _LONG_PULSE * today.value("tau_0"))
    possible = np.flatnonzero((share > _OUTERMOST) & (share < 1.0 - _OUTERMOST) & long)
    if possible.size == 0:
        return None
    expected = replace(every, measurement=measurement.expected(prediction))
    offered = _rows(expected, possible)
    times = _often(today, offered, np.arange(possible.size), possible.size)
    table = _rows(offered, np.flatnonzero(times))
    assert isinstance(table.measurement, SwitchingPulses)  # noqa: S101
    longer = replace(table.measurement, n=frozen(table.measurement.n * times[times > 0]))
    return replace(table, measurement=replace(longer, n_switched=frozen(np.zeros(longer.n.size))))
