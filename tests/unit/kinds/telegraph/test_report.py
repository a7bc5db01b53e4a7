"""What the report says of traces."""

from __future__ import annotations

from typing import Any

from stfit.kinds.telegraph.report import HEAD, traces_of
from stfit.results import MeasurementSummary


def trace(**changed: Any) -> dict[str, Any]:
    return {
        "file": "x.npy",
        "current": 1e-4,
        "route": "threshold",
        "reason": "The levels are far enough apart for thresholds.",
        "samples": 1000,
        "sample_interval": 1e-5,
        "levels": [10.0, 10.25],
        "level_unit": "ohm",
        "noise": 0.03,
        "snr": 8.1,
        "transitions": [210, 211],
        "naive": [6.6e-4, None],
        "tau": [6.4e-4, 4.8e-3],
        "tau_stderr": [4e-5, 3e-4],
        "checks": [{"name": "drift", "verdict": "passed", "sentence": "Fine."}],
        "left_out": False,
        "panels": {},
    } | changed


def summary(*traces: dict[str, Any]) -> MeasurementSummary:
    return MeasurementSummary("index.csv", "telegraph-trace", 1, [], [], traces=list(traces))


def test_a_row_says_route_levels_and_both_estimates() -> None:
    found = traces_of(summary(trace()), 1)
    assert found is not None
    assert len(found.rows[0]) == len(HEAD)
    assert found.rows[0][2:] == [
        "thresholds",
        "10 Ω, 10.25 Ω",
        "8.1",
        "210, 211",
        "660 µs, –",
        "640(40) µs, 4.80(30) ms",
    ]
    assert found.verdicts == ["passed"]


def test_complaints_come_worst_first_and_left_out_traces_are_named() -> None:
    checks = [
        {"name": "a", "verdict": "doubtful", "sentence": "Hm."},
        {"name": "b", "verdict": "failed", "sentence": "No."},
    ]
    found = traces_of(summary(trace(checks=checks), trace(file="y.npy", left_out=True)), 1)
    assert found is not None
    assert found.complaints == [("failed", "x.npy", "No."), ("doubtful", "x.npy", "Hm.")]
    assert found.verdicts == ["failed", "left out"]


def test_other_kinds_have_none() -> None:
    assert traces_of(summary(), 1) is None
