"""A device whose detector has a dead time: events and table give its truth; ignoring the dead time does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from stfit.backends.least_squares import minimise
from stfit.diagnostics.estimates import estimates
from stfit.loaders.tables import load_table
from stfit.measurement import kinds
from stfit.physics.telegraph import draw_apparent_dwells
from tests import builders

GRID = builders.grid((295.0,), (-2e-3, -1e-3, 0.0, 1e-3, 2e-3))
N = 400


def write(folder: Path) -> None:
    """events.csv and table.csv, with a dead time of 0.3 of the shortest dwell time."""
    tau = np.exp(GRID.log_dwell_time(builders.TRUTH))
    other = tau.reshape(2, 5)[::-1].ravel()
    dead_time = 0.3 * tau.min()
    row = np.repeat(np.arange(10), N)
    rng = np.random.default_rng(12)
    dwells = draw_apparent_dwells(tau[row], other[row], np.full(row.size, dead_time), rng)
    settings = [f"{('P', 'AP')[s]},{i * 1e3:.6g}" for s, i in zip(GRID.state, GRID.current, strict=True)]
    lines = [f"{settings[r]},{dwell * 1e6:.12g}" for r, dwell in zip(row, dwells, strict=True)]
    (folder / "events.csv").write_text("\n".join(["state,current (mA),duration (us)", *lines]) + "\n")
    total = np.bincount(row, weights=dwells)
    lines = [f"{settings[r]},{N},{total[r]:.12g},{dead_time * 1e6:.12g}" for r in range(10)]
    (folder / "table.csv").write_text("\n".join(["state,current (mA),n,total_time (s),dead_time (us)", *lines]) + "\n")


def pull(folder: Path, kind: str, file: str, **keys: float) -> float:
    """How many of its errors the slope of ln τ out of P is from the truth."""
    table = folder / file
    measurement = load_table(table, kinds()[kind], keys=keys)
    objective = builders.objective(measurement, device=dict(builders.KNOWN))
    found = estimates(objective, minimise(objective))["slope_P"]
    assert found.value is not None
    assert found.stderr is not None
    truth = builders.coupling(builders.TRUTH) * builders.factors(builders.TRUTH)[0] / (builders.K_B * 295.0)
    return abs(found.value - truth) / found.stderr


def test_events_and_table_give_the_truth(tmp_path: Path) -> None:
    write(tmp_path)
    dead_time = 0.3 * float(np.exp(GRID.log_dwell_time(builders.TRUTH)).min())
    assert pull(tmp_path, "dwell-events", "events.csv", dead_time=dead_time) < 3.5
    assert pull(tmp_path, "dwell-times", "table.csv") < 3.5
    assert pull(tmp_path, "dwell-events", "events.csv") > 3.5  # the negative control
