"""Levels by a mixture of Gaussians, and the thresholds between them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from stfit.kinds.telegraph.levels import best_thresholds, find_levels, thresholds_at
from tests.traces import telegraph


@pytest.mark.parametrize("snr", [2.5, 4.0, 8.0, 30.0])
@pytest.mark.parametrize("tau", [(50.0, 50.0), (500.0, 25.0)])
def test_levels_and_noise_are_found(snr: float, tau: tuple[float, float]) -> None:
    levels = find_levels(telegraph(100_000, tau, snr=snr, seed=1))
    # the rarer state holds 5000 samples or more; where the levels overlap (2.5) the error is some times 1/√5000
    assert levels.low == pytest.approx(0.0, abs=0.2 if snr < 3 else 0.05)
    assert levels.high == pytest.approx(snr, abs=0.2 if snr < 3 else 0.08)
    assert levels.noise == pytest.approx(1.0, rel=0.07)  # bins of a 512th of the range widen it at 30


def test_one_level_gains_nothing_from_a_second() -> None:
    levels = find_levels(np.random.default_rng(3).standard_normal(100_000))
    assert levels.gain < 30.0
    assert find_levels(telegraph(20_000, (50.0, 50.0), snr=4.0, seed=3)).gain > 1000.0


def test_whole_numbers_are_no_comb() -> None:
    samples = np.rint(telegraph(50_000, (50.0, 50.0), snr=6.0, seed=3) * 2.0).astype(np.int16)
    levels = find_levels(samples)
    assert levels.low == pytest.approx(0.0, abs=0.06)
    assert levels.high == pytest.approx(12.0, abs=0.06)


def test_a_rare_state_is_found() -> None:
    samples = np.random.default_rng(4).standard_normal(100_000)
    samples[1000:1040] += 10.0
    levels = find_levels(samples)
    assert levels.high == pytest.approx(10.0, abs=0.8)  # 1/√40 is 0.16; some of its samples are in the outermost bin


def test_thresholds_count_what_they_get_wrong() -> None:
    levels = find_levels(telegraph(200_000, (100.0, 100.0), snr=6.0, seed=5))
    found = thresholds_at(levels, 0.0, (100.0, 100.0))
    assert found.upper == pytest.approx(3.0, abs=0.05)
    # without hysteresis every sample past the middle makes two transitions: 200 samples for each true one
    assert found.false == pytest.approx(200.0 * ndtr(-3.0), rel=0.2)


def test_hysteresis_is_as_wide_as_the_dwells_allow() -> None:
    levels = find_levels(telegraph(200_000, (100.0, 100.0), snr=6.0, seed=5))
    short, long = (best_thresholds(levels, (tau, tau)) for tau in (4.0, 4000.0))
    assert long.upper - long.lower > short.upper - short.lower
    assert short.bias < thresholds_at(levels, 0.3, (4.0, 4.0)).bias
    assert long.bias < thresholds_at(levels, 0.0, (4000.0, 4000.0)).bias
