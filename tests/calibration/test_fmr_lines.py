"""Errors of fits of resonance lines are as large as they say, alone and beside dwell times.

STFIT_CALIBRATION=500 pytest -m calibration tests/calibration/test_fmr_lines.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pytest

from stfit.analysis import analysis_of
from stfit.pipeline.assembly import assemble
from tests.calibration.pulls import Ensemble, comparisons_of, complaints, halved, replicated
from tests.calibration.virtual_devices import DERIVED_TRUTH, LINES_TRUTH, QUOTES, TRUTH, lines

pytestmark = pytest.mark.slow

SEED = 3232  # chosen before the first run with it
QUANTITIES: Final = ("l_over_L", "theta_0", "slope_P", "slope_AP")
MAPPINGS: Final = ("power", "damping", "peak")
COMPARISONS: Final = comparisons_of(len(MAPPINGS), len(QUANTITIES))


def ensemble(mapping: str, devices: int) -> Ensemble:
    analysis = analysis_of({"device": dict(QUOTES), "model": {"mapping": mapping}}, Path(), "calibration")
    objective = assemble(analysis, [lines()])
    return replicated(objective, {**TRUTH, **LINES_TRUTH}, devices, SEED + MAPPINGS.index(mapping))


@pytest.mark.parametrize("mapping", MAPPINGS)
def test_pulls_and_coverage(mapping: str, devices: int) -> None:
    found = ensemble(mapping, devices)
    assert found.unconverged == 0
    assert [words for name in QUANTITIES for words in complaints(name, found.calibration(name), COMPARISONS)] == []


def test_halved_errors_are_found_out(devices: int) -> None:
    # pulls of width 2 are 14 of their errors 1/√(2N) from 1 at N = 100
    found = Ensemble(ensemble("damping", devices).fits, halved)
    words = complaints("slope_AP", found.calibration("slope_AP"), COMPARISONS)
    assert any("width" in word for word in words)


def test_the_truth_of_the_slopes_is_that_of_the_device() -> None:
    objective = assemble(analysis_of({"device": dict(QUOTES)}, Path(), "calibration"), [lines()])
    quantities = objective.all_quantities({**TRUTH, **LINES_TRUTH})
    for name in ("slope_P", "slope_AP"):
        assert float(np.squeeze(quantities[name])) == pytest.approx(DERIVED_TRUTH[name], rel=1e-13)  # a dozen roundings
