"""Dwell times of simulated traces: bias and coverage of thresholds in their declared range, and where they decline.

STFIT_CALIBRATION=300 pytest -m calibration tests/calibration/test_traces.py
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import ndtri

from stfit.kinds.telegraph.files import TraceFile
from stfit.kinds.telegraph.reduced import ReducedTrace, TraceTask
from stfit.kinds.telegraph.reducing import reduce_trace
from tests.traces import telegraph

pytestmark = pytest.mark.slow
Array = npt.NDArray[np.float64]

SEED: Final = 5151  # chosen before the first run with it
DRIFT: Final = 0.05  # of the step, over the record
DESIGNS: Final = {  # signal to noise, dwell times of P and AP in samples, samples
    "SNR 12, 3 and 5 samples": (12.0, (3.0, 5.0), 10_000),
    "SNR 12, 10 and 25 samples": (12.0, (10.0, 25.0), 20_000),
    "SNR 12, 300 and 1000 samples": (12.0, (300.0, 1000.0), 100_000),
    "SNR 6, 3 and 5 samples": (6.0, (3.0, 5.0), 10_000),
    "SNR 6, 30 and 60 samples": (6.0, (30.0, 60.0), 20_000),
}
FAST: Final = ("SNR 12, 3 and 5 samples", "SNR 12, 10 and 25 samples", "SNR 6, 3 and 5 samples")
COMPARISONS: Final = 2 * 2 * len(DESIGNS)  # coverages of two states
Z: Final = float(-ndtri(0.001 / COMPARISONS / 2.0))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("traces")


def reduced(samples: Array, folder: Path, method: str = "auto") -> ReducedTrace:
    path = folder / "trace.npy"
    np.save(path, samples.astype(np.float32))
    return reduce_trace(TraceTask((TraceFile(path, "resistance", 1.0, "ohm"),), 1e-3, True, method))


@cache
def pulls(design: str, count: int, folder: Path) -> tuple[Array, Array]:
    """Pulls of ln τ and of ln of the naive mean, shape (count, 2), in units of the quoted error."""
    snr, tau, size = DESIGNS[design]
    truth, found, naive = np.log(tau), [], []
    for index in range(count):
        drift = DRIFT * snr * np.linspace(-0.5, 0.5, size)
        seed = SEED + 1000 * list(DESIGNS).index(design) + index
        trace = reduced(telegraph(size, tau, snr=snr, seed=seed) + drift, folder, "threshold")
        assert trace.rates is not None
        assert trace.segmentation is not None
        error = np.sqrt(np.diag(trace.rates.covariance))
        found.append((trace.rates.log_tau - truth) / error)
        naive.append((np.log(trace.segmentation.naive) - truth) / error)
    return np.array(found), np.array(naive)


@pytest.mark.parametrize("design", DESIGNS)
def test_bias_is_below_a_third_of_the_error(design: str, devices: int, folder: Path) -> None:
    # a mean pull of 0 is found beyond 1/3 by chance once in 1000 runs with 100 traces
    assert np.all(np.abs(pulls(design, devices, folder)[0].mean(axis=0)) < 1.0 / 3.0)


@pytest.mark.parametrize("design", DESIGNS)
def test_coverage(design: str, devices: int, folder: Path) -> None:
    found = np.abs(pulls(design, devices, folder)[0])
    for nominal, limit in ((0.6827, 1.0), (0.95, 1.96)):
        band = Z * np.sqrt(nominal * (1.0 - nominal) / devices) + 0.5 / devices
        np.testing.assert_allclose((found < limit).mean(axis=0), nominal, atol=band)


@pytest.mark.parametrize("design", FAST)
def test_the_mean_of_the_counted_dwells_fails(design: str, devices: int, folder: Path) -> None:
    naive = pulls(design, devices, folder)[1].mean(axis=0)
    assert np.all(naive > 1.0)


@pytest.mark.parametrize("tau", [(30.0, 60.0), (200.0, 300.0)])
def test_overlapping_levels_are_declined_by_thresholds(tau: tuple[float, float], folder: Path) -> None:
    drift = DRIFT * 3.0 * np.linspace(-0.5, 0.5, 20_000)
    for index in range(2):
        trace = reduced(telegraph(20_000, tau, snr=3.0, seed=SEED + index) + drift, folder)
        assert trace.rates is not None
        assert trace.rates.route == "hmm"
        error = np.sqrt(np.diag(trace.rates.covariance))
        assert np.all(np.abs(trace.rates.log_tau - np.log(tau)) < 4.5 * error)  # 8 pulls: by chance once in 10^4
