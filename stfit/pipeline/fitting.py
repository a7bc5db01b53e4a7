"""From an analysis to its result, by the backend that it chooses."""

from __future__ import annotations

from collections.abc import Sequence

from stfit.analysis import Analysis
from stfit.backends.budget import Run
from stfit.measurement import Observation
from stfit.pipeline.loading import load_measurements
from stfit.pipeline.run import run
from stfit.pipeline.source import source_of
from stfit.results import FitResult


def run_analysis(analysis: Analysis, *, seed: int = 0, command: str = "", chain: Run | None = None) -> FitResult:
    """Load what an analysis names, fit it, and draw every conclusion; chain: how a chain is run, where one is."""
    return fitted(analysis, load_measurements(analysis), seed, command, chain)


def fitted(
    analysis: Analysis, measurements: Sequence[Observation], seed: int, command: str, chain: Run | None = None
) -> FitResult:
    """By least squares, and then by the backend that the analysis chooses."""
    result = run(analysis, measurements, seed=seed, command=command)
    if analysis.fit.backend == "mcmc":
        from stfit.pipeline.sampling import sampled  # emcee and h5py, which no other fit needs

        return sampled(result, source_of(result, command), seed, chain or Run())
    return result
