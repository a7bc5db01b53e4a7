"""MCMC with emcee: several independent ensembles, moved in natural coordinates, until the draws are enough.

All walkers of half an ensemble move at once. The chain follows from the objective, the seed and the numbers of
ensembles and walkers alone: neither processes nor checkpoints nor an interruption change a digit of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import monotonic
from typing import Any, Final, final

import emcee
import numpy as np
import numpy.typing as npt
from emcee.moves.move import Move

from stfit.backends.budget import Budget, Progress, Run
from stfit.backends.chain import Chain, Ended, Walk
from stfit.backends.chain_file import Stored, leaving, resumed, write
from stfit.backends.fingerprint import fingerprint
from stfit.backends.moves import Proposal, differential, global_t
from stfit.backends.optimum import Optimum
from stfit.backends.starts import Target, finite_log_posterior, mirrors, starting_walkers, straightest
from stfit.backends.stopping import Progressed, progressed
from stfit.backends.workers import worker_pool
from stfit.errors import InputError, Problem
from stfit.objective.natural import NaturalCoordinates
from stfit.version import __version__

Array = npt.NDArray[np.float64]

_MIXTURE: Final[tuple[tuple[Proposal, float], ...]] = ((global_t, 0.8), (differential, 0.2))
_FIRST: Final = 100  # steps before the chain is looked at
_GROWTH: Final = 1.25  # from one look to the next: all files written together are 5 times the last
_CHOICE: Final = 0  # stream for the choice of coordinates, which belongs to the objective and not to the seed
_FARTHEST: Final = 1e300  # a coordinate beyond all bounds that is still a number


@final
@dataclass(frozen=True)
class _Setup:
    """What stays the same along a chain."""

    target: Target
    natural: NaturalCoordinates
    images: Array


@final
class _NaturalMove(Move):  # type: ignore[misc]  # emcee has no types
    """Each half of the ensemble moves in natural coordinates, by what the other half knows; all its walkers at once."""

    def __init__(self, proposal: Proposal, natural: NaturalCoordinates, images: Array) -> None:
        self.proposal, self.natural, self.images = proposal, natural, images

    def propose(self, model: Any, state: Any) -> tuple[Any, npt.NDArray[np.bool_]]:
        """One step of all walkers, and who moved."""
        x, value = state.coords.copy(), state.log_prob.copy()
        moved = np.zeros(value.size, dtype=bool)
        order = model.random.permutation(value.size)
        half = value.size // 2
        for mine, others in ((order[:half], order[half:]), (order[half:], order[:half])):
            there, log_ratio = self._proposed(x[mine], x[others], model.random)
            found = model.log_prob_fn(there)
            with np.errstate(invalid="ignore"):  # infinitely far where the posterior is zero: not taken
                taken = np.log1p(-model.random.random_sample(mine.size)) < log_ratio + found - value[mine]
            x[mine[taken]], value[mine[taken]] = there[taken], found[taken]
            moved[mine] = taken
        return emcee.State(x, log_prob=value), moved

    def _proposed(self, x: Array, others: Array, random: Any) -> tuple[Array, Array]:
        """Where walkers would go, and ln of the ratio of the proposals' densities per unit of x."""
        y = self.natural.of(x)
        there, log_ratio = self.proposal(y, self.natural.of(others), random)
        log_ratio = log_ratio + self.natural.log_volume(there) - self.natural.log_volume(y)
        signs = np.sign(x) * self.images[random.randint(self.images.shape[0], size=x.shape[0])]
        with np.errstate(over="ignore", invalid="ignore"):
            back = self.natural.back(there, signs)
        return np.nan_to_num(back, nan=_FARTHEST, posinf=_FARTHEST, neginf=-_FARTHEST), log_ratio


