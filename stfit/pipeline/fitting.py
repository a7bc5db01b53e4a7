"""Fit an analysis: by least squares, and by a chain where the analysis asks for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stfit.analysis import Analysis
from stfit.measurement import Measurement
from stfit.pipeline.loading import inputs_of, load_measurements
from stfit.pipeline.run import run
from stfit.pipeline.sampling import Run, sampled, source_of
from stfit.results import FitResult


def fit(
    source: str | Path | Analysis | Measurement | Sequence[Measurement],
    *,
    seed: int | None = None,
    **sections: Mapping[str, Any] | str,
) -> FitResult:
    """Fit an analysis file, or measurements in memory.

    sections: for measurements, the tables of an analysis file: device={"beta": "0.35 ± 0.03"}, model={…}, fit={…},
    priors={…}, title="…". seed: of the parametric bootstrap; default that of the file.
    """
    analysis, measurements = inputs_of(source, sections, "stfit.fit")
    return _fitted(analysis, measurements, analysis.fit.seed if seed is None else seed, "stfit.fit")


def run_analysis(analysis: Analysis, *, seed: int = 0, command: str = "", chain: Run | None = None) -> FitResult:
    """Load what an analysis names, fit it, and draw every conclusion; chain: how a chain is run, where one is."""
    return _fitted(analysis, load_measurements(analysis), seed, command, chain)


def _fitted(
    analysis: Analysis, measurements: Sequence[Measurement], seed: int, command: str, chain: Run | None = None
) -> FitResult:
    """By least squares, and then by the backend that the analysis chooses."""
    result = run(analysis, measurements, seed=seed, command=command)
    if analysis.fit.backend == "mcmc":
        return sampled(result, source_of(result, command), seed, chain or Run())
    return result
