"""Two results share data where their rows do, whatever their files are called."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from stfit.results import FitResult
from stfit.results.independence import shared_rows
from stfit.results.result import MeasurementSummary
from tests.unit.reports.example import nanopillar


def result(rows: list[dict[str, Any]]) -> FitResult:
    measurement = MeasurementSummary("rows.csv", "dwell-times", len(rows), rows, [])
    return replace(nanopillar(), measurements=[measurement])


def rows(seed: int, count: int = 20, n: int = 100) -> list[dict[str, Any]]:
    """Dwell rows of a fixed watching time, as two devices on one bench have them."""
    counts = np.random.default_rng(seed).poisson(n, count).astype(float)
    currents = np.linspace(-1e-3, 1e-3, count)
    return [
        {"state": "P", "current": float(i), "n": float(k), "total_time": 10.0, "observed": 10.0 / k, "fitted": 0.1}
        for i, k in zip(currents, counts, strict=True)
    ]


def test_a_copy_shares_its_rows_whatever_was_fitted_to_them() -> None:
    copied = [row | {"fitted": 0.2, "current": row["current"] * (1.0 + 1e-12)} for row in rows(1)]
    assert shared_rows(result(rows(1)), result(copied)) == 20


def test_a_part_of_the_rows_is_shared() -> None:
    assert shared_rows(result(rows(1)), result(rows(1)[:8])) == 8
    assert shared_rows(result(rows(1)[:10]), result(rows(1)[6:])) == 4


def test_two_devices_at_the_same_settings_are_independent() -> None:
    """Counts of 100 agree by chance in one row of 18; none of 200 pairs of devices is taken for one."""
    assert not any(shared_rows(result(rows(2 * seed)), result(rows(2 * seed + 1))) for seed in range(200))


def test_two_parts_of_one_file_are_independent() -> None:
    assert shared_rows(result(rows(1)[:10]), result(rows(1)[10:])) == 0


@pytest.mark.parametrize("observed", [None, 0.0, 1.0])
def test_rows_in_which_nothing_or_everything_switched_do_not_count(observed: float | None) -> None:
    silent = [row | {"n": 0.0, "observed": observed} for row in rows(1)]
    assert shared_rows(result(silent), result(silent)) == 0


def test_a_single_row_is_judged_too() -> None:
    assert shared_rows(result(rows(1)[:1]), result(rows(1))) == 1
    assert shared_rows(result([]), result(rows(1))) == 0
