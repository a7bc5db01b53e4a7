"""Exact rates refuse what has no two states: rows beyond the current at which a barrier vanishes."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.measurement import name_of
from stfit.models.exact import ExactRates, ExactRows
from stfit.objective import Objective
from stfit.physics.rate_table import LARGEST_FIELD, SIGMA

Array = npt.NDArray[np.float64]

_MOST: Final = 20  # problems told at once


def refuse_without_two_states(objective: Objective, x: Array) -> None:
    """InputError that names the rows which, at the best fit, leave what barrier = "exact" knows."""
    rates = objective.law.rates
    if rates is None:
        return
    quantities, problems = objective.space.quantities(x), []
    for term in objective.terms:
        rows = term.exact_rows(quantities)
        if rows is not None:
            places = np.flatnonzero(rates.outside(rows))
            kelvin = term.thermometer[places]
            name = name_of(term.measurement)
            problems += [_problem(rates, rows, int(row), name, t) for row, t in zip(places, kelvin, strict=True)]
    if problems:
        raise InputError(problems[:_MOST])


def _problem(rates: ExactRates, rows: ExactRows, row: int, name: str, kelvin: float) -> Problem:
    sigma, h, milliamperes = rows.sigma[row], rows.h[row], 1e3 * rows.current[row]
    where = f"{name}, the setting at {milliamperes:.4g} mA and {kelvin:.4g} K"
    if not SIGMA[0] <= sigma <= SIGMA[1] or abs(h) > LARGEST_FIELD:
        expected = f'Kv from {SIGMA[0]:g} to {SIGMA[1]:g} k_BT and |h| up to {LARGEST_FIELD:g} with barrier = "exact"'
        return Problem(where, expected, f"a best fit with {sigma:.3g} k_BT and h = {h:.3g}")
    low, high = rates.currents_allowed(rows, row)
    expected = f"a current between {1e3 * low:.4g} and {1e3 * high:.4g} mA, where the best fit has two states"
    return Problem(where, expected, f'{milliamperes:.4g} mA; barrier = "high" goes on beyond')
