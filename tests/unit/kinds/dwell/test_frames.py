"""Durations counted in frames: found where they matter, and nowhere else."""

from __future__ import annotations

import numpy as np
import pytest

from stfit.backends.least_squares import minimise
from stfit.diagnostics.goodness import goodness
from stfit.errors import TableError
from stfit.kinds.dwell.events import DwellEvents
from stfit.kinds.dwell.framed import FramedDwells
from stfit.kinds.dwell.frames import common_step
from stfit.kinds.dwell.missed import MissedDwellEvents
from stfit.kinds.dwell.notes import _frame_notes
from stfit.kinds.dwell.shape import exponential_shape_test
from stfit.measurement import Origin
from tests import builders

GRID = builders.grid(temperatures=(295.0,), currents=(-4e-3, 0.0, 4e-3))


def counted(share: float | None, n: int = 300, **keys: float) -> DwellEvents | MissedDwellEvents | FramedDwells:
    """Dwells counted in whole frames, this share of the shortest dwell time long; None: as they were."""
    events = builders.dwell_events(GRID, n=n, seed=5)
    duration = events.duration
    if share is not None:
        frame = share * float(np.min(np.exp(GRID.log_dwell_time(builders.TRUTH))))
        duration = np.ceil(duration / frame) * frame
    columns = {name: values[events.setting] for name, values in GRID.columns().items()} | {"duration": duration}
    return DwellEvents.from_columns(columns, origin=Origin(file="events.csv"), **keys)


def test_frames_are_recognised_and_the_geometric_likelihood_has_no_bias() -> None:
    found = counted(0.5)
    assert isinstance(found, FramedDwells)
    assert "1800 durations" in found.origin.notices[0]
    # p of a geometric law: mean frames of each row, an error of 1/√300 in ln τ
    tau = found.view().observed.value
    np.testing.assert_allclose(tau, found.frame / -np.log1p(-found.n / found.frames))
    assert np.all(np.abs(np.log(tau) - GRID.log_dwell_time(builders.TRUTH)) < 4.0 / np.sqrt(300.0))
    objective = builders.objective(found)
    report = goodness(objective, minimise(objective), seed=0)
    assert report.verdict == "acceptable"
    statistic, p_value = found.shape()
    assert statistic == pytest.approx(1.0, abs=0.1)
    assert p_value is not None
    assert p_value > 0.001


def test_the_likelihood_of_frames_is_that_of_bernoulli_trials() -> None:
    found = counted(0.5)
    assert isinstance(found, FramedDwells)
    eta = GRID.log_dwell_time(builders.TRUTH) + 0.1
    p = -np.expm1(-found.frame / np.exp(eta))[found.setting]
    by_hand = np.sum(np.log(p) + (found.length - 1.0) * np.log1p(-p))
    assert found.log_likelihood(eta) == pytest.approx(by_hand, rel=1e-12)
    again = found.draw(eta, np.random.default_rng(3))
    np.testing.assert_allclose(again.frames / again.n, 1.0 / -np.expm1(-found.frame / np.exp(eta)), rtol=0.25)
    np.testing.assert_array_equal(again.n, found.n)


@pytest.mark.parametrize("share", [None, 1e-4])
def test_neither_continuous_durations_nor_the_digits_of_a_file_are_frames(share: float | None) -> None:
    # a ten-thousandth of τ, over 300 dwells a row, moves ln τ by a thousandth of its error
    assert isinstance(counted(share), DwellEvents)


def test_a_declared_frame_and_what_is_no_multiple_of_it() -> None:
    frame = 0.5 * float(np.min(np.exp(GRID.log_dwell_time(builders.TRUTH))))
    assert isinstance(counted(0.5, sample_interval=frame), FramedDwells)
    with pytest.raises(TableError, match="a multiple of the sample_interval"):
        counted(None, sample_interval=frame)


def test_dwells_that_were_dropped_and_dwells_that_were_joined() -> None:
    events = builders.dwell_events(GRID, n=4000, seed=8)
    shortest = 0.4 * float(np.min(np.exp(GRID.log_dwell_time(builders.TRUTH))))
    kept = events.duration >= shortest
    columns = {name: values[events.setting][kept] for name, values in GRID.columns().items()}
    columns["duration"] = events.duration[kept]
    found = DwellEvents.from_columns(columns, origin=Origin(file="events.csv"), shortest_dwell=shortest)
    assert isinstance(found, DwellEvents)
    # some 3000 dwells a row; without the key ln τ would be up to ln 1.4 too large
    tau = found.reduced.total_time / found.reduced.n
    np.testing.assert_allclose(np.log(tau), GRID.log_dwell_time(builders.TRUTH), atol=4.0 / np.sqrt(2500.0))
    with pytest.raises(TableError, match="at least the shortest_dwell"):
        DwellEvents.from_columns(columns, origin=Origin(file="events.csv"), shortest_dwell=2.0 * shortest)
    with pytest.raises(TableError, match="no shortest_dwell beside a dead_time"):
        DwellEvents.from_columns(columns, origin=Origin(), shortest_dwell=shortest, dead_time=shortest)


