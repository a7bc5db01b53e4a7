"""Rows that a law does not know are refused: for one, those at a current at which a barrier vanishes."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.measurement import name_of
from stfit.objective import Objective

Array = npt.NDArray[np.float64]

_MOST: Final = 20  # problems told at once


def refuse_outside_the_law(objective: Objective, x: Array) -> None:
    """InputError that names the rows which, at the best fit, leave what the law knows."""
    device, law = objective.law.device, objective.law.rates
    shared, problems = objective.space.quantities(x), []
    for term in objective.terms:
        asked = term.rows_asked(shared)
        if asked is None:
            continue
        currents = np.broadcast_to(np.asarray(asked[1].current), term.thermometer.shape)
        for row in np.flatnonzero(law.outside(device, *asked)):
            setting = f"{1e3 * currents[row]:.4g} mA and {term.thermometer[row]:.4g} K"
            where = f"{name_of(term.measurement)}, the setting at {setting}"
            problems.append(Problem(where, *law.remedy(device, *asked, int(row))))
    if problems:
        raise InputError(problems[:_MOST])
