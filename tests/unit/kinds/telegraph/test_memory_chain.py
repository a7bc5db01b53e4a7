"""The chain with memory against sums over every path, its gradient against differences, and what it finds."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt
import pytest
import scipy.signal
from scipy.linalg import expm
from scipy.stats import norm

from stfit.kinds.telegraph.hidden_markov import HmmEnd
from stfit.kinds.telegraph.memory_chain import MOST_MEMORY, MemoryChain
from stfit.kinds.telegraph.memory_fit import LEAST_GAIN, best_memory, two_levels
from tests.traces import telegraph

Array = npt.NDArray[np.float64]


def coordinates(chain: MemoryChain, seed: int) -> Array:
    start = chain.start(np.log([6.0, 9.0]), np.array([0.0, 2.0]), 1.0)
    return np.asarray(start + 0.1 * np.random.default_rng(seed).standard_normal(start.size))


def by_hand(y: Array, chain: MemoryChain, x: Array) -> float:
    """ln p of the samples after the first three, summed over all paths from three samples before the record."""
    memory, k = chain.memory, np.exp(-x[:2])
    change = expm(np.array([[-k[0], k[0]], [k[1], -k[1]]]))
    steps, slopes = x[3 : 4 + memory], x[4 + memory : 4 + 2 * memory]
    noise = np.exp(x[4 + 2 * memory :]) * np.ones(2)
    total = 0.0
    for path in product((0, 1), repeat=y.size):
        s = np.array(path)
        weight = np.array([k[1], k[0]])[s[0]] / k.sum() * np.prod(change[s[:-1], s[1:]])
        for t in range(MOST_MEMORY, y.size):
            lags = y[t - memory : t][::-1]
            if np.isfinite(y[t]) and np.all(np.isfinite(lags)):
                mean = x[2] + steps @ s[t - memory : t + 1][::-1] + slopes @ lags
                weight *= norm.pdf(y[t], mean, noise[s[t]])
        total += weight
    return float(np.log(total))


@pytest.mark.parametrize(("memory", "separate"), [(0, True), (1, False), (2, True), (3, False)])
def test_likelihood_is_the_sum_over_all_paths(memory: int, separate: bool) -> None:
    y = telegraph(9, (6.0, 9.0), snr=2.0, seed=3)
    y[6] = np.nan
    chain = MemoryChain((y,), 0.0, 1.0, memory, separate)
    x = coordinates(chain, 1)
    assert chain.log_likelihood(x) == pytest.approx(by_hand(y, chain, x), abs=1e-12)
    two = MemoryChain((y, y[:7]), 0.0, 1.0, memory, separate)
    assert two.log_likelihood(x) == pytest.approx(by_hand(y, chain, x) + by_hand(y[:7], chain, x), abs=1e-12)


@pytest.mark.parametrize(("memory", "separate"), [(0, True), (1, False), (3, True)])
def test_the_gradient_is_that_of_the_likelihood(memory: int, separate: bool) -> None:
    y = telegraph(400, (6.0, 9.0), snr=2.0, seed=4)
    y[100:110] = np.nan
    chain = MemoryChain((y[:250], y[250:]), 0.3, 1.1, memory, separate)
    x = coordinates(chain, 2)
    nudges = 1e-5 * np.eye(x.size)
    slopes = [(chain.log_likelihood(x + h) - chain.log_likelihood(x - h)) / 2e-5 for h in nudges]
    np.testing.assert_allclose(chain.gradient(x)[1], slopes, atol=1e-4)
    # each round of expectation-maximisation climbs
    assert chain.log_likelihood(chain.improved(x)) > chain.log_likelihood(x)


@pytest.mark.slow
def test_coloured_noise_and_a_low_pass_have_the_memory_they_have() -> None:
    size, tau = 12_000, (40.0, 60.0)
    clean = telegraph(size, tau, snr=4.0, seed=5, noise=(0.0, 0.0))
    white = np.random.default_rng(6).standard_normal(size)
    coloured = clean + 0.6 * scipy.signal.lfilter([1.0], [1.0, -0.8], white)
    slow = scipy.signal.lfilter([0.3], [1.0, -0.7], clean + 2.0 * white)
    for samples, delay in ((coloured, 0.0), (slow, 0.7 / 0.3)):
        found = best_memory((samples,), 1.0, (np.log([30.0, 30.0]), np.array([0.0, 4.0]), 1.0), most=1)
        assert (found.end, found.memory) == (HmmEnd.CONVERGED, 1)
        assert found.chain is not None
        assert found.chain.delay(found.x) == pytest.approx(delay, abs=0.2)
        error = np.sqrt(np.diag(found.rates.covariance))
        assert np.all(np.abs(found.rates.log_tau - np.log(tau)) < 4.0 * error)
        np.testing.assert_allclose(found.levels, [0.0, 4.0], atol=0.15)


def test_two_levels_by_the_order_of_the_samples_and_none_in_noise() -> None:
    found = two_levels((telegraph(12_000, (60.0, 40.0), snr=1.0, seed=7)[:8000],), 1.0, (0, 1))
    assert found is not None
    fit, gain = found
    assert gain > LEAST_GAIN
    error = np.sqrt(np.diag(fit.rates.covariance))
    assert np.all(np.abs(fit.rates.log_tau - np.log([60.0, 40.0])) < 4.0 * error)
    noise = np.random.default_rng(8).standard_normal(4000)
    for samples in (noise, scipy.signal.lfilter([1.0], [1.0, -0.9], noise)):
        nothing = two_levels((samples,), 1.0, (0, 1))
        assert nothing is None or nothing[1] < LEAST_GAIN
