"""Fits of the hidden Markov model: where they end, what they refuse, and measured data."""

import os
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from stfit.errors import OutsideValidityError
from stfit.kinds.telegraph.checks import neighbours
from stfit.kinds.telegraph.hidden_markov import HmmEnd, fit_hmm, fit_noises, fit_part, innovations, log_likelihood
from tests.traces import telegraph

Array = npt.NDArray[np.float64]

INTERVAL = 1e-4  # s


def test_the_fit_ends_at_the_maximum_with_either_level_on_top() -> None:
    samples = telegraph(20_000, (12.0, 30.0), snr=2.0, seed=11)
    fit = fit_hmm(samples, INTERVAL, (0.2, 1.7), 1.3)
    assert fit.end is HmmEnd.CONVERGED
    at = log_likelihood(samples, INTERVAL, fit.rates.log_tau, fit.levels, fit.noise)
    assert at == pytest.approx(fit.log_likelihood, rel=1e-12)
    for move in np.eye(2) * 0.01:
        assert log_likelihood(samples, INTERVAL, fit.rates.log_tau + move, fit.levels, fit.noise) < at
    upside_down = fit_hmm(-samples, INTERVAL, (-0.2, -1.7), 1.3)
    assert upside_down.rates.log_tau == pytest.approx(fit.rates.log_tau, abs=1e-6)  # both end within √1e-7 errors
    exchanged = fit_hmm(samples, INTERVAL, (1.7, 0.2), 1.3)
    assert exchanged.rates.log_tau == pytest.approx(fit.rates.log_tau[::-1], abs=1e-5)
    assert exchanged.levels == pytest.approx(fit.levels[::-1], abs=1e-5)


@pytest.mark.parametrize(
    ("tau", "snr", "n"), [((3.0, 3.0), 1.5, 20_000), ((3.0, 5.0), 20.0, 3_000), ((1e5, 4e4), 1.5, 800_000)]
)
def test_from_three_samples_to_a_hundred_thousand(tau: tuple[float, float], snr: float, n: int) -> None:
    fit = fit_hmm(telegraph(n, tau, snr=snr, seed=4), INTERVAL, (0.0, snr), 1.0)
    assert fit.end is HmmEnd.CONVERGED
    pull = (fit.rates.log_tau - np.log(np.array(tau) * INTERVAL)) / np.sqrt(np.diag(fit.rates.covariance))
    assert np.max(np.abs(pull)) < 3.5  # six pulls, seed fixed before looking


def test_a_noise_of_its_own_for_each_level() -> None:
    samples = telegraph(30_000, (20.0, 20.0), snr=3.0, seed=8, noise=(1.0, 1.6))
    one = fit_hmm(samples, INTERVAL, (0.0, 3.0), 1.0)
    two = fit_hmm(samples, INTERVAL, (0.0, 3.0), 1.0, separate_noise=True)
    assert two.names[-2:] == ("ln noise P", "ln noise AP")
    # standard error of ln σ of N samples: 1/√(2N), N = 15,000
    assert np.log(two.noise) == pytest.approx(np.log([1.0, 1.6]), abs=4 / np.sqrt(30_000))
    assert two.log_likelihood - one.log_likelihood > 1000  # N/2·ln(mean square over geometric mean) = 1,600


def test_one_noise_or_two_as_the_samples_ask_and_a_part_from_the_whole() -> None:
    alike = telegraph(30_000, (20.0, 30.0), snr=3.0, seed=9)
    one = fit_noises(alike, INTERVAL, (0.0, 3.0), 1.0)
    assert not one.separate_noise
    apart = telegraph(30_000, (20.0, 20.0), snr=3.0, seed=8, noise=(1.0, 1.6))
    two = fit_noises(apart, INTERVAL, (0.0, 3.0), 1.0)
    assert two.separate_noise
    np.testing.assert_allclose(
        two.x, fit_hmm(apart, INTERVAL, (0.0, 3.0), 1.0, separate_noise=True).x, atol=1e-5
    )  # both within 1e-6 errors
    half = fit_part(alike[:15_000], INTERVAL, one)
    anew = fit_hmm(alike[:15_000], INTERVAL, (0.0, 3.0), 1.0)
    error = np.sqrt(np.diag(anew.covariance))
    assert np.all(np.abs(half.x - anew.x) < 2e-3 * error)  # a part is fitted to 1e-3 of an error


def test_noise_that_is_not_white_is_seen() -> None:
    samples = telegraph(20_000, (12.0, 30.0), snr=2.0, seed=21)
    white = fit_hmm(samples, INTERVAL, (0.0, 2.0), 1.0)
    assert abs(neighbours(innovations((samples,), INTERVAL, white))) < 4.0 / np.sqrt(samples.size)
    noise = np.random.default_rng(5).standard_normal(samples.size)
    coloured = samples + 0.7 * (np.roll(noise, 1) + noise)
    fit = fit_hmm(coloured, INTERVAL, (0.0, 2.0), 1.4)
    assert neighbours(innovations((coloured,), INTERVAL, fit)) > 10.0 / np.sqrt(samples.size)


def test_where_there_is_no_maximum_it_says_so() -> None:
    noise = np.random.default_rng(2).standard_normal(5000)
    fit = fit_hmm(noise, INTERVAL, (0.0, 3.0), 1.0)
    assert fit.end is not HmmEnd.CONVERGED
    assert "no maximum" in fit.end.value


def test_what_makes_no_start_is_refused() -> None:
    noise = np.random.default_rng(2).standard_normal(50)
    with pytest.raises(OutsideValidityError, match=r"16 or more samples; found shape \(4,\)"):
        fit_hmm(noise[:4], INTERVAL, (0.0, 1.0), 1.0)
    with pytest.raises(OutsideValidityError, match="a positive step; found 0"):
        fit_hmm(noise, INTERVAL, (1.0, 1.0), 1.0)
    with pytest.raises(OutsideValidityError, match="a positive noise; found 0"):
        fit_hmm(noise, INTERVAL, (0.0, 1.0), 0.0)


def test_a_measured_trace_with_overlapping_levels() -> None:
    folder = os.environ.get("STFIT_REALDATA")
    if folder is None:
        pytest.skip("measured data: STFIT_REALDATA is not set")
    path = Path(folder) / "rnase-h-trace" / "trace47.csv"
    force = np.loadtxt(path, delimiter=",", skiprows=1)[:, 1]
    fit = fit_hmm(force, 1e-3, (-11.2, -10.2), 0.5, separate_noise=True)
    assert fit.end is HmmEnd.CONVERGED
    assert 1.3 < fit.snr < 1.7  # levels overlap
    # the trap's bandwidth is below the sampling rate: the noise is not white, 100 errors of 1/√9740 away from it
    assert neighbours(innovations((force,), 1e-3, fit)) > 0.3
    # ln τ of both states has errors of 0.22; the values are a record of what came out
    assert np.exp(fit.rates.log_tau) == pytest.approx([0.219, 0.126], rel=0.02)
