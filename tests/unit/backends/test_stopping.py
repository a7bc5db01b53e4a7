"""Burn-in and autocorrelation time against closed forms, and against chains that must be found wanting."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.signal import lfilter

from stfit.backends.stopping import Progressed, autocorrelation_time, progressed, transient

Array = npt.NDArray[np.float64]

TIME = 19.0  # of x_t = 0.9 x_(t−1) + noise: (1 + 0.9)/(1 − 0.9)


def memory(shape: tuple[int, ...], seed: int, *, start: float = 0.0) -> Array:
    """AR(1) along the second axis, standard deviation 1; start: how far from the mean it begins."""
    noise = np.sqrt(1.0 - 0.9**2) * np.random.default_rng(seed).standard_normal(shape)
    noise[:, 0] = np.random.default_rng(seed + 1).standard_normal(noise[:, 0].shape) + start
    return np.asarray(lfilter([1.0], [1.0, -0.9], noise, axis=1))


def test_autocorrelation_time_of_a_process_with_memory() -> None:
    # window of 5τ = 95 lags over 4 × 8 series of 4000 steps: relative error √(2·(2·95 + 1)/(32·4000)) = 5.5 %
    # (Sokal), here 3 of them, and e^−5 = 0.7 % left out of the sum
    assert autocorrelation_time(memory((4, 4000, 8), 1)) == pytest.approx(TIME, rel=0.17)


def test_independent_draws_have_no_memory() -> None:
    # the same error with a window of 5 lags: √(2·11/128000) = 1.3 %
    draws = np.random.default_rng(2).standard_normal((4, 4000, 8))
    assert autocorrelation_time(draws) == pytest.approx(1.0, abs=0.04)


def test_ensembles_that_disagree_have_a_long_memory() -> None:
    draws = np.random.default_rng(2).standard_normal((4, 4000, 8))
    draws[0] += 1.0
    # what is constant is a share 3/16/(1 + 3/16) of the variance: correlated over as many lags as there are
    assert autocorrelation_time(draws) > 400.0


def test_walkers_that_never_moved_are_remembered_for_the_whole_chain() -> None:
    assert autocorrelation_time(np.zeros((2, 300, 4))) == 300.0


def test_a_start_far_off_is_dropped() -> None:
    draws = memory((4, 2000, 8), 3, start=100.0)[..., None]
    found = transient(draws, -0.5 * draws[..., 0] ** 2)
    # 100·0.9^t is below the error of one ensemble's mean, √(19/(2000·8)) = 0.034, from t = 76, and below 8 from t = 24
    assert 24 <= found <= 200


def test_no_transient_costs_little() -> None:
    draws = memory((4, 2000, 8), 3)[..., None]
    assert transient(draws, -0.5 * draws[..., 0] ** 2) <= 400
    # what is left over is five times what is remembered, at least
    assert progressed(draws, -0.5 * draws[..., 0] ** 2).burn_in >= 4 * TIME


def test_a_chain_on_its_way_is_not_settled() -> None:
    drift = np.linspace(0.0, 30.0, 400)[None, :, None, None]
    draws = memory((4, 400, 8), 3)[..., None] + drift
    found = progressed(draws, draws[..., 0])
    assert not found.settled
    assert not found.resolved(target=1)


def test_resolved_means_long_enough_and_enough() -> None:
    assert Progressed(100, 10.0, 5000.0, True, 500).resolved(5000)
    assert not Progressed(100, 10.0, 5000.0, True, 499).resolved(5000)
    assert not Progressed(100, 10.0, 4999.0, True, 500).resolved(5000)
    assert Progressed(100, 10.0, 2500.0, True, 500).expected_steps(5000) == pytest.approx(1100.0)
