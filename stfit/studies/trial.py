"""A planned measurement simulated and fitted many times, to see whether the error comes out as predicted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.keeping import Kept, kept
from stfit.backends.least_squares import refit
from stfit.backends.optimum import Optimum
from stfit.objective import Objective
from stfit.results.measurement_plan import SimulatedCheck
from stfit.studies.candidate import Candidate, Today, with_candidate

Array = npt.NDArray[np.float64]

_CENTRAL: Final = (0.158655253931457, 0.841344746068543)
# of half the distance between these quantiles of n normal numbers, times √n: √[(p(1−p) − p²)/2]/φ(1) with p = 0.1587
# (asymptotic covariance of two quantiles, David & Nagaraja, Order Statistics, section 10.3)
_QUANTILE_ERROR: Final = 0.962


@final
@dataclass(frozen=True)
class _Design:
    """What is measured in every replica, and where its fit starts."""

    objective: Objective
    optimum: Optimum
    target: str
    logarithmic: bool


def trial(
    today: Today, candidate: Candidate, predicted: float, refits: int, seed: np.random.SeedSequence, processes: int = 1
) -> SimulatedCheck:
    """All measurements there are and the candidate, drawn and fitted `refits` times as if today's fit were the truth.

    Each replica has its own data and its own quotes of the constrained constants. predicted: standard error (SI). The
    spread of what has a logarithm is that of the logarithm, times the value, as its standard error is.
    """
    target = today.conditions.target
    objective, optimum = with_candidate(today, candidate)
    designed = replace(objective, terms=(*today.objective.terms, *candidate.terms))
    logarithmic = any(p.name == target and p.parameter.transform == "log" for p in objective.space.varied)
    design = _Design(designed, optimum, target, logarithmic)
    of = (designed, optimum.x, target, logarithmic, seed.entropy, seed.spawn_key)
    work = Kept(f"refits of: {candidate.title}", of, float, float)
    found = np.array(list(kept(work, partial(_refitted, design), seed.spawn(refits), processes)))
    fitted = found[np.isfinite(found)]
    low, high = np.quantile(fitted, _CENTRAL) if fitted.size else (np.nan, np.nan)
    spread = 0.5 * float(high - low) * (abs(today.value(target)) if logarithmic else 1.0)
    ratio = spread / predicted
    error = ratio * _QUANTILE_ERROR / np.sqrt(max(fitted.size, 1))
    return SimulatedCheck(refits, int(found.size - fitted.size), spread, ratio, float(error))


def _refitted(design: _Design, seed: np.random.SeedSequence) -> float:
    """The target (its logarithm, where that is fitted) in one replica; NaN where a fit ends nowhere."""
    objective, optimum = design.objective, design.optimum
    replica = objective.replicate(optimum.x, np.random.default_rng(seed))
    with np.errstate(all="ignore"):  # a fit that fails is counted, not announced
        x = refit(replica, optimum)
        quantities = replica.all_quantities(replica.space.quantities(x))
        value = float(np.asarray(quantities[design.target]).reshape(-1)[0])
        return float(np.log(value)) if design.logarithmic else value
