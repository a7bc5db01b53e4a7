"""Quantities as profiles and contours follow them: functions of the coordinates with two derivatives, and the way back.

A critical current is followed by its inverse, 1/I_c = −s k_BT/E: where the slope s may be 0 the set of likely I_c
passes through infinity (Fieller 1954, doi:10.1111/j.2517-6161.1954.tb00159.x), while that of 1/I_c is an interval.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.newton import Expansion
from stfit.derivatives import Jet
from stfit.objective import Objective

Array = npt.NDArray[np.float64]
Formula = Callable[[Mapping[str, Any]], Any]  # of all quantities (SI), as floats, arrays or Jets

RECIPROCALS: Final[Mapping[str, int]] = {"I_c_P": 0, "I_c_AP": 1}  # critical currents, and the state that each leaves


@final
@dataclass(frozen=True)
class Followed:
    """A quantity by name. expansion: the regular number that is followed. public: the quantity (SI) at that number.

    public increases, but for a reciprocal, which is followed by its inverse.
    """

    name: str
    expansion: Expansion
    public: Callable[[float], float]
    reciprocal: bool = False


def followed(objective: Objective, name: str, formulas: Mapping[str, Formula] | None = None) -> Followed:
    """A parameter (by its coordinate), a derived quantity, or one of `formulas`, by name."""
    if name in objective.names:
        index, size = objective.names.index(name), len(objective.names)
        gradient, hessian = np.eye(size)[index], np.zeros((size, size))
        parameter = objective.space.varied[index].parameter
        return Followed(
            name,
            lambda x: (float(x[index]), gradient, hessian),
            lambda coordinate: float(np.asarray(parameter.quantity(coordinate))),
        )
    reciprocal = name in RECIPROCALS
    formula: Formula = (formulas or {}).get(name, itemgetter(name))
    if reciprocal:
        formula = partial(objective.law.inverse_critical_current, state=RECIPROCALS[name])

    def derived(x: Array) -> tuple[float, Array, Array]:
        with np.errstate(all="ignore"):
            found = formula(objective.on_demand(objective.space.jets(x, order=2)))
        if not isinstance(found, Jet) or found.hessian is None:
            return float(np.squeeze(found)), np.zeros(x.size), np.zeros((x.size, x.size))
        return float(np.squeeze(found.value)), found.gradient.reshape(x.size), found.hessian.reshape(x.size, x.size)

    return Followed(name, derived, _inverse if reciprocal else float, reciprocal)


def _inverse(number: float) -> float:
    return 1.0 / number if number else float("inf")
