"""What every observation offers, and that it stays little."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pytest

from stfit.kinds.critical.data import CriticalCurrents
from stfit.kinds.dwell.apparent import dwell_table
from stfit.kinds.dwell.events import DwellEvents
from stfit.kinds.resonance.data import FmrLines
from stfit.measurement import Observation, Origin, kinds
from stfit.measurement.observation import StraightLawOnly, WithoutDeviance, sensitivity
from tests import builders

_MOST_MEMBERS: Final = 13
_CURRENT: Final = np.array([-2e-3, -1e-3, 1e-3, 2e-3])
_STATE: Final = np.array([0, 1, 0, 1], dtype=np.int8)
_PAIRS: Final[dict[str, Any]] = {"state": _STATE, "current": np.repeat(_CURRENT[:2], 2)}


def _critical(polarity: int) -> Observation:
    columns: dict[str, Any] = {
        "transition": _STATE,
        "critical_current": polarity * np.array([-2e-3, 1e-3, -3e-3, 2e-3]),
        "critical_current_stderr": np.full(4, 1e-5),
    }
    return CriticalCurrents.from_columns(columns, origin=Origin(polarity=polarity))


def _lines(polarity: int) -> Observation:
    columns: dict[str, Any] = {
        "state": _STATE,
        "current": polarity * _CURRENT,
        "power": np.array([1.0, 2.0, 3.0, 4.0]),
        "power_stderr": np.full(4, 0.1),
    }
    return FmrLines.from_columns(columns, origin=Origin(polarity=polarity), power="integrated")


def _with_dead_time(polarity: int) -> Observation:
    columns = _PAIRS | {"current": polarity * _PAIRS["current"], "dead_time": np.full(4, 0.1)}
    columns |= {"n": np.full(4, 100.0), "total_time": np.full(4, 200.0)}
    return dwell_table(columns, origin=Origin(polarity=polarity))


def _missed(polarity: int) -> Observation:
    columns = {name: np.repeat(values, 5) for name, values in _PAIRS.items()}
    columns |= {"current": polarity * columns["current"], "duration": np.tile([1.0, 2.0, 3.0, 4.0, 5.0], 4)}
    return DwellEvents.from_columns(columns, origin=Origin(polarity=polarity), dead_time=0.1)


OBSERVATIONS: Final[dict[str, Callable[[int], Observation]]] = {
    "dwell times": lambda polarity: builders.dwell_times(builders.grid(polarity=polarity)),
    "means": lambda polarity: builders.mean_dwells(builders.grid(polarity=polarity)),
    "single dwells": lambda polarity: builders.dwell_events(builders.grid(polarity=polarity)),
    "dwell times with a dead time": _with_dead_time,
    "single dwells with a dead time": _missed,
    "pulses": lambda polarity: builders.pulses(builders.grid(polarity=polarity)),
    "single ramps": lambda polarity: builders.ramps(n=30, polarity=polarity),
    "stepped ramps": lambda polarity: builders.ramps(n=30, step=1e-4, polarity=polarity),
    "critical currents": _critical,
    "lines": _lines,
}
every_one = pytest.mark.parametrize("name", OBSERVATIONS)


def _prediction(observation: Observation) -> Any:
    objective = builders.objective(observation)
    return np.asarray(objective.terms[0].prediction(objective.space.quantities(objective.start)))


def test_the_seam_stays_narrow() -> None:
    members = [name for name in vars(Observation) if not name.startswith("_")]
    assert 0 < len(members) <= _MOST_MEMBERS


@every_one
def test_it_is_an_observation_of_a_kind_that_there_is(name: str) -> None:
    observation = OBSERVATIONS[name](1)
    assert isinstance(observation, Observation)
    assert observation.origin.kind in kinds()


@every_one
def test_residuals_are_there_or_a_sensitivity_is(name: str) -> None:
    observation = OBSERVATIONS[name](1)
    there = observation.residuals(_prediction(observation)) is not None
    assert there == observation.traits.has_residuals
    assert there != isinstance(observation, WithoutDeviance)


@every_one
def test_every_row_has_a_discrepancy_with_its_freedom(name: str) -> None:
    observation = OBSERVATIONS[name](1)
    fit = observation.row_fit(_prediction(observation))
    shape = observation.settings.state.shape
    assert fit.discrepancy.shape == fit.freedom.shape == fit.expected_counts.shape == shape


@every_one
def test_the_polarity_is_in_the_data_and_not_in_what_is_shown(name: str) -> None:
    plus, minus = (OBSERVATIONS[name](polarity) for polarity in (1, -1))
    assert minus.origin.polarity == -1
    prediction = _prediction(plus)
    if plus.settings.current is not None:
        assert minus.settings.current is not None
        np.testing.assert_array_equal(minus.settings.current, plus.settings.current)
        np.testing.assert_array_equal(minus.view().axis.values, -plus.view().axis.values)
    assert float(minus.log_likelihood(prediction)) == float(plus.log_likelihood(prediction))


@every_one
def test_what_is_shown_has_a_row_of_its_own_for_each_thing(name: str) -> None:
    observation = OBSERVATIONS[name](1)
    view = observation.view()
    size = view.shown.settings.state.size
    assert view.axis.values.size == view.observed.value.size == len(view.words) == size
    assert all(entry.values.size == size for entry in view.series)
    objective = builders.objective(observation)
    there = objective.terms[0].shown.along(0, np.array([1e-3, 2e-3]))
    drawn = np.asarray(there.prediction(objective.space.quantities(objective.start)))
    assert there.measurement.view().displayed(drawn).shape == (2,)


def test_a_likelihood_for_straight_laws_alone_has_another_for_curved_ones() -> None:
    events = OBSERVATIONS["single ramps"](1)
    assert isinstance(events, StraightLawOnly)
    assert events.for_curved_law()[0].traits.has_residuals


def test_an_observation_with_neither_is_a_mistake_that_says_so() -> None:
    class Bare:
        traits = OBSERVATIONS["single ramps"](1).traits

    bare: Any = Bare()
    with pytest.raises(TypeError, match="Bare has neither residuals nor a sensitivity"):
        sensitivity(bare, np.zeros(1))
