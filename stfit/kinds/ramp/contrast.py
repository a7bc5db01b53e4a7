"""The distance of the branches of a loop near zero drive, against the ΔR that the analysis gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from stfit.diagnostics.contrast import given_delta_R
from stfit.kinds.ramp.stepped import SteppedRamps
from stfit.measurement import name_of
from stfit.measurement.base import Array
from stfit.objective import Objective
from stfit.results import Note
from stfit.results.numbers import format_rounded

_NEAR_ZERO: Final = 0.2  # of the largest current: ΔR falls with the bias
_FEWEST: Final = 3  # samples of either state there


def contrast_notes(objective: Objective) -> list[Note]:
    """A warning for each loop whose branches lie farther apart, or nearer, than ΔR says.

    Parameters
    ----------
    objective : Objective
        Of all measurements; one to which no ΔR was given has no notes.

    Returns
    -------
    list of Note
        Empty where the branches agree, and for loops without both states near zero current.
    """
    given = given_delta_R(objective)
    if given is None:
        return []
    notes = []
    for term in objective.terms:
        loop = term.measurement
        if not isinstance(loop, SteppedRamps) or (found := _between_branches(loop.sweeps)) is None:
            continue
        if given.contradicts(found):
            text = (
                f"{name_of(loop)}: near zero current the branches lie {format_rounded(found, 'ohm', 3)} apart, while "
                f"[device] delta_R is {format_rounded(given.value, 'ohm', 3)}. l/L_θθ is proportional to 1/ΔR: one "
                "of them is of another device, or in another unit."
            )
            notes.append(Note("branches and ΔR", "warning", text))
    return notes


def _between_branches(sweeps: Mapping[str, Array]) -> float | None:
    """R_AP − R_P (ohm) near zero current; None without samples of both."""
    if "current" not in sweeps:
        return None
    near = np.abs(sweeps["current"]) <= _NEAR_ZERO * np.max(np.abs(sweeps["current"]))
    of_state = [sweeps["resistance"][near & (sweeps["state"] == code)] for code in (0, 1)]
    if min(values.size for values in of_state) < _FEWEST:
        return None
    return float(np.median(of_state[1]) - np.median(of_state[0]))
