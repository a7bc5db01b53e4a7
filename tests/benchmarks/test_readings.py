"""What it costs to find the settings of a million thermometer readings, beside reading their file.

    pytest tests/benchmarks/test_readings.py --benchmark-only -p no:randomly

Both are run in turn, in one process, so that their ratio does not depend on what else the machine does.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from stfit.measurement.columns import THERMOMETER
from stfit.measurement.readings import parts_of
from tests.benchmarks.timing import ratio_of

GOAL: Final = 0.5  # of the time in which pandas reads the three columns
ROUNDS: Final = 7
ROWS: Final = 1_000_000


@pytest.fixture(scope="module")
def readings() -> npt.NDArray[np.float64]:
    return np.asarray(np.round(295.0 + 0.02 * np.random.default_rng(1).standard_normal(ROWS), 3))


def test_settings_of_a_million_readings(benchmark: Any, readings: npt.NDArray[np.float64], tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    current = np.random.default_rng(2).normal(-2.5, 0.1, ROWS).round(5)
    pd.DataFrame({"current": current, "ramp_rate": 0.1, "temperature": readings}).to_csv(file, index=False)
    ratio = ratio_of(ROUNDS, lambda: parts_of(readings, THERMOMETER).settled, lambda: pd.read_csv(file))
    benchmark.extra_info["over reading"] = ratio
    settled = benchmark.pedantic(lambda: parts_of(readings, THERMOMETER).settled, rounds=1)
    assert np.unique(settled).size == 1
    assert ratio < GOAL
