"""Which interval to quote: of the covariance, the profile, or the bootstrap."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from stfit.backends.bootstrap import Bootstrap, bca_interval, bootstrap, linearised
from stfit.backends.least_squares import Optimum
from stfit.backends.profile import Profile, profiles
from stfit.backends.profile_ends import State
from stfit.derivatives import value_of
from stfit.diagnostics.estimates import estimates
from stfit.objective import Objective
from stfit.results import Estimate, Verdict

Array = npt.NDArray[np.float64]

_PROBABILITIES: Final = {"ci68": 0.6826894921370859, "ci95": 0.95}
_WITHOUT = (Verdict.NOT_IDENTIFIED, Verdict.FIXED)


def estimates_by(
    kind: str, objective: Objective, optimum: Optimum, *, seed: int = 0, processes: int = 1
) -> dict[str, Estimate]:
    """Every parameter and derived quantity with the intervals of one kind: "covariance", "profile" or "bootstrap".

    The seed drives the bootstrap, which is parametric. ValueError for another kind.
    """
    if kind == "covariance":
        return covariance_estimates(objective, optimum)
    if kind == "profile":
        return profile_estimates(objective, optimum, processes=processes)
    if kind == "bootstrap":
        return bootstrap_estimates(objective, optimum, bootstrap(objective, optimum, seed=seed, processes=processes))
    raise ValueError(f"no intervals are called {kind!r}: there are covariance, profile, bootstrap")


def covariance_estimates(objective: Objective, optimum: Optimum) -> dict[str, Estimate]:
    """Those of diagnostics.estimates, which say where they come from."""
    return {
        name: found if found.ci68 is None else replace(found, interval="covariance")
        for name, found in estimates(objective, optimum).items()
    }


def profile_estimates(objective: Objective, optimum: Optimum, *, processes: int = 1) -> dict[str, Estimate]:
    """Profile intervals, about the lower minimum if the profiles find one."""
    names = profiled_names(objective, optimum)
    found = profiles(objective, optimum, names, processes=processes)
    base = covariance_estimates(objective, found.optimum)
    return {name: with_profile(e, found.profiles.get(name)) for name, e in base.items()}


def profiled_names(objective: Objective, optimum: Optimum) -> list[str]:
    """Quantities that have a profile: those that vary and that no null direction moves."""
    if optimum.covariance is None:
        return []
    quantities = objective.all_quantities(objective.space.jets(optimum.x, order=1))
    names = []
    for name in estimates(objective, optimum):
        gradient = getattr(quantities.get(name), "gradient", None)
        if gradient is None or not np.any(gradient) or not np.all(np.isfinite(gradient)):
            continue
        if not optimum.directions.touches_null(gradient.reshape(optimum.x.size)):
            names.append(name)
    return names


def with_profile(base: Estimate, profile: Profile | None) -> Estimate:
    """An estimate with the intervals of its profile, and the verdict that follows from its 95 % ends."""
    if profile is None:
        return base
    low, high = profile.ends["ci95"]
    if State.FAILED in (low.state, high.state):
        return base
    is_open = [end.state is State.OPEN for end in (low, high)]
    if all(is_open):
        return Estimate(None, None, None, None, base.unit, Verdict.NOT_IDENTIFIED)
    verdict = base.verdict
    if verdict in (Verdict.NOT_IDENTIFIED, Verdict.ONE_SIDED):
        verdict = Verdict.IDENTIFIED  # as far as the covariance can tell: its profile closes
    if any(is_open) and verdict is Verdict.IDENTIFIED:
        verdict = Verdict.ONE_SIDED
    return replace(
        base,
        value=profile.best,
        ci68=profile.interval("ci68"),
        ci95=profile.interval("ci95"),
        verdict=verdict,
        interval="profile",
    )


def bootstrap_estimates(objective: Objective, optimum: Optimum, found: Bootstrap) -> dict[str, Estimate]:
    """BCa intervals from the refits of replicas; verdicts are those of the covariance."""
    base = covariance_estimates(objective, optimum)
    if not found.usable or optimum.covariance is None:
        return base
    jets = objective.all_quantities(objective.space.jets(optimum.x, order=1))
    draws = objective.all_quantities(objective.space.quantities(found.draws))
    result: dict[str, Estimate] = {}
    for name, estimate in base.items():
        if estimate.ci95 is None:
            result[name] = estimate
            continue
        values = np.broadcast_to(np.asarray(draws[name], dtype=float).reshape(-1), found.draws.shape[0])
        influence = linearised(optimum, found, jets[name])
        best = float(value_of(jets[name]).reshape(-1)[0])
        intervals = {key: bca_interval(values, best, influence, p) for key, p in _PROBABILITIES.items()}
        result[name] = replace(estimate, ci68=intervals["ci68"], ci95=intervals["ci95"], interval="bootstrap")
    return result
