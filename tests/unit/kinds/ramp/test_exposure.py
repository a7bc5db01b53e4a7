"""The exposure of a ramp's step under descriptions whose ln τ bends with the current."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.integrate import quad

from stfit.derivatives import seed
from stfit.kinds.ramp.exposure import log_ramp_exposure
from stfit.measurement import Settings
from stfit.models.effective_temperature import EffectiveTemperature
from stfit.models.eq_27 import EQ_27
from stfit.models.heating import JouleHeating
from stfit.models.power import POWERS
from stfit.models.spin_transfer import SpinTransferLaw
from tests.builders import STRONGER

QUANTITIES = {**STRONGER, "exponent": 1.7, "heating": 2e7}
# I_c out of AP is 18 mA: a first rise to where events begin, then steps of 0.2 mA
START, END = np.array([0.0, 6e-3, 6.2e-3, 6.4e-3]), np.array([6e-3, 6.2e-3, 6.4e-3, 6.6e-3])
RATE = 1e-2  # A/s


def settings() -> Settings:
    absent = np.full(4, np.nan)
    return Settings(
        np.ones(4, dtype=np.int8),
        END,
        None,
        absent,
        absent,
        ramp_rate=np.full(4, RATE),
        interval=(START, END),
        swept="current",
    )


LAW = SpinTransferLaw.of()
LAWS = [replace(LAW, rates=rates) for rates in (EQ_27, EffectiveTemperature(), *POWERS)]


@pytest.mark.parametrize("law", [*LAWS, replace(LAW, heating=JouleHeating(1e10))], ids=lambda law: law.name)
def test_the_exposure_is_the_integral_of_the_rate(law: SpinTransferLaw) -> None:

    def rate(current: float) -> float:
        eta = law.log_dwell_time(QUANTITIES, state=1.0, current=current, temperature=295.0, field=None)
        return float(np.exp(-np.squeeze(eta)))

    expected = [quad(rate, low, high, epsrel=1e-12)[0] / RATE for low, high in zip(START, END, strict=True)]
    found = np.exp(log_ramp_exposure(law, QUANTITIES, settings(), 295.0))
    # over a piece h of a ramp the straight line is off by h²(ln τ)''/12 of the exposure: with (ln τ)'' of 0.4 to 2
    # times 18/I_c² and h = I_c/24 in the first row, I_c/720 in the others
    wide, narrow = (0.0, 0.0) if law.linear_in_current else (2 * 18 / 24**2 / 12, 2 * 18 / 720**2 / 12)
    assert found[0] == pytest.approx(expected[0], rel=wide + 1e-10)
    assert found[1:] == pytest.approx(expected[1:], rel=narrow + 1e-10)


def test_derivatives_of_a_sum_of_pieces() -> None:
    law = replace(LAW, rates=POWERS[2])
    at, step = np.array([1.7, 0.11]), np.array([1e-3, 1e-4])

    def value(x: np.ndarray) -> np.ndarray:
        changed = QUANTITIES | {"exponent": x[0], "delta_R": x[1]}
        return np.asarray(log_ramp_exposure(law, changed, settings(), 295.0))

    exponent, delta_R = seed(at, 2)
    jet = log_ramp_exposure(law, QUANTITIES | {"exponent": exponent, "delta_R": delta_R}, settings(), 295.0)
    for i in range(2):
        shift = np.where(np.arange(2) == i, step, 0.0)
        ends = [value(at + k * shift) for k in (-2, -1, 1, 2)]
        # five-point differences over a thousandth: h⁴ of it, and roundings of 1e-14 over h and h²
        slope = (ends[0] - 8 * ends[1] + 8 * ends[2] - ends[3]) / (12 * step[i])
        assert jet.gradient[i] == pytest.approx(slope, rel=1e-8, abs=1e-9 / step[i] * 1e-3)
        curvature = (-ends[0] + 16 * ends[1] - 30 * value(at) + 16 * ends[2] - ends[3]) / (12 * step[i] ** 2)
        assert jet.hessian[i, i] == pytest.approx(curvature, rel=1e-5, abs=1e-12 / step[i] ** 2)
