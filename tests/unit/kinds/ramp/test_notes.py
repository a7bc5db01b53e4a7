"""Moments of switching currents against those of the fit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from stfit.backends.least_squares import minimise
from stfit.kinds.ramp.data import RampEvents
from stfit.kinds.ramp.notes import ramp_moments, ramp_notes
from stfit.measurement import Observation
from tests import builders

SLOW = (3.0, 30.0)


def late(step: float | None = None, n: int = 400) -> Observation:
    """Ramps that start 15 and more 1/|s| before the mode."""
    return builders.ramps(TALL, rates=SLOW, n=n, seed=2, step=step)


TALL = {**builders.TRUTH, "E_P": 0.9 * builders.E, "E_AP": 0.9 * builders.E}


@pytest.mark.parametrize("step", [None, 2e-3])
def test_moments_of_the_law_are_those_of_many_events(step: float | None) -> None:
    objective = builders.objective(late(step, n=4000))
    found = ramp_moments(objective, minimise(objective), objective.terms[0])
    assert found.n.tolist() == [4000.0] * 8
    # 16 comparisons at 4.5 standard errors: once in 10,000 seeds
    assert np.max(np.abs(found.pulls)) < 4.5
    assert np.all(found.mode > found.expected_mean)


def test_a_note_says_how_far_they_are() -> None:
    objective = builders.objective([late(), late(2e-3)])
    notes = ramp_notes(objective, minimise(objective))
    assert [note.level for note in notes] == ["info", "info"]
    assert "16 moments;" in notes[0].sentence
    assert "mode − 0.577/|s|" in notes[0].sentence


def test_a_mixture_of_two_devices_is_noticed() -> None:
    one = late()
    assert isinstance(one, RampEvents)
    columns: dict[str, Any] = {
        "transition": np.repeat(one.ramps.state, 400),
        "switching_current": one.ramps.reached(one.rise, np.repeat(np.arange(8), 400)),
        "ramp_rate": np.repeat(one.ramps.ramp_rate, 400),
        "temperature": np.repeat(one.ramps.temperature, 400),
    }
    columns["switching_current"] = columns["switching_current"] * np.where(np.arange(3200) % 2, 1.0, 1.4)
    mixed = RampEvents.from_columns(columns, origin=one.origin)
    objective = builders.objective(mixed)
    (note,) = ramp_notes(objective, minimise(objective))
    assert note.level == "warning"
    assert "does not describe them" in note.sentence


def test_ramps_that_start_at_the_mode_have_no_closed_moments() -> None:
    early = builders.ramps(rates=(3.0,), states=(1,), temperatures=(300.0,), n=50, seed=1, start=8e-3)
    objective = builders.objective(early)
    (note,) = ramp_notes(objective, minimise(objective))
    assert note.level == "info"
    assert "start too near the mode" in note.sentence


def test_other_kinds_have_none() -> None:
    objective = builders.objective(builders.dwell_times(builders.grid()))
    optimum = minimise(objective)
    assert ramp_notes(objective, optimum) == []
    with pytest.raises(TypeError, match="'dwell-times' has no ramps"):
        ramp_moments(objective, optimum, objective.terms[0])