def sample(
    objective: Target,
    optimum: Optimum,
    *,
    seed: int,
    budget: Budget = Budget(),  # noqa: B008 - frozen
    run: Run = Run(),  # noqa: B008 - frozen
    enough: Callable[[Chain], bool] | None = None,
) -> Chain:
    """Draws of the posterior from independent ensembles that start about the optimum, wider than the posterior is.

    Parameters
    ----------
    objective, optimum
        What is sampled, and where the walkers start.
    seed
        Of starts and steps: same seed, same chain.
    budget
        Ensembles, walkers, and where sampling ends.
    run
        Where the chain is stored whenever it has grown by a quarter, whether a stored one is continued, by how many
        processes. It changes no draw.
    enough
        Whether a chain whose coordinates are resolved may end; where it says no, sampling goes on up to the budget.
        A quantity that follows from the coordinates can remember longer than each of them.

    Returns
    -------
    Chain
        All draws, burn-in included.

    Raises
    ------
    InputError
        If there are too few walkers, or the chain to continue is of other data, another model or another seed.
        (Other `steps` and another `target` only change where it ends.)
    """
    file = run.file
    walkers = budget.walkers_for(len(objective.names))
    _refuse_few(walkers, len(objective.names))
    identity = _identity(objective, seed, budget.ensembles, walkers)
    setup = _setup(objective, optimum)
    if run.resume and file is not None and file.exists():
        walk = resumed(file, identity)
    else:
        walk = _begin(setup, optimum, seed, budget.ensembles, walkers)
    clock = _Clock(walk.steps, budget, run.progress)

    def judged(walk: Walk) -> _Now:
        now = _judged(walk, budget)
        if enough is None or now.ended is not Ended.RESOLVED:
            return now
        if enough(now.stored(walk, identity, objective.names).chain):
            return now
        return replace(now, ended=Ended.BUDGET if walk.steps >= budget.steps else Ended.RUNNING)

    with leaving(file), worker_pool(partial(_advance, setup), min(run.processes, budget.ensembles)) as advance:
        while (now := judged(walk)).ended is Ended.RUNNING:
            if file is not None and walk.steps > 1:
                write(now.stored(walk, identity, objective.names), file)
            walk = _walked(walk, _next_look(walk.steps, budget.steps), advance, partial(clock.tick, now))
    clock.end(walk.steps)
    if file is not None:
        write(now.stored(walk, identity, objective.names), file)
    return now.stored(walk, identity, objective.names).chain


def _refuse_few(walkers: int, dimension: int) -> None:
    """InputError where half the walkers could not span the space."""
    least = 2 * (dimension + 1)
    if walkers < least:
        expected = f"{least} walkers or more for {dimension} parameters"
        raise InputError(Problem("sampler, key 'walkers'", expected, str(walkers)))


@final
@dataclass(frozen=True)
class _Now:
    """Where a chain stands; found: None before it is looked at for the first time."""

    ended: Ended
    found: Progressed | None

    def stored(self, walk: Walk, identity: dict[str, str | int], names: tuple[str, ...]) -> Stored:
        """What goes on disk."""
        burn_in, time = (0, 1.0) if self.found is None else (self.found.burn_in, self.found.time)
        return Stored(walk, identity, names, burn_in, time, self.ended)


def _judged(walk: Walk, budget: Budget) -> _Now:
    """Whether a chain is done. It is looked at at the same steps in every run, however often it was interrupted."""
    over = walk.steps >= budget.steps
    if not over and walk.steps != _next_look(walk.steps - 1, budget.steps):
        return _Now(Ended.RUNNING, None)
    found = progressed(walk.draws, walk.log_posterior)
    if found.resolved(budget.target):
        return _Now(Ended.RESOLVED, found)
    if over:
        return _Now(Ended.BUDGET if found.settled else Ended.BURNING_IN, found)
    return _Now(Ended.RUNNING, found)


def _next_look(steps: int, most: int) -> int:
    """The steps after which a chain is looked at next."""
    look = _FIRST
    while look <= steps:
        look = int(np.ceil(_GROWTH * look))
    return min(look, most)


