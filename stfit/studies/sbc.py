"""Simulation-based calibration: whether the truth, drawn from the prior, is any draw of the posterior.

Talts, Betancourt, Simpson, Vehtari & Gelman, arXiv:1804.06788 (2018). The truth of every parameter is drawn from the
prior and data are simulated at it; its rank among independent draws of their posterior is then uniform if, and in
practice only if, likelihood and sampler are right. A quoted constant is part of the prior: its truth is drawn about the
quote, which stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.backends.budget import Budget
from stfit.backends.chain import Chain
from stfit.backends.ensemble import sample
from stfit.backends.keeping import Kept, kept
from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.diagnostics.convergence import convergence
from stfit.diagnostics.posterior import posterior_estimates
from stfit.errors import InputError, Problem
from stfit.objective import Constraint, FitParameter, LogNormal, Normal, Objective
from stfit.results import Estimate
from stfit.results.result import estimate_of
from stfit.studies.coverage import FALSE_ALARM
from stfit.studies.truths import truths_at
from stfit.studies.uniformity import Band, Counts, band, counts_below

Array = npt.NDArray[np.float64]

BUDGET: Final = Budget(ensembles=2, target=1000)  # quantiles to some 0.04 of the standard deviation: widths to 3 %
RANKS: Final = 99  # draws a truth is ranked among; 100 possible ranks
LOG_LIKELIHOOD: Final = "log_likelihood"
_STREAM: Final = 1804  # of random numbers: another than that of the refits of the same seed
_WIDENED: Final = 2.0  # standard errors of the fit in one of the working prior
_OF_UNKNOWN: Final = 0.1  # of the natural size: the width of the working prior of what the data do not determine


@final
@dataclass(frozen=True)
class Repetitions:
    """How often a design is simulated and analysed again. Every repetition has a seed of its own, made from `seed`.

    budget: of the chain of each, where a posterior is sampled. processes: how many share the work; they change nothing.
    """

    replicas: int
    seed: int
    budget: Budget = BUDGET
    processes: int = 1


@final
@dataclass(frozen=True)
class Ranked:
    """One simulated truth and the posterior of its data.

    ranks: how many of RANKS draws are below the truth, by parameter, and of the log-likelihood; empty where the chain
    was too short for that many independent draws. truths: of every quantity, SI.
    """

    ranks: Mapping[str, int]
    truths: Mapping[str, float]
    estimates: Mapping[str, Estimate]
    ended: str


@final
@dataclass(frozen=True)
class SimulatedPosteriors:
    """Ranks of truths among the draws of their posteriors. prior: of each parameter, in words."""

    replicas: tuple[Ranked, ...]
    seed: int
    names: tuple[str, ...]
    prior: Mapping[str, str] = field(default_factory=dict)

    @property
    def too_short(self) -> int:
        """How many chains had fewer than RANKS independent draws; they have no ranks."""
        return sum(not replica.ranks for replica in self.replicas)

    @cached_property
    def band(self) -> Band:
        """Where the numbers of ranks below each point lie: all of all parameters, but once in a thousand seeds."""
        return band(len(self.replicas) - self.too_short, FALSE_ALARM / len(self.names))

    def counts(self, name: str) -> Counts:
        """How many truths of a parameter rank below each point of the band."""
        ranks = [replica.ranks[name] for replica in self.replicas if replica.ranks]
        return counts_below(np.array(ranks, dtype=np.int64), RANKS)

    def is_uniform(self, name: str) -> bool:
        """Whether the ranks of a parameter stay within the band."""
        counts = self.counts(name)
        return bool(np.all((counts >= self.band.lowest) & (counts <= self.band.highest)))

    @property
    def not_uniform(self) -> list[str]:
        """The parameters whose ranks leave the band."""
        return [name for name in self.names if not self.is_uniform(name)]


def simulate_posteriors(
    objective: Objective,
    optimum: Optimum,
    repetitions: Repetitions,
    *,
    distorted: Callable[[Chain], Chain] | None = None,
) -> SimulatedPosteriors:
    """Draw truths from the prior, simulate the design at each, sample the posterior and rank the truth in it.

    The prior is the working prior about the fit, see `with_working_prior`.

    Parameters
    ----------
    objective, optimum
        The design and its fit.
    repetitions
        How many truths are drawn, with which seed, and how long each posterior is sampled.
    distorted
        What is done to every chain before it is used, for negative controls.

    Returns
    -------
    SimulatedPosteriors
        The ranks of every parameter and of the log-likelihood.

    Raises
    ------
    InputError
        If no truth is to be drawn.
    """
    if repetitions.replicas < 1:
        raise InputError(Problem("simulation-based calibration, replicas", "at least 1", str(repetitions.replicas)))
    informed = with_working_prior(objective, optimum)
    rank = partial(_ranked, informed, repetitions.budget, distorted)
    seeds = np.random.SeedSequence([repetitions.seed, _STREAM]).spawn(repetitions.replicas)
    work = Kept("posteriors sampled", (informed, repetitions.budget, distorted, repetitions.seed), asdict, _whole)
    done = kept(work, rank, seeds, repetitions.processes)
    prior = {p.name: p.constraint.sentence(p.parameter.unit) for p in informed.space.varied if p.constraint is not None}
    return SimulatedPosteriors(tuple(done), repetitions.seed, (*informed.names, LOG_LIKELIHOOD), prior)


def with_working_prior(objective: Objective, optimum: Optimum) -> Objective:
    """The objective with a prior of two standard errors of the fit about the fit, where none is stated.

    The default priors are boxes so wide that data simulated from them are of no design that anyone would measure.
    Ranks are uniform under any proper prior, if truths are drawn from the one that the sampler has. The stated ones
    stay; where the data do not determine a parameter the width is a tenth of its natural size.
    """
    unknown = optimum.directions.not_identified
    variances = np.zeros(optimum.x.size) if optimum.covariance is None else np.diag(optimum.covariance)
    natural = _OF_UNKNOWN * optimum.directions.scales
    widths = np.where(variances > 0.0, _WIDENED * np.sqrt(variances), natural)
    changed: dict[str, Constraint | None] = {
        p.name: _about(p, x, size if p.name in unknown else width)
        for p, x, width, size in zip(objective.space.varied, optimum.x, widths, natural, strict=True)
        if p.constraint is None
    }
    return replace(objective, space=objective.space.with_constraints(changed))


def _about(p: FitParameter, x: float, width: float) -> Constraint:
    """Normal in the coordinate where that is the quantity or its logarithm, in the quantity elsewhere."""
    value = float(p.parameter.quantity(x))
    if p.parameter.transform == "log":
        return LogNormal(value, float(np.exp(width)))
    return Normal(value, width * p.parameter.coordinate_slope(x))


def _ranked(
    objective: Objective, budget: Budget, distorted: Callable[[Chain], Chain] | None, seed: np.random.SeedSequence
) -> Ranked:
    rng = np.random.default_rng(seed)
    truth = objective.prior.draw(rng, 1)[0]
    measured = objective.replicate(truth, rng, redraw_constraints=False)
    optimum = minimise(measured)
    chain = sample(measured, optimum, seed=int(seed.generate_state(1)[0]), budget=budget)
    if distorted is not None:
        chain = distorted(chain)
    return Ranked(
        ranks=_ranks(measured, chain, truth, rng),
        truths=truths_at(measured, truth),
        estimates=posterior_estimates(measured, optimum, chain),
        ended=chain.ended.value,
    )


def _whole(plain: Mapping[str, Any]) -> Ranked:
    estimates = {name: estimate_of(entry) for name, entry in plain["estimates"].items()}
    return Ranked(**(dict(plain) | {"estimates": estimates}))


def _ranks(objective: Objective, chain: Chain, truth: Array, rng: np.random.Generator) -> dict[str, int]:
    """Ranks of the truth among independent draws; none where the chain has too few of them."""
    likelihood = objective.log_likelihood(chain.flat).reshape(chain.log_posterior.shape)
    values = np.concatenate([chain.draws, likelihood[..., None]], axis=-1)
    own = np.append(truth, objective.log_likelihood(truth[None])[0])
    worth = [convergence(values[..., i]).ess_bulk for i in range(own.size)]
    if not np.all(np.isfinite(worth)) or min(worth) < RANKS:
        return {}
    flat = values.reshape(-1, own.size)
    # as far apart as RANKS draws of one chain can be, beginning anywhere
    chosen = (rng.random() + np.arange(RANKS)) * (flat.shape[0] / RANKS)
    below = np.sum(flat[chosen.astype(np.intp)] < own, axis=0)
    return {name: int(count) for name, count in zip((*objective.names, LOG_LIKELIHOOD), below, strict=True)}
