"""A plan in words."""

from __future__ import annotations

from dataclasses import replace

from stfit.reports.plan_words import summary
from stfit.results.measurement_plan import SimulatedCheck
from tests.unit.reports.plan_example import BETA, NOTHING, PLAN


def test_summary_names_the_best_and_what_it_brings() -> None:
    text = summary(PLAN)
    assert "Next for l/L_θθ: β determined anew. Its error falls from 2.29 e to 1.39 e in 8 h." in text
    assert "Today l/L_θθ = 25.3(2.3) e, 9.06 %." in text
    assert "1.00 ± 0.05" in text
    assert "every point twice (changes nothing)" in text
    assert "another field: one field only" in text
    assert "warning: rejected" in text


def test_summary_where_nothing_helps() -> None:
    text = summary(replace(PLAN, candidates=[NOTHING]))
    assert "No candidate would reduce the error of l/L_θθ by 0.5 % or more." in text


def test_summary_where_the_target_is_not_identified() -> None:
    entry = replace(BETA, gain=None, identifies=["tau_0"])
    text = summary(replace(PLAN, target="tau_0", unit="s", value=None, stderr=None, candidates=[entry]))
    assert "τ0 is not identified today. It would be with β determined anew" in text
    assert "(identifies τ0)" in text


def test_summary_where_nothing_identifies_the_target() -> None:
    lost = replace(BETA, stderr=None, gain=None, at_best=None, check=None)
    text = summary(replace(PLAN, value=None, stderr=None, candidates=[lost]))
    assert "no candidate would identify it by itself" in text


def test_summary_of_a_failed_fit() -> None:
    assert "No plan for l/L_θθ: rejected" in summary(replace(PLAN, candidates=[]))


def test_failed_fits_are_told() -> None:
    entry = replace(BETA, check=SimulatedCheck(100, 3, 1.0, 1.0, 0.1))
    assert "3 fits failed." in summary(replace(PLAN, candidates=[entry]))
