"""A single-pole low-pass before the digitiser: jumps against the closed step response, noise against its spectrum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stfit.physics.telegraph import low_passed_noise, low_passed_telegraph


@given(
    st.lists(st.floats(0.01, 3.0), min_size=0, max_size=12),
    st.sampled_from([0, 1]),
    st.floats(0.05, 20.0),
)
def test_the_filter_is_the_sum_of_the_step_responses(dwells: list[float], first: int, memory: float) -> None:
    changes = np.cumsum(dwells)
    found = low_passed_telegraph(changes, first, memory, 20)
    at = np.arange(20)[:, None]
    signs = (1.0 - 2.0 * first) * (-1.0) ** np.arange(changes.size)
    since = np.maximum(at - changes, 0.0)
    closed = first + np.sum(signs * -np.expm1(-since / memory), axis=1)
    # a recursion of 20 steps with numbers of order 1
    np.testing.assert_allclose(found, closed, atol=1e-12)


def test_a_fast_filter_shows_the_state_itself() -> None:
    changes = np.array([2.5, 7.25])
    found = low_passed_telegraph(changes, 0, 1e-3, 10)
    np.testing.assert_allclose(found, [0, 0, 0, 1, 1, 1, 1, 1, 0, 0], atol=1e-12)


@pytest.mark.parametrize("memory", [0.2, 1.0, 5.0])
def test_the_noise_keeps_its_size_and_remembers_as_a_pole_does(memory: float) -> None:
    size = 200_000
    noise = low_passed_noise(np.random.default_rng(7).standard_normal(size), memory)
    decay = np.exp(-1.0 / memory)
    independent = size * (1.0 - decay**2) / (1.0 + decay**2)  # of the squares of an AR(1)
    # standard errors √(2/n) of a variance and √((1 − a²)/n) of a lag-1 correlation; six comparisons at 0.001: 3.8
    assert abs(noise.var() - 1.0) < 3.8 * np.sqrt(2.0 / independent)
    correlation = np.mean(noise[1:] * noise[:-1]) / noise.var()
    assert abs(correlation - decay) < 3.8 * np.sqrt((1.0 - decay**2) / size)
