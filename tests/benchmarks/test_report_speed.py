"""What a report costs after the fit: the page of the joint device below 3 s and 3 MB.

    pytest tests/benchmarks/test_report_speed.py --benchmark-only -p no:randomly

Of the rounds the best is judged, which other work on the machine disturbs least; the first, in which matplotlib reads
its fonts, takes half a second more.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from stfit.pipeline.fitting import fit
from stfit.reports.html import render

ANALYSIS: Final = Path(__file__).parents[2] / "datasets" / "joint-device" / "analysis.toml"
SECONDS: Final = 3.0
BYTES: Final = 3_000_000


def test_the_page_of_the_joint_device(benchmark: Any) -> None:
    result = fit(ANALYSIS)
    page = benchmark.pedantic(render, args=(result,), rounds=5, iterations=1)
    assert len(page.encode("utf-8")) < BYTES
    assert benchmark.stats["min"] < SECONDS
