"""What exact rates cost beside Eq. 27: the same data and parameters, fitted in turn in one process.

pytest tests/benchmarks/test_exact_rates.py --benchmark-only -p no:randomly
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

import stfit
from stfit.analysis import analysis_of
from stfit.backends.least_squares import minimise
from stfit.diagnostics.estimates import estimates
from stfit.kinds.dwell.data import DwellTimes
from stfit.objective import Objective
from stfit.pipeline.assembly import assemble
from stfit.results import Status
from tests.benchmarks.timing import ratio_of
from tests.calibration.exact_devices import QUOTES, table, truth

GOAL: Final = 1.5  # of a fit, from the analysis to the estimates
ROUNDS: Final = 15
EQ_27: Final = {"asymmetry": "uniaxial"}
EXACT: Final = {"barrier": "exact"}


def objective(model: Mapping[str, str]) -> Objective:
    content = {"device": QUOTES, "model": dict(model), "fit": {"reference_temperature": "295 K"}}
    return assemble(analysis_of(content, Path(), "benchmark"), [table(20.0, 300.0)])


def exact_table_with_noise() -> DwellTimes:
    """Dwell times of 300 transitions a row, as the exact rates give them."""
    exact = objective(EXACT)
    drawn = exact.replicate(exact.space.coordinates(truth(20.0)), np.random.default_rng(3)).terms[0].measurement
    assert isinstance(drawn, DwellTimes)
    return drawn


def minimised(model: Mapping[str, str]) -> Callable[[], Any]:
    def fit() -> Any:
        found = objective(model)
        optimum = minimise(found)
        assert optimum.status is Status.CONVERGED
        return estimates(found, optimum)

    return fit


def whole(model: Mapping[str, str]) -> Callable[[], Any]:
    measured = exact_table_with_noise()
    fit = {"reference_temperature": "295 K"}
    return lambda: stfit.fit(measured, device=QUOTES, model=dict(model), fit=fit, seed=1)


@pytest.mark.benchmark(group="exact")
def test_fit_and_estimates(benchmark: Any) -> None:
    assert benchmark(minimised(EXACT)) is not None
    ratio = benchmark.extra_info["ratio to Eq. 27"] = ratio_of(ROUNDS, minimised(EXACT), minimised(EQ_27))
    assert ratio <= GOAL


@pytest.mark.benchmark(group="exact")
def test_with_profiles_contours_and_rivals(benchmark: Any) -> None:
    # several hundred evaluations with second derivatives: recorded, no goal is set for it
    assert benchmark(whole(EXACT)) is not None
    benchmark.extra_info["ratio to Eq. 27"] = ratio_of(ROUNDS, whole(EXACT), whole(EQ_27))
