"""The [plan] section of an analysis file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from stfit.analysis import analysis_of
from stfit.errors import InputError
from stfit.studies.conditions import Conditions


def plan_of(**keys: Any) -> Conditions:
    return analysis_of({"plan": keys}, Path(), "test").plan


def test_without_a_section_there_are_defaults() -> None:
    assert plan_of() == Conditions()


def test_everything_is_read_in_si() -> None:
    read = plan_of(
        target="tau_0",
        hours="8 h",
        goal="5 %",
        candidates=["longer", "temperature", "longer"],
        time_per_point="10 min",
        points=12,
        overhead_per_point="30 s",
        overhead_per_temperature="2 h",
        overhead_per_field="0 s",
        shortest_dwell="1 us",
        longest_dwell="1 min",
        largest_current="3 mA",
        pulses=500,
        pulse_overhead="20 ms",
        ramp_overhead="1 s",
        line_error=0.02,
        critical_current_error="4 %",
        precision={"beta": "0.01", "delta_R": "1 mohm"},
        precision_time={"beta": "2 h"},
    )
    assert read == Conditions(
        target="tau_0",
        hours=28800.0,
        goal=0.05,
        candidates=("longer", "temperature"),
        time_per_point=600.0,
        points=12,
        overhead_per_point=30.0,
        overhead_per_temperature=7200.0,
        overhead_per_field=0.0,
        shortest_dwell=1e-6,
        longest_dwell=60.0,
        largest_current=3e-3,
        of_kinds={
            "pulses": 500,
            "pulse_overhead": 0.02,
            "ramp_overhead": 1.0,
            "line_error": 0.02,
            "critical_current_error": 0.04,
        },
        precision={"beta": 0.01, "delta_R": 1e-3},
        precision_time={"beta": 7200.0},
    )


def test_a_parameter_of_one_measurement_may_be_the_target() -> None:
    assert plan_of(target="tau_0[2]").target == "tau_0[2]"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"targett": "tau_0"}, r"key 'plan.targett': expected a key known here \(the nearest is 'target'\)"),
        ({"target": "tau0"}, r"key 'plan.target': expected a quantity known here \(the nearest is 'tau_0'\)"),
        ({"target": 3}, "the name of a parameter"),
        ({"candidates": ["temperatures"]}, r"the nearest is 'temperature'"),
        ({"candidates": []}, "a list of candidates"),
        ({"hours": 8}, "key 'plan.hours'"),
        ({"hours": "0 h"}, "a time above 0 s"),
        ({"goal": "500 %"}, "a relative error between 0 and 1"),
        ({"overhead_per_point": "-1 s"}, "a time of 0 s or more"),
        ({"points": 0}, "a whole number, 1 or more"),
        ({"precision": {"betta": "0.01"}}, "the nearest is 'beta'"),
        ({"precision": {"beta": "0"}}, "a standard deviation above 0"),
        ({"precision_time": {"beta": "0 h"}}, "a time above 0 s"),
    ],
)
def test_what_is_wrong_is_named(keys: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        plan_of(**keys)
