"""Where states are left along a moving current, against closed forms and against chains followed step by step."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.integrate import quad

from stfit.kinds.ramp.hazards import rises, states_along
from stfit.physics.switching import ramp_quantile

Array = npt.NDArray[np.float64]


def test_a_straight_law_gives_the_closed_form_of_gompertz() -> None:
    log_dwell, slope, rate = np.array([20.0, 5.0]), np.array([4e3, 16e3]), np.array([1e-3, 1.0])
    share = np.tile(np.array([0.0, 1e-6, 0.2, 0.7, 1.0 - 1e-12]), 2)
    of = np.repeat([0, 1], 5)
    found = rises(lambda rise: log_dwell - slope * rise, 0.9 / slope, rate, -np.log1p(-share), of)
    assert found is not None
    closed = ramp_quantile(share, slope[of], -log_dwell[of], rate[of], 0.0)
    # a straight line is exact between knots; what is left is the rounding of sums and differences of exposures
    np.testing.assert_allclose(found, closed, rtol=1e-9, atol=1e-9 / slope.max())


def test_a_bent_law_reaches_the_exposure_of_its_integral() -> None:
    def log_dwell(rise: Array) -> Array:
        return np.asarray(12.0 - 3.0 * rise - 0.5 * rise**2)

    needed = np.array([1e-4, 0.1, 1.0, 8.0])
    found = rises(log_dwell, np.array([0.2]), np.array([1e-2]), needed, np.zeros(4, dtype=np.intp))
    assert found is not None
    for rise, exposure in zip(found.tolist(), needed.tolist(), strict=True):
        integral, _ = quad(lambda x: float(np.exp(-log_dwell(np.array(x)))) / 1e-2, 0.0, rise)
        # the trapezoid in ln τ: curvature 1 over knots 1/160 apart, h²/12 of it relative
        assert abs(integral / exposure - 1.0) < 1e-5


def test_a_ramp_that_never_switches_is_told() -> None:
    flat = rises(lambda rise: np.full(rise.shape, 60.0), np.ones(1), np.ones(1), np.ones(1), np.zeros(1, dtype=np.intp))
    assert flat is None


def test_states_follow_the_chain_of_their_rates() -> None:
    steps = 200_000
    exposure = np.array([0.05, 0.3])
    logs = [np.full(steps, np.log(x)) for x in exposure]
    state = states_along(logs[0], logs[1], 0, np.random.default_rng(11))
    assert state.shape == (steps + 1,)
    mixed = -np.expm1(-exposure.sum())
    for code in (0, 1):
        here = state[:-1] == code
        expected = mixed * exposure[code] / exposure.sum()
        left = np.mean(state[1:][here] != code)
        # binomial error of the share that leaves; two comparisons at 0.001 in all: 3.5 standard errors
        assert abs(left - expected) < 3.5 * np.sqrt(expected / here.sum())
        # one number a step must not make successive steps depend on each other
        assert abs(np.mean(state[2:][:-1][here[1:-1] & here[:-2]] != code) - expected) < 4.0 * np.sqrt(
            expected / here.sum()
        )


def test_a_state_that_cannot_stay_leaves_at_once_and_one_that_cannot_leave_stays() -> None:
    state = states_along(np.full(5, 800.0), np.full(5, -800.0), 0, np.random.default_rng(1))
    assert state.tolist() == [0, 1, 1, 1, 1, 1]
