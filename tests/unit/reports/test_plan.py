"""The page of a plan."""

from __future__ import annotations

from dataclasses import replace

from stfit.reports.plan_page import render_plan
from tests.unit.reports.plan_example import BETA, NOTHING, PLAN


def test_the_page_escapes_and_needs_no_network() -> None:
    page = render_plan(PLAN)
    assert "a &lt;b&gt;device&lt;/b&gt;" in page
    assert "<b>device" not in page
    assert page.count("<script") == 1  # the page's own
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_it_holds_the_figure_the_ranking_and_what_it_rests_on() -> None:
    page = render_plan(PLAN)
    for words in ("<svg", "β determined anew", "changes nothing", "1.00 ± 0.05", "Each point costs 60 s.", "one field"):
        assert words in page, words
    assert "hours to the goal" in page
    assert "hours to the goal" not in render_plan(replace(PLAN, goal=None))


def test_chosen_points_of_what_is_worthwhile_are_listed() -> None:
    chosen = replace(BETA, settings=NOTHING.settings)
    assert "358 K" in render_plan(replace(PLAN, candidates=[chosen]))
    assert "358 K" not in render_plan(PLAN)


def test_without_candidates_there_is_no_figure() -> None:
    page = render_plan(replace(PLAN, candidates=[]))
    assert "<svg" not in page
    assert "No plan for" in page


def test_an_unidentified_target_has_no_line_of_today() -> None:
    page = render_plan(replace(PLAN, value=None, stderr=None, candidates=[replace(BETA, gain=None)]))
    assert "is not identified today" in page
    assert "<svg" in page


def test_an_infinite_interval_of_a_candidate_is_words() -> None:
    lost = replace(BETA, stderr=None, gain=None, at_best=None, check=None, curve={"hours": [], "stderr": []})
    assert "not identified" in render_plan(replace(PLAN, candidates=[lost]))
