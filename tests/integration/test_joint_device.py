"""One device measured in five ways: the files as their command makes them, the joint fit against the truth."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import stfit
from stfit.pipeline.simulating import simulate

JOINT = Path(__file__).parents[2] / "datasets" / "joint-device"
TRUTH = json.loads((JOINT / "truth.json").read_text(encoding="utf-8"))


def test_the_dataset_is_what_the_stated_command_makes(tmp_path: Path) -> None:
    if np.__version__ != TRUTH["numpy_version"]:
        pytest.skip(f"made with numpy {TRUTH['numpy_version']}, whose random numbers are the same only there")
    written = simulate(JOINT / "device.toml", JOINT / "experiment.toml", seed=TRUTH["seed"], out=tmp_path)
    assert len(written) == 6
    for path in written:
        assert path.read_bytes() == (JOINT / path.name).read_bytes()


@pytest.mark.slow
def test_the_joint_fit_finds_the_truth() -> None:
    result = stfit.fit(JOINT / "analysis.toml")
    compared = [name for name in TRUTH["parameters"] if name in result.parameters and result[name].stderr]
    assert {"l_over_L", "tau_0", "E_P", "slope_P", "slope_AP", "c_ratio"} <= set(compared)
    for name in compared:
        estimate = result[name]
        assert estimate.value is not None
        assert estimate.stderr is not None
        pull = (estimate.value - TRUTH["parameters"][name]["value"]) / estimate.stderr
        # two-sided probability 0.001 shared among the parameters compared: 4 standard errors cover 16 of them
        assert abs(pull) < 4.0, f"{name} is {pull:.1f} standard errors from the truth"
