"""The example data sets: their files are those that the stated command makes, and their fits find the truth."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import stfit
from tests.truths import DATASETS, assert_true, truth_of

FILES = {
    "fmr": ["frequencies.csv", "lines.csv"],
    "joint-device": ["critical.csv", "dwell.csv", "lines.csv", "pulse.csv", "ramp.csv"],
    "nanopillar": ["dwell.csv"],
    "ramp": ["events.csv", "staircase.csv"],
    "spin-valve-ic": ["currents.csv"],
    "telegraph": [
        *("noisy.csv", "noisy_01.npy", "noisy_02.npy", "traces.csv"),
        *(f"traces_{number:02}.npy" for number in range(1, 13)),
    ],
}


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_what_the_stated_command_makes(name: str, tmp_path: Path) -> None:
    folder = DATASETS / name
    truth = json.loads((folder / "truth.json").read_text(encoding="utf-8"))
    if np.__version__ != truth["numpy_version"]:
        pytest.skip(f"made with numpy {truth['numpy_version']}, whose random numbers are the same only there")
    written = stfit.simulate(folder / "device.toml", folder / "experiment.toml", seed=truth["seed"], out=tmp_path)
    assert sorted(path.name for path in written) == [*FILES[name], "truth.json"]
    for path in written:
        assert path.read_bytes() == (folder / path.name).read_bytes(), path.name


@pytest.mark.slow
def test_five_ways_of_measuring_one_device_find_the_truth_together() -> None:
    result = stfit.fit(DATASETS / "joint-device" / "analysis.toml")
    truth = truth_of(DATASETS / "joint-device")
    assert_true(result.parameters, truth, "l_over_L", "tau_0", "E_P", "slope_P", "slope_AP", "c_ratio")
