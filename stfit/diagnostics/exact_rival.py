"""Eq. 27 against the exact rates of one axis, fitted to the same data: what the limit of infinite barriers changes."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.backends.optimum import Optimum
from stfit.diagnostics.rival import Rival
from stfit.diagnostics.same_law import with_law
from stfit.models.law import SpinTransferLaw
from stfit.models.parameters import PARAMETERS, at_temperature
from stfit.objective import FitParameter, Objective, ParameterSpace
from stfit.physics.transport import CosineGmr

Array = npt.NDArray[np.float64]

EXACT_WORDS: Final = ("exact-rates", "exact Fokker–Planck rates of a uniaxial barrier")
_OF_THE_BARRIER: Final = frozenset({"E_P", "E_AP", "theta_0", "Kv", "h", "c_P", "c_AP"})
_FACTORS: Final = frozenset({"c_P", "c_AP"})
_KNOWN: Final = frozenset({"theta_0", "symmetric", "uniaxial", "free"})  # one axis with a field can stand for these
_FLATTEST: Final = 0.6  # |h| to start from, inside the table's box


def why_not_tried(objective: Objective) -> str:
    """Why the exact rates are no rival of this fit, in a sentence; "" where they are one, or are fitted themselves."""
    law = objective.law
    if law.rates is not None:
        return ""
    if not isinstance(law.gmr, CosineGmr):
        return "Exact rates were not tried: they are tabulated for the cosine r(θ) only."
    if law.asymmetry.name not in _KNOWN:
        return f'Exact rates were not tried: no uniaxial barrier stands for asymmetry = "{law.asymmetry.name}".'
    given = [p.parameter.symbol for p in objective.space.parameters if p.name in _OF_THE_BARRIER and _is_given(p)]
    return f"Exact rates were not tried: {' and '.join(given)} was given for Eq. 27." if given else ""


def _is_given(p: FitParameter) -> bool:
    return p.held or p.constraint is not None


def exact_rivals(objective: Objective, optimum: Optimum) -> list[Rival]:
    """The exact rates as a rival of Eq. 27, where the cosine is the GMR curve and the barriers are free.

    Its axis is uniaxial with a field; it is symmetric where the asymmetry of the fit is.
    """
    law = objective.law
    if law.rates is not None or why_not_tried(objective):
        return []
    exact = law.rewritten(barrier="exact", asymmetry="symmetric" if law.asymmetry.name == "symmetric" else "uniaxial")
    space = _space(objective, exact)
    rival = with_law(objective, exact, space)
    start = np.array([_start(p, objective, optimum) for p in space.varied])
    return [Rival(*EXACT_WORDS, rival, (start,), "the formula of the rates")]


def _space(objective: Objective, exact: SpinTransferLaw) -> ParameterSpace:
    """The parameters with those of the axis in place of the barriers."""
    law, kept = objective.law, [p for p in objective.space.parameters if p.name not in _OF_THE_BARRIER]
    thermal = law.convention.thermal
    names = [name for name in exact.asymmetry.parameters if name in _OF_THE_BARRIER]
    own = [at_temperature(PARAMETERS[name], law.reference_temperature, thermal) for name in names]
    return ParameterSpace((*kept, *(FitParameter.unbounded(p) for p in own)))


def _start(p: FitParameter, objective: Objective, optimum: Optimum) -> float:
    """Where the parameter is at the best fit of Eq. 27; Kv and h from the barriers.

    Where c_P and c_AP are free only their products with l/L are known: l/L starts where the sum of the two products
    stays, with the sum c_P + c_AP that the cosine fixes.
    """
    law = objective.law
    wells = law.asymmetry.wells(objective.space.quantities(optimum.x), None)
    if p.name in objective.names:
        fitted = float(optimum.x[objective.names.index(p.name)])
        if p.name != "l_over_L" or not _FACTORS & set(objective.names):
            return fitted
        return fitted * float(np.squeeze(wells.c_P + wells.c_AP)) / (law.convention.gmr * law.gmr.total)
    root_P, root_AP = (float(np.squeeze(np.sqrt(energy))) for energy in (wells.energy_P, wells.energy_AP))
    tilt = (root_P - root_AP) / max(root_P + root_AP, np.finfo(float).tiny)
    axis = {"Kv": (0.5 * (root_P + root_AP)) ** 2, "h": float(np.clip(tilt, -_FLATTEST, _FLATTEST))}
    return min(max(p.parameter.coordinate_of(axis[p.name]), p.lower), p.upper)
