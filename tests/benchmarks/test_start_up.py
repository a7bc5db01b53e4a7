"""How long stfit takes to start beside Python importing numpy.

    pytest tests/benchmarks --benchmark-only -p no:randomly

Every round starts both processes in turn; the ratio of their median wall times must keep the goal of 3.
"""

from __future__ import annotations

import subprocess
import sys
from statistics import median
from time import perf_counter
from typing import Any, Final

import pytest

GOAL: Final = 3.0
ROUNDS: Final = 15
NUMPY: Final = ("-c", "import numpy")


def started(*arguments: str) -> float:
    """Wall time of a Python process, s."""
    begin = perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return perf_counter() - begin


@pytest.mark.benchmark(group="start")
def test_python_with_numpy(benchmark: Any) -> None:
    assert benchmark.pedantic(started, args=NUMPY, rounds=ROUNDS, warmup_rounds=1) > 0


@pytest.mark.benchmark(group="start")
@pytest.mark.parametrize(
    "arguments", [("-c", "import stfit"), ("-m", "stfit", "--help")], ids=["import stfit", "stfit --help"]
)
def test_start(benchmark: Any, arguments: tuple[str, ...]) -> None:
    benchmark.pedantic(started, args=arguments, rounds=ROUNDS, warmup_rounds=1)
    pairs = [(started(*arguments), started(*NUMPY)) for _ in range(ROUNDS)]
    ratio = median(ours for ours, _ in pairs) / median(theirs for _, theirs in pairs)
    benchmark.extra_info["ratio"] = ratio
    assert ratio <= GOAL
