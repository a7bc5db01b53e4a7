from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from stfit.reports.released import Backing, ReleasedCoverage, released, released_backing
from stfit.results.result import FitResult

EXAMPLES: dict[str, Any] = runpy.run_path(str(Path(__file__).with_name("example.py")))
NANOPILLAR: FitResult = EXAMPLES["nanopillar"]()


def row(design: str, kind: str, interval: str, of: int) -> dict[str, Any]:
    coverage = {"l_over_L": {"ci68": [of // 2, of], "ci95": [of, of]}}
    return {"design": design, "kind": kind, "interval": interval, "devices": of, "failed": 0, "coverage": coverage}


def quoted(result: FitResult, rows: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> Backing | None:
    monkeypatch.setattr("stfit.reports.released.released", lambda: rows)
    return released_backing(result)


def test_the_intervals_and_measurements_of_the_result_are_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        row("dwell-times, rich", "dwell-times", "covariance", 400),
        row("switching-ramp, exact, poor", "switching-ramp", "covariance", 400),
        row("dwell-times, poor", "dwell-times", "profile", 400),
    ]
    found = quoted(NANOPILLAR, rows, monkeypatch)
    assert found == Backing(
        "l_over_L", "covariance", (ReleasedCoverage("dwell-times, 300 or more counts a row", (0.5, 1.0), 400),)
    )
    assert found.sentence == (
        "In simulated tests the 68 % and 95 % covariance intervals of l/L_θθ contained the truth in:"
    )


def test_a_few_devices_back_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    assert quoted(NANOPILLAR, [row("dwell-times, rich", "dwell-times", "covariance", 29)], monkeypatch) is None


def test_without_intervals_there_is_nothing_to_back(monkeypatch: pytest.MonkeyPatch) -> None:
    bare = {name: replace(entry, ci68=None, ci95=None) for name, entry in NANOPILLAR.parameters.items()}
    rows = [row("dwell-times, rich", "dwell-times", "covariance", 400)]
    assert quoted(replace(NANOPILLAR, parameters=bare), rows, monkeypatch) is None


def test_the_table_in_the_package_adds_up() -> None:
    assert {entry["interval"] for entry in released()} <= {"covariance", "profile", "bootstrap", "posterior"}
    for entry in released():
        for levels in entry["coverage"].values():
            assert all(0 <= inside <= of <= entry["devices"] for inside, of in levels.values())
            assert levels["ci68"][0] <= levels["ci95"][0]
