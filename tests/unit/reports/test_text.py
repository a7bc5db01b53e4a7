from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from stfit.reports.text import summary

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("example.py")))


def test_the_terminal_gets_the_summary_of_the_result() -> None:
    result = EXAMPLES["nanopillar"]()
    assert summary(result) == result.summary()
    assert summary(result).startswith("Co/Cu/Co nanopillar, 275 to 305 K\n====")
