"""Bootstrap: the same design measured again many times, each time refitted, and the intervals that follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from stfit.backends.keeping import Kept, kept
from stfit.backends.least_squares import refit
from stfit.backends.optimum import Optimum
from stfit.derivatives import Jet
from stfit.objective import Objective

Array = npt.NDArray[np.float64]

REPLICAS: Final = 999  # (k + 1) p is then a whole number at the 95 % and nearly so at the 68 % ends
_BLOCK: Final = 37  # replicas a task: enough to be worth sending
_FEWEST: Final = 50  # replicas that were fitted, below which there is no interval


class Draw(Enum):
    """Where the data of a replica come from."""

    PARAMETRIC = "parametric"  # the fitted law, and the statistics of each kind
    RESAMPLING = "resampling"  # the data themselves, what is independent drawn with replacement


@final
@dataclass(frozen=True)
class Bootstrap:
    """Refits of replicas.

    draws: coordinates, shape (replicas, p), those that were fitted. scores: −∇cost of every replica at the best fit,
    shape (replicas, p). failed: how many replicas could not be fitted.
    """

    names: tuple[str, ...]
    best: Array
    draws: Array
    scores: Array
    failed: int
    seed: int
    draw: Draw

    @property
    def usable(self) -> bool:
        """Whether there are draws enough for an interval."""
        return int(self.draws.shape[0]) >= _FEWEST


def bootstrap(
    objective: Objective,
    optimum: Optimum,
    *,
    seed: int,
    replicas: int = REPLICAS,
    draw: Draw = Draw.PARAMETRIC,
    processes: int = 1,
) -> Bootstrap:
    """Refit replicas of the measurement; every replica has a seed of its own, so `processes` changes nothing.

    Constrained constants are quoted afresh, about the best fit or (resampling) about the quote.
    """
    seeds = np.random.SeedSequence(seed).spawn(replicas)
    blocks = [seeds[i : i + _BLOCK] for i in range(0, replicas, _BLOCK)]
    # the last block is shorter in a shorter run, so the number of replicas is part of what an outcome follows from
    work = Kept("blocks of bootstrap refits", (objective, optimum.x, draw, seed, replicas), _plain, _whole)
    parts = list(kept(work, partial(_refits, objective, optimum, draw), blocks, processes))
    draws, scores = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    fitted = np.all(np.isfinite(draws), axis=1) & np.all(np.isfinite(scores), axis=1)
    return Bootstrap(
        objective.names, optimum.x, draws[fitted], scores[fitted], int(np.count_nonzero(~fitted)), seed, draw
    )


def _refits(
    objective: Objective, optimum: Optimum, draw: Draw, seeds: Sequence[np.random.SeedSequence]
) -> tuple[Array, Array]:
    """Coordinates and scores of a block of replicas, NaN where one could not be fitted."""
    size = optimum.x.size
    draws, scores = np.full((len(seeds), size), np.nan), np.full((len(seeds), size), np.nan)
    with np.errstate(all="ignore"):  # a step may lead where nothing is finite
        for i, seed in enumerate(seeds):
            rng = np.random.default_rng(seed)
            parametric = draw is Draw.PARAMETRIC
            replica = objective.replicate(optimum.x, rng) if parametric else objective.resampled(rng)
            draws[i], scores[i] = refit(replica, optimum), -replica.gradient(optimum.x)
    return draws, scores


def _plain(block: tuple[Array, Array]) -> list[Any]:
    return [part.tolist() for part in block]


def _whole(plain: Sequence[Any]) -> tuple[Array, Array]:
    draws, scores = (np.array(part) for part in plain)
    return draws, scores


def bca_interval(values: Array, best: float, influence: Array, probability: float) -> tuple[float, float]:
    """Bias-corrected and accelerated interval of a quantity.

    values: the replicas', shape (replicas,). influence: of each replica on the quantity to first order (its mean 0),
    whose skewness is the acceleration. Efron 1987 (doi:10.1080/01621459.1987.10478410), DiCiccio and Efron 1996
    (doi:10.1214/ss/1032280214). Invariant under monotone changes of the quantity.
    """
    count = values.size
    below = np.count_nonzero(values < best) + 0.5 * np.count_nonzero(values == best)
    bias = float(ndtri(np.clip(below, 0.5, count - 0.5) / count))
    centred = influence - np.mean(influence)
    spread = float(np.mean(centred**2))
    acceleration = float(np.mean(centred**3)) / (6.0 * spread**1.5) if spread > 0 else 0.0
    ends = []
    for tail in ((1 - probability) / 2, (1 + probability) / 2):
        shifted = bias + float(ndtri(tail))
        ends.append(float(ndtr(bias + shifted / max(1.0 - acceleration * shifted, 0.1))))
    low, high = np.quantile(values, ends, method="weibull")  # order statistics at p (replicas + 1)
    return float(low), float(high)


def linearised(optimum: Optimum, found: Bootstrap, quantity: Any) -> Array:
    """First-order influence of each replica on a quantity, a Jet at the best fit; shape (replicas,)."""
    size = optimum.x.size
    gradient = quantity.gradient.reshape(size) if isinstance(quantity, Jet) else np.zeros(size)
    if optimum.covariance is None:
        return np.zeros(found.draws.shape[0])
    return np.asarray(found.scores @ (optimum.covariance @ gradient))
