"""The measurements that could come next, made from those there are; where one is of no use, why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.measurements import (
    CriticalCurrents,
    FmrLines,
    Origin,
    RampEvents,
    SwitchingPulses,
    name_of,
)
from stfit.measurements.base import frozen
from stfit.measurements.columns import STATES
from stfit.models.parameters import PARAMETERS
from stfit.objective import FitParameter, Term
from stfit.objective.extension import expecting
from stfit.physics.fluctuations import LineNumbers
from stfit.results.numbers import format_rounded, prefix
from stfit.results.symbols import symbol
from stfit.studies.candidate import Candidate, Today
from stfit.studies.costs import Cost
from stfit.studies.points import Surroundings, dwell_terms, largest_current, pulses, surroundings, traces

Array = npt.NDArray[np.float64]
Found = list[Candidate] | str  # or why there is none

_TWICE_AS_GOOD: Final = 3.0**-0.5  # of the error there is: together they leave half of it
_UNKNOWN: Final = 0.05  # relative error of a determination of a constant of which nothing is known
_COLDER, _WARMER = 0.9, 1.1
_FASTER: Final = (0.1, 10.0)  # ramp rates over those there are
_MILD: Final = 2.0  # |s I| up to which a resonance is followed: its power changes sevenfold
_LINE_STARTS: Final = {"power": 1.0, "linewidth": 1e8}  # any: errors are relative
_RATIOS: Final = (0.5, 0.75, 1.0, 1.5, 2.0)  # of ΔR in a series over that of the device
_STATES: Final = np.array(list(STATES.values()))


def candidates(today: Today) -> tuple[list[Candidate], list[tuple[str, str]]]:
    """Every candidate, and for each kind without one why."""
    found: list[Candidate] = []
    without: list[tuple[str, str]] = []
    for kind in today.conditions.candidates:
        made = _MAKERS[kind](today)
        if isinstance(made, str):
            without.append((kind, made))
        else:
            found += made
    return found, without


# --- the points there are -----------------------------------------------------------------------------------------


def _longer(today: Today) -> Found:
    """Each measurement twice and four times as long."""
    found = []
    for term in today.objective.terms:
        for times in (2, 4):
            once = Candidate("longer", f"every point of {_called(term)} {times} × as long in all", _NO_COST)
            once = replace(once, terms=(term,), cost=today.cost(term))
            found.append(once if times == 2 else once.stretched(times - 1))  # the first time is there already
    return found


def _currents(today: Today) -> Found:
    """Traces, pulses and ramps elsewhere in current, at the temperatures there are."""
    found: list[Candidate] = []
    dwells = dwell_terms(today)
    if dwells:
        found += _of_points(today, "currents", traces(today, dwells[0], surroundings(dwells)), "dwell times")
    pulsed = _terms(today, SwitchingPulses)
    if pulsed and not today.objective.law.by_field:
        around = surroundings(pulsed)
        states = tuple(int(code) for code in np.unique(np.concatenate([t.measurement.settings.state for t in pulsed])))
        found += _of_points(today, "currents", pulses(today, pulsed[0], around, states), "pulses")
    for term in _terms(today, RampEvents):
        for factor in _FASTER:
            rate = factor * term.measurement.ramps.ramp_rate
            words = f"{_called(term)} with ramps {factor:g} × as fast, {_span(rate, 'A/s')}"
            found.append(_ramps(today, "currents", term, words, ramp_rate=frozen(rate)))
    return found or "no dwell times, pulses or single ramp events whose currents could be chosen"


def _temperature(today: Today) -> Found:
    """A tenth colder than the coldest and warmer than the warmest point."""
    found: list[Candidate] = []
    activated = [t for t in today.objective.terms if not t.measurement.settings.athermal]
    if not activated or not _temperature_known(today):
        return "no temperature is given anywhere" if activated else "nothing here depends on the temperature"
    every = np.concatenate([t.thermometer for t in activated])
    for kelvin in (np.round(_COLDER * every.min()), np.round(_WARMER * every.max())):
        if np.isfinite(today.objective.law.stiffness(_quantities(today), float(kelvin))).all():  # it is below T_C
            found += _at_temperature(today, float(kelvin))
    return found or "at no temperature a tenth lower or higher are there dwell times or pulses in the measurable range"


def _at_temperature(today: Today, kelvin: float) -> Iterator[Candidate]:
    dwells, pulsed = dwell_terms(today), _terms(today, SwitchingPulses)
    if dwells:
        fields = np.unique(surroundings(dwells).field)
        around = Surroundings(np.full(fields.size, kelvin), fields)
        yield from _of_points(today, "temperature", traces(today, dwells[0], around), "dwell times")
    if pulsed and not today.objective.law.by_field:
        around = Surroundings(np.array([kelvin]), np.array([np.nan]))
        states = tuple(int(code) for code in np.unique(pulsed[0].measurement.settings.state))
        yield from _of_points(today, "temperature", pulses(today, pulsed[0], around, states), "pulses")
    for term in _terms(today, RampEvents):
        words = f"{_called(term)} at {kelvin:g} K"
        yield _ramps(today, "temperature", term, words, temperature=frozen(np.full(term.thermometer.size, kelvin)))


def _field(today: Today) -> Found:
    """A quarter of the range further out on both sides."""
    dwells = dwell_terms(today)
    if not today.objective.law.by_field:
        return 'the model takes one field only (asymmetry = "uniaxial" with anisotropy_field takes several)'
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
            found += _of_points(
                today, "field", traces(today, dwells[0], there), f"dwell times in {_span([tesla], 'T')}"
            )
    return found or "at no other field are there dwell times in the measurable range"


def _state(today: Today) -> Found:
    """Traces that show the state of which nothing has been seen."""
    dwells = dwell_terms(today)
    if not dwells:
        return "no dwell times to which those of the other state could be added"
    seen = np.unique(np.concatenate([t.measurement.settings.state for t in dwells]))
    if seen.size == 2:
        return "both states have dwell times"
    words = f"dwell times out of {'AP' if seen[0] == 0 else 'P'} too, in traces that show both states,"
    found = _of_points(today, "state", traces(today, dwells[0], surroundings(dwells)), words)
    return found or "at no current are the dwell times of both states in the measurable range"


# --- other kinds --------------------------------------------------------------------------------------------------


def _pulses(today: Today) -> Found:
    """Where there are only dwells."""
    dwells = dwell_terms(today)
    if _terms(today, SwitchingPulses):
        return "there are pulses (see other currents)"
    if not dwells or today.objective.law.by_field:
        return "pulses are planned from dwell times at one field only"
    nominal = Surroundings(np.array([today.objective.nominal_temperature]), np.array([np.nan]))
    found = _of_points(today, "pulses", pulses(today, dwells[0], nominal), "pulses")
    return found or "no pulse within the largest current switches now and then"


def _critical(today: Today) -> Found:
    """Critical currents of both transitions, extrapolated to zero temperature, over a range of ΔR."""
    if _terms(today, CriticalCurrents):
        return "there are critical currents (see the same points for longer)"
    if "delta_R" not in today.quantities or today.value("l_over_L") == 0.0 or today.objective.law.by_field:
        return "no ΔR of the device, or several fields"
    ratio, state = (a.reshape(-1) for a in np.meshgrid(_RATIOS, _STATES))
    size = ratio.size
    template = today.objective.terms[0]
    series = CriticalCurrents(
        state=frozen(state, np.int8),
        current=frozen(np.ones(size)),
        stderr=frozen(np.ones(size)),
        delta_R=frozen(ratio * today.value("delta_R")),
        barrier=None,
        temperature=frozen(np.full(size, np.nan)),
        measurement_time=None,
        polarity=template.measurement.polarity,
        origin=Origin(file="next-critical-currents"),
    )
    term = replace(template, measurement=series, thermometer=np.full(size, today.objective.nominal_temperature))
    measurement = expecting(term, _quantities(today)).measurement
    assert isinstance(measurement, CriticalCurrents)  # noqa: S101
    stated, known = today.conditions.critical_current_error, _relative_delta_R(today)
    error = np.hypot(stated, np.sqrt(2.0) * known)  # I_c ∝ 1/ΔR, one ΔR for both transitions of a device
    term = replace(term, measurement=replace(measurement, stderr=frozen(error * np.abs(measurement.current))))
    words = (
        f"critical currents of {len(_RATIOS)} devices with ΔR from {_RATIOS[0]:g} to {_RATIOS[-1]:g} times this one's, "
        f"both transitions, {100 * stated:g} % each"
    )
    return [Candidate("critical-currents", words, today.cost(term), (term,))]


def _relative_delta_R(today: Today) -> float:
    """How uncertain the ΔR of every other device is, independently: as much as this one's."""
    quoted = [_present_error(today, p) for p in today.objective.space.varied if p.name == "delta_R"]
    return (quoted[0] or 0.0) / abs(today.value("delta_R")) if quoted else 0.0


