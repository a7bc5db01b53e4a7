"""A plan as data, as JSON and as words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from stfit.results.plan import Check, Plan, plan_schema, plan_text, write_plan
from tests.unit.results.plan_example import BETA, NOTHING, PLAN


def test_it_is_as_its_schema_says_and_comes_back_the_same(tmp_path: Path) -> None:
    content = json.loads(write_plan(PLAN, tmp_path / "plan.json").read_text(encoding="utf-8"))
    jsonschema.validate(content, plan_schema())
    assert Plan.from_dict(content) == PLAN


def test_an_unknown_key_is_against_the_schema() -> None:
    content = json.loads(plan_text(PLAN)) | {"verdic": "identified"}
    with pytest.raises(jsonschema.ValidationError, match="verdic"):
        jsonschema.validate(content, plan_schema())


def test_gain_per_hour() -> None:
    assert BETA.gain_per_hour == pytest.approx(0.5 / 8.0)
    assert json.loads(plan_text(PLAN))["candidates"][0]["gain_per_hour"] == BETA.gain_per_hour


def test_the_best_is_worthwhile() -> None:
    assert PLAN.best is BETA
    assert replace(PLAN, candidates=[NOTHING]).best is None
    assert replace(PLAN, candidates=[]).best is None


def test_summary_names_the_best_and_what_it_brings() -> None:
    text = PLAN.summary()
    assert "Next for l/L_θθ: β determined anew. Its error falls from 2.29 e to 1.39 e in 8 h." in text
    assert "Today l/L_θθ = 25.3(2.3) e, 9.06 %." in text
    assert "1.00 ± 0.05" in text
    assert "every point twice (changes nothing)" in text
    assert "another field: one field only" in text
    assert "warning: rejected" in text


def test_summary_where_nothing_helps() -> None:
    text = replace(PLAN, candidates=[NOTHING]).summary()
    assert "Nothing thought of here would shrink the error of l/L_θθ by 0.5 % or more." in text


def test_summary_where_the_target_is_not_identified() -> None:
    entry = replace(BETA, gain=None, identifies=["tau_0"])
    text = replace(PLAN, target="tau_0", unit="s", value=None, stderr=None, candidates=[entry]).summary()
    assert "τ0 is not identified today. It would be with β determined anew" in text
    assert "(identifies τ0)" in text


def test_summary_where_nothing_identifies_the_target() -> None:
    lost = replace(BETA, stderr=None, gain=None, at_best=None, check=None)
    text = replace(PLAN, value=None, stderr=None, candidates=[lost]).summary()
    assert "nothing thought of here would identify it by itself" in text


def test_summary_of_a_failed_fit() -> None:
    assert "No plan for l/L_θθ: rejected" in replace(PLAN, candidates=[]).summary()


def test_failed_fits_are_told() -> None:
    entry = replace(BETA, check=Check(100, 3, 1.0, 1.0, 0.1))
    assert "3 fits failed." in replace(PLAN, candidates=[entry]).summary()
