"""A plan as data and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from stfit.results.measurement_plan import MeasurementPlan, plan_schema, plan_text, write_plan
from tests.unit.reports.plan_example import BETA, NOTHING, PLAN


def test_it_is_as_its_schema_says_and_comes_back_the_same(tmp_path: Path) -> None:
    content = json.loads(write_plan(PLAN, tmp_path / "plan.json").read_text(encoding="utf-8"))
    jsonschema.validate(content, plan_schema())
    assert MeasurementPlan.from_dict(content) == PLAN


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
