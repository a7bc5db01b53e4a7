"""Traces with one imperfection each: the dwell times are right, and what was done is said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from stfit.errors import InputError
from stfit.kinds.telegraph.files import TraceFile
from stfit.kinds.telegraph.record_checks import drift_check
from stfit.kinds.telegraph.reduced import ReducedTrace, TraceTask
from stfit.kinds.telegraph.reducing import reduce_trace
from stfit.kinds.telegraph.verdicts import Check
from stfit.kinds.telegraph.wandering import Course, baseline_of
from tests.traces import telegraph

Array = npt.NDArray[np.float64]
TAU, SIZE, SNR = (40.0, 60.0), 20_000, 8.0
DT = 1e-4


def reduced(samples: npt.NDArray[np.generic], folder: Path, **keys: object) -> ReducedTrace:
    np.save(folder / "x.npy", samples)
    task = TraceTask((TraceFile(folder / "x.npy", "resistance", DT, "ohm"),), 1e-3, True, "auto", **keys)  # type: ignore[arg-type]
    return reduce_trace(task)


def check(trace: ReducedTrace, name: str) -> Check:
    return next(found for found in trace.checks if found.name == name)


def assert_right(trace: ReducedTrace, tau: tuple[float, float] = TAU) -> None:
    assert trace.rates is not None, trace.failure
    error = np.sqrt(np.diag(trace.rates.covariance))
    assert np.all(error < 0.2)
    assert np.all(np.abs(trace.rates.log_tau - np.log(np.array(tau) * DT)) < 4.0 * error)


def clean(seed: int = 1) -> Array:
    return telegraph(SIZE, TAU, snr=SNR, seed=seed)


def test_glitches_and_what_is_no_number_are_missing(tmp_path: Path) -> None:
    samples = clean().astype(np.float32)
    for start in range(1000, SIZE, 2000):
        samples[start : start + 5] = 400.0
    samples[[7, 5000, 5001, 9000]] = [np.nan, np.inf, -np.inf, 9.9e37]
    trace = reduced(samples, tmp_path)
    assert_right(trace)
    assert trace.record.absent == 4
    assert trace.record.glitches == 47
    assert "47 lie far off both levels" in check(trace, "samples").sentence
    with pytest.raises(InputError, match="no such sample"):
        reduced(np.full(200, np.nan), tmp_path)


@pytest.mark.parametrize("moved", [0.0, 0.5, 1.5, None])
def test_a_rare_state_is_no_glitch(moved: float | None, tmp_path: Path) -> None:
    samples = telegraph(40_000, (2000.0, 15.0), snr=12.0, seed=3)
    time = np.linspace(0.0, 1.0, samples.size)
    # a jump by so many steps, or a drift: the histogram shows two levels by either
    trace = reduced(samples + 12.0 * (0.7 * time if moved is None else moved * (time > 0.4)), tmp_path)
    assert trace.record.glitches == 0
    assert trace.rates is not None
    error = np.sqrt(np.diag(trace.rates.covariance))
    assert np.all(np.abs(trace.rates.log_tau - np.log(np.array([2000.0, 15.0]) * DT)) < 4.0 * error)
    assert (check(trace, "drift").verdict == "passed") == (moved == 0.0)


def test_what_a_baseline_does_is_said_also_where_it_is_not_followed() -> None:
    jumps = 0.5 * SNR * np.repeat(np.arange(20) % 2, SIZE // 20)
    third = 1.7 * SNR * np.repeat(np.arange(100) % 4 == 0, SIZE // 100)
    for added, course in ((0.0 * jumps, Course.STAYED), (jumps, Course.JUMPS), (third, Course.UNJUDGED)):
        assert baseline_of(clean() + added, SNR, (1.0, 1.0)) is course
    verdicts = {course: drift_check(course, SNR).verdict for course in Course}
    assert verdicts == {Course.STAYED: "passed", Course.JUMPS: "failed", Course.UNJUDGED: "not-tested"}


def test_few_samples_are_refused_in_a_sentence(tmp_path: Path) -> None:
    for size in range(2, 16):
        trace = reduced(np.random.default_rng(size).standard_normal(size), tmp_path)
        assert trace.rates is None
        assert f"{size} samples" in trace.failure
    sparse = np.where(np.arange(300) % 4 < 2, telegraph(300, (5.0, 5.0), snr=SNR, seed=1), np.nan)
    assert "follow each other" in reduced(sparse, tmp_path).failure


def test_two_values_without_noise(tmp_path: Path) -> None:
    state = (telegraph(3000, (20.0, 30.0), snr=1.0, seed=4, noise=(0.0, 0.0)) > 0.5).astype(np.uint8)
    for samples in (state, 5.0 * state, 100 + 200 * state.astype(np.int32)):
        trace = reduced(samples, tmp_path)
        assert_right(trace, (20.0, 30.0))
        assert trace.verdict == "passed"


@pytest.mark.parametrize("moved", [lambda t: 2.0 * (t > 0.1), lambda t: 0.5 * (t > 0.5), lambda t: 1.5 * t**2])
def test_a_baseline_that_jumps_or_drifts_is_followed(moved: Callable[[Array], Array], tmp_path: Path) -> None:
    trace = reduced(clean() + SNR * moved(np.linspace(0.0, 1.0, SIZE)), tmp_path)
    assert_right(trace)
    assert check(trace, "drift").verdict == "doubtful"
    assert trace.record.levels is not None
    assert trace.record.levels.high - trace.record.levels.low == pytest.approx(SNR, rel=0.03)
    assert check(reduced(clean(), tmp_path), "drift").verdict == "passed"


def test_mains_are_named_and_taken_off(tmp_path: Path) -> None:
    time = DT * np.arange(SIZE)
    hum = 0.4 * SNR * np.sin(2.0 * np.pi * 50.0 * time + 1.0) + 0.2 * SNR * np.sin(2.0 * np.pi * 150.0 * time)
    trace = reduced(clean() + hum, tmp_path)
    assert_right(trace)
    assert [round(line.frequency, 1) for line in trace.record.lines] == [50.0, 150.0]
    assert "50 Hz (mains)" in check(trace, "lines").sentence
    assert trace.verdict == "passed"


@pytest.mark.slow
def test_more_than_two_levels_are_shown_and_two_of_them_chosen(tmp_path: Path) -> None:
    other = telegraph(SIZE, (120.0, 30.0), snr=1.6 * 20.0, seed=6, noise=(0.0, 0.0))
    samples = telegraph(SIZE, TAU, snr=20.0, seed=5) + other
    trace = reduced(samples, tmp_path)
    # while the other fluctuator is up nothing is known of this one, which goes on
    assert_right(trace)
    third = check(trace, "third level")
    assert third.verdict == "failed"
    assert "4 levels" in third.sentence
    chosen = reduced(samples, tmp_path, levels=(0.0, 32.0))
    assert check(chosen, "third level").verdict == "passed"
    assert_right(chosen, (120.0, 30.0))
    nowhere = reduced(samples, tmp_path, levels=(0.0, 500.0))
    assert "does not dwell" in nowhere.failure


@pytest.mark.slow
def test_levels_too_near_to_a_third_one_are_no_choice(tmp_path: Path) -> None:
    # a second fluctuator of a step of 4 noises: 2 % of its samples are nearer to the other level
    samples = telegraph(SIZE, (200.0, 300.0), snr=20.0, seed=5)
    samples += telegraph(SIZE, (300.0, 300.0), snr=4.0, seed=6, noise=(0.0, 0.0))
    third = check(reduced(samples, tmp_path, levels=(0.0, 20.0)), "third level")
    assert third.verdict == "failed"
    assert "too near" in third.sentence


@pytest.mark.slow
def test_a_third_level_late_in_a_long_record_is_seen(tmp_path: Path) -> None:
    samples = telegraph(200_000, TAU, snr=10.0, seed=9).astype(np.float32)
    samples[150_000:150_500] = 17.0 + np.random.default_rng(1).standard_normal(500)  # 0.25 % of the samples
    third = check(reduced(samples, tmp_path), "third level")
    assert third.verdict == "failed"
    assert "(0.25 %" in third.sentence


def test_bursts_are_rid_of_hum_and_of_a_drift(tmp_path: Path) -> None:
    samples = telegraph(40_000, (300.0, 400.0), snr=SNR, seed=11)
    time = DT * np.arange(samples.size)
    files = []
    for i, part in enumerate(np.split(samples + 0.6 * SNR * np.linspace(0.0, 1.0, samples.size), 4)):
        hum = 0.4 * SNR * np.sin(2.0 * np.pi * 50.0 * time[: part.size] + i)
        np.save(tmp_path / f"{i}.npy", part + hum)
        files.append(TraceFile(tmp_path / f"{i}.npy", "resistance", DT, "ohm"))
    trace = reduce_trace(TraceTask(tuple(files), 1e-3, True, "auto"))
    assert_right(trace, (300.0, 400.0))
    assert "50 Hz (mains)" in check(trace, "lines").sentence
    assert check(trace, "drift").verdict == "doubtful"
    assert check(trace, "bursts").verdict == "passed"


@pytest.mark.slow
def test_a_rare_third_level_is_seen(tmp_path: Path) -> None:
    samples = clean()
    for start in (4000, 11_000):
        samples[start : start + 50] = 1.7 * SNR + np.random.default_rng(start).standard_normal(50)
    assert check(reduced(samples, tmp_path), "third level").verdict == "failed"  # 0.5 % of the samples


def test_gaps_divide_a_record(tmp_path: Path) -> None:
    samples = clean()
    rng = np.random.default_rng(7)
    for start in rng.integers(0, SIZE - 200, 12):
        samples[start : start + 200] = np.nan
    samples[rng.integers(0, SIZE, 100)] = np.nan
    trace = reduced(samples, tmp_path)
    assert_right(trace)
    assert check(trace, "samples").verdict == "doubtful"


def test_a_trace_that_stops_switching_is_noticed(tmp_path: Path) -> None:
    samples = clean()
    samples[SIZE // 2 :] = np.random.default_rng(8).standard_normal(SIZE // 2)
    assert check(reduced(samples, tmp_path), "last dwell").verdict == "failed"


@pytest.mark.slow
def test_a_saturated_converter_is_named(tmp_path: Path) -> None:
    trace = reduced(np.minimum(clean(), SNR + 1.0), tmp_path)
    assert_right(trace)
    assert "saturated" in check(trace, "saturation").sentence
