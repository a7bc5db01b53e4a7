"""What heating and temperature laws ask of an analysis and its measurements: currents, and temperatures below T_C."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from stfit.analysis import Analysis
from stfit.diagnostics.thermal import rise
from stfit.errors import InputError, Problem
from stfit.measurement import Observation, name_of
from stfit.models.choices import CURIE_TEMPERATURE, WITHOUT_HEATING
from stfit.models.heating import HEATING, NO_HEATING, Heating, heating_named
from stfit.objective import FitParameter, Objective, ParameterSpace, Term
from stfit.objective.predictions import current_at
from stfit.results import Note

_SOME: Final = 0.01  # of T²: a start above the end of the range, where a bounded fit has a slope
_NEAREST: Final = 1.001  # times the hottest row: the lowest T_C that is looked for


def heating_of(analysis: Analysis, measurements: Sequence[Observation], reference: float) -> Heating:
    """How the current heats the magnet; InputError for data that rest on a straight ln τ(I), and without a current.

    reference: the reference temperature, K.
    """
    if analysis.model.heating == WITHOUT_HEATING:
        return NO_HEATING
    where = f"{analysis.source or 'analysis'}, key 'model.heating'"
    for measurement in measurements:
        found = _straight(measurement)
        if found:
            expected = 'measurements that do not rest on a straight ln τ(I), or heating = "none"'
            raise InputError(Problem(where, expected, f"{name_of(measurement)}, {found}"))
    largest = max((_largest_current(analysis, measurement) for measurement in measurements), default=0.0)
    if largest == 0.0:
        expected = 'a row of dwell times or switching at a current, or heating = "none"'
        raise InputError(Problem(where, expected, "none"))
    return heating_named(analysis.model.heating, (reference / largest) ** 2, start=_SOME)


def _straight(measurement: Observation) -> str:
    """What of a measurement takes ln τ for a straight line in the current; "" for nothing."""
    return "" if measurement.settings.measurement_time is None else 'critical currents as "measured"'


def _largest_current(analysis: Analysis, measurement: Observation) -> float:
    """Of the rows that have a rate, A; 0 where none has."""
    settings = measurement.settings
    if settings.lines is not None or (settings.current is None and settings.voltage is None):
        return 0.0
    known = {name: constant.value for name, constant in analysis.device.items()}
    if settings.voltage is not None and "resistance" not in known:
        return float(np.max(np.abs(settings.voltage)))  # without the resistance it is refused elsewhere
    return float(np.max(np.abs(current_at(known, settings)), initial=0.0))


def temperature_sentences(objective: Objective) -> list[str]:
    """How barriers follow temperature and temperature follows current, where they do, for the assumptions of a fit."""
    device, sentences = objective.law.device, []
    if not device.constant:
        quoted = f"{device.reference_temperature:g} K"
        sentences += [
            device.material.words,
            f"Barriers are quoted at {quoted}; at T they are K(T)/K({quoted}) times that.",
        ]
    heating = objective.law.heating.sentence
    return [*sentences, heating] if heating else sentences


def heating_left_out(analysis: Analysis, objective: Objective) -> list[Note]:
    """A warning where [device] gives a heating that matters and the model has none."""
    given = analysis.device.get(HEATING)
    if given is None or HEATING in {p.name for p in objective.space.parameters}:
        return []
    largest = max(_largest_current(analysis, term.measurement) for term in objective.terms)
    before = objective.reference_temperature
    return rise(before, float(np.sqrt(before**2 + given.value * largest**2)), ignored=True)


def below_curie(analysis: Analysis, terms: Sequence[Term], space: ParameterSpace) -> ParameterSpace:
    """The space with T_C bounded by the hottest row; InputError where it is said to lie below one."""
    if not any(_is_curie(p) for p in space.parameters):
        return space
    hottest = max(_hottest(terms, space), terms[0].law.device.reference_temperature)
    return ParameterSpace(tuple(_above(p, hottest, analysis) if _is_curie(p) else p for p in space.parameters))


def _is_curie(p: FitParameter) -> bool:
    return p.name.partition("[")[0] == CURIE_TEMPERATURE


def _above(p: FitParameter, hottest: float, analysis: Analysis) -> FitParameter:
    """T_C bounded by the hottest row (K)."""
    known = float(p.parameter.quantity(p.start))
    if known <= _NEAREST * hottest:
        expected = f"a temperature well above that of every row and of the reference, {hottest:.4g} K at most"
        raise InputError(Problem(next(_places(analysis)), expected, f"{known:g} K"))
    return replace(p, lower=max(p.lower, p.parameter.coordinate_of(_NEAREST * hottest)))


def _places(analysis: Analysis) -> Iterator[str]:
    """Where the analysis gives T_C."""
    source = analysis.source or "analysis"
    given: dict[str, Any] = {"device": analysis.device, "fit.fix": analysis.fit.fix}
    given |= {"priors": analysis.priors, "fit.bounds": analysis.fit.bounds}
    yield from (
        f"{source}, key '{section}.{CURIE_TEMPERATURE}'"
        for section, names in given.items()
        if CURIE_TEMPERATURE in names
    )


def _hottest(terms: Sequence[Term], space: ParameterSpace) -> float:
    """The highest temperature of the magnet in any row, K, with heating where it is given."""
    start: dict[str, Any] = {p.name: float(np.asarray(p.parameter.quantity(p.start))) for p in space.parameters}
    return max(float(np.max(np.asarray(term.magnet_temperatures(start)))) for term in terms)
