"""Which interval to quote: of the covariance, the profile, or the bootstrap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, final

import numpy as np

from stfit.backends.bootstrap import Bootstrap, bca_interval, bootstrap, linearised
from stfit.backends.optimum import Optimum
from stfit.backends.profile import LEVELS, Profile, profiles, quick_ends
from stfit.backends.quantities import RECIPROCALS, Formula, followed
from stfit.backends.ray import State
from stfit.derivatives import value_of
from stfit.diagnostics.estimates import estimates, says_nothing
from stfit.diagnostics.interval_record import bootstrap_record, profile_record
from stfit.objective import FitParameter, Objective
from stfit.results import Estimate, Interval, Status, Verdict, through_infinity

TOLERANCE: Final = 0.05  # standard errors by which a covariance interval may end elsewhere than the profile's
HEADLINES: Final = ("l_over_L", "c_P", "tau_0", "I_c_P", "slope_P", "E_P")  # whose profiles are drawn, the first few
_MOST_SHOWN: Final = 4
_PROBABILITIES: Final = {"ci68": 0.6826894921370859, "ci95": 0.95}


def covariance_estimates(objective: Objective, optimum: Optimum) -> dict[str, Estimate]:
    """Those of diagnostics.estimates, which say where they come from."""
    return {
        name: found if found.ci68 is None else replace(found, interval="covariance")
        for name, found in estimates(objective, optimum).items()
    }


def profile_estimates(objective: Objective, optimum: Optimum) -> dict[str, Estimate]:
    """Profile intervals, about the lower minimum if the profiles find one."""
    names = profiled_names(objective, optimum)
    found = profiles(objective, optimum, names)
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
        if name in RECIPROCALS and gradient is not None:
            gradient = followed(objective, name).expansion(optimum.x)[1]
        if gradient is None or not np.any(gradient) or not np.all(np.isfinite(gradient)):
            continue
        if not optimum.directions.touches_null(gradient.reshape(optimum.x.size)):
            names.append(name)
    return names


def with_profile(base: Estimate, profile: Profile | None) -> Estimate:
    """An estimate with the intervals of its profile, and the verdict that follows from its 95 % ends."""
    if profile is None:
        return base
    if has_no_end(profile):
        without = base.ci95 is None and base.verdict is not Verdict.AT_BOUND
        return _unknown(base) if without else base
    states = [end.state for end in profile.ends["ci95"]]
    is_open = [state in (State.OPEN, State.LIMIT) for state in states]
    if State.CLOSED not in states:  # all of its range is as likely as a 95 % interval asks for
        return _unknown(base)
    if through_infinity(profile.interval("ci95")):
        ends = profile.interval("ci68"), profile.interval("ci95")
        return Estimate(None, None, *ends, base.unit, Verdict.NOT_IDENTIFIED, "profile")
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


def has_no_end(profile: Profile) -> bool:
    """Whether an end of the 95 % interval could not be found: the covariance's interval then stands."""
    return any(end.state is State.FAILED for end in profile.ends["ci95"])


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


@final
@dataclass(frozen=True)
class Chosen:
    """Estimates with the intervals to quote, the best fit they belong to, and what result.json keeps of them."""

    optimum: Optimum
    estimates: Mapping[str, Estimate]
    record: Mapping[str, Any]


def choose_intervals(kind: str, objective: Objective, optimum: Optimum, *, seed: int = 0) -> Chosen:
    """The intervals that `[fit] intervals` asks for; "auto": the covariance's where they are good enough.

    Nothing but the covariance is asked where the fit did not converge.
    """
    base = covariance_estimates(objective, optimum)
    if optimum.covariance is None or optimum.status is not Status.CONVERGED:
        return Chosen(optimum, base, {})
    names = profiled_names(objective, optimum)
    without = [name for name in names if base[name].ci95 is None]  # beside a bound a covariance says nothing
    if kind == "covariance" and not without:
        return Chosen(optimum, base, {})
    if kind == "bootstrap":
        replicas = bootstrap(objective, optimum, seed=seed)
        found = bootstrap_estimates(objective, optimum, replicas)
        return Chosen(optimum, found, {"chosen_by": kind, "bootstrap": bootstrap_record(replicas)})
    wanted = {"profile": names, "covariance": without}.get(kind) or not_quadratic(objective, optimum, names, base)
    shown = [name for name in HEADLINES if name in names and base[name].verdict is not Verdict.CONSTRAINED][
        :_MOST_SHOWN
    ]
    every = list(dict.fromkeys([*wanted, *shown]))
    profiled = profiles(objective, optimum, every, curves=shown)
    if profiled.optimum is not optimum:
        base = covariance_estimates(objective, profiled.optimum)
    found = {n: with_profile(e, profiled.profiles.get(n)) if n in wanted else e for n, e in base.items()}
    found |= {p.name: _plausible(p, found[p.name]) for p in objective.space.varied}
    found |= {n: _unknown(found[n]) for n in _asymmetry_factors(found)}
    if kind == "auto":
        found = {n: base[n] if agrees(base[n], e.ci95) else e for n, e in found.items()}
    record = {"chosen_by": kind} | profile_record(objective, profiled, shown, base)
    if lost := [name for name in wanted if name in profiled.profiles and has_no_end(profiled.profiles[name])]:
        record["without_end"] = lost
    return Chosen(profiled.optimum, found, record)


def _plausible(p: FitParameter, found: Estimate) -> Estimate:
    """The estimate, not identified where its interval holds all that is plausible."""
    if found.ci95 is None or not says_nothing(p, found.ci95):
        return found
    return _unknown(found)


def _unknown(found: Estimate) -> Estimate:
    return Estimate(None, None, None, None, found.unit, Verdict.NOT_IDENTIFIED)


def _asymmetry_factors(found: Mapping[str, Estimate]) -> list[str]:
    """The factors that follow from an angle (or χ) of which nothing is known."""
    known = any(name in found and found[name].verdict is Verdict.NOT_IDENTIFIED for name in ("theta_0", "chi"))
    return [name for name in ("c_P", "c_AP", "c_ratio") if name in found] if known else []


def not_quadratic(
    objective: Objective,
    optimum: Optimum,
    names: Sequence[str],
    base: Mapping[str, Estimate],
    formulas: Mapping[str, Formula] | None = None,
) -> list[str]:
    """Quantities whose 95 % interval of the covariance may end elsewhere than the profile's; one Newton step tells.

    formulas: of those that are neither parameters nor derived.

    An end off by δ standard errors changes the chance beyond it by φ(1.96) δ; skewness moves an end with z², so that
    the 68 % end is off by δ/3.84, and its chance by φ(1) δ/3.84. With δ = TOLERANCE either is 0.3 % a side at most.
    """
    bounded = [name for name in names if base[name].ci95 is not None and None not in (base[name].ci95 or ())]
    ends = quick_ends(objective, optimum, bounded, LEVELS["ci95"], formulas)
    return [name for name in names if name not in ends or not agrees(base[name], ends[name])]


def agrees(base: Estimate, ends: Interval | None) -> bool:
    """Whether other 95 % ends are within TOLERANCE of the covariance's."""
    if base.ci95 is None or ends is None or not base.stderr:
        return False
    pairs = zip(ends, base.ci95, strict=True)
    return all(
        end is not None and here is not None and abs(end - here) <= TOLERANCE * base.stderr for end, here in pairs
    )
