"""How long an ensemble burns in, how far its draws remember, and when there are enough of them.

Arrays of draws have the shape (ensembles, steps, walkers, p).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

MULTIPLE: Final = 50  # autocorrelation times that a chain must hold before its estimate of them is believed
_WINDOW: Final = 5.0  # autocorrelation times that are summed over (Sokal)
_FORGOTTEN: Final = 5.0  # autocorrelation times dropped at least: e^−5 of the start is left
_BATCH: Final = 5  # steps that are averaged before the burn-in is looked for


@final
@dataclass(frozen=True)
class Progressed:
    """Where a chain stands: steps of burn-in, the longest autocorrelation time of what is left, its effective draws."""

    burn_in: int
    time: float
    effective: float
    settled: bool  # the burn-in ended in the first half
    kept: int  # steps after the burn-in

    def resolved(self, target: int) -> bool:
        """Whether the autocorrelation time is resolved and there are enough effective draws."""
        return self.settled and self.kept >= MULTIPLE * self.time and self.effective >= target

    def expected_steps(self, target: int) -> float:
        """Steps at which it would be resolved, were nothing new to turn up."""
        share = min(1.0, self.effective / target, self.kept / (MULTIPLE * self.time))
        return self.burn_in + self.kept / max(share, 1e-6)


def progressed(draws: Array, log_posterior: Array) -> Progressed:
    """Burn-in and autocorrelation of a chain as it stands."""
    steps = draws.shape[1]
    burn_in = transient(draws, log_posterior)
    time = longest_time(draws[:, burn_in:])
    forgotten = int(np.ceil(_FORGOTTEN * time))
    settled = max(burn_in + _BATCH, forgotten) < steps // 2  # the last batch that is tried is no minimum
    if forgotten > burn_in:
        burn_in = min(forgotten, steps // 2)
        time = longest_time(draws[:, burn_in:])
    kept = steps - burn_in
    effective = draws.shape[0] * draws.shape[2] * kept / time
    return Progressed(burn_in, time, effective, settled, kept)


def transient(draws: Array, log_posterior: Array) -> int:
    """Steps to drop, at most half: what is left has the least standard error of its mean (White's MSER-5).

    Over all ensembles and coordinates at once, of the mean over the walkers, of their spread, and of ln posterior, each
    in units of what it does in the second half. doi:10.1177/003754979706900601
    """
    series = _ensemble_series(draws, log_posterior)
    steps = series.shape[0]
    half = (steps + 1) // 2
    late = series[steps // 2 :]
    scale = np.std(late, axis=0)
    moving = scale > 0
    standard = (series[:, moving] - np.mean(late, axis=0)[moving]) / scale[moving]
    left = np.arange(steps, 0, -1)[:, None]
    sums, squares = (np.cumsum(power[::-1], axis=0)[::-1] for power in (standard, np.square(standard)))
    error = np.sum((squares - np.square(sums) / left) / np.square(left), axis=1)
    return _BATCH * int(np.argmin(error[:half]))


def _ensemble_series(draws: Array, log_posterior: Array) -> Array:
    """Means over the walkers and over batches of steps, shape (batches, series)."""
    ensembles, steps = draws.shape[:2]
    spread = np.square(draws - np.mean(draws[:, steps // 2 :], axis=(0, 1, 2)))
    every = (np.mean(draws, axis=2), np.mean(spread, axis=2), np.mean(log_posterior, axis=2)[..., None])
    series = np.concatenate(every, axis=-1)
    batches = max(steps // _BATCH, 1)
    length = min(_BATCH, steps)
    batched = series[:, : batches * length].reshape(ensembles, batches, length, -1).mean(axis=2)
    return np.asarray(np.moveaxis(batched, 0, -1).reshape(batches, -1))


def longest_time(draws: Array) -> float:
    """The longest integrated autocorrelation time of any coordinate, in steps, at least 1."""
    return max(1.0, *(autocorrelation_time(draws[..., i]) for i in range(draws.shape[-1])))


def autocorrelation_time(values: Array) -> float:
    """Integrated autocorrelation time of one coordinate, shape (ensembles, steps, walkers), in steps.

    Averaged over all walkers about the one mean of all, so that ensembles that disagree have a long memory, and summed
    over Sokal's window (Goodman and Weare 2010, section 3). As long as the chain where no walker moved.
    """
    steps = values.shape[1]
    centred = values - np.mean(values)
    covariance = np.zeros(steps)
    for ensemble in centred:
        spectrum = np.fft.rfft(ensemble, 2 * steps, axis=0)
        covariance += np.fft.irfft(np.mean(np.square(np.abs(spectrum)), axis=1))[:steps]
    if not covariance[0] > 0:
        return float(steps)
    # each lag's mean is over fewer pairs of steps than there are steps: biased towards 0, but never noisier than 1/N
    times = 2.0 * np.cumsum(covariance / covariance[0]) - 1.0
    beyond = np.arange(steps) >= _WINDOW * times
    return float(max(times[np.argmax(beyond)] if np.any(beyond) else times[-1], 1.0))
