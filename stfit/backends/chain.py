"""A Markov chain in memory: its draws, and the streams of random numbers that would go on with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Ended(Enum):
    """How a chain ended: the sentence that the report prints."""

    RESOLVED = "The chain ran until its autocorrelation time was resolved and there were enough effective draws."
    BUDGET = (
        "The budget of steps ended before the autocorrelation time was resolved, or before there were enough draws."
    )
    BURNING_IN = "The budget of steps ended before the walkers had moved away from their starting points."
    RUNNING = "The chain was stored while it ran."


@final
@dataclass(frozen=True)
class Chain:
    """Draws of the posterior after burn-in, from several independent ensembles of walkers.

    names: of the coordinates. draws: coordinates, shape (ensembles, steps, walkers, p). log_posterior: up to a
    constant, shape (ensembles, steps, walkers). burn_in: steps dropped before. acceptance: share of steps that were
    taken, shape (ensembles,). autocorrelation_time: of the slowest coordinate, in steps.
    """

    names: tuple[str, ...]
    draws: Array
    log_posterior: Array
    burn_in: int
    seed: int
    acceptance: Array
    autocorrelation_time: float
    ended: Ended

    @property
    def ensembles(self) -> int:
        """Number of independent ensembles."""
        return int(self.draws.shape[0])

    @property
    def steps(self) -> int:
        """Steps kept after the burn-in."""
        return int(self.draws.shape[1])

    @property
    def walkers(self) -> int:
        """Walkers of one ensemble."""
        return int(self.draws.shape[2])

    @property
    def flat(self) -> Array:
        """All draws, shape (n, p), ensemble after ensemble, step after step."""
        return self.draws.reshape(-1, self.draws.shape[-1])


@final
@dataclass(frozen=True)
class Walk:
    """Everything walked so far, burn-in included, and the streams of random numbers as they stand now.

    draws: (ensembles, steps, walkers, p). log_posterior: (ensembles, steps, walkers). keys: of the Mersenne Twisters,
    uint32, shape (ensembles, 624). places: where in its keys each stands, whether a normal is kept back, and that
    normal, shape (ensembles, 3).
    """

    draws: Array
    log_posterior: Array
    keys: npt.NDArray[np.uint32]
    places: Array

    @property
    def steps(self) -> int:
        """Steps walked."""
        return int(self.draws.shape[1])

    def chain(self, names: tuple[str, ...], seed: int, burn_in: int, time: float, ended: Ended) -> Chain:
        """What is left after the burn-in."""
        draws = self.draws[:, burn_in:]
        moved = np.any(draws[:, 1:] != draws[:, :-1], axis=-1)
        acceptance = np.mean(moved, axis=(1, 2)) if draws.shape[1] > 1 else np.full(draws.shape[0], np.nan)
        return Chain(names, draws, self.log_posterior[:, burn_in:], burn_in, seed, acceptance, time, ended)
