"""Dwell times of the hidden Markov model: bias, width of the pulls and coverage, with overlapping levels too.

STFIT_CALIBRATION=300 pytest -m slow tests/calibration/test_hidden_markov.py
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import norm

from stfit.kinds.telegraph.hidden_markov import HmmEnd, fit_hmm
from stfit.physics.telegraph import dwell_times_from_chain
from stfit.studies.coverage import FALSE_ALARM, NOMINAL
from tests.traces import telegraph

pytestmark = pytest.mark.slow

Array = npt.NDArray[np.float64]

SEED: Final = 4711  # chosen before the first run with it
DESIGNS: Final = [(snr, tau) for snr in (1.5, 3.0, 6.0) for tau in (3.0, 30.0, 300.0)]
_Z: Final = float(norm.isf(FALSE_ALARM / (2 * len(DESIGNS) * 2 * 4)))  # two dwell times, four figures


def length(tau: float, snr: float) -> int:
    """Samples that hold enough transitions for an error of about 0.15 in ln τ."""
    return int(max(tau * 120, 5000 if snr < 2 else 1500))


@cache
def pulls(snr: float, tau: float, devices: int) -> Array:
    """(ln τ − truth)/error, shape (devices, 2)."""
    truth = (tau, 1.5 * tau)
    found = np.empty((devices, 2))
    for device in range(devices):
        samples = telegraph(length(tau, snr), truth, snr=snr, seed=SEED + 1000 * device + int(10 * snr + tau))
        fit = fit_hmm(samples, 1.0, (0.1 * snr, 0.95 * snr), 1.1)
        assert fit.end is HmmEnd.CONVERGED
        found[device] = (fit.rates.log_tau - np.log(truth)) / np.sqrt(np.diag(fit.rates.covariance))
    return found


@pytest.mark.parametrize(("snr", "tau"), DESIGNS)
def test_pulls_and_coverage(snr: float, tau: float, devices: int) -> None:
    found = pulls(snr, tau, devices)
    error = 1.0 / np.sqrt(devices)
    # bias below a third of an error, as far as this many devices can tell
    assert np.all(np.abs(found.mean(axis=0)) < 1.0 / 3.0 + _Z * error / 2.0)
    assert np.all(np.abs(found.std(axis=0, ddof=1) - 1.0) < 0.1 + _Z * error / np.sqrt(2.0))
    for level, share in NOMINAL.items():
        z = norm.isf((1.0 - share) / 2.0)
        covered = np.mean(np.abs(found) < z, axis=0)
        assert np.all(np.abs(covered - share) < 0.02 + _Z * np.sqrt(share * (1.0 - share) / devices)), level


def test_thresholds_fail_where_levels_overlap(devices: int) -> None:
    """The negative control: a threshold midway at 1.5 noises counts crossings of the noise."""
    found = np.empty((devices, 2))
    for device in range(devices):
        samples = telegraph(length(30.0, 1.5), (30.0, 45.0), snr=1.5, seed=SEED + device)
        state = (samples > 0.75).astype(int)
        left = np.array([np.sum((state[:-1] == s) & (state[1:] != s)) for s in (0, 1)])
        stayed = np.array([np.sum((state[:-1] == s) & (state[1:] == s)) for s in (0, 1)])
        tau = dwell_times_from_chain(stayed[0] / (left + stayed)[0], stayed[1] / (left + stayed)[1], 1.0)
        found[device] = (np.log(tau) - np.log([30.0, 45.0])) * np.sqrt(left)
    assert np.all(np.abs(found.mean(axis=0)) > 10.0)
