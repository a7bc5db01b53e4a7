"""Dead time, sampling and the spectrum of two-state noise."""

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import quad
from scipy.linalg import expm

from stfit.physics import telegraph


def observed_dwells(
    tau: float, tau_other: float, dead_time: float, rng: np.random.Generator
) -> npt.NDArray[np.float64]:
    """Observed dwells of the first state, drawn by joining every dwell below the dead time to the one before."""
    size = 200_000
    true = np.empty(size)
    true[0::2] = rng.exponential(tau, size // 2)
    true[1::2] = rng.exponential(tau_other, size // 2)
    state = np.arange(size) % 2
    seen = np.flatnonzero(true >= dead_time)
    changes = seen[np.flatnonzero(np.diff(state[seen], prepend=1 - state[seen[0]]))]  # where an observed dwell begins
    edges = np.concatenate([[0.0], np.cumsum(true)])[changes]
    durations: npt.NDArray[np.float64] = np.diff(edges)[state[changes[:-1]] == 0]
    return durations


@pytest.mark.parametrize(("tau", "tau_other", "dead_time"), [(1.0, 1.0, 0.3), (1.0, 0.4, 0.1), (0.5, 2.0, 0.6)])
def test_dead_time_moments_are_those_of_a_simulated_trace(tau: float, tau_other: float, dead_time: float) -> None:
    dwells = observed_dwells(tau, tau_other, dead_time, np.random.default_rng(20))
    variance = telegraph.apparent_dwell_variance(tau, tau_other, dead_time)
    stderr = np.sqrt(variance / dwells.size)
    # Six comparisons at z = 3.5 (two-sided 5e-4 each); the variance's error has the kurtosis of an exponential, 9.
    assert dwells.mean() == pytest.approx(telegraph.apparent_mean_dwell(tau, tau_other, dead_time), abs=3.5 * stderr)
    assert dwells.var() == pytest.approx(variance, rel=3.5 * np.sqrt((9 - 1) / dwells.size))


def test_without_dead_time_dwells_are_exponential() -> None:
    assert telegraph.apparent_mean_dwell(0.7, 1.3, 0.0) == 0.7
    assert telegraph.apparent_dwell_variance(0.7, 1.3, 0.0) == pytest.approx(0.49, rel=1e-15)


def test_variance_is_that_of_a_geometric_sum() -> None:
    tau, tau_other, dead_time = 1.0, 1.7, 0.4
    q = np.exp(-dead_time / tau_other)
    mean = tau_other - dead_time * q / (1 - q)
    spread = tau_other**2 - dead_time**2 * q / (1 - q) ** 2
    expected = tau**2 + (1 - q) / q * (spread + tau**2) + (1 - q) / q**2 * (mean + tau) ** 2
    assert telegraph.apparent_dwell_variance(tau, tau_other, dead_time) == pytest.approx(
        expected, rel=1e-13
    )  # ε/(1−q)²


def test_stay_probabilities_are_those_of_the_markov_chain() -> None:
    tau_1, tau_2, interval = 0.5, 1.25, 0.3
    chain = expm(interval * np.array([[-1 / tau_1, 1 / tau_1], [1 / tau_2, -1 / tau_2]]))
    np.testing.assert_allclose(telegraph.stay_probabilities(tau_1, tau_2, interval), np.diag(chain), rtol=1e-13)


@pytest.mark.parametrize("interval", [1e-6, 0.3, 5.0])
def test_dwell_times_come_back_from_the_chain(interval: float) -> None:
    p11, p22 = telegraph.stay_probabilities(0.5, 1.25, interval)
    back = telegraph.dwell_times_from_chain(p11, p22, interval)
    # 1 − p ~ Δt/τ is known to ε; p11 + p22 − 1 = e^{−kΔt} as well, and its logarithm to ε e^{kΔt}.
    tolerance = 1e-15 * (1.25 / interval + np.exp(2.8 * interval))
    np.testing.assert_allclose(back, [0.5, 1.25], rtol=max(tolerance, 1e-14))


def test_spectrum_holds_the_variance() -> None:
    tau_1, tau_2, step = 0.5, 1.25, 0.2

    def spectrum(frequency: float) -> float:
        return float(telegraph.machlup_spectrum(frequency, tau_1, tau_2, step))

    area, error = quad(spectrum, 0.0, np.inf, epsabs=1e-12)
    occupation = tau_1 / (tau_1 + tau_2)
    assert area == pytest.approx(step**2 * occupation * (1 - occupation), abs=max(error, 1e-12))
    corner = (1 / tau_1 + 1 / tau_2) / (2 * np.pi)
    assert spectrum(corner) == pytest.approx(spectrum(0.0) / 2, rel=1e-14)
