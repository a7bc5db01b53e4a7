"""Is a chain reliable, tentative or unusable, and why; in sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, final

import numpy as np

from stfit.backends.chain import Chain
from stfit.backends.optimum import Optimum
from stfit.derivatives import Jet
from stfit.diagnostics.convergence import Convergence, convergence
from stfit.diagnostics.draws import quantity_draws
from stfit.diagnostics.estimates import spread
from stfit.objective import Objective
from stfit.results.symbols import symbol

LOG_POSTERIOR: Final = "log_posterior"

# R̂: Vehtari et al. 2021, doi:10.1214/20-BA1221, section 4; 1.1 is the older rule (Gelman et al., Bayesian Data An.)
RHAT_RELIABLE: Final = 1.01
RHAT_USABLE: Final = 1.1
# effective draws: 400, where R̂ and the errors are trusted (the same, section 4: a hundred for each of four chains); a
# hundred put the mean within a tenth of a standard deviation and leave five draws beyond an end of the 95 % interval
ESS_RELIABLE: Final = 400.0
ESS_USABLE: Final = 100.0
# steps over τ: emcee's rule is 50 (its tutorial on autocorrelation). That of the mean over the walkers is known to a
# fifth from four ensembles that long, and the longest of many quantities is looked at, so a third is left to chance.
# Below 10 the estimate of τ is too small, and by how much cannot be known
TAUS_RELIABLE: Final = 33.0
TAUS_USABLE: Final = 10.0
# accepted moves: 0.2 to 0.5 is usual (Foreman-Mackey et al. 2013, section 4); below 0.05 walkers are stuck
LEAST_ACCEPTED: Final = 0.05


class ChainVerdict(StrEnum):
    """What the numbers drawn from a chain are worth."""

    RELIABLE = "reliable"
    TENTATIVE = "tentative"
    UNUSABLE = "unusable"


@final
@dataclass(frozen=True)
class Reliability:
    """The verdict with its reasons, and the diagnostics of every quantity that varies (and of "log_posterior")."""

    verdict: ChainVerdict
    reasons: tuple[str, ...]
    found: Mapping[str, Convergence]
    judged: frozenset[str]

    @property
    def usable(self) -> bool:
        """Whether a number may be quoted."""
        return self.verdict is not ChainVerdict.UNUSABLE


@final
@dataclass(frozen=True)
class _Criterion:
    """What is asked of each quantity. cost: falls below 1 where it is met. words: of the worst value."""

    value: Callable[[Convergence], float]
    reliable: float
    usable: float
    rising: bool  # whether more is better
    words: str  # {value}, {names}, {limit}


_CRITERIA: Final = (
    _Criterion(
        lambda c: c.rhat,
        RHAT_RELIABLE,
        RHAT_USABLE,
        False,
        "The ensembles do not agree: R̂ = {value:.3g} of {names}, above {limit:g}.",
    ),
    _Criterion(
        lambda c: c.ess_bulk,
        ESS_RELIABLE,
        ESS_USABLE,
        True,
        "Too few independent draws: {value:.0f} in the bulk of {names}, below {limit:g}.",
    ),
    _Criterion(
        lambda c: c.ess_tail,
        ESS_RELIABLE,
        ESS_USABLE,
        True,
        "Too few independent draws: {value:.0f} in the tails of {names}, below {limit:g}.",
    ),
    _Criterion(
        lambda c: c.steps_per_tau,
        TAUS_RELIABLE,
        TAUS_USABLE,
        True,
        "The chain is short: {value:.3g} autocorrelation times of {names}, below {limit:g}.",
    ),
)


def is_long_enough(objective: Objective, optimum: Optimum, chain: Chain) -> bool:
    """Whether every number that will be quoted of a chain rests on enough draws, so that it may end.

    Parameters
    ----------
    objective, optimum
        What was sampled, and its best fit.
    chain
        The chain without its burn-in.

    Returns
    -------
    bool
        Whether R̂, the effective draws and the length in autocorrelation times are those of a reliable chain.
    """
    found, judged = _convergences(objective, optimum, chain)
    asked = {name: entry for name, entry in found.items() if name in judged}
    return not any(_failures(criterion, asked) for criterion in _CRITERIA)


def _convergences(
    objective: Objective, optimum: Optimum, chain: Chain
) -> tuple[dict[str, Convergence], frozenset[str]]:
    """The diagnostics of every quantity that varies and of ln posterior, and which of them are judged."""
    found = {name: convergence(values) for name, values in quantity_draws(objective, chain.draws).items()}
    found[LOG_POSTERIOR] = convergence(chain.log_posterior)
    return found, quoted(objective, optimum) | {LOG_POSTERIOR}


def reliability(objective: Objective, optimum: Optimum, chain: Chain) -> Reliability:
    """The verdict on a chain.

    Judged is what is quoted: a quantity along a direction in which the data say nothing is not, and whether its draws
    have converged only shows how well the prior was explored.
    """
    found, judged = _convergences(objective, optimum, chain)
    return judge(found, judged, [float(share) for share in chain.acceptance], chain.ensembles, chain.ended.value)


def judge(
    found: Mapping[str, Convergence], judged: frozenset[str], acceptance: Sequence[float], ensembles: int, ended: str
) -> Reliability:
    """The verdict on diagnostics by name, as far as they are judged."""
    asked = {name: entry for name, entry in found.items() if name in judged}
    failures = [failure for criterion in _CRITERIA for failure in _failures(criterion, asked)]
    failures += _acceptance(acceptance)
    if ensembles < 2:
        sentence = "There is only one ensemble, so that dependence on the start was not tested."
        failures.append((ChainVerdict.TENTATIVE, sentence))
    order = list(ChainVerdict)
    verdict = max((verdict for verdict, _ in failures), key=order.index, default=ChainVerdict.RELIABLE)
    reasons = [sentence for found_verdict, sentence in failures if found_verdict is verdict]
    reasons += [sentence for found_verdict, sentence in failures if found_verdict is not verdict]
    if not failures:
        reasons = [_praise(asked)]
    return Reliability(verdict, (*reasons, ended, *_left_out(found, judged)), dict(found), judged)


def _failures(criterion: _Criterion, asked: Mapping[str, Convergence]) -> list[tuple[ChainVerdict, str]]:
    values = {name: criterion.value(entry) for name, entry in asked.items()}
    sign = 1.0 if criterion.rising else -1.0
    # what is not a number meets nothing
    unusable = {n: v for n, v in values.items() if not sign * v >= sign * criterion.usable}
    tentative = {n: v for n, v in values.items() if not sign * v >= sign * criterion.reliable}
    if not tentative:
        return []
    offenders, limit = (unusable, criterion.usable) if unusable else (tentative, criterion.reliable)
    worst = min(offenders, key=lambda name: -np.inf if np.isnan(offenders[name]) else sign * offenders[name])
    more = f" and {len(offenders) - 1} more" if len(offenders) > 1 else ""
    value = offenders[worst]
    sentence = criterion.words.format(value=0.0 if np.isnan(value) else value, names=_named(worst) + more, limit=limit)
    return [(ChainVerdict.UNUSABLE if unusable else ChainVerdict.TENTATIVE, sentence)]


def _acceptance(acceptance: Sequence[float]) -> list[tuple[ChainVerdict, str]]:
    least = float(np.min(acceptance))
    if not least < LEAST_ACCEPTED:  # nor where a single step tells nothing of moves
        return []
    sentence = f"An ensemble accepted {100 * least:.1f} % of its moves, below {100 * LEAST_ACCEPTED:g} %."
    return [(ChainVerdict.TENTATIVE, sentence)]


def _praise(asked: Mapping[str, Convergence]) -> str:
    largest = max(entry.rhat for entry in asked.values())
    fewest = min(min(entry.ess_bulk, entry.ess_tail) for entry in asked.values())
    shortest = min(entry.steps_per_tau for entry in asked.values())
    return (
        f"The ensembles agree (largest R̂ = {largest:.4f}), every number rests on at least {fewest:.0f} independent "
        f"draws, and each ensemble ran for {shortest:.0f} autocorrelation times or more."
    )


def _left_out(found: Mapping[str, Convergence], judged: frozenset[str]) -> list[str]:
    names = [symbol(name).text for name in found if name not in judged]
    if not names:
        return []
    return [f"Not judged, because the data do not identify these parameters: {', '.join(names)}."]


def _named(name: str) -> str:
    return "ln posterior" if name == LOG_POSTERIOR else symbol(name).text


def quoted(objective: Objective, optimum: Optimum) -> frozenset[str]:
    """Names of what varies and does not move along a null direction: what the rank of the data allows to quote."""
    quantities = objective.all_quantities(objective.space.jets(optimum.x, order=1))
    return frozenset(
        name
        for name, quantity in quantities.items()
        if isinstance(quantity, Jet) and not spread(quantity, optimum).touches_null
        if name not in optimum.directions.not_identified
    )