def _identity(target: Target, seed: int, ensembles: int, walkers: int) -> dict[str, str | int]:
    """Of what a chain is one."""
    return {
        "fingerprint": fingerprint(target),
        "seed": seed,
        "ensembles": ensembles,
        "walkers": walkers,
        "stfit": __version__,
        "emcee": emcee.__version__,
    }


def _setup(target: Target, optimum: Optimum) -> _Setup:
    natural = straightest(target, optimum, np.random.default_rng(_CHOICE))
    return _Setup(target, natural, mirrors(target, optimum.x, natural))


def _begin(setup: _Setup, optimum: Optimum, seed: int, ensembles: int, walkers: int) -> Walk:
    """Every ensemble at its start, with a stream of its own."""
    starts, keys, places = [], [], []
    for own in np.random.SeedSequence(seed).spawn(ensembles):
        of_start, of_steps = own.spawn(2)
        rng = np.random.default_rng(of_start)
        starts.append(starting_walkers(setup.target, optimum, setup.natural, walkers, rng))
        _, key, *place = np.random.RandomState(np.random.MT19937(of_steps)).get_state(legacy=True)
        keys.append(key)
        places.append(place)
    draws = np.array(starts)[:, None]
    return Walk(draws, finite_log_posterior(setup.target, draws), np.array(keys), np.array(places, dtype=float))


Task = tuple[Array, Array, npt.NDArray[np.uint32], Array, int]
Stretch = tuple[Array, Array, npt.NDArray[np.uint32], Array]


def _advance(setup: _Setup, task: Task) -> Stretch:
    """The next steps of one ensemble: draws (steps, walkers, p), ln posterior, and its stream as it stands then."""
    x, value, key, place, steps = task
    stream = ("MT19937", key, int(place[0]), int(place[1]), float(place[2]))
    sampler = emcee.EnsembleSampler(
        *x.shape,
        partial(finite_log_posterior, setup.target),
        vectorize=True,
        moves=[(_NaturalMove(proposal, setup.natural, setup.images), weight) for proposal, weight in _MIXTURE],
    )
    begin = emcee.State(x, log_prob=value, random_state=stream)
    sampler.run_mcmc(begin, steps, skip_initial_state_check=True)
    _, key, *rest = sampler.random_state
    return sampler.get_chain(), sampler.get_log_prob(), key, np.array(rest, dtype=float)


def _walked(
    walk: Walk, until: int, advance: Callable[[Sequence[Task]], Iterator[Stretch]], tick: Callable[[float], None]
) -> Walk:
    """The walk continued in all ensembles until so many steps are walked."""
    tasks = [
        (walk.draws[i, -1], walk.log_posterior[i, -1], walk.keys[i], walk.places[i], until - walk.steps)
        for i in range(walk.draws.shape[0])
    ]
    stretches = []
    for done, stretch in enumerate(advance(tasks), start=1):
        stretches.append(stretch)
        tick(walk.steps + (until - walk.steps) * done / len(tasks))
    draws, values, keys, places = (np.array(part) for part in zip(*stretches, strict=True))
    return Walk(
        np.concatenate([walk.draws, draws], axis=1),
        np.concatenate([walk.log_posterior, values], axis=1),
        keys,
        places,
    )


@final
@dataclass
class _Clock:
    """Tells how far sampling is, by the steps that are expected and the time they take."""

    first: float
    budget: Budget
    progress: Callable[[Progress], None] | None

    def __post_init__(self) -> None:
        self.began = monotonic()

    def tick(self, now: _Now, steps: float) -> None:
        """After so many steps of all ensembles."""
        if self.progress is None:
            return
        expected, remaining = float(self.budget.steps), None
        if now.found is not None:
            expected = min(expected, max(now.found.expected_steps(self.budget.target), steps))
            remaining = (monotonic() - self.began) * (expected - steps) / (steps - self.first)
        self.progress(Progress(int(steps), min(steps / expected, 1.0), remaining))

    def end(self, steps: int) -> None:
        """Sampling is over, early or not."""
        if self.progress is not None:
            self.progress(Progress(steps, 1.0, 0.0))
