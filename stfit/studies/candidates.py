"""The measurements that could come next, made from those there are; where one is of no use, why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from stfit.measurement import kinds
from stfit.results.numbers import format_rounded
from stfit.results.symbols import symbol
from stfit.studies.candidate import Candidate, Today
from stfit.studies.costs import Cost
from stfit.studies.planner import Found, called, planners, present_error, quantities, temperature_known

_TWICE_AS_GOOD: Final = 3.0**-0.5  # of the error there is: together they leave half of it
_UNKNOWN: Final = 0.05  # relative error of a determination of a constant of which nothing is known
_COLDER, _WARMER = 0.9, 1.1
_NO_COST: Final = Cost(0.0, 0.0)


def candidates(today: Today) -> tuple[list[Candidate], list[tuple[str, str]]]:
    """Every candidate, and for each kind without one why."""
    found: list[Candidate] = []
    without: list[tuple[str, str]] = []
    makers = _makers()
    for kind in today.conditions.candidates or makers:
        made = makers[kind](today)
        if isinstance(made, str):
            without.append((kind, made))
        else:
            found += made
    return found, without


def _longer(today: Today) -> Found:
    """Each measurement twice and four times as long."""
    found = []
    for term in today.objective.terms:
        for times in (2, 4):
            once = Candidate("longer", f"every point of {called(term)} {times} × as long in all", _NO_COST)
            once = replace(once, terms=(term,), cost=today.cost(term))
            found.append(once if times == 2 else once.stretched(times - 1))  # the first time is there already
    return found


def _currents(today: Today) -> Found:
    """The same kinds elsewhere in current, at the temperatures there are."""
    found = [candidate for planner in planners() for candidate in planner.currents(today)]
    return found or "no measurement whose currents could be chosen"


def _temperature(today: Today) -> Found:
    """A tenth colder than the coldest and warmer than the warmest point."""
    found: list[Candidate] = []
    activated = [t for t in today.objective.terms if not t.measurement.settings.athermal]
    if not activated or not temperature_known(today):
        return "no temperature is given anywhere" if activated else "no measurement depends on the temperature"
    every = np.concatenate([t.thermometer for t in activated])
    for kelvin in (np.round(_COLDER * every.min()), np.round(_WARMER * every.max())):
        if np.isfinite(today.objective.law.device.stiffness(quantities(today), float(kelvin))).all():  # below T_C
            found += [made for planner in planners() for made in planner.at_temperature(today, float(kelvin))]
    return found or "no temperature a tenth lower or higher gives dwell times or pulses in the measurable range"


def _field(today: Today) -> Found:
    """Other fields, where the model takes several."""
    if not today.objective.law.device.by_field:
        return 'the model takes one field only (asymmetry = "uniaxial" with anisotropy_field takes several)'
    return _first_reason(
        [planner.other_fields(today) for planner in planners()], "no measurement whose field could be chosen"
    )


def _state(today: Today) -> Found:
    """The state of which nothing has been seen."""
    return _first_reason([planner.other_state(today) for planner in planners()], "no measurement shows one state only")


def _first_reason(offers: Sequence[Found], nothing: str) -> Found:
    """All candidates that are offered; where there are none the first reason, or else `nothing`."""
    found = [candidate for offer in offers if not isinstance(offer, str) for candidate in offer]
    return found or next((offer for offer in offers if isinstance(offer, str)), nothing)


def _constants(today: Today) -> Found:
    """A new determination, independent of the one there is, of each constant that [plan] says can be measured again."""
    free = [p for p in today.objective.space.varied if p.parameter.constant or p.name in today.conditions.precision]
    again = {*today.conditions.precision, *today.conditions.precision_time}
    found = []
    for p in (p for p in free if p.name in again):
        present = present_error(today, p)
        sd = today.conditions.precision.get(p.name, _TWICE_AS_GOOD * present if present else 0.0)
        sd = sd or _UNKNOWN * abs(today.value(p.name))
        if sd == 0.0:
            continue  # nothing says how well what may be zero can be known
        time = today.conditions.precision_time.get(p.name, today.conditions.constant_time)
        words = f"{symbol(p.name).text} determined anew, independently, to ± {format_rounded(sd, p.parameter.unit, 3)}"
        found.append(Candidate("constants", words, Cost(time, 0.0), quotes={p.name: sd}))
    if found:
        return found
    if not free:
        return "every constant is held at its value: give its uncertainty in [device]"
    names = " or ".join(p.name for p in free)
    return f"[plan] names no constant that can be measured again: precision = {{…}} takes {names}"


_MAKERS: Final[dict[str, Callable[[Today], Found]]] = {
    "longer": _longer,
    "currents": _currents,
    "temperature": _temperature,
    "field": _field,
    "state": _state,
    "constants": _constants,
}


def _makers() -> dict[str, Callable[[Today], Found]]:
    """What makes the candidates of each name: those of any kind, then the first measurement of each kind."""
    first = {k.offer[0]: k.planner().first for k in kinds().values() if k.offer is not None and k.planner is not None}
    return _MAKERS | first
