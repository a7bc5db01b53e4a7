"""What a chain says of a quantity: median, spread, equal-tailed intervals, and whether it is the data that say so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from stfit.backends.chain import Chain
from stfit.backends.optimum import Optimum
from stfit.diagnostics.combinations import identified_candidates
from stfit.diagnostics.convergence import QUANTILES
from stfit.diagnostics.draws import quantity_draws, thinned
from stfit.diagnostics.estimates import estimates
from stfit.diagnostics.reliability import Reliability, quoted, reliability
from stfit.objective import FitParameter, Objective
from stfit.objective.prior import prior_of
from stfit.results import Combination, Estimate, Interval, Verdict

Array = npt.NDArray[np.float64]

INTERVAL: Final = "posterior"
# A bound is inside the 95 % interval where the posterior density at it is more than exp(−1.92) of its maximum: of a
# normal law that is 1.96 standard deviations away.
_DENSITY_AT_BOUND: Final = float(np.exp(-0.5 * 1.959963984540054**2))
_BIN: Final = 0.25  # of half the 68 % interval: the width over which a density is counted
# Squared rank correlation with a parameter that only its bounds hold, from which most of a spread is set by them too
_MOSTLY_INHERITED: Final = 0.5
_MOST_RANKED: Final = 4000  # draws from which a correlation is taken
_LEAST_KNOWN: Final = 0.25  # of a standard deviation: its Monte-Carlo error, above which it is not quoted
_RATIOS: Final = frozenset({"I_c_P", "I_c_AP"})  # infinite where a slope changes sign
_UNKNOWN: Final = Estimate(None, None, None, None, "", Verdict.NOT_IDENTIFIED)


@final
@dataclass(frozen=True)
class Reach:
    """Whether the posterior of a coordinate is still large at its bounds."""

    lower: bool
    upper: bool


def posterior_estimates(
    objective: Objective, optimum: Optimum, chain: Chain, judged: Reliability | None = None
) -> dict[str, Estimate]:
    """Every parameter and every derived quantity, by public name; value: the median, stderr: the standard deviation.

    Of a parameter whose logarithm is fitted stderr is value × σ(logarithm). Of one that runs into a bound the intervals
    are one-sided; of one that runs into both, of what takes its spread from such a one, and of whatever moves along a
    null direction there is no number. An unusable chain gives no number at all: value and intervals are None under the
    verdict that the rank of the data gives, and the status of the result (Status.UNUSABLE_CHAIN) says why. judged: the
    verdict on the chain, where it is known already.
    """
    rank = estimates(objective, optimum)
    verdict = judged or reliability(objective, optimum, chain)
    if not verdict.usable:
        return {name: _withheld(entry) for name, entry in rank.items()}
    x = chain.flat
    draws, determined = quantity_draws(objective, x), quoted(objective, optimum)
    reach = {p.name: reaches(x[:, i], p) for i, p in enumerate(objective.space.varied)}
    held_by_bounds = _Unbounded.of(x, objective, reach)
    result = {}
    for name, entry in rank.items():
        if entry.verdict is Verdict.FIXED:
            result[name] = entry
        elif name not in determined or (held_by_bounds.sets(draws[name]) and not _constrained(objective, name)):
            result[name] = replace(_UNKNOWN, unit=entry.unit)
        elif name in objective.names:
            i = objective.names.index(name)
            result[name] = _parameter(objective.space.varied[i], x[:, i], reach[name])
        else:
            result[name] = _derived(name, draws[name], entry.unit, verdict.found[name].mcse["sd"])
    return result


def posterior_combinations(
    objective: Objective,
    optimum: Optimum,
    chain: Chain,
    found: Mapping[str, Estimate],
    judged: Reliability | None = None,
) -> list[Combination]:
    """What is identified where the parameters (found) are not, with intervals of the posterior; nothing if unusable."""
    if not (judged or reliability(objective, optimum, chain)).usable:
        return []
    x = chain.flat
    quantities = objective.all_quantities(objective.space.quantities(x))
    reach = {p.name: reaches(x[:, i], p) for i, p in enumerate(objective.space.varied)}
    held_by_bounds = _Unbounded.of(x, objective, reach)

    def draws(candidate: Any) -> Array:
        return np.asarray(candidate.value(quantities), dtype=float).reshape(-1)

    chosen = identified_candidates(objective, optimum, found, lambda rung: not held_by_bounds.sets(draws(rung)))
    return [_combination(candidate.expression, candidate.unit, draws(candidate)) for candidate in chosen]


def _combination(expression: str, unit: str, draws: Array) -> Combination:
    ci68, ci95, middle = _quantiles(draws)
    return Combination(expression, middle, float(np.std(draws)), ci68, ci95, unit)


@final
@dataclass(frozen=True)
class _Unbounded:
    """Ranks of the parameters whose posterior is held by nothing but both its bounds, each of shape (n,)."""

    ranks: tuple[Array, ...]

    @classmethod
    def of(cls, x: Array, objective: Objective, reach: Mapping[str, Reach]) -> _Unbounded:
        chosen = [i for i, name in enumerate(objective.names) if reach[name].lower and reach[name].upper]
        return cls(tuple(rankdata(thinned(x[:, i], _MOST_RANKED)) for i in chosen))

    def sets(self, draws: Array) -> bool:
        """Whether most of the spread of a quantity, shape (n,), is that of one of them."""
        sample = rankdata(thinned(draws, _MOST_RANKED))
        return any(np.corrcoef(sample, ranks)[0, 1] ** 2 > _MOSTLY_INHERITED for ranks in self.ranks)


def _constrained(objective: Objective, name: str) -> bool:
    return any(p.name == name and p.constraint is not None for p in objective.space.varied)


def reaches(x: Array, fitted: FitParameter) -> Reach:
    """Where the posterior of a coordinate, by its draws, shape (n,), is still large at an end of its prior."""
    if fitted.constraint is not None:
        return Reach(lower=False, upper=False)
    prior = prior_of((fitted,))
    ends = np.concatenate([prior.lower, prior.upper])
    x, ends = fitted.parameter.flat_of(x), fitted.parameter.flat_of(ends)
    ordered = np.sort(x)
    low, high = np.quantile(ordered, [QUANTILES["lo68"], QUANTILES["hi68"]])
    width = _BIN * (high - low) / 2.0
    if width <= 0.0:
        return Reach(lower=False, upper=False)
    most = int(np.max(np.searchsorted(ordered, ordered + width, side="right") - np.arange(ordered.size)))
    at_lower = int(np.searchsorted(ordered, ends[0] + width, side="right"))
    at_upper = int(ordered.size - np.searchsorted(ordered, ends[1] - width, side="left"))
    return Reach(lower=at_lower > _DENSITY_AT_BOUND * most, upper=at_upper > _DENSITY_AT_BOUND * most)


def _withheld(entry: Estimate) -> Estimate:
    if entry.verdict is Verdict.FIXED:
        return entry
    return Estimate(None, None, None, None, entry.unit, entry.verdict)


def _parameter(p: FitParameter, x: Array, reach: Reach) -> Estimate:
    """The posterior of a parameter from the draws of its coordinate, of which quantiles go over into its own."""
    unit = p.parameter.unit
    if reach.lower and reach.upper:
        return replace(_UNKNOWN, unit=unit)
    inner, outer, middle = _quantiles(x)
    ci68: Interval = inner
    ci95: Interval = outer
    verdict = Verdict.IDENTIFIED if p.constraint is None else Verdict.CONSTRAINED
    if reach.lower or reach.upper:
        verdict = Verdict.ONE_SIDED
        ci68, ci95 = (_one_sided(x, level, reach) for level in (QUANTILES["hi68"] - QUANTILES["lo68"], 0.95))
    in_logarithm = p.parameter.transform in ("log", "log1p")
    stderr = float(np.std(x)) * abs(p.parameter.coordinate_slope(middle)) if in_logarithm else _spread(p, x)
    value = float(p.parameter.quantity(middle))
    return Estimate(value, stderr, _of_quantity(p, ci68), _of_quantity(p, ci95), unit, verdict, INTERVAL)


def _spread(p: FitParameter, x: Array) -> float:
    """The standard deviation of the quantity over draws of its coordinate."""
    return float(np.std(p.parameter.quantity(x)))


def _one_sided(x: Array, level: float, reach: Reach) -> Interval:
    """The limit below (or above) which the probability is `level`; open towards the bound."""
    return (None, float(np.quantile(x, level))) if reach.lower else (float(np.quantile(x, 1.0 - level)), None)


def _of_quantity(p: FitParameter, interval: Interval) -> Interval:
    low, high = (None if end is None else float(p.parameter.quantity(end)) for end in interval)
    return low, high


def _derived(name: str, draws: Array, unit: str, error: float) -> Estimate:
    """The posterior of what follows from the parameters; error: Monte-Carlo error of its standard deviation."""
    if name in _RATIOS:
        signs = np.sort([np.mean(draws > 0.0), np.mean(draws < 0.0)])
        if signs[0] > QUANTILES["lo95"]:  # the slope may be zero: no current is too large
            return replace(_UNKNOWN, unit=unit)
    ci68, ci95, middle = _quantiles(draws)
    # of a ratio whose denominator may come near zero, a few draws make the standard deviation, or there is none
    stderr = float(np.std(draws))
    known = error <= _LEAST_KNOWN * stderr
    return Estimate(middle, stderr if known else None, ci68, ci95, unit, Verdict.IDENTIFIED, INTERVAL)


def _quantiles(draws: Array) -> tuple[tuple[float, float], tuple[float, float], float]:
    """ci68, ci95 and the median."""
    order = ("lo68", "hi68", "lo95", "hi95", "median")
    found = [float(value) for value in np.quantile(draws, [QUANTILES[name] for name in order])]
    return (found[0], found[1]), (found[2], found[3]), found[4]
