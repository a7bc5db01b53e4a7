"""What it costs to load and fit a million switching events, beside reading their file.

    pytest tests/benchmarks/test_ramp.py --benchmark-only -p no:randomly

Both are run in turn, in one process, so that their ratio does not depend on what else the machine does; it is stored in
the benchmark's extra_info (--benchmark-json=FILE) and must keep the goal of 3.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest

from stfit import load
from stfit.analysis import analysis_of
from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.diagnostics.estimates import estimates
from stfit.measurement import Observation
from stfit.physics.switching import ramp_quantile
from stfit.pipeline.assembly import assemble
from stfit.results import Estimate, Status
from tests.benchmarks.timing import in_turn

GOAL: Final = 3.0
ROUNDS: Final = 9
EVENTS: Final = 1_000_000
SLOPE: Final = (5e3, 1.5e4)  # 1/A at 300 K, out of P and out of AP
ATTEMPTS: Final = 1e9  # 1/s
BARRIER: Final = (24.0, 22.0)  # k_BT at 300 K
DEVICE: Final = {"delta_R": "0.110 ± 0.004 ohm", "beta": "0.35 ± 0.03", "temperature": "300 ± 1 K"}


@pytest.fixture(scope="module", params=["in order", "shuffled"])
def file(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both transitions, 3 rates, 3 temperatures; the settings one after the other, or mixed as from random sweeps."""
    rng = np.random.default_rng(1)
    state, rate = rng.integers(0, 2, EVENTS), rng.choice([0.01, 0.1, 1.0], EVENTS)
    kelvin = rng.choice([280.0, 300.0, 320.0], EVENTS)
    slope = np.where(state == 0, SLOPE[0], SLOPE[1]) * 300.0 / kelvin
    log_rate = np.log(ATTEMPTS) - np.where(state == 0, BARRIER[0], BARRIER[1]) * 300.0 / kelvin
    rise = ramp_quantile(rng.random(EVENTS), slope, log_rate, rate, 0.0)
    frame = pd.DataFrame(
        {
            "transition": np.where(state == 0, "P->AP", "AP->P"),
            "switching_current (mA)": np.round(np.where(state == 0, -rise, rise) * 1e3, 6),
            "ramp_rate (A/s)": rate,
            "temperature (K)": kelvin,
        }
    )
    if request.param == "in order":
        frame = frame.sort_values(["transition", "temperature (K)", "ramp_rate (A/s)"], kind="stable")
    path = tmp_path_factory.mktemp("ramp") / "events.csv"
    frame.to_csv(path, index=False)
    return path


def fitted(measurement: Observation) -> tuple[Optimum, dict[str, Estimate]]:
    objective = assemble(analysis_of({"device": DEVICE}, Path(), "benchmark"), [measurement])
    optimum = minimise(objective)
    return optimum, estimates(objective, optimum)


@pytest.mark.benchmark(group="ramp")
def test_load_and_fit(benchmark: Any, file: Path) -> None:
    def both() -> tuple[Optimum, dict[str, Estimate]]:
        return fitted(load(file, "switching-ramp"))  # afresh: a measurement remembers its sums

    optimum, found = benchmark(both)
    assert optimum.status is Status.CONVERGED
    slope = found["slope_AP"]
    assert slope.value is not None
    assert slope.stderr is not None
    assert abs(slope.value + SLOPE[1]) < 4.0 * slope.stderr  # once in 16,000 seeds
    reading, loading, everything = in_turn(
        ROUNDS, lambda: pd.read_csv(file), lambda: load(file, "switching-ramp"), both
    )
    benchmark.extra_info["reading, s"] = reading
    benchmark.extra_info["loading over reading"] = loading / reading
    ratio = benchmark.extra_info["loading and fitting over reading"] = everything / reading
    assert ratio <= GOAL
