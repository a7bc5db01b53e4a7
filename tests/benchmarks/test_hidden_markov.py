"""Throughput of the hidden chain's likelihood, beside hmmlearn's on the same samples.

    pytest tests/benchmarks/test_hidden_markov.py --benchmark-only -p no:randomly

Processor time of one core; the rates are stored in the benchmark's extra_info (--benchmark-json=FILE).
"""

from __future__ import annotations

from statistics import median
from time import process_time
from typing import Any, Final

import numpy as np
import pytest

from stfit.kinds.telegraph.hidden_markov import log_likelihood
from stfit.physics.telegraph import stay_probabilities
from tests.traces import telegraph

GOAL: Final = 50e6  # samples a second
SAMPLES: Final = 4_000_000
DWELL: Final = 100.0  # samples, in both states
LEVELS: Final = np.array([0.0, 3.0])
ROUNDS: Final = 5


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
