"""How long stfit takes to start, beside Python importing numpy; what commands cost, beside importing their libraries.

    pytest tests/benchmarks/test_start_up.py --benchmark-only -p no:randomly

Every round starts both processes in turn. The ratio of median wall times must keep the goal of 3; the processor time of
whole commands is held against that of `import lmfit, pandas, matplotlib.pyplot`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

import pytest

from tests.benchmarks.timing import IMPORTS, processor_times

NANOPILLAR: Final = Path(__file__).parents[2] / "datasets" / "nanopillar"
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


@pytest.mark.benchmark(group="start")
@pytest.mark.parametrize(
    ("arguments", "goal"),
    [(("inspect", str(NANOPILLAR / "dwell.csv")), 0.5), (("fit", "wrong.toml"), 0.2)],
    ids=["stfit inspect", "a refusal of the analysis file"],
)
def test_commands_beside_imports(
    benchmark: Any, arguments: tuple[str, ...], goal: float, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wrong.toml").write_text('[device]\nbeta = "x"\n', encoding="utf-8")
    ours = ("-m", "stfit", *arguments)
    benchmark.pedantic(started_whatever_its_end, args=ours, rounds=3, warmup_rounds=1)
    mine, other = processor_times(ROUNDS, ours, IMPORTS)
    ratio = benchmark.extra_info["ratio of processor times"] = mine / other
    assert ratio <= goal


def started_whatever_its_end(*arguments: str) -> None:
    """A Python process that may refuse."""
    subprocess.run([sys.executable, *arguments], check=False, capture_output=True)
