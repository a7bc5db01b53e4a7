"""Other valleys of the likelihood that a 95 % region reaches: the same slopes with the other sign of l/L_θθ.

s_P = +G c_P/k_BT and s_AP = −G c_AP/k_BT have opposite signs, whichever that of G is. Where the data hardly see a
current effect, both signs are likely, and a profile has to pass through l/L_θθ = 0, where θ0 has no meaning and no
descent finds its way.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.backends.newton import Box, Expansion, descend
from stfit.backends.optimum import Optimum
from stfit.objective import Objective

Array = npt.NDArray[np.float64]

COEFFICIENT: Final = "l_over_L"
_SLOPES: Final = ("slope_P", "slope_AP")
_SETTLED: Final = 8.0  # standard errors of a slope from 0, from which its sign is known
_SHARES: Final = (1.0, 0.1)  # of the coefficient, with which the other sign is tried


def valleys(rise: Expansion, optimum: Optimum, objective: Objective, level: float) -> list[Array]:
    """Best fits with the other sign of l/L_θθ, points of shape (p,); none where they are worse by more than `level`."""
    if COEFFICIENT not in objective.names or not _is_open(optimum, objective):
        return []
    place = objective.names.index(COEFFICIENT)
    lower, upper = objective.bounds
    positive = optimum.x[place] > 0
    lower, upper = lower.copy(), upper.copy()
    lower[place], upper[place] = (lower[place], 0.0) if positive else (0.0, upper[place])
    if lower[place] >= upper[place]:
        return []
    scales = optimum.directions.scales
    box = Box(lower, upper, np.diag(scales), scales)
    found = [descend(rise, start, box) for start in _mirrored(optimum.x, place, objective)]
    best = min(found, key=lambda end: end.value)
    return [best.x] if 2.0 * best.value < level else []


def _mirrored(x: Array, place: int, objective: Objective) -> list[Array]:
    """Starts with the other sign, at this asymmetry and at its mirror image."""
    starts = []
    lower, upper = objective.bounds
    for share in _SHARES:
        there = x.copy()
        there[place] = -share * x[place]
        starts.append(there)
        if "theta_0" in objective.names:
            mirror = there.copy()
            angle = objective.names.index("theta_0")
            mirror[angle] = lower[angle] + upper[angle] - there[angle]
            starts.append(mirror)
    return starts


def _is_open(optimum: Optimum, objective: Objective) -> bool:
    """Whether no slope is known by its sign, as far as the covariance tells."""
    if optimum.covariance is None or optimum.runaway is not None:
        return True
    quantities = objective.all_quantities(objective.space.jets(optimum.x, order=1))
    known = [quantities[name] for name in _SLOPES if name in quantities] or [quantities[COEFFICIENT]]
    for quantity in known:
        gradient = quantity.gradient.reshape(optimum.x.size)
        error = float(np.sqrt(max(gradient @ optimum.covariance @ gradient, 0.0)))
        null = optimum.directions.touches_null(gradient)
        if not null and error > 0.0 and abs(float(np.squeeze(quantity.value))) > _SETTLED * error:
            return False
    return True
