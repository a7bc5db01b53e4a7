"""Lines of the mains are seen beneath the spectrum of the signal itself, and none is seen without them."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pytest

from stfit.kinds.telegraph.experiment import TelegraphDesign
from stfit.kinds.telegraph.hum import lines_of
from stfit.kinds.telegraph.imperfections import Hum
from stfit.kinds.telegraph.simulated import trace_of

DT: Final = 1e-4
PLAIN: Final = TelegraphDesign(
    "t.csv", np.zeros(1), np.array([300.0]), 20_000, DT, resistance=10.0, noise=0.1, resolution=1e-3
)


@pytest.mark.parametrize("seed", range(6))
def test_the_mains_beneath_a_signal_three_times_as_large(seed: int) -> None:
    # the signal alone has power at 50 Hz, above which the sine stands by a factor that scatters about 60
    hum = replace(PLAIN, hum=(Hum(50.0, 0.36),))
    tau = np.array([50.0, 75.0])
    (line,) = lines_of(trace_of(hum, 1.0, tau, np.random.default_rng(seed)).astype(float), DT)
    assert line.frequency == pytest.approx(50.0, abs=0.25 / (20_000 * DT))
    assert "mains" in line.words
    assert lines_of(trace_of(PLAIN, 1.0, tau, np.random.default_rng(seed)).astype(float), DT) == ()
