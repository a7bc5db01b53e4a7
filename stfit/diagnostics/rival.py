"""A description of the data that may be fitted to them beside the one of the analysis, and where its fit starts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.optimum import Optimum
from stfit.constants import BOLTZMANN
from stfit.diagnostics.same_law import ENERGIES, with_law
from stfit.models.parameters import PARAMETERS, at_temperature
from stfit.models.spin_transfer import SpinTransferLaw
from stfit.objective import FitParameter, Objective, ParameterSpace

Array = npt.NDArray[np.float64]

_SHALLOWEST: Final = 0.1  # k_BT: a barrier of no height has no power


@final
@dataclass(frozen=True)
class Rival:
    """A description with the objective it makes of the same data, and where a fit of it may start.

    Parameters
    ----------
    name, words : str
        Its key in result.json, and what a table calls it.
    objective : Objective
        The same data under this description.
    starts : tuple of ndarray
        Points to start a fit from, each of shape (free parameters,).
    differs_in : str
        In what it differs from the description that was fitted, in words: "the barrier law".
    contains : tuple of str
        Names of the descriptions that it becomes for one value of its own parameter.
    """

    name: str
    words: str
    objective: Objective
    starts: tuple[Array, ...]
    differs_in: str = ""
    contains: tuple[str, ...] = ()


def with_the_same_barriers(objective: Objective, optimum: Optimum, law: SpinTransferLaw) -> Rival:
    """Another law of the same barriers, to start from the slopes of the fit, else from the crude dwell times."""
    reached = objective.space.reaching(optimum.x)
    kept = [_above_zero(p.confined, objective) for p in reached.parameters if not _is_idle(p, objective, law)]
    names = {p.name for p in kept}
    extra = [FitParameter.unbounded(p) for p in law.of_the_current if p.name not in names]
    space = ParameterSpace((*kept, *extra))
    own = [p.start for p in extra]
    shared = [p.name in names for p in objective.space.varied]
    starts = (_same_slopes(objective, optimum, law), objective.start)
    points = tuple(np.append(x[shared], own) for x in starts)
    return _rival(objective, with_law(objective, law, space), points)


def with_barriers_of_its_own(objective: Objective, optimum: Optimum, law: SpinTransferLaw) -> list[Rival]:
    """A law whose barriers have other parameters; none where something else is known of those that it replaces."""
    if known_of_the_barriers(objective):
        return []
    foreign = _of_the_barriers(objective.law)
    device = objective.law.device
    kept = [p for p in objective.space.parameters if p.name not in foreign]
    own = [
        FitParameter.unbounded(
            at_temperature(PARAMETERS[name], device.reference_temperature, device.convention.thermal)
        )
        for name in _of_the_barriers(law)
    ]
    space = ParameterSpace((*kept, *own))
    wells = device.asymmetry.wells(objective.space.quantities(optimum.x), None)
    known = law.rates.start(wells)
    if "l_over_L" in objective.names and "c_P" in objective.names:
        # only the products l/L c_i are known: l/L starts where their sum stays, with the c_P + c_AP that r(θ) fixes
        l_over_L = float(optimum.x[objective.names.index("l_over_L")])
        free = float(np.squeeze(wells.c_P + wells.c_AP))
        known["l_over_L"] = l_over_L * free / (device.convention.gmr * device.gmr.total)
    start = np.array([_start(p, objective, optimum, known) for p in space.varied])
    return [_rival(objective, with_law(objective, law, space), (start,))]


def known_of_the_barriers(objective: Objective) -> list[str]:
    """Symbols of the parameters of the barriers of which something is known beside the data."""
    own = _of_the_barriers(objective.law)
    known = (p for p in objective.space.parameters if p.name in own and (p.held or p.constraint is not None))
    return [p.parameter.symbol for p in known]


def _rival(fitted: Objective, rival: Objective, starts: tuple[Array, ...]) -> Rival:
    """A rival by the words of its law, and in what that differs from the law that was fitted."""
    mine, law = fitted.law, rival.law
    differs_in = "the barrier law"
    if law.heating.name != mine.heating.name:
        differs_in = "heating"
    elif law.rates.one_axis != mine.rates.one_axis:
        differs_in = "the formula of the rates"
    return Rival(law.name, law.words, rival, starts, differs_in, law.contains)


def _of_the_barriers(law: SpinTransferLaw) -> list[str]:
    """The parameters of the barriers, constants of the sample left out."""
    return [name for name in law.device.asymmetry.parameters if not PARAMETERS[name].constant]


def _start(p: FitParameter, objective: Objective, optimum: Optimum, own: dict[str, float]) -> float:
    """Where the rival says, or where a parameter is at the best fit of the analysis."""
    if p.name not in own:
        return float(optimum.x[objective.names.index(p.name)])
    return min(max(p.parameter.coordinate_of(own[p.name]), p.lower), p.upper)


def _is_idle(p: FitParameter, objective: Objective, law: SpinTransferLaw) -> bool:
    """Whether only the description that was fitted has a parameter; a constraint of it is a datum for every one."""
    fitted, rival = ({own.name for own in one.of_the_current} for one in (objective.law, law))
    return p.constraint is None and p.name in fitted - rival


def _above_zero(p: FitParameter, objective: Objective) -> FitParameter:
    """A barrier kept above a tenth of k_BT."""
    if p.name not in ENERGIES:
        return p
    unit = objective.law.device.convention.thermal * BOLTZMANN * objective.reference_temperature
    return replace(p, lower=max(p.lower, p.parameter.coordinate_of(_SHALLOWEST * unit)))


def _same_slopes(objective: Objective, optimum: Optimum, law: SpinTransferLaw) -> Array:
    """The best fit with λ changed so that the slopes at zero current stay."""
    x = optimum.x.copy()
    if "l_over_L" in objective.names:
        start = {p.name: p.quantity(p.start) for p in law.of_the_current}
        x[objective.names.index("l_over_L")] /= float(law.rates.slope_ratio(start))
    return x
