"""Where a fit starts: from crude dwell times, or from critical currents where there are none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from stfit.analysis import Analysis
from stfit.measurement.start import RoughDwellTimes
from stfit.models.guess import CrudeDwellTimes
from stfit.models.guess_critical import (
    ExtrapolatedCurrents,
    quantities_from_critical_currents,
    zero_temperature_currents,
)
from stfit.objective import FitParameter, Objective, ParameterSpace, Term
from stfit.objective.predictions import critical_rows, current_at

Array = npt.NDArray[np.float64]


def started(objective: Objective, analysis: Analysis) -> ParameterSpace:
    """The parameter space started from the data, except where the analysis says where a parameter is."""
    space = objective.space
    known = {p.name: float(np.asarray(p.parameter.quantity(p.start))) for p in space.parameters}
    guess = _guess(objective, known)
    informed = set(analysis.device) | set(analysis.priors) | set(analysis.fit.fix)
    return ParameterSpace(tuple(_start_at(p, guess) if p.name not in informed else p for p in space.parameters))


def _guess(objective: Objective, known: dict[str, float]) -> dict[str, float]:
    """Quantities from the crude dwell times of all measurements; those that know ln τ itself go before slopes alone.

    Where there are none, from critical currents.
    """
    starts = [(term, term.measurement.start()) for term in objective.terms]
    found = [(term, start.dwell_times) for term, start in starts if start.dwell_times is not None]
    whole = [(term, rough) for term, rough in found if not rough.only_slopes]
    parts = [_rough_rows(term, rough, known) for term, rough in whole or found]
    if not parts:
        return _guess_from_critical_currents(objective, known)
    rows = CrudeDwellTimes(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    return objective.law.starting_quantities(rows, known)


def _guess_from_critical_currents(objective: Objective, known: dict[str, float]) -> dict[str, float]:
    parts = [
        _critical_rows(term, current, known)
        for term in objective.terms
        if (current := term.measurement.start().critical_currents) is not None
    ]
    if not parts:
        return {}
    rows = ExtrapolatedCurrents(*(np.concatenate(column) for column in zip(*parts, strict=True)))
    return quantities_from_critical_currents(objective.law.device, rows, known)


def _critical_rows(term: Term, measured: Array, known: dict[str, float]) -> tuple[Array, ...]:
    """State, critical current at zero temperature (A), ΔR (ohm) and barrier (J) of the rows of a measurement."""
    settings = term.measurement.settings
    rows, own = critical_rows(settings, term.thermometer), settings.delta_R
    energy, current = zero_temperature_currents(term.law.device, rows, measured, known)
    return rows.state, current, np.full(measured.size, known["delta_R"]) if own is None else own, energy


def _rough_rows(term: Term, rough: RoughDwellTimes, known: dict[str, float]) -> tuple[Array, ...]:
    settings = term.measurement.settings.at(rough.row)
    if rough.reached is not None:
        settings = settings.swept_to(rough.reached)
    current, state = np.asarray(current_at(known, settings)), settings.state.astype(float)
    return rough.log_dwell, rough.weight, state, current, term.thermometer[rough.row], settings.field


def _start_at(p: FitParameter, guess: dict[str, float]) -> FitParameter:
    """A start inside the bounds, away from their ends."""
    name = p.name.partition("[")[0]  # "tau_0[2]" starts where tau_0 does
    if name not in guess:
        return p
    width = p.upper - p.lower
    margin = 0.01 * width if np.isfinite(width) else 0.0
    return replace(p, start=float(np.clip(p.parameter.coordinate_of(guess[name]), p.lower + margin, p.upper - margin)))
