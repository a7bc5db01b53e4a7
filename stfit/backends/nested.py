"""The evidence ln Z = ln ∫ L dπ of a description by nested sampling (J. Skilling, Bayesian Anal. 1, 833, 2006).

dynesty (J. S. Speagle, Mon. Not. R. Astron. Soc. 493, 3132, 2020) keeps the live points and their bounding ellipsoids;
the random walks that replace the worst of them are done here, many side by side, on one vectorised likelihood. Nothing
is ever stored or restored: dynesty's checkpoints are pickles.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final, Protocol, final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem

Array = npt.NDArray[np.float64]

LIVE: Final = 200  # an error of √(information/live), 0.4 to 0.5: a fifth of what tells descriptions apart
_TOGETHER: Final = 64  # walks side by side; those that end below the threshold by then, a few per cent, are lost
_LEAST_STEPS: Final = 20  # of a walk, beside one a dimension (dynesty's own default)
_LEFT: Final = 0.05  # ln Z that the live points could still add, at which a run ends
_LEAST_EFFICIENCY: Final = 30.0  # per cent of draws from the whole prior above the threshold, below which walks begin
_MOST_CALLS: Final = 20_000_000
_LOWEST: Final = -1e300  # ln L where there is none: dynesty wants a number


class Ending(Enum):
    """How a run ended: the key that is stored and the sentence that a report prints."""

    FINISHED = ("finished", "The live points could add no more to the evidence.")
    OUT_OF_BUDGET = ("out-of-budget", "The run used up its likelihood calls: its evidence is a lower limit.")

    def __init__(self, key: str, sentence: str) -> None:
        self.key = key
        self.sentence = sentence


class Believed(Protocol):
    """What nested sampling needs to know of a problem; x and u of shape (..., p)."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coordinates."""
        ...

    def from_unit_cube(self, u: Array) -> Array:
        """Coordinates at cumulative prior probabilities."""
        ...

    def log_likelihood(self, x: Array) -> Array:
        """ln L; −∞ where it is none."""
        ...


@final
@dataclass(frozen=True)
class Evidence:
    """ln Z with its standard error (sampling alone).

    information: of the posterior over the prior, nats. evaluations: of the likelihood. x: points of the run, shape
    (n, p), with the logarithms of their posterior weights, (n,).
    """

    log_z: float
    error: float
    information: float
    evaluations: int
    live: int
    ended: Ending
    x: Array
    log_weight: Array


def require() -> None:
    """InputError where the extra that brings dynesty is not installed."""
    if find_spec("dynesty") is None:
        raise InputError(Problem("key 'fit.evidence'", 'dynesty: pip install "stfit[inference]"', "no such package"))


def nested(problem: Believed, *, seed: int, live: int = LIVE, most_calls: int = _MOST_CALLS) -> Evidence:
    """Run until the live points hold next to nothing of the evidence. The same seed gives the same numbers."""
    require()
    dynesty = import_module("dynesty")
    count = len(problem.names)
    with np.errstate(all="ignore"):  # most of a wide prior is where no data come from
        return _run(problem, dynesty, count, seed, live, most_calls)


def _run(problem: Believed, dynesty: Any, count: int, seed: int, live: int, most_calls: int) -> Evidence:
    steps = count + _LEAST_STEPS
    sampler = dynesty.NestedSampler(
        lambda x: float(_finite(problem.log_likelihood(x))),
        problem.from_unit_cube,
        count,
        nlive=live,
        bound="multi",
        sample=import_module("dynesty.internal_samplers").RWalkSampler(walks=steps, ndim=count, ncdim=count),
        pool=_Together(problem, steps),
        queue_size=min(_TOGETHER, max(1, live // 6)),
        first_update={"min_eff": _LEAST_EFFICIENCY},
        use_pool={"prior_transform": False, "loglikelihood": False},
        rstate=np.random.default_rng(seed),
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The sampling was stopped short")  # which the ending says
        sampler.run_nested(dlogz=_LEFT, maxcall=most_calls, print_progress=False)
    found = sampler.results
    evaluations = int(np.sum(found["ncall"]))
    return Evidence(
        log_z=float(found["logz"][-1]),
        error=float(found["logzerr"][-1]),
        information=float(found["information"][-1]),
        evaluations=evaluations,
        live=live,
        ended=Ending.FINISHED if evaluations < most_calls else Ending.OUT_OF_BUDGET,
        x=np.asarray(found["samples"]),
        log_weight=np.asarray(found["logwt"]) - float(found["logz"][-1]),
    )


def _finite(log_likelihood: Array) -> Array:
    return np.where(np.isfinite(log_likelihood), log_likelihood, _LOWEST)


@final
class _Together:
    """What dynesty takes for a pool of processes: random walks are done side by side, all else one by one."""

    def __init__(self, problem: Believed, steps: int) -> None:
        self._problem = problem
        self._steps = steps
        self._samplers = import_module("dynesty.internal_samplers")
        self._output = import_module("dynesty.utils").LoglOutput

    def map(self, function: Callable[[Any], Any], tasks: Iterable[Any]) -> list[Any]:
        """function(task) of every task, in order."""
        tasks = list(tasks)
        if function is self._samplers.RWalkSampler.sample:
            return self._walk(tasks)
        return [function(task) for task in tasks]

    def _walk(self, tasks: list[Any]) -> list[Any]:
        """Walks uniform in the prior above the common threshold: steps are uniform in the ellipsoid of each."""
        problem = self._problem
        rng = np.random.default_rng(tasks[0].rseed)
        u = np.array([task.u for task in tasks])
        axes = np.array([task.axes for task in tasks]) * tasks[0].scale
        x = problem.from_unit_cube(u)
        values = _finite(problem.log_likelihood(x))
        accepted = np.zeros(len(tasks), dtype=int)
        for _ in range(self._steps):
            there = u + np.einsum("kij,kj->ki", axes, _in_ball(rng, u.shape))
            inside = np.all((there > 0.0) & (there < 1.0), axis=1)
            moved = problem.from_unit_cube(np.where(inside[:, None], there, u))
            found = np.where(inside, _finite(problem.log_likelihood(moved)), -np.inf)
            taken = found > tasks[0].loglstar
            u[taken], x[taken], values[taken] = there[taken], moved[taken], found[taken]
            accepted += taken
        return [self._returned(*end, tasks[0].scale) for end in zip(u, x, values, accepted, strict=True)]

    def _returned(self, u: Array, x: Array, value: float, accepted: int, scale: float) -> Any:
        moves = {"n_accept": int(accepted), "n_reject": self._steps - int(accepted)}
        return self._samplers.SamplerReturn(
            u=u,
            v=x,
            logl=self._output(float(value), False),
            ncalls=self._steps,
            evaluation_history=[],
            tuning_info={"accept": moves["n_accept"], "reject": moves["n_reject"], "scale": scale},
            proposal_stats=moves,
        )


def _in_ball(rng: np.random.Generator, shape: tuple[int, ...]) -> Array:
    """Points uniform in the unit ball, shape (k, p)."""
    direction = rng.standard_normal(shape)
    radius = rng.random(shape[0]) ** (1.0 / shape[1])
    return np.asarray(direction * (radius / np.linalg.norm(direction, axis=1))[:, None])
