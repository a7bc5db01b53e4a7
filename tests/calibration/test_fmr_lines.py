"""Errors of fits of resonance lines are as large as they say, alone and beside dwell times.

STFIT_CALIBRATION=500 pytest -m calibration tests/calibration/test_fmr_lines.py
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from stfit.analysis import analysis_of
from stfit.backends.least_squares import minimise
from stfit.kinds.resonance.data import FmrLines
from stfit.measurement import Origin
from stfit.pipeline.assembly import assemble
from tests.calibration.pulls import Ensemble, Fit, comparisons_of, complaints, halved
from tests.calibration.virtual_devices import DERIVED_TRUTH, QUOTES, TRUTH

pytestmark = pytest.mark.calibration

SEED = 3232  # chosen before the first run with it
QUANTITIES: Final = ("l_over_L", "theta_0", "slope_P", "slope_AP")
MAPPINGS: Final = ("power", "damping", "peak")
COMPARISONS: Final = comparisons_of(len(MAPPINGS), len(QUANTITIES))
OWN: Final[Mapping[str, float]] = {"power_P": 2.0, "power_AP": 1.5, "linewidth_P": 9e7, "linewidth_AP": 1.2e8}


def lines(noise: float = 1.0) -> FmrLines:
    """9 currents in both states, powers with errors of 0.05 and widths of 3 MHz, 10 MHz of them inhomogeneous.

    noise: of all errors.
    """
    state, current = np.repeat([0.0, 1.0], 9), np.tile(np.linspace(-8e-4, 8e-4, 9), 2)
    columns: dict[str, Any] = {"state": state, "current": current}
    columns |= {"power": np.full(18, 1.7), "power_stderr": np.full(18, 0.05 * noise)}
    columns |= {"linewidth": np.full(18, 1e8), "linewidth_stderr": np.full(18, 3e6 * noise)}
    keys: dict[str, Any] = {"linewidth": "fwhm", "power": "integrated", "inhomogeneous_linewidth": "10 MHz"}
    return FmrLines.from_columns(columns, polarity=1, origin=Origin("lines.csv"), **keys)


def ensemble(mapping: str, devices: int) -> Ensemble:
    analysis = analysis_of({"device": dict(QUOTES), "model": {"mapping": mapping}}, Path(), "calibration")
    objective = assemble(analysis, [lines()])
    truth = objective.space.coordinates({**TRUTH, **OWN})
    rng = np.random.default_rng(SEED + MAPPINGS.index(mapping))
    replicas = (objective.replicate(truth, rng) for _ in range(devices))
    return Ensemble(tuple(Fit(replica, minimise(replica)) for replica in replicas))


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
    quantities = objective.all_quantities({**TRUTH, **OWN})
    for name in ("slope_P", "slope_AP"):
        assert float(np.squeeze(quantities[name])) == pytest.approx(DERIVED_TRUTH[name], rel=1e-13)  # a dozen roundings
