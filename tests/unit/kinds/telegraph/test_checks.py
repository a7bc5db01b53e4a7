"""Each check finds the fault it is for, and leaves good traces alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from stfit.kinds.telegraph.checks import bandwidth_check, halves_check, innovation_check, spectrum_check
from stfit.kinds.telegraph.files import TraceFile
from stfit.kinds.telegraph.rates import TraceRates
from stfit.kinds.telegraph.reduced import TraceTask
from stfit.kinds.telegraph.reducing import reduce_trace
from stfit.kinds.telegraph.spectrum import fit_machlup
from stfit.kinds.telegraph.verdicts import Check
from tests.traces import telegraph

Array = npt.NDArray[np.float64]


def checked(samples: Array, folder: Path) -> dict[str, Check]:
    np.save(folder / "x.npy", samples)
    task = TraceTask((TraceFile(folder / "x.npy", "resistance", 1.0, "ohm"),), 1e-3, True, "threshold")
    return {check.name: check for check in reduce_trace(task).checks}


def dwelling(lengths: npt.NDArray[Any], snr: float, seed: int) -> Array:
    """A trace whose dwells have the given lengths, P first."""
    state = np.repeat(np.arange(lengths.size) % 2, lengths.astype(int))
    samples: Array = snr * state + np.random.default_rng(seed).standard_normal(state.size)
    return samples


def test_good_traces_pass(tmp_path: Path) -> None:
    failed = 0
    for seed in range(40):
        found = checked(telegraph(20_000, (20.0, 40.0), snr=10.0, seed=seed), tmp_path)
        assert len(found) == 10
        failed += any(check.verdict in ("doubtful", "failed") for check in found.values())
    assert failed <= 4  # two tests at 1 %: 0.8 are expected, 5 or more once in 10^3


@pytest.mark.slow
def test_a_third_level(tmp_path: Path) -> None:
    samples = telegraph(40_000, (50.0, 50.0), snr=16.0, seed=1)
    samples[8000:12_000] = 7.0 + np.random.default_rng(2).standard_normal(4000)
    assert checked(samples, tmp_path)["third level"].verdict == "failed"


def test_few_transitions(tmp_path: Path) -> None:
    for dwells, verdict in ((6, "failed"), (20, "doubtful"), (100, "passed")):
        found = checked(dwelling(np.full(dwells, 300.0), 10.0, 3), tmp_path)["transitions"]
        assert found.verdict == verdict


def test_a_change_of_rate(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    lengths = np.concatenate([1 + rng.geometric(1 / 30.0, 300), 1 + rng.geometric(1 / 60.0, 300)]).astype(float)
    found = checked(dwelling(lengths, 10.0, 5), tmp_path)["stationarity"]
    assert found.verdict == "failed"
    assert "changes by a factor 0.5" in found.sentence


def test_two_time_constants(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    lengths = rng.geometric(np.where(rng.random(1000) < 0.5, 1 / 10.0, 1 / 200.0)).astype(float)
    found = checked(dwelling(lengths, 10.0, 7), tmp_path)["exponential dwells"]
    assert found.verdict == "failed"
    assert "several time constants" in found.sentence


def test_missing_short_dwells(tmp_path: Path) -> None:
    lengths = 20.0 + np.random.default_rng(8).geometric(1 / 40.0, 1000)
    found = checked(dwelling(lengths, 10.0, 9), tmp_path)["exponential dwells"]
    assert found.verdict == "failed"
    assert "short dwells are missing" in found.sentence


@pytest.mark.slow
def test_a_slow_instrument(tmp_path: Path) -> None:
    rng = np.random.default_rng(10)
    clean = telegraph(60_000, (30.0, 40.0), snr=20.0, seed=11, noise=(0.0, 0.0))
    slow = np.convolve(clean, np.exp(-np.arange(80) / 12.0) / 12.5)[: clean.size]
    found = checked(slow + rng.standard_normal(clean.size), tmp_path)["bandwidth"]
    assert found.verdict == "failed"
    assert "too slow" in found.sentence


def test_dwells_between_two_samples_are_doubtful(tmp_path: Path) -> None:
    assert checked(telegraph(20_000, (1.5, 6.0), snr=14.0, seed=12), tmp_path)["bandwidth"].verdict == "doubtful"


@pytest.mark.slow
def test_a_drift_is_told(tmp_path: Path) -> None:
    samples = telegraph(60_000, (30.0, 40.0), snr=12.0, seed=13)
    found = checked(samples + np.linspace(0.0, 5.0, samples.size), tmp_path)["drift"]
    assert found.verdict == "doubtful"
    assert "of the step" in found.sentence


def test_a_corner_elsewhere_and_coloured_noise(tmp_path: Path) -> None:
    rates = TraceRates(np.log([1.0, 1.0]), 1e-4 * np.eye(2), "threshold", "", None)
    assert spectrum_check(None, rates).verdict == "not-tested"
    fit = fit_machlup(telegraph(60_000, (10.0, 10.0), snr=6.0, seed=15), 1.0, 0.5)
    near, far = (replace(rates, log_tau=np.log([tau, tau])) for tau in (10.0, 15.0))
    assert spectrum_check(fit, near).verdict == "passed"
    assert spectrum_check(fit, far).verdict == "failed"
    white = np.random.default_rng(3).standard_normal(40_000)
    assert innovation_check(white, 0).verdict == "passed"
    assert innovation_check(white[1:] + 0.3 * white[:-1], 0).verdict == "failed"
    slow = white + 0.1 * np.repeat(white[:40], 1000)
    assert "Means of" in innovation_check(slow, 0).sentence


def test_halves_that_differ() -> None:
    variance = np.full((2, 2), 0.01)
    assert halves_check(np.zeros((2, 2)), variance).verdict == "passed"
    assert halves_check(np.array([[0.0, 0.0], [0.0, 1.0]]), variance).verdict == "failed"
    assert halves_check(np.full((2, 2), np.nan), variance).verdict == "not-tested"


@pytest.mark.parametrize("noise", [0.5, 1.0])
def test_noise_alone_is_one_level(noise: float, tmp_path: Path) -> None:
    found = checked(noise * np.random.default_rng(14).standard_normal(30_000), tmp_path)
    assert found["two levels"].verdict == "failed"
    assert len(found) == 1


@pytest.mark.parametrize(("rise", "verdict"), [(None, "passed"), (0.9, "passed"), (2.0, "doubtful"), (4.0, "failed")])
def test_a_response_that_is_not_short_beside_the_dwells(rise: float | None, verdict: str) -> None:
    assert bandwidth_check(np.array([12.0, 18.0]), rise, slow=0.2).verdict == verdict
