"""Exact rates refuse what has no two states: rows beyond the current at which a barrier vanishes."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import value_of
from stfit.errors import InputError, Problem
from stfit.measurements import name_of
from stfit.objective import Objective, Term
from stfit.objective.predictions import current_at
from stfit.physics.rate_table import LARGEST_FIELD, SIGMA

Array = npt.NDArray[np.float64]

_MOST: Final = 20  # problems told at once


def refuse_without_two_states(objective: Objective, x: Array) -> None:
    """InputError that names the rows which, at the best fit, leave what barrier = "exact" knows."""
    quantities = objective.space.quantities(x)
    problems = [
        _problem(term, quantities, int(row))
        for term in objective.terms
        for row in np.flatnonzero(term.outside_exact_rates(quantities))
    ]
    if problems:
        raise InputError(problems[:_MOST])


def _problem(term: Term, shared: Any, row: int) -> Problem:
    quantities, settings = term.quantities(shared), term.measurement.settings
    law, rates = term.law, term.law.rates
    if rates is None:
        raise TypeError("Eq. 27 refuses no row")
    current = settings.interval[1] if settings.interval is not None else value_of(current_at(quantities, settings))
    kelvin = float(term.thermometer[row])
    known = {name: float(np.squeeze(value_of(value))) for name, value in quantities.items()}
    where = f"{name_of(term.measurement)}, the setting at {1e3 * current[row]:.4g} mA and {kelvin:.4g} K"
    h = float(np.broadcast_to(law.reduced_field(known, settings.field), settings.state.shape)[row])
    sigma = rates.sigma(law, known, kelvin)
    if not SIGMA[0] <= sigma <= SIGMA[1] or abs(h) > LARGEST_FIELD:
        expected = f'Kv from {SIGMA[0]:g} to {SIGMA[1]:g} k_BT and |h| up to {LARGEST_FIELD:g} with barrier = "exact"'
        return Problem(where, expected, f"a best fit with {sigma:.3g} k_BT and h = {h:.3g}")
    low, high = rates.currents_allowed(law, known, kelvin, h)
    expected = f"a current between {1e3 * low:.4g} and {1e3 * high:.4g} mA, where the best fit has two states"
    return Problem(where, expected, f'{1e3 * current[row]:.4g} mA; barrier = "high" goes on beyond')
