"""The table of rival descriptions."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from stfit.reports.document import document
from stfit.reports.html import inline
from stfit.reports.markdown import markdown
from stfit.reports.rivals_section import rivals
from stfit.reports.summary import summary
from stfit.results.result import FitResult

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("example.py")))
NANOPILLAR: FitResult = EXAMPLES["nanopillar"]()
rival: Callable[[str, str, float], dict[str, Any]] = EXAMPLES["rival"]


def test_numbers_are_given_to_a_tenth() -> None:
    first, second = rivals(NANOPILLAR).rows
    assert first.numbers == ["118.2", "6", "130.2", "146.9", "0.0"]
    assert second.numbers == ["130.0", "6", "142.0", "158.7", "11.8"]
    assert (first.verdict, second.verdict) == ("best", "hardly supported")


def test_symbols_are_set_as_symbols_and_nothing_else_is_markup() -> None:
    assert "<i>I</i><sub>c</sub>" in inline(rivals(NANOPILLAR).rows[0].description)
    bad = replace(NANOPILLAR, comparison=[rival("<b>x</b>", "<b>x</b>", 1.0)])
    (row,) = rivals(bad).rows
    assert (
        inline((row.description, row.note))
        == "&lt;b&gt;x&lt;/b&gt;<i>l</i>/<i>L</i><sub>θθ</sub> by &lt;b&gt;x&lt;/b&gt;"
    )


def test_a_fit_that_failed_has_no_numbers() -> None:
    failed = rival("b", "b", 1.0) | {"status": "not-converged", "deviance": None, "aic": None, "bic": None}
    result = replace(NANOPILLAR, comparison=[rival("a", "a", 0.0), failed | {"delta_aic": None}])
    assert rivals(result).rows[1].numbers == ["–", "6", "–", "–", "–"]
    assert rivals(result).rows[1].verdict == "no fit"


def test_a_difference_of_roundings_is_no_difference() -> None:
    result = replace(NANOPILLAR, comparison=[rival("a", "a", 118.2 - 5e-13)])
    assert rivals(result).rows[0].numbers[-1] == "0.0"


def test_the_page_and_the_summary_say_which_is_preferred() -> None:
    page = markdown(document(NANOPILLAR))
    assert "## Rivals: " in page
    assert "The data prefer" in page
    assert "its AIC is 11.8 higher" in summary(NANOPILLAR)


def test_without_rivals_there_is_no_section() -> None:
    result = replace(NANOPILLAR, comparison=[])
    assert rivals(result).rows == []
    assert "Rivals" not in markdown(document(result))
    assert "descriptions tried" not in summary(result)
