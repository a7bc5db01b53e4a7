"""The posterior of a fit: least squares first, then a chain, then what a chain says in place of a curvature."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from stfit.analysis import Analysis
from stfit.backends.budget import Budget, Run
from stfit.backends.chain import Chain
from stfit.backends.ensemble import sample as draw
from stfit.diagnostics.bands import posterior_curves
from stfit.diagnostics.posterior import posterior_combinations, posterior_estimates
from stfit.diagnostics.predictive import posterior_predictive, with_predictive
from stfit.diagnostics.reliability import is_long_enough, reliability
from stfit.diagnostics.sampling import sampling_summary
from stfit.pipeline.source import Source
from stfit.results import FitResult, Status


def sampled(result: FitResult, source: Source, seed: int, run: Run, budget: Budget | None = None) -> FitResult:
    """A fit with its chain drawn and judged; InputError where the file of a chain of other work would be lost."""
    if run.output is not None and run.file is not None and not (run.resume and run.file.exists()):
        run.output.claim(run.file.name)
    chain = draw(
        source.objective,
        source.optimum,
        seed=seed,
        budget=budget or budget_of(source.analysis),
        run=run,
        enough=partial(is_long_enough, source.objective, source.optimum),
    )
    return concluded(result, replace(source, chain=chain), chain)


def budget_of(analysis: Analysis) -> Budget:
    """How long the analysis says to sample."""
    entry = analysis.sampler
    return Budget(entry.ensembles, entry.walkers, entry.steps, entry.target)


def concluded(result: FitResult, source: Source, chain: Chain) -> FitResult:
    """The result with what the chain says of parameters, combinations and curves, and what it is worth itself."""
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
