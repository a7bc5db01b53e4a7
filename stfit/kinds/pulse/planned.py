"""Pulses that could be measured next, and what they cost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.kinds.dwell.planned import dwell_terms, dwell_window
from stfit.kinds.pulse.data import KIND, SwitchingPulses
from stfit.kinds.pulse.keys import PulsePlanKeys
from stfit.measurement import Observation, Origin, Settings
from stfit.measurement.base import frozen
from stfit.objective import Term
from stfit.physics.switching import switching_probability
from stfit.studies.candidate import Candidate, Today
from stfit.studies.conditions import Conditions
from stfit.studies.costs import distinct, drive_and_surroundings
from stfit.studies.planner import Found, Planner, of_points, rows_of, span
from stfit.studies.points import FARTHER, GRID, Surroundings, how_often, largest_current, surroundings, with_rows

Array = npt.NDArray[np.float64]

_OUTERMOST: Final = 0.02  # switching probability, and one less it, beyond which pulses tell little and outliers much
_LONG_PULSE: Final = 30.0  # attempt times, as pulses are to be much longer than τ0
_BOTH: Final = (0, 1)  # transitions


class PulsePlanner(Planner):
    """Series of pulses at the most telling currents and widths."""

    def currents(self, today: Today) -> list[Candidate]:
        """Pulses elsewhere in current, at the temperatures there are."""
        pulsed = _pulsed(today)
        if not pulsed or today.objective.law.device.by_field:
            return []
        every = np.concatenate([term.measurement.settings.state for term in pulsed])
        return _offered(today, "currents", pulsed[0], surroundings(pulsed), _transitions(every))

    def at_temperature(self, today: Today, kelvin: float) -> list[Candidate]:
        """Pulses at another temperature."""
        pulsed = _pulsed(today)
        if not pulsed or today.objective.law.device.by_field:
            return []
        around = Surroundings(np.array([kelvin]), np.array([np.nan]))
        return _offered(today, "temperature", pulsed[0], around, _transitions(pulsed[0].measurement.settings.state))

    def first(self, today: Today) -> Found:
        """Pulses where there are only dwells."""
        dwells = dwell_terms(today)
        if _pulsed(today):
            return "there are pulses (see other currents)"
        if not dwells or today.objective.law.device.by_field:
            return "pulses are planned from dwell times at one field only"
        nominal = Surroundings(np.array([today.objective.nominal_temperature]), np.array([np.nan]))
        found = _offered(today, "pulses", dwells[0], nominal, _BOTH)
        return found or "up to the largest current every pulse either always or never switches"

    def measuring_time(self, measurement: Observation, conditions: Conditions) -> float:
        """Each pulse, and resetting the device after it, s."""
        pulsed: Any = measurement
        overhead = PulsePlanKeys.filled(conditions.of_kinds).pulse_overhead
        return float(np.sum(pulsed.n * (pulsed.pulse_width + overhead)))

    def points(self, term: Term) -> set[tuple[float, ...]]:
        """Pulses of another width are another point."""
        pulsed: Any = term.measurement
        return distinct(*drive_and_surroundings(term), pulsed.settings.state, pulsed.pulse_width)

    def settings(self, term: Term) -> list[dict[str, Any]]:
        """State, drive, width, temperature and number of the pulses."""
        pulsed: Any = term.measurement
        settings, lab = pulsed.settings, pulsed.origin.polarity * pulsed.settings.drive
        columns = {"drive": lab, "pulse_width": pulsed.pulse_width, "temperature": settings.temperature, "n": pulsed.n}
        return rows_of(settings.state, columns)


def _pulsed(today: Today) -> list[Term]:
    return [term for term in today.objective.terms if isinstance(term.measurement, SwitchingPulses)]


def _transitions(state: Any) -> tuple[int, ...]:
    return tuple(int(code) for code in np.unique(state))


def _offered(today: Today, kind: str, template: Term, around: Surroundings, states: tuple[int, ...]) -> list[Candidate]:
    """The candidate of the most telling pulses, if there are any."""
    term = pulses(today, template, around, states)
    if term is None:
        return []
    widths: Any = term.measurement
    return of_points(today, kind, term, "pulses", f", {span(widths.pulse_width, 's')} long")


def pulse_widths(today: Today) -> Array:
    """The widths there are (s), else decades from 30 attempt times to the longest dwell time."""
    widths = [m.pulse_width for t in today.objective.terms if isinstance(m := t.measurement, SwitchingPulses)]
    if widths:
        return np.asarray(np.unique(np.concatenate(widths)))
    low, high = np.log10([_LONG_PULSE * today.value("tau_0"), dwell_window(today)[1]])
    return np.asarray(10.0 ** np.arange(np.ceil(low), np.floor(high) + 1.0))


def pulses(today: Today, template: Term, around: Surroundings, states: tuple[int, ...] = (0, 1)) -> Term | None:
    """The most telling series of pulses over a grid of currents and widths; None where none switches now and then."""
    source: Observation = template.measurement
    is_voltage = source.settings.voltage is not None
    reach = FARTHER * float(np.max(np.abs(source.settings.drive))) if is_voltage else largest_current(today)
    axes = (np.linspace(-reach, reach, GRID), pulse_widths(today), np.arange(around.field.size), np.array(states))
    along, width, place, state = (axis.reshape(-1) for axis in np.meshgrid(*axes, indexing="ij"))
    temperature = around.temperature[place.astype(np.intp)]
    size, drive = along.size, "voltage" if is_voltage else "current"
    measurement = SwitchingPulses(
        Settings.from_columns({"state": state, drive: along, "temperature": temperature}, polarity=1),
        Origin(file="next-pulses", kind=KIND, polarity=source.origin.polarity),
        pulse_width=frozen(width),
        n=frozen(np.full(size, float(PulsePlanKeys.filled(today.conditions.of_kinds).pulses))),
        n_switched=frozen(np.zeros(size)),
        read_out=source.read_out if isinstance(source, SwitchingPulses) else (),
    )
    every = replace(template, measurement=measurement, thermometer=temperature)
    prediction = np.asarray(every.prediction(today.objective.space.quantities(today.optimum.x)))
    share = switching_probability(measurement.pulse_width, prediction)
    long = (today.estimates["tau_0"].value is None) | (width >= _LONG_PULSE * today.value("tau_0"))
    possible = np.flatnonzero((share > _OUTERMOST) & (share < 1.0 - _OUTERMOST) & long)
    if possible.size == 0:
        return None
    expected = replace(every, measurement=measurement.expected(prediction))
    offered = with_rows(expected, possible)
    times = how_often(today, offered, np.arange(possible.size), possible.size)
    table = with_rows(offered, np.flatnonzero(times))
    offer: Any = table.measurement
    longer = replace(offer, n=frozen(offer.n * times[times > 0]))
    return replace(table, measurement=replace(longer, n_switched=frozen(np.zeros(longer.n.size))))


PLANNER: Final = PulsePlanner()
