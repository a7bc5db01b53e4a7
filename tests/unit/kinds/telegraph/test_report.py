"""What the report says of traces."""

from __future__ import annotations

from typing import Any

from stfit.kinds.telegraph.report import section
from stfit.reports.content import Listing, Table, plain
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


def table(*traces: dict[str, Any]) -> dict[str, list[str]]:
    """The cells of each column by its title."""
    found = next(block for block in section(summary(*traces), 1) if isinstance(block, Table))
    titles = [plain(column.title) for column in found.columns]
    return {title: [plain(row.cells[at]) for row in found.rows] for at, title in enumerate(titles)}


def test_a_row_says_route_levels_and_both_estimates_in_one_unit_a_column() -> None:
    found = table(trace(), trace(file="y.npy", naive=[1.2e-3, 4e-3], tau=[1.1e-3, None]))
    assert found["current (µA)"] == ["100", "100"]
    assert found["route"] == ["thresholds", "thresholds"]
    assert found["level of AP (Ω)"] == ["10.25", "10.25"]
    assert found["transitions out of P"] == ["210", "210"]
    assert found["mean counted dwell in P (µs)"] == ["660", "1200"]
    assert found["mean counted dwell in AP (ms)"] == ["–", "4"]
    assert found["τ_P, corrected (µs)"] == ["640(40)", "1100(40)"]
    assert found["τ_AP, corrected (ms)"] == ["4.80(30)", "–"]
    assert found["verdict"] == ["passed", "passed"]


def test_complaints_come_worst_first_each_once_and_left_out_traces_are_named() -> None:
    doubtful = {"name": "a", "verdict": "doubtful", "sentence": "Hm."}
    failed = {"name": "b", "verdict": "failed", "sentence": "No."}
    traces = (trace(checks=[doubtful, failed]), trace(file="y.npy", left_out=True, checks=[doubtful]))
    listing = next(block for block in section(summary(*traces), 1) if isinstance(block, Listing))
    assert [plain(item) for item in listing.items] == ["failed, x.npy: No.", "doubtful, x.npy, y.npy: Hm."]
    assert table(*traces)["verdict"] == ["failed", "left out"]


def test_levels_have_the_digits_that_tell_them_apart() -> None:
    found = table(trace(levels=[1234.56, 1234.81]))
    assert (found["level of P (kΩ)"], found["level of AP (kΩ)"]) == (["1.23456"], ["1.23481"])


def test_a_complaint_of_many_traces_names_some_of_them() -> None:
    failed = {"name": "b", "verdict": "failed", "sentence": "No."}
    traces = [trace(file=f"{place}.npy", checks=[failed]) for place in range(8)]
    for some, words in (
        (traces, "all 8 traces"),
        ([*traces, trace()], "0.npy, 1.npy, 2.npy, 3.npy, 4.npy, 5.npy and 2 more"),
    ):
        listing = next(block for block in section(summary(*some), 1) if isinstance(block, Listing))
        assert [plain(item) for item in listing.items] == [f"failed, {words}: No."]


def test_a_measurement_without_traces_has_none() -> None:
    assert section(summary(), 1) == []
