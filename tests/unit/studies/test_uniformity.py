from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr
from scipy.stats import binom

from stfit.studies.uniformity import POINTS, Band, band, counts_below, inside_probability


def inside(counts: np.ndarray[tuple[int], np.dtype[np.int64]], limits: Band) -> bool:
    return bool(np.all((counts >= limits.lowest) & (counts <= limits.highest)))


def test_the_probability_of_one_point_is_binomial() -> None:
    low, high = np.array([3]), np.array([8])
    expected = binom.cdf(8, 11, 0.5) - binom.cdf(2, 11, 0.5)
    assert inside_probability(11, low, high) == pytest.approx(expected, rel=1e-12)  # a few hundred roundings


@pytest.mark.parametrize("ranks", [20, 150])
def test_all_points_together_keep_the_stated_false_alarm(ranks: int) -> None:
    limits = band(ranks, 0.05)
    outside = 1.0 - inside_probability(ranks, limits.lowest, limits.highest)
    assert outside <= 0.05
    # limits are whole numbers: by how much the next narrower band is too narrow is of the order of one point's tail
    assert outside > 0.02
    rng = np.random.default_rng(11)
    sets = 4000
    found = sum(not inside(counts_below(rng.integers(0, 100, ranks), 99), limits) for _ in range(sets)) / sets
    assert found == pytest.approx(outside, abs=4.0 * np.sqrt(outside / sets))  # four Monte-Carlo errors


@pytest.mark.parametrize(("width", "uniform"), [(1.0, True), (0.5, False), (2.0, False)])
def test_a_sampler_of_another_width_leaves_the_band(width: float, uniform: bool) -> None:
    truth = np.random.default_rng(3).standard_normal(200)
    ranks = np.minimum((100 * ndtr(truth / width)).astype(np.int64), 99)
    assert inside(counts_below(ranks, 99), band(200, 0.001)) is uniform


def test_ranks_are_counted_below_each_point() -> None:
    counts = counts_below(np.array([0, 4, 5, 99]), 99)
    assert counts.size == POINTS - 1
    assert counts[:2].tolist() == [2, 3]  # below 5 and below 10
    with pytest.raises(ValueError, match="30 points do not divide 100 possible ranks"):
        counts_below(np.array([0]), 99, points=30)