def test_a_dead_time_leaves_no_state_after_itself() -> None:
    rng = np.random.default_rng(1)
    state = np.tile([0, 1], 200)[rng.random(400) > 0.2]
    columns = {"state": state, "current": np.zeros(state.size), "duration": 1.0 + rng.exponential(size=state.size)}
    with pytest.raises(TableError, match=r"P and AP in turn.*shortest_dwell"):
        DwellEvents.from_columns(columns, origin=Origin(), dead_time=0.5)
    ordered = {name: values[np.argsort(state, kind="stable")] for name, values in columns.items()}
    assert isinstance(DwellEvents.from_columns(ordered, origin=Origin(), dead_time=0.5), MissedDwellEvents)


@pytest.mark.parametrize("step", [0.25e-3, 1.0 / 3.0e3])
def test_the_step_is_found_through_the_rounding_of_a_file(step: float) -> None:
    frames = np.random.default_rng(1).geometric(0.2, 200)
    found = common_step(np.round(frames * step, 6))
    assert found == pytest.approx(step, rel=1e-3)  # the last digit of a file, 1e-6 s, over many frames


def test_few_durations_have_no_step() -> None:
    assert common_step(np.arange(1.0, 20.0)) is None


def test_a_duration_written_as_the_shortest_one_lies_beyond_it() -> None:
    rng = np.random.default_rng(4)
    # to three digits below a hundredth of the mean, so that some dwells are written as the shortest one itself
    duration = np.round(0.25 + rng.exponential(0.7, 2000), 2)
    assert np.count_nonzero(duration == 0.25) > 3
    columns = {"state": np.zeros(duration.size, dtype=np.int64), "current": np.zeros(duration.size)}
    found = DwellEvents.from_columns(columns | {"duration": duration}, origin=Origin(), shortest_dwell=0.25)
    assert isinstance(found, DwellEvents)
    assert exponential_shape_test(found).p_value is not None
    assert float(exponential_shape_test(found).p_value or 0.0) > 0.01


def chain_in_frames(tau: tuple[float, float], frame: float, seed: int, size: int = 60_000) -> dict[str, np.ndarray]:
    """Dwells of a two-state system that is looked at once a frame, in turn."""
    rng = np.random.default_rng(seed)
    ends = np.cumsum(rng.exponential(np.tile(tau, int(size * frame / sum(tau)) + 100)))
    state = np.searchsorted(ends, frame * np.arange(size), side="right") % 2
    changes = np.flatnonzero(np.diff(state)) + 1
    length = np.diff(changes)
    return {"state": state[changes[:-1]], "duration": frame * length.astype(float)}


@pytest.mark.parametrize(("frame", "said"), [(0.2, True), (0.005, False)])
def test_visits_within_a_frame_are_said_where_they_matter(frame: float, said: bool) -> None:
    columns = chain_in_frames((10.0, 1.0), frame, 3)
    found = DwellEvents.from_columns(
        columns | {"current": np.zeros(columns["state"].size)}, origin=Origin(), sample_interval=frame
    )
    assert isinstance(found, FramedDwells)
    tau = found.view().observed.value
    error = 1.0 / np.sqrt(found.n)
    corrected = np.log(tau) - found.unseen_visits()
    assert np.all(
        np.abs(corrected - np.log([10.0, 1.0])[found.settings.state]) < 4.0 * error + 0.01
    )  # to the second order in the frame
    assert bool(_frame_notes(found)) == said


def test_settings_with_different_frames_have_each_its_own() -> None:
    fast, slow = chain_in_frames((10.0, 8.0), 0.5, 1), chain_in_frames((30.0, 20.0), 1.5, 2)
    current = np.repeat([0.0, 1e-3], [fast["state"].size, slow["state"].size])
    columns = {name: np.concatenate([fast[name], slow[name]]) for name in fast} | {"current": current}
    found = DwellEvents.from_columns(columns, origin=Origin())
    assert isinstance(found, FramedDwells)
    np.testing.assert_allclose(found.frame, np.where(found.settings.drive == 0.0, 0.5, 1.5))
    assert "500 ms or 1.5 s" in found.origin.notices[0]
    mixed = columns["duration"] + np.where(current > 0.0, np.random.default_rng(1).random(current.size), 0.0)
    with pytest.raises(TableError, match=r"a \[\[measurement\]\] with its own table"):
        DwellEvents.from_columns(columns | {"duration": mixed}, origin=Origin())