def _fmr(today: Today) -> Found:
    """Power and linewidth of both states at currents where they change severalfold."""
    if _terms(today, FmrLines):
        return "there are lines (see the same points for longer)"
    if "delta_R" not in today.quantities or today.objective.law.by_field:
        return "no ΔR of the device, or several fields"
    slopes = np.array([today.value("slope_P"), today.value("slope_AP")])
    reach = min(largest_current(today) or np.inf, _MILD / float(np.max(np.abs(slopes))))
    if not np.isfinite(reach):
        return "no spin transfer that a current could show"
    term, own = _lines(today, np.linspace(-reach, reach, max(2, today.conditions.points // 2)))
    error = today.conditions.line_error
    words = (
        f"power and linewidth of a resonance in both states, mapping {today.objective.law.mapping!r}, "
        f"{_span(np.asarray(term.measurement.settings.current), 'A')}, {100 * error:g} % each"
    )
    return [Candidate("fmr", words, today.cost(term), (term,), own)]


def _lines(today: Today, currents: Array) -> tuple[Term, tuple[FitParameter, ...]]:
    is_width, state, current = (a.reshape(-1) for a in np.meshgrid([0, 1], _STATES, currents, indexing="ij"))
    size, template = current.size, today.objective.terms[0]
    kelvin = np.full(size, today.objective.nominal_temperature)
    lines = FmrLines(
        state=frozen(state, np.int8),
        current=frozen(template.measurement.polarity * current),
        temperature=frozen(kelvin),
        frequency=frozen(np.full(size, np.nan)),
        is_linewidth=frozen(is_width, np.int8),
        value=frozen(np.ones(size)),
        stderr=frozen(np.ones(size)),
        numbers=LineNumbers(power="integrated", width="Hz"),
        by_frequency=False,
        polarity=template.measurement.polarity,
        origin=Origin(file="next-lines"),
    )
    own = []
    for name in lines.numbers.parameters(tuple(STATES)):
        p = PARAMETERS[name]
        start = p.coordinate_of(_LINE_STARTS[name.removesuffix("_AP").removesuffix("_P")])
        own.append(FitParameter.unbounded(replace(p, start=start)))
    term = Term(lines, template.law, kelvin, template.nominal_temperature)
    with_own = _quantities(today) | {p.name: p.parameter.quantity(p.start) for p in own}
    value = np.exp(np.asarray(term.prediction(with_own)))
    stderr = today.conditions.line_error * value
    return replace(term, measurement=replace(lines, value=frozen(value), stderr=frozen(stderr))), tuple(own)


def _constants(today: Today) -> Found:
    """A new determination of each constant that is not held, independent of the one there is."""
    found = []
    for p in today.objective.space.varied:
        if not (p.parameter.constant or p.name in today.conditions.precision):
            continue
        present = _present_error(today, p)
        sd = today.conditions.precision.get(p.name, _TWICE_AS_GOOD * present if present else 0.0)
        sd = sd or _UNKNOWN * abs(today.value(p.name))
        if sd == 0.0:
            continue  # nothing says how well what may be zero can be known
        time = today.conditions.precision_time.get(p.name, today.conditions.constant_time)
        words = f"{symbol(p.name).text} determined anew, independently, to ± {format_rounded(sd, p.parameter.unit, 3)}"
        found.append(Candidate("constants", words, Cost(time, 0.0), quotes={p.name: sd}))
    return found or "every constant is held at its value: give its uncertainty in [device]"


def _present_error(today: Today, p: FitParameter) -> float | None:
    """Standard deviation (SI) of what is known beside the data."""
    slope = getattr(p.constraint, "standard_deviation", None)
    if slope is not None:
        return float(slope)
    factor = getattr(p.constraint, "factor", None)
    return None if factor is None else float(np.log(factor)) * abs(today.value(p.name))


_NO_COST: Final = Cost(0.0, 0.0)
_MAKERS: Final[Mapping[str, Callable[[Today], Found]]] = {
    "longer": _longer,
    "currents": _currents,
    "temperature": _temperature,
    "field": _field,
    "state": _state,
    "critical-currents": _critical,
    "constants": _constants,
    "fmr": _fmr,
    "pulses": _pulses,
}


# --- common -------------------------------------------------------------------------------------------------------


def _called(term: Term) -> str:
    """The name of a measurement without its folder."""
    return name_of(term.measurement).rpartition("/")[2]


def _terms(today: Today, kind: type[Any]) -> list[Any]:
    return [term for term in today.objective.terms if isinstance(term.measurement, kind)]


def _quantities(today: Today) -> dict[str, Any]:
    return today.objective.space.quantities(today.optimum.x)


def _temperature_known(today: Today) -> bool:
    return all(p.constraint is not None for p in today.objective.space.varied if p.name == "temperature")


def _of_points(today: Today, kind: str, term: Term | None, what: str) -> list[Candidate]:
    """A candidate of chosen points, its title with the range of its settings."""
    if term is None:
        return []
    cost, settings = today.cost(term), term.measurement.settings
    drive, unit = (settings.current, "A") if settings.voltage is None else (settings.voltage, "V")
    kelvin = np.unique(term.thermometer)
    at = f", {kelvin[0]:g} K" if kelvin.size == 1 else f", {kelvin[0]:g} to {kelvin[-1]:g} K"
    points = f"{cost.points} points" if cost.points > 1 else "one point"
    words = f"{what} at {points}, {_span(term.measurement.polarity * np.asarray(drive), unit)}"
    words += at if _temperature_known(today) else ""  # else it is but a unit
    if isinstance(term.measurement, SwitchingPulses):
        words += f", {_span(term.measurement.pulse_width, 's')} long"
    return [Candidate(kind, words, cost, (term,))]


def _ramps(today: Today, kind: str, term: Term, words: str, **changed: Any) -> Candidate:
    """The ramps of a term with other settings, their events where they are then expected."""
    events = term.measurement
    assert isinstance(events, RampEvents)  # noqa: S101
    moved = replace(events, ramps=replace(events.ramps, **changed))
    new = replace(term, measurement=moved, thermometer=changed.get("temperature", term.thermometer))
    expected = expecting(new, _quantities(today))
    return Candidate(kind, words, today.cost(expected), (expected,))


def _span(values: Sequence[float] | Array, unit: str) -> str:
    """For example "−1.2 to 0.9 mA"."""
    low, high = float(np.min(values)), float(np.max(values))
    factor, label = prefix(max(abs(low), abs(high)), unit)
    ends = [f"{factor * end:.3g}".replace("-", "−") for end in (low, high)]
    return f"{ends[0]} {label}" if ends[0] == ends[1] else f"{ends[0]} to {ends[1]} {label}"
