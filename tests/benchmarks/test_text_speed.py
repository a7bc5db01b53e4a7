"""What it costs to read a million rows of text, beside what pandas takes for them.

    pytest tests/benchmarks/test_text_speed.py --benchmark-only -p no:randomly

Both are run in turn, in one process, so that their ratio does not depend on what else the machine does. The table comes
with its SHA-256, which takes a quarter of the time of pandas; words are told apart, which pandas leaves undone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest

from stfit.loaders.reading import read_table
from tests.benchmarks.timing import ratio_of

GOALS: Final = {"numbers": 1.45, "words": 1.7}  # 1.25 and 1.5 were measured on an idle machine
ROWS: Final = 1_000_000
ROUNDS: Final = 9


@pytest.fixture(params=list(GOALS))
def table(request: Any, tmp_path: Path) -> tuple[str, Path]:
    """A trace of two columns, or events with a word each."""
    rng = np.random.default_rng(1)
    numbers = {"time (s)": 1e-6 * np.arange(ROWS), "voltage (V)": np.round(rng.normal(0.0, 1.0, ROWS), 6)}
    words = {"transition": rng.choice(["P->AP", "AP->P"], ROWS), **numbers}
    path = tmp_path / "table.csv"
    pd.DataFrame(words if request.param == "words" else numbers).to_csv(path, index=False)
    return request.param, path


@pytest.mark.benchmark(group="text")
def test_reading_a_million_rows(benchmark: Any, table: tuple[str, Path]) -> None:
    what, path = table
    assert benchmark(lambda: read_table(path)).rows == ROWS
    ratio = benchmark.extra_info["over pandas"] = ratio_of(ROUNDS, lambda: read_table(path), lambda: pd.read_csv(path))
    assert ratio <= GOALS[what]
