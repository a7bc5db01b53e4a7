"""The most telling points of many."""

from __future__ import annotations

import numpy as np

from stfit.studies.choice import chosen


def line(x: np.ndarray) -> np.ndarray:
    """Information of y = a + b x measured at x with unit error."""
    rows = np.stack([np.ones_like(x), x], axis=-1)
    return np.asarray(rows[:, :, None] * rows[:, None, :])


POSITIONS = np.linspace(-1.0, 1.0, 21)
NOTHING = np.zeros((2, 2))


def test_a_slope_is_measured_at_both_ends() -> None:
    # the textbook design of a line: half of the points at each end
    assert chosen(NOTHING, line(POSITIONS), np.array([0.0, 1.0]), 6) == [0, 0, 0, 20, 20, 20]


def test_a_value_is_measured_where_it_is() -> None:
    # the variance of a + b·0 with all points at 0 is 1/n, and no design has less
    picked = chosen(NOTHING, line(POSITIONS), np.array([1.0, 0.0]), 4)
    information = line(POSITIONS)[picked].sum(axis=0) + 1e-9 * np.eye(2)
    assert np.linalg.inv(information)[0, 0] <= 0.25 * (1.0 + 1e-6)


def test_what_is_known_is_not_measured_again() -> None:
    # the left end is known to a thousandth: the right one is all that is missing
    known = 1e6 * line(POSITIONS)[0]
    assert chosen(known, line(POSITIONS), np.array([0.0, 1.0]), 3) == [20, 20, 20]


def test_no_chosen_design_is_beaten_by_a_random_one() -> None:
    rng = np.random.default_rng(4)
    rows = rng.standard_normal((30, 4))
    pool, along = rows[:, :, None] * rows[:, None, :], rng.standard_normal(4)

    def variance(picked: list[int]) -> float:
        return float(along @ np.linalg.solve(pool[picked].sum(axis=0) + 1e-9 * np.eye(4), along))

    best = variance(chosen(np.zeros((4, 4)), pool, along, 8))
    assert best < min(variance(rng.integers(0, 30, 8).tolist()) for _ in range(300))
