"""How unequally the data see the directions of parameter space: spectrum and eigen-directions of the information.

Few combinations are known sharply and most hardly at all: models are then called sloppy (R. N. Gutenkunst et al., PLoS
Comput. Biol. 3, e189, 2007). Directions are those of the scaled coordinates: ln τ0, E/k_BT, ln|λ|, θ0, ln of constants.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.backends.optimum import Optimum
from stfit.diagnostics.wording import moved
from stfit.objective import Objective
from stfit.objective.information import spectrum
from stfit.results.numbers import format_rounded

Array = npt.NDArray[np.float64]

SLOPPY_BELOW: Final = 1e-3  # of the stiffest, in sharpness (the root of an eigenvalue)
_TOLD: Final = 0.2  # of the largest component, from which one is told in words
_FARTHEST: Final = 100.0  # in units of the second-order reach, up to which the deviance is followed
_AS_SAID: Final = 0.05  # of a step, within which second order says it all
_HALVINGS: Final = 30  # of the interval in which a deviance of 1 is reached: nine digits


def sloppiness(objective: Objective, optimum: Optimum, symbols: Mapping[str, str]) -> dict[str, Any]:
    """Condition, decades, how many directions are stiff or sloppy, and each of them, stiffest first.

    sharpness: 1/error along a unit of the direction. Empty where the fit is no maximum or nothing is seen.
    """
    known = spectrum(objective, optimum.x, optimum.directions, optimum.at_bound)
    if known is None or known[0].size == 0:
        return {}
    sharpness, vectors = np.sqrt(known[0][::-1]), known[1][:, ::-1]
    # an eigenvector has no sign of its own: its largest component counts up
    vectors = vectors * np.sign(vectors[np.argmax(np.abs(vectors), axis=0), np.arange(sharpness.size)])
    names = optimum.directions.names
    stiff = int(np.count_nonzero(sharpness >= SLOPPY_BELOW * sharpness[0]))
    condition = float(sharpness[0] / sharpness[-1])
    entries = [_direction(names, vectors[:, k], float(sharpness[k]), symbols) for k in range(sharpness.size)]
    reach = _reach(objective, optimum, vectors[:, -1] / sharpness[-1])
    return {
        "condition": condition,
        "decades": 2.0 * float(np.log10(condition)),
        "stiff": stiff,
        "sloppy": int(sharpness.size) - stiff,
        "directions": entries,
        "sloppiest_reach": list(reach),
        "sentence": _sentence(entries, condition, reach),
    }


def _direction(names: tuple[str, ...], vector: Array, sharpness: float, symbols: Mapping[str, str]) -> dict[str, Any]:
    largest = float(np.max(np.abs(vector)))
    told = {n: float(c) for n, c in zip(names, vector, strict=True) if abs(c) > _TOLD * largest}
    return {
        "sharpness": sharpness,
        "components": dict(zip(names, vector.tolist(), strict=True)),
        "words": moved(told, 1.0 / sharpness, symbols),
    }


def _reach(objective: Objective, optimum: Optimum, step: Array) -> tuple[float, float]:
    """How many second-order steps it takes, down and up, to raise the deviance by 1, or to meet a bound."""
    return _one_way(objective, optimum, -step), _one_way(objective, optimum, step)


def _one_way(objective: Objective, optimum: Optimum, step: Array) -> float:
    move = step * optimum.directions.scales
    lower, upper = objective.bounds
    with np.errstate(divide="ignore", invalid="ignore"):
        room = np.where(move > 0, (upper - optimum.x) / move, np.where(move < 0, (lower - optimum.x) / move, np.inf))
    low, high = 0.0, min(_FARTHEST, float(np.min(room)))
    least = objective.cost(optimum.x)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # a far end may have no finite likelihood
        if objective.cost(optimum.x + high * move) - least < 0.5:
            return high
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            inside = objective.cost(optimum.x + middle * move) - least < 0.5
            low, high = (middle, high) if inside else (low, middle)
    return low


def _sentence(entries: list[dict[str, Any]], condition: float, reach: tuple[float, float]) -> str:
    loosest = entries[-1]["words"]
    if len(entries) == 1:
        return f"The data determine one combination; its standard error is {loosest}."
    times = format_rounded(condition, "", 2)
    return (
        f"The least certain combination is {times} times less certain than the best one. Its standard error is "
        f"{loosest}{_followed(reach)}."
    )


def _followed(reach: tuple[float, float]) -> str:
    """Where the deviance really rises by 1, if that is not where its second derivative says."""
    if max(abs(t - 1.0) for t in reach) < _AS_SAID:
        return ""
    back, on = (format_rounded(t, "", 2) for t in reach)
    return f" (by the full likelihood {on} times that, and {back} times in the other direction)"
