"""A plan made by hand."""

from __future__ import annotations

from typing import Final

from stfit.results.measurement_plan import MeasurementPlan, NextMeasurement, SimulatedCheck

BETA: Final = NextMeasurement(
    kind="constants",
    title="β determined anew",
    hours=8.0,
    measuring_hours=8.0,
    overhead_hours=0.0,
    points=0,
    temperatures=0,
    fields=0,
    factor=1.0,
    stderr=1.39,
    verdict="identified",
    gain=0.5,
    at_best=0.9,
    hours_to_goal=6.0,
    identifies=[],
    curve={"hours": [4.0, 8.0, 16.0], "stderr": [1.7, 1.39, 1.2]},
    check=SimulatedCheck(400, 0, 1.39, 1.0, 0.05),
)
NOTHING: Final = NextMeasurement(
    kind="longer",
    title="every point twice",
    hours=9.0,
    measuring_hours=5.0,
    overhead_hours=4.0,
    points=60,
    temperatures=3,
    fields=0,
    factor=1.0,
    stderr=2.289,
    verdict="identified",
    gain=0.0004,
    at_best=2.288,
    hours_to_goal=None,
    identifies=[],
    curve={"hours": [5.0, 9.0, 20.0], "stderr": [2.29, 2.289, 2.289]},
    settings=[{"state": "P", "current": -1e-3, "temperature": 358.0, "n": 20000.0, "total_time": 170.0}],
)
PLAN: Final = MeasurementPlan(
    title="a <b>device</b>",
    stfit_version="0",
    created="2000-01-01T00:00:00+00:00",
    command="stfit plan",
    seed=1,
    status="converged",
    analysis_sha256=None,
    target="l_over_L",
    unit="e",
    value=25.28,
    stderr=2.29,
    verdict="identified",
    not_identified=[],
    goal=0.06,
    hours=None,
    candidates=[BETA, NOTHING],
    without=[{"kind": "another field", "why": "one field only"}],
    assumptions=["Each point costs 60 s."],
    warnings=["rejected"],
)
