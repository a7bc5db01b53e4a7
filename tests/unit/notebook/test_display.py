"""What notebooks show of results, plans and measurements: tables with units, verdicts, nothing executed."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import stfit
from stfit.notebook.faces import Fit, Plan
from stfit.notebook.result_html import result_html
from tests.builders import dwell_times, grid, ramps
from tests.unit.reports.example import hostile, nanopillar, one_temperature
from tests.unit.reports.plan_example import PLAN

EVIL = "<script>alert(1)</script>{{7*7}}"


def without_figure(html: str) -> str:
    return re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)


def test_a_summary_fits_a_terminal() -> None:
    for path in sorted((Path(__file__).parents[3] / "reports/released").glob("*/result.json")):
        result = stfit.read_result(path)
        folded = result.summary()
        assert max(map(len, folded.splitlines())) <= 80
        assert folded.split() == result.summary(width=None).split()


def test_a_result_in_a_terminal_is_a_line() -> None:
    assert repr(Fit.of(nanopillar())).startswith("<fit 'Co/Cu/Co nanopillar")
    assert "l/L_θθ = " in repr(Fit.of(nanopillar()))
    assert repr(Plan.of(PLAN)).startswith("<plan ")


def test_a_result_shows_its_answers_with_verdicts_and_a_figure() -> None:
    html = Fit.of(nanopillar())._repr_html_()
    row = re.search(r"<td>spin-transfer coefficient</td>(.*?)</tr>", html)
    assert row is not None
    assert row[1] == "<td>8.12(74) e</td><td>7.38 to 8.86 e</td><td>6.7 to 9.6 e</td><td>identified</td>"
    assert html.count("<svg") == 1


def test_what_is_not_identified_is_no_number() -> None:
    html = without_figure(result_html(one_temperature()))
    row = re.search(r"<td>attempt time</td>(.*?)</tr>", html)
    assert row is not None
    assert row[1] == "<td>not identified</td><td>–</td><td>–</td><td></td>"


def test_texts_from_files_are_escaped() -> None:
    titled = replace(Fit.of(nanopillar()), title=EVIL, measurements=[])._repr_html_()
    for html in (Fit.of(hostile())._repr_html_(), titled):
        assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in titled


def test_the_tab_key_knows_the_parameters() -> None:
    result = Fit.of(nanopillar())
    assert result._ipython_key_completions_() == list(result.parameters)


def test_a_plan_shows_its_summary() -> None:
    html = Plan.of(PLAN)._repr_html_()
    assert PLAN.title == "a <b>device</b>"
    assert "a &lt;b&gt;device&lt;/b&gt;" in html
    assert "<b>" not in html
    assert "Next for l/L_θθ: β determined anew." in html


def test_a_measurement_shows_the_head_of_its_table_with_units() -> None:
    table = dwell_times(grid(temperatures=(280.0, 300.0)))
    origin = replace(table.origin, file=f"{EVIL}.csv", rows=28, notices=(f"column {EVIL} is not used",))
    html = replace(table, origin=origin)._repr_html_()
    assert "<th>current (mA)</th><th>temperature (K)</th><th>dwell time (s)</th>" in html
    assert "<td>P</td><td>-10</td><td>280</td>" in html
    assert "<p>… and 20 more</p>" in html
    assert "<p>dwell-times, 28 rows, polarity +1</p>" in html
    assert "<script" not in html
    assert html.count("{{7*7}}") == 2


def test_events_are_shown_as_they_are_counted() -> None:
    events = ramps(n=50, seed=20261126)
    assert "switched share" in events._repr_html_()
