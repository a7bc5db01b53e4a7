from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

from stfit.reports.content import Details, Gallery, ReportSection, Table, plain
from stfit.reports.measurements_section import caption, describe, parts, picture, reduced_table
from stfit.results.result import FitResult, InputFile, MeasurementSummary

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("example.py")))
NANOPILLAR: FitResult = EXAMPLES["nanopillar"]()
ROW = {"series": "P", "state": "P", "current": 1e-3, "temperature": None, "n": 4.0, "total_time": 8e-6}
DONE = {"observed": 2e-6, "observed_lo": 1.2e-6, "observed_hi": 3.6e-6, "fitted": 2.2e-6, "residual": -0.19}


def summary(*rows: dict[str, Any], kind: str = "dwell-times", file: str = "a.csv") -> MeasurementSummary:
    return MeasurementSummary(file, kind, len(rows), list(rows), [])


def alone(*summaries: MeasurementSummary) -> list[ReportSection]:
    return parts(replace(NANOPILLAR, measurements=list(summaries), curves=[]))


def test_the_reduced_data_have_one_unit_a_column_and_no_empty_column() -> None:
    head, cells = reduced_table(summary(ROW | DONE, ROW | DONE | {"fitted": 2.2e-4, "total_time": 8e-3}))
    titles = ["series", "state", "current (mA)", "n", "total time (µs)", "observed (µs)", "fitted (µs)", "residual"]
    assert head == titles
    assert cells[0] == ["P", "P", "1", "4", "8", "2.0 (+1.6 −0.8)", "2.2", "−0.19"]
    assert cells[1][4:7] == ["8000", "2.0 (+1.6 −0.8)", "220"]


def test_a_column_of_several_observables_names_the_unit_in_each_cell() -> None:
    plain_number = {"observed": 1.5, "observed_lo": None, "fitted": 1.25, "unit": ""}
    width = {"observed": 0.002, "observed_lo": None, "observed_hi": None, "fitted": 0.003, "unit": "T"}
    head, cells = reduced_table(summary(ROW | DONE | plain_number, ROW | DONE | width))
    assert head[-3:-1] == ["observed", "fitted"]
    assert [row[-3:-1] for row in cells] == [["1.5", "1.25"], ["2 mT", "3 mT"]]


def test_a_setting_without_transition_shows_its_limit() -> None:
    nothing = {"observed": None, "observed_lo": 4e-6, "observed_hi": None, "fitted": 2e-6, "residual": None}
    _, cells = reduced_table(summary(ROW | nothing))
    assert cells[0][-3:] == ["≥ 4", "2", "–"]
    _, cells = reduced_table(summary(ROW | dict.fromkeys(nothing)))
    assert cells[0][-3:] == ["–", "–", "–"]


def test_a_value_without_an_error_bar_stands_alone() -> None:
    _, cells = reduced_table(summary(ROW | DONE | {"observed_lo": None}))
    assert cells[0][-3] == "2"


def test_of_many_rows_the_first_are_shown_and_the_rest_counted() -> None:
    _, section = alone(summary(*[ROW | DONE] * 450))
    (details,) = [block for block in section.blocks if isinstance(block, Details)]
    table, more = details.blocks
    assert isinstance(table, Table)
    assert len(table.rows) == 400
    assert more.text == "50 more rows are in result.json."  # type: ignore[union-attr]


def test_a_kind_without_a_figure_still_has_its_table() -> None:
    strange = summary(ROW | DONE, kind="of-another-package")
    assert picture(replace(NANOPILLAR, measurements=[strange])) is None
    assert any(isinstance(block, Details) for block in alone(strange)[1].blocks)


def test_each_kind_of_data_has_a_figure_on_the_page_and_each_measurement_one() -> None:
    files = [summary(ROW | DONE, file=f"{name}.csv") for name in "ab"] + [
        summary(ROW | DONE, kind="switching-pulse", file="c.csv")
    ]
    first = picture(replace(NANOPILLAR, measurements=files))
    overview, *each = alone(*files)
    gallery = next(block for block in overview.blocks if isinstance(block, Gallery))
    assert first is not None
    assert [first.identity, *(drawing.identity for drawing in gallery.drawings)] == ["measurement-1", "measurement-3"]
    drawn = [[block.identity for block in section.blocks if hasattr(block, "identity")] for section in each]
    assert drawn == [[], ["measurement-2"], []]
    assert [section.folded for section in (overview, *each)] == [False, True, True, True]


def test_a_file_is_called_by_its_name_unless_two_share_it() -> None:
    overview, *each = alone(summary(ROW, file="x/a.csv"), summary(ROW, file="x/b.csv"), summary(ROW, file="y/b.csv"))
    assert [plain(section.name) for section in each] == ["a.csv", "x/b.csv", "y/b.csv"]
    table = overview.blocks[0]
    assert isinstance(table, Table)
    assert [plain(row.cells[0]) for row in table.rows] == ["a.csv", "x/b.csv", "y/b.csv"]


def test_a_folded_measurement_says_how_many_notices_it_has() -> None:
    noticed = replace(summary(ROW | DONE), notices=["n may be 50."])
    assert plain(alone(noticed)[1].title) == "a.csv: dwell-times, 1 rows, 1 notice"


def test_the_words_of_a_figure_count_its_residuals() -> None:
    rows = [ROW | DONE | {"residual": value} for value in (-2.5, 0.1, 1.4)]
    assert describe(summary(*rows)).endswith(
        "1 series (P), 3 rows, with fit and bands. Residuals from −2.5 to 1.4; 2 beyond ±1, 1 beyond ±2, of 3."
    )
    unnamed = summary(ROW | DONE | {"residual": None, "series": ""})
    assert describe(unnamed) == "Dwell time against current: one series, 1 rows, with fit and bands."


def test_the_caption_states_polarity_and_limits() -> None:
    limit = summary(ROW | {"observed": None, "observed_lo": 1e-6})
    reversed_input = InputFile("a.csv", "0", "dwell-times", 1, -1)
    said = plain(caption(replace(NANOPILLAR, inputs=[reversed_input], measurements=[limit]), limit, explained=True))
    assert "Arrows: limits" in said
    assert "the polarity −1 reverses it" in said
    done = summary(ROW | DONE)
    shown = replace(NANOPILLAR, measurements=[done])
    assert "Arrows" not in plain(caption(shown, done, explained=True))
    assert plain(caption(shown, done, explained=False)) == "a.csv."
