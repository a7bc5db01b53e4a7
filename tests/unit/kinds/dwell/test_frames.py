"""Durations counted in frames: found where they matter, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stfit.backends.least_squares import minimise
from stfit.diagnostics.goodness import goodness
from stfit.kinds.dwell.events import DwellEvents
from stfit.kinds.dwell.frames import common_step, frame_notes
from stfit.objective import Objective
from tests import builders

GRID = builders.grid(temperatures=(295.0,), currents=(-4e-3, 0.0, 4e-3))


def counted(share: float | None, n: int = 300) -> Objective:
    """Dwells counted in whole frames, this share of the shortest dwell time long; None: as they were."""
    events = builders.dwell_events(GRID, n=n, seed=5)
    if share is not None:
        frame = share * float(np.min(np.exp(GRID.log_dwell_time(builders.TRUTH))))
        duration = np.ceil(events.duration / frame) * frame
        total = np.bincount(events.setting, weights=duration).astype(float)
        events = replace(events, duration=duration, reduced=replace(events.reduced, total_time=total))
    assert isinstance(events, DwellEvents)
    return builders.objective(events)


def test_frames_are_said_and_the_shape_rejects() -> None:
    objective = counted(0.5)
    (note,) = frame_notes(objective)
    assert note.level == "warning"
    assert note.sentence.startswith("All 1800 durations in events.csv are multiples of ")
    found = goodness(objective, minimise(objective), seed=0)
    assert {test.name: test.verdict for test in found.tests}["exponential shape of dwells"] == "rejected"


@pytest.mark.parametrize("share", [None, 1e-4])
def test_neither_continuous_durations_nor_the_digits_of_a_file_are_frames(share: float | None) -> None:
    # a ten-thousandth of τ, over 300 dwells a row, moves ln τ by a thousandth of its error
    assert frame_notes(counted(share)) == []


@pytest.mark.parametrize("step", [0.25e-3, 1.0 / 3.0e3])
def test_the_step_is_found_through_the_rounding_of_a_file(step: float) -> None:
    frames = np.random.default_rng(1).geometric(0.2, 200)
    found = common_step(np.round(frames * step, 6))
    assert found == pytest.approx(step, rel=1e-3)  # the last digit of a file, 1e-6 s, over many frames


def test_few_durations_have_no_step() -> None:
    assert common_step(np.arange(1.0, 20.0)) is None
