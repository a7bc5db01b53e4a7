"""The posterior of a fit: least squares first, then a chain, then what a chain says in place of a curvature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, final

from stfit.analysis import Analysis
from stfit.backends.chain import Chain
from stfit.backends.least_squares import Optimum
from stfit.errors import InputError, Problem
from stfit.measurement import Observation
from stfit.objective import Objective
from stfit.results import FitResult, Status

if TYPE_CHECKING:
    from stfit.backends.ensemble import Budget, Progress

CHAIN: Final = "chain.h5"  # in the folder of the report


@final
@dataclass(frozen=True)
class Source:
    """What a result was fitted from, as long as the process lives; chain: None before anything was sampled."""

    analysis: Analysis
    measurements: tuple[Observation, ...]
    objective: Objective
    optimum: Optimum
    chain: Chain | None = None


@final
@dataclass(frozen=True)
class Run:
    """How a chain is run, beside what the analysis says: where it is stored, by how many processes, who watches."""

    file: Path | None = None
    resume: bool = False
    processes: int = 1
    progress: Callable[[Progress], None] | None = None


def source_of(result: FitResult, what: str) -> Source:
    """What a result was fitted from. InputError where it was read from a file, which does not hold it."""
    if isinstance(result.source, Source):
        return result.source
    expected = 'a result of stfit.fit in this process: load the analysis and fit it, stfit.fit(stfit.load("…toml"))'
    raise InputError(Problem(what, expected, "a result that was read from a file"))


def sample(
    result: FitResult,
    *,
    seed: int,
    budget: Budget | None = None,
    processes: int = 1,
    file: str | Path | None = None,
    resume: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> FitResult:
    """The result of a fit with posterior estimates in place of those of its covariance; its source holds the chain.

    budget: default that of the analysis. file: where the chain is stored (HDF5) as it grows; resume: go on with it.
    InputError where the result was read from a file, or the stored chain is that of anything else.
    """
    source = source_of(result, "stfit.sample")
    run = Run(None if file is None else Path(file), resume, processes, progress)
    return sampled(result, source, seed, run, budget)


def sampled(result: FitResult, source: Source, seed: int, run: Run, budget: Budget | None = None) -> FitResult:
    """A fit with its chain drawn and judged."""
    from stfit.backends.ensemble import sample as draw

    chain = draw(
        source.objective,
        source.optimum,
        seed=seed,
        budget=budget or budget_of(source.analysis),
        processes=run.processes,
        file=run.file,
        resume=run.resume,
        progress=run.progress,
    )
    return concluded(result, replace(source, chain=chain), chain)


def budget_of(analysis: Analysis) -> Budget:
    """How long the analysis says to sample."""
    from stfit.backends.ensemble import Budget

    entry = analysis.sampler
    return Budget(entry.ensembles, entry.walkers, entry.steps, entry.target)


def concluded(result: FitResult, source: Source, chain: Chain) -> FitResult:
    """The result with what the chain says of parameters, combinations and curves, and what it is worth itself."""
    from stfit.diagnostics.bands import posterior_curves
    from stfit.diagnostics.posterior import posterior_combinations, posterior_estimates
    from stfit.diagnostics.predictive import posterior_predictive, with_predictive
    from stfit.diagnostics.reliability import reliability
    from stfit.diagnostics.sampling import sampling_summary

    objective, optimum = source.objective, source.optimum
    judged = reliability(objective, optimum, chain)
    found = posterior_estimates(objective, optimum, chain, judged)
    converged = result.status is Status.CONVERGED
    checks = posterior_predictive(objective, chain, chain.seed) if judged.usable else []
    return replace(
        result,
        seed=chain.seed,
        backend="mcmc",
        status=result.status if judged.usable or not converged else Status.UNUSABLE_CHAIN,
        parameters=found,
        combinations=posterior_combinations(objective, optimum, chain, found, judged),
        curves=posterior_curves(objective, chain) if judged.usable else result.curves,
        goodness=with_predictive(result.goodness, checks),
        sampling=sampling_summary(objective, optimum, chain, chain.seed, judged, found),
        source=source,
    )


def to_arviz(result: FitResult) -> Any:
    """ArviZ's InferenceData of a sampled result; see stfit.diagnostics.export. InputError without a chain or ArviZ."""
    from stfit.diagnostics.export import inference_data

    source = source_of(result, "stfit.to_arviz")
    if source.chain is None:
        expected = "a result with a chain, as stfit.sample gives it"
        raise InputError(Problem("stfit.to_arviz", expected, "one of least squares"))
    return inference_data(source.objective, source.chain)
