"""ln ∫dt/τ along a step of a ramp."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stfit.derivatives import seed
from stfit.physics.switching import ramp_log_exposure, ramp_log_survival

EPS = 2.0**-52
SLOPE, LN_RATE_0, RAMP_RATE = 30.0, -18.0, 2.0  # 1/mA, ln(1/s), mA/s


def log_dwell(current: float) -> float:
    return -LN_RATE_0 - SLOPE * current


@pytest.mark.parametrize(("start", "end"), [(0.0, 0.7), (0.69, 0.7), (0.5, 0.5 + 1e-9), (-0.3, 0.9)])
def test_it_is_minus_the_logarithm_of_the_survival(start: float, end: float) -> None:
    duration = np.array([(end - start) / RAMP_RATE])
    found = ramp_log_exposure(log_dwell(start), log_dwell(end), duration)
    survival = ramp_log_survival(end, SLOPE, LN_RATE_0, RAMP_RATE, start)
    # ln τ up to 27 is known to 27 ε on either side
    np.testing.assert_allclose(np.exp(found), -survival, rtol=200 * EPS)


@given(st.floats(-1e4, 1e4), st.floats(-50.0, 50.0))
def test_it_lies_between_the_constant_rates_of_its_ends(fall: float, end: float) -> None:
    found = float(ramp_log_exposure(end + fall, end, np.array([3.0]))[0])
    low, high = sorted((np.log(3.0) - end - fall, np.log(3.0) - end))
    slack = 10 * EPS * (abs(fall) + abs(end) + 1)
    assert np.isfinite(found)
    assert low - slack <= found <= high + slack


@given(st.floats(-1000.0, 1000.0))
def test_turned_round_it_is_the_same(fall: float) -> None:
    there, back = (ramp_log_exposure(*ends, np.array([1.0])) for ends in ((fall, 0.0), (0.0, fall)))
    assert float(there[0]) == pytest.approx(float(back[0]), abs=10 * EPS * (abs(fall) + 1))


def along(ends: Any, duration: Any) -> Any:
    return ramp_log_exposure(ends[0], ends[1], duration)


@pytest.mark.parametrize("fall", [-900.0, -301.0, -299.0, -40.0, -0.9, -1e-6, 0.0, 0.3, 1.1, 30.0, 800.0])
def test_derivatives(fall: float) -> None:
    x, step, duration = np.array([2.0 + fall, 2.0]), 1e-4, np.array([0.7])
    jet = along(seed(x, order=2), duration)
    for i, shift in enumerate(step * np.eye(2)):
        high, low = (seed(x + sign * shift, order=1) for sign in (1, -1))
        values = [float(along(pair, duration).value[0]) for pair in (high, low)]
        slopes = [along(pair, duration).gradient[:, 0] for pair in (high, low)]
        # central differences: step² of third derivatives below 1, and ε·|value|/step of rounding
        assert jet.gradient[i, 0] == pytest.approx((values[0] - values[1]) / (2 * step), abs=2e-8 + 1e3 * EPS / step)
        np.testing.assert_allclose(jet.hessian[i, :, 0], (slopes[0] - slopes[1]) / (2 * step), atol=2e-8)
