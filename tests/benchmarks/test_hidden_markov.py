"""Throughput of the hidden chain: of its likelihood, beside hmmlearn's on the same samples, and of whole traces.

    pytest tests/benchmarks/test_hidden_markov.py --benchmark-only -p no:randomly

Processor time of one core; the rates are stored in the benchmark's extra_info (--benchmark-json=FILE).
"""

from __future__ import annotations

from pathlib import Path
from statistics import median
from time import process_time
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pytest
import scipy.signal

from stfit.kinds.telegraph.files import TraceFile
from stfit.kinds.telegraph.hidden_markov import log_likelihood
from stfit.kinds.telegraph.reduced import TraceTask
from stfit.kinds.telegraph.reducing import reduce_trace
from stfit.physics.telegraph import stay_probabilities
from tests.traces import telegraph

GOAL: Final = 50e6  # samples a second
SAMPLES: Final = 4_000_000
DWELL: Final = 100.0  # samples, in both states
LEVELS: Final = np.array([0.0, 3.0])
ROUNDS: Final = 5
WHOLE: Final = {"white": (1_000_000, 1e6), "coloured": (300_000, 3e4), "filtered": (300_000, 2e4)}  # samples, a second


def seconds(function: Any, *arguments: Any) -> float:
    """The median of some rounds."""
    times = []
    for _ in range(ROUNDS):
        start = process_time()
        function(*arguments)
        times.append(process_time() - start)
    return median(times)


@pytest.fixture(scope="module")
def samples() -> Any:
    return telegraph(SAMPLES, (DWELL, DWELL), snr=3.0, seed=1)


def test_likelihood_of_a_trace(benchmark: Any, samples: Any) -> None:
    arguments = (samples.astype(np.float32), 1.0, np.log([DWELL, DWELL]), LEVELS, np.ones(2))
    log_likelihood(*arguments)  # compiled
    rate = SAMPLES / seconds(log_likelihood, *arguments)
    benchmark.extra_info["samples_per_second"] = rate
    benchmark.pedantic(log_likelihood, arguments, rounds=1)
    assert rate > GOAL


def test_likelihood_beside_hmmlearn(benchmark: Any, samples: Any) -> None:
    hmm = pytest.importorskip("hmmlearn.hmm")
    stay = stay_probabilities(DWELL, DWELL, 1.0)
    rival = hmm.GaussianHMM(2, covariance_type="diag", implementation="scaling")
    rival.startprob_ = np.array([0.5, 0.5])
    rival.transmat_ = np.array([[stay[0], 1.0 - stay[0]], [1.0 - stay[1], stay[1]]])
    rival.means_, rival.n_features = LEVELS[:, None], 1
    rival.covars_ = np.ones((2, 1))
    arguments = (samples, 1.0, np.log([DWELL, DWELL]), LEVELS, np.ones(2))
    ours = log_likelihood(*arguments)
    assert ours == pytest.approx(rival.score(samples[:, None]), rel=1e-9)
    ratio = seconds(rival.score, samples[:, None]) / seconds(log_likelihood, *arguments)
    benchmark.extra_info["times_faster"] = ratio
    benchmark.pedantic(log_likelihood, arguments, rounds=1)
    assert ratio > 3.0


def seen(kind: str, size: int, seed: int = 3) -> npt.NDArray[np.float32]:
    """A telegraph signal three noises high in white or coloured noise, or behind a low-pass with its noise."""
    white = np.random.default_rng(seed).standard_normal(size)
    signal = telegraph(size, (DWELL, DWELL), snr=3.0, seed=seed, noise=(0.0, 0.0))
    samples = {
        "white": signal + white,
        "coloured": signal + scipy.signal.lfilter([np.sqrt(0.75)], [1.0, -0.5], white),
        "filtered": scipy.signal.lfilter([0.6], [1.0, -0.4], signal + white),
    }[kind]
    return np.asarray(100.0 + 0.01 * samples, dtype=np.float32)


def reduced(path: Path) -> Any:
    file = TraceFile(path, "resistance", 1e-4, "ohm", None)
    return reduce_trace(TraceTask((file,), 1e-3, True, "hmm"))


@pytest.mark.parametrize("kind", WHOLE)
def test_a_trace_from_its_file_to_rates_with_errors(benchmark: Any, tmp_path: Path, kind: str) -> None:
    size, goal = WHOLE[kind]
    np.save(tmp_path / "short.npy", seen(kind, 20_000))
    reduced(tmp_path / "short.npy")  # compiled
    np.save(tmp_path / "x.npy", seen(kind, size))
    begin = process_time()
    found = reduced(tmp_path / "x.npy")
    rate = size / (process_time() - begin)
    error = np.sqrt(np.diag(found.rates.covariance))
    benchmark.extra_info |= {"samples_per_second": rate, "memory, samples": found.hmm.memory}
    benchmark.pedantic(lambda: None, rounds=1)
    assert np.all(np.abs(found.rates.log_tau - np.log(DWELL * 1e-4)) < 4.0 * error)
    assert rate > goal, benchmark.extra_info
