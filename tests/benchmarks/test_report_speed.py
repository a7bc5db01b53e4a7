"""What a report costs: drawing its figures and little more, below 1.5 MB; a whole `stfit fit` beside its imports.

    pytest tests/benchmarks/test_report_speed.py --benchmark-only -p no:randomly

The page of the joint device and its figures alone, drawn and saved by matplotlib, are timed in turn in one process.
"""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any, Final

from stfit.figures.style import journal_style
from stfit.notebook.interface import fit
from stfit.reports.blocks import drawings
from stfit.reports.document import document
from stfit.reports.html import render
from tests.benchmarks.timing import IMPORTS, processor_times, ratio_of

DATASETS: Final = Path(__file__).parents[2] / "datasets"
ANALYSIS: Final = DATASETS / "joint-device" / "analysis.toml"
OVER_DRAWING: Final = 1.3
BYTES: Final = 1_500_000
GOAL: Final = 1.6  # processor time of a fit with its report, over that of importing lmfit, pandas and pyplot
ROUNDS: Final = 7


def test_the_page_of_the_joint_device(benchmark: Any) -> None:
    result = fit(ANALYSIS)

    def alone() -> None:
        for drawing in drawings(document(result)):
            figure = drawing.draw("column")
            with journal_style():
                figure.savefig(io.BytesIO(), format="svg", metadata={"Date": None})

    page = render(result)
    ratio = benchmark.pedantic(ratio_of, args=(5, lambda: render(result), alone), rounds=1)
    benchmark.extra_info |= {"page over its figures alone": ratio, "bytes": len(page.encode("utf-8"))}
    assert len(page.encode("utf-8")) < BYTES
    assert ratio < OVER_DRAWING


def test_a_fit_with_its_report_beside_imports(benchmark: Any, tmp_path: Path) -> None:
    ours = ("-m", "stfit", "fit", str(DATASETS / "nanopillar" / "analysis.toml"), "--out", str(tmp_path))
    benchmark.pedantic(processor_times, args=(1, ours), rounds=1)
    mine, other = processor_times(ROUNDS, ours, IMPORTS)
    ratio = benchmark.extra_info["ratio of processor times"] = mine / other
    assert ratio <= GOAL
