"""Dwell times of the simulated macrospin at a barrier of 8 k_BT against the Fokker–Planck equation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import gamma

from stfit.physics.llg import Stepping, dwell_times
from tests.macrospins import Axial, magnet

pytestmark = pytest.mark.slow

SEED = 31  # chosen before the first run with it
SIGMA = 8.0
PER_DEVICE = 2  # transitions
STEP = 0.1  # time units: λ1 is off by 0.11·8·0.1² = 0.9 %, less than half the error of 2000 dwells (2000 devices)


@pytest.mark.parametrize("reduced", [0.0, 0.2, 0.4])  # g/σ
def test_mean_dwell_times_at_eight_thermal_energies(devices: int, reduced: float) -> None:
    spin, axial = magnet(SIGMA), Axial(SIGMA, g=reduced * SIGMA)
    wells = spin.wells(axial.g)
    relaxation, population = axial.two_states()
    two_states = 1.0 / (relaxation * (1.0 - population)), 1.0 / (relaxation * population)
    passages = axial.passages(wells.core_P, wells.core_AP)
    # Passages are the two-state dwell times but for recrossings, more of them as the current lowers a barrier.
    assert passages == pytest.approx(two_states, rel=0.02)
    found = dwell_times(
        spin,
        axial.g,
        Stepping(STEP * spin.time_unit, SEED),
        transitions=PER_DEVICE * devices,
        replicas=64,
    )
    for dwells, passage in zip(found, passages, strict=True):
        # The sum of n exponential dwells is gamma distributed; 6 comparisons in this test, two sides.
        tail = 0.001 / 6 / 2
        low, high = gamma(dwells.size).ppf([tail, 1.0 - tail]) / dwells.size
        assert low < dwells.mean() * spin.diffusion / passage < high
        # Negative control: the dwell times of a barrier half a k_BT higher are out of the band from 200 dwells on.
        assert dwells.size < 200 or not low < np.exp(-0.5) < high
