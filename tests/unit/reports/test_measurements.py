from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

from stfit.reports.measurements_section import describe, reduced_table, sections
from stfit.results.result import FitResult, InputFile, MeasurementSummary

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("example.py")))
NANOPILLAR: FitResult = EXAMPLES["nanopillar"]()
ROW = {"series": "P", "state": "P", "current": 1e-3, "temperature": None, "n": 4.0, "total_time": 8e-6}
DONE = {"observed": 2e-6, "observed_lo": 1.2e-6, "observed_hi": 3.6e-6, "fitted": 2.2e-6, "residual": -0.19}


def summary(*rows: dict[str, Any], kind: str = "dwell-times") -> MeasurementSummary:
    return MeasurementSummary("a.csv", kind, len(rows), list(rows), [])


def test_the_reduced_data_have_units_and_no_empty_column() -> None:
    head, cells = reduced_table(summary(ROW | DONE))
    assert head == ["series", "state", "current (mA)", "n", "total time", "observed", "fitted", "residual"]
    assert cells == [["P", "P", "1", "4", "8 µs", "2.0 (+1.6 −0.8) µs", "2.2 µs", "−0.19"]]


def test_a_setting_without_transition_shows_its_limit() -> None:
    nothing = {"observed": None, "observed_lo": 4e-6, "observed_hi": None, "fitted": 2e-6, "residual": None}
    _, cells = reduced_table(summary(ROW | nothing))
    assert cells[0][-3:] == ["≥ 4 µs", "2 µs", "–"]
    _, cells = reduced_table(summary(ROW | dict.fromkeys(nothing)))
    assert cells[0][-3:] == ["–", "–", "–"]


def test_a_value_without_an_error_bar_stands_alone() -> None:
    _, cells = reduced_table(summary(ROW | DONE | {"observed_lo": None}))
    assert cells[0][-3] == "2 µs"


def test_of_many_rows_the_first_are_shown_and_the_rest_counted() -> None:
    many = summary(*[ROW | DONE] * 450)
    section = sections(replace(NANOPILLAR, measurements=[many], curves=[]))[0]
    assert len(section.cells) == 400
    assert section.left_out == 50


def test_a_kind_without_a_figure_still_has_its_table() -> None:
    section = sections(replace(NANOPILLAR, measurements=[summary(ROW | DONE, kind="of-another-package")]))[0]
    assert section.figure is None
    assert section.cells


def test_the_words_of_a_figure_count_its_residuals() -> None:
    rows = [ROW | DONE | {"residual": value} for value in (-2.5, 0.1, 1.4)]
    assert describe(summary(*rows)).endswith(
        "1 series (P), 3 rows, with fit and bands. Residuals from −2.5 to 1.4; 2 beyond ±1, 1 beyond ±2, of 3."
    )
    unnamed = summary(ROW | DONE | {"residual": None, "series": ""})
    assert describe(unnamed) == "Dwell time against current: one series, 1 rows, with fit and bands."


def test_the_caption_states_polarity_and_limits() -> None:
    reversed_input = InputFile("a.csv", "0", "dwell-times", 1, -1)
    limit = ROW | {"observed": None, "observed_lo": 1e-6}
    caption = sections(replace(NANOPILLAR, inputs=[reversed_input], measurements=[summary(limit)]))[0].caption
    assert "An arrow is a limit" in caption
    assert "those of the theory are these times the polarity, −1." in caption
    assert "arrow" not in sections(replace(NANOPILLAR, measurements=[summary(ROW | DONE)]))[0].caption
