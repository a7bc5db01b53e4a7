"""Is a chain long enough for the numbers drawn from it? Rank-normalised split-R̂, effective samples, Monte-Carlo errors.

Walkers of one ensemble move by each other's positions and are no independent chains. What is a time series is the mean
F_t of a function f over the walkers at step t (Goodman & Weare, CAMCoS 5, 65, 2010), so the error of an estimate comes
from F: with M split ensembles of N steps, Var(mean f) = var⁺(F)·τ/(M N), τ the autocorrelation time of F by Geyer's
initial monotone sequence over all of them (Vehtari et al. 2021, doi:10.1214/20-BA1221, Eqs. 9–12: ensembles that
disagree make it long), and the effective number of draws is var⁺(f)/Var(mean f). Of one walker an ensemble this is the
estimator of that paper for its chains; of w independent walkers it counts w times what one gives, of w walkers that
move as one it counts one. R̂ compares ensembles, each with the draws of all its walkers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt
from scipy.fft import irfft, next_fast_len, rfft
from scipy.special import betaincinv, ndtri
from scipy.stats import rankdata

Array = npt.NDArray[np.float64]

QUANTILES: Final[Mapping[str, float]] = {  # behind the median, ci68 and ci95
    "median": 0.5,
    "lo68": 0.158655253931457,
    "hi68": 0.841344746068543,
    "lo95": 0.025,
    "hi95": 0.975,
}
_TAILS: Final = (0.05, 0.95)  # Vehtari et al. 2021, section 4.3
_LEAST_STEPS: Final = 8  # of an ensemble: halves of four, below which there is no autocorrelation to speak of


@final
@dataclass(frozen=True)
class Convergence:
    """What the draws of one quantity are worth.

    tau: autocorrelation time of the mean over the walkers of the normal scores, in steps, which a few far draws of a
    heavy tail do not hide in. steps_per_tau: kept steps of an ensemble over it.
    ess_mean: effective draws behind the mean. mcse: Monte-Carlo error of "mean", "sd" and of each of QUANTILES.
    All NaN (rhat and tau infinite) where a draw is not finite, where nothing moves, or where there are too few steps.
    """

    rhat: float
    ess_bulk: float
    ess_tail: float
    ess_mean: float
    mcse: Mapping[str, float]
    tau: float
    steps_per_tau: float


_NOTHING: Final = Convergence(
    np.inf, np.nan, np.nan, np.nan, dict.fromkeys(("mean", "sd", *QUANTILES), np.nan), np.inf, 0.0
)


def convergence(values: Array) -> Convergence:
    """The diagnostics of one quantity; values: its draws, shape (ensembles, steps, walkers)."""
    steps = values.shape[1]
    if steps < _LEAST_STEPS or not np.all(np.isfinite(values)) or np.ptp(values) == 0.0:
        return _NOTHING
    draws = _split(values)
    ranked = _normal_scores(draws)
    tau = _autocorrelation(ranked)[0]
    centre = float(np.mean(draws))
    spread = float(np.std(draws))
    squares = np.square(draws - centre)
    mcse = {"mean": mean_error(draws), "sd": mean_error(squares) / (2.0 * spread)}
    ordered = np.sort(draws, axis=None)
    mcse |= {name: _quantile_error(draws, ordered, p) for name, p in QUANTILES.items()}
    folded = _normal_scores(np.abs(draws - np.median(draws)))
    return Convergence(
        rhat=max(_rhat(ranked), _rhat(folded)),
        ess_bulk=effective_draws(ranked),
        ess_tail=min(effective_draws(_below(draws, ordered, p)) for p in _TAILS),
        ess_mean=effective_draws(draws),
        mcse=mcse,
        tau=tau,
        steps_per_tau=steps / tau,
    )


def mean_error(draws: Array) -> float:
    """The Monte-Carlo standard error of the mean of draws, shape (ensembles, steps, walkers)."""
    tau, variance = _autocorrelation(draws)
    return float(np.sqrt(variance * tau / (draws.shape[0] * draws.shape[1])))


def effective_draws(draws: Array) -> float:
    """How many independent draws would give their mean the same error; draws: (ensembles, steps, walkers)."""
    error = mean_error(draws)
    return _pooled_variance(draws)[0] / error**2 if error > 0.0 else float(draws.size)


def _split(values: Array) -> Array:
    """First and second half of every ensemble; the middle step of an odd number is left out."""
    half = values.shape[1] // 2
    return np.concatenate([values[:, :half], values[:, -half:]])


def _normal_scores(draws: Array) -> Array:
    """Normal quantiles of the ranks among all draws (Blom's positions; Vehtari et al. 2021, Eq. 14)."""
    ranks = rankdata(draws, axis=None).reshape(draws.shape)
    return np.asarray(ndtri((ranks - 0.375) / (draws.size + 0.25)))


def _pooled_variance(draws: Array) -> tuple[float, float]:
    """var⁺ of the draws (Vehtari et al. 2021, Eq. 3), and their variance within an ensemble."""
    count = draws.shape[1] * draws.shape[2]
    within = float(np.mean(np.var(draws, axis=(1, 2), ddof=1)))
    between = float(np.var(np.mean(draws, axis=(1, 2)), ddof=1)) if draws.shape[0] > 1 else 0.0
    return within * (count - 1) / count + between, within


def _rhat(draws: Array) -> float:
    variance, within = _pooled_variance(draws)
    return float(np.sqrt(variance / within)) if within > 0.0 else np.inf


def _below(draws: Array, ordered: Array, p: float) -> Array:
    return (draws <= np.quantile(ordered, p)).astype(float)


def _autocorrelation(draws: Array) -> tuple[float, float]:
    """The autocorrelation time in steps of the mean over the walkers, and var⁺ of that mean."""
    means = np.mean(draws, axis=2)
    count, steps = means.shape
    covariances = np.mean(_autocovariance(means), axis=0)
    within = covariances[0] * steps / (steps - 1.0)
    variance = float(covariances[0] + (np.var(np.mean(means, axis=1), ddof=1) if count > 1 else 0.0))
    if variance <= 0.0:  # a function that has the same mean at every step, as of all draws below the largest
        return 1.0, 0.0
    correlations = 1.0 - (within - covariances) / variance
    correlations[0] = 1.0
    least = 1.0 / np.log10(count * steps)  # of antithetic chains; Vehtari et al. 2021, section 3
    return max(_geyer(correlations), least), variance


def _geyer(correlations: Array) -> float:
    """−1 + 2 Σρ_t over Geyer's initial positive, monotone sequence of pairs (Stat. Sci. 7, 473, 1992, 3.3)."""
    pairs = (correlations.size - 1) // 2
    even, odd = correlations[: 2 * pairs : 2], correlations[1 : 2 * pairs : 2]
    sums = even + odd
    negative = np.flatnonzero(sums <= 0.0)
    end = int(negative[0]) if negative.size else pairs
    tail = max(float(even[end]), 0.0) if end < pairs else 0.0  # half of the pair that ends it: less variance
    return float(-1.0 + 2.0 * np.sum(np.minimum.accumulate(sums[:end])) + tail)


def _autocovariance(means: Array) -> Array:
    """Autocovariances of every row, divided by the number of steps, shape (rows, steps)."""
    steps = means.shape[1]
    centred = means - np.mean(means, axis=1, keepdims=True)
    length = next_fast_len(2 * steps)
    spectrum = rfft(centred, n=length, axis=1)
    return np.asarray(irfft(np.abs(spectrum) ** 2, n=length, axis=1)[:, :steps] / steps)


def _quantile_error(draws: Array, ordered: Array, p: float) -> float:
    """Half the 68 % interval of a quantile, from the beta law of its probability (Vehtari et al. 2021, section 4.4)."""
    effective = effective_draws(_below(draws, ordered, p))
    ends = betaincinv(effective * p + 1.0, effective * (1.0 - p) + 1.0, [QUANTILES["lo68"], QUANTILES["hi68"]])
    low, high = ends * ordered.size - 1.0
    first = ordered[int(np.floor(max(low, 0.0)))]
    last = ordered[int(np.ceil(min(high, ordered.size - 1.0)))]
    return float(last - first) / 2.0
