"""A calibration from measurements in memory to the report on disk."""

from __future__ import annotations

from pathlib import Path

import stfit
from stfit.results import read
from tests import builders


def test_a_calibration_survives_its_file(tmp_path: Path) -> None:
    where = builders.grid(temperatures=(260.0, 310.0), currents=(-5e-3, 0.0, 5e-3))
    steps: list[tuple[str, int, int]] = []
    result = stfit.calibrate(
        builders.dwell_times(where, n=200, seed=1),
        replicas=12,
        seed=2,
        intervals=("covariance",),
        progress=lambda words, done, of: steps.append((words, done, of)),
        device=dict(builders.QUOTES),
        fit={"compare": False},
    )
    assert steps[-12:] == [("simulated and refitted", done, 12) for done in range(1, 13)]
    assert result.calibration["replicas"] == 12
    assert result.validity[0].name == "calibration"
    page = stfit.report(result, tmp_path)
    assert "Coverage" in page.read_text(encoding="utf-8")
    assert read(tmp_path / "result.json").calibration == result.calibration
