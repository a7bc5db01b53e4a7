"""A baseline is seen where it moves, and none is seen in noise that remembers itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pytest

from stfit.kinds.telegraph.experiment import TelegraphDesign
from stfit.kinds.telegraph.imperfections import Jump
from stfit.kinds.telegraph.simulated import trace_of
from stfit.kinds.telegraph.wandering import Baseline, Course, baseline_of

DT, STEP, NOISE = 1e-4, 3.0, 1.0
COLOURED: Final = TelegraphDesign(
    "t.csv",
    np.zeros(1),
    np.array([300.0]),
    20_000,
    DT,
    resistance=0.0,
    noise=NOISE,
    resolution=0.01,
    noise_time=4.5 * DT,
)


def followed(design: TelegraphDesign, seed: int) -> Baseline | Course:
    counts = trace_of(design, STEP, np.array([50.0, 75.0]), np.random.default_rng(seed))
    return baseline_of(0.01 * counts.astype(float), STEP, (NOISE, NOISE))


@pytest.mark.parametrize("seed", range(4))
def test_coloured_noise_is_no_baseline_and_hides_no_jump(seed: int) -> None:
    assert followed(COLOURED, seed) is Course.STAYED
    found = followed(replace(COLOURED, jumps=(Jump(0.3, 2.0 * STEP),)), seed)
    assert isinstance(found, Baseline)
    assert found.jumps == 1
    assert found.moved == pytest.approx(2.0 * STEP, rel=0.1)
