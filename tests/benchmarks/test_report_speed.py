"""What a report costs: the page of the joint device below 3 s and 3 MB, a whole `stfit fit` beside its imports.

    pytest tests/benchmarks/test_report_speed.py --benchmark-only -p no:randomly

Of the rounds the best is judged, which other work on the machine disturbs least; the first, in which matplotlib reads
its fonts, takes half a second more.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from stfit.notebook.interface import fit
from stfit.reports.html import render
from tests.benchmarks.timing import IMPORTS, processor_times

DATASETS: Final = Path(__file__).parents[2] / "datasets"
ANALYSIS: Final = DATASETS / "joint-device" / "analysis.toml"
SECONDS: Final = 3.0
BYTES: Final = 3_000_000
GOAL: Final = 1.6  # processor time of a fit with its report, over that of importing lmfit, pandas and pyplot
ROUNDS: Final = 7


def test_the_page_of_the_joint_device(benchmark: Any) -> None:
    result = fit(ANALYSIS)
    page = benchmark.pedantic(render, args=(result,), rounds=5, iterations=1)
    assert len(page.encode("utf-8")) < BYTES
    assert benchmark.stats["min"] < SECONDS


def test_a_fit_with_its_report_beside_imports(benchmark: Any, tmp_path: Path) -> None:
    ours = ("-m", "stfit", "fit", str(DATASETS / "nanopillar" / "analysis.toml"), "--out", str(tmp_path))
    benchmark.pedantic(processor_times, args=(1, ours), rounds=1)
    mine, other = processor_times(ROUNDS, ours, IMPORTS)
    ratio = benchmark.extra_info["ratio of processor times"] = mine / other
    assert ratio <= GOAL
