"""Dwell times from Machlup's spectrum: bias and width of the pulls."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from stfit.kinds.telegraph.spectrum import SpectrumEnd, fit_machlup
from stfit.studies.coverage import FALSE_ALARM
from tests.traces import telegraph

pytestmark = pytest.mark.slow

SEED = 1954  # chosen before the first run with it
_Z = float(norm.isf(FALSE_ALARM / (2 * 2 * 2 * 2)))


@pytest.mark.parametrize(("tau", "snr"), [((30.0, 45.0), 3.0), ((5.0, 15.0), 1.5)])
def test_pulls(tau: tuple[float, float], snr: float, devices: int) -> None:
    pulls = np.empty((devices, 2))
    for device in range(devices):
        samples = telegraph(int(1000 * sum(tau)), tau, snr=snr, seed=SEED + device)
        fit = fit_machlup(samples, 1.0, float(samples.mean() / snr))
        assert fit.end is SpectrumEnd.CONVERGED
        pulls[device] = (fit.rates.log_tau - np.log(tau)) / np.sqrt(np.diag(fit.rates.covariance))
    # errors from the scatter of 64 segments are themselves known to 1/√128
    assert np.all(np.abs(pulls.mean(axis=0)) < 1.0 / 3.0 + (_Z - 1.0) / np.sqrt(devices))
    assert np.all(np.abs(pulls.std(axis=0, ddof=1) - 1.0) < 0.09 + _Z / np.sqrt(2.0 * devices))
