"""Tables of switching events: signs, directions, settings, what is refused."""

from typing import Any

import numpy as np
import pytest

from stfit.errors import TableError
from stfit.kinds.ramp.data import RampEvents
from stfit.kinds.ramp.ramp_design import read_events
from stfit.kinds.ramp.stepped import SteppedRamps
from stfit.measurement import Origin

CURRENT = np.array([-1.0e-3, 2.0e-3, -1.2e-3, 2.1e-3, -1.1e-3])
TABLE = {
    "transition": np.array([0, 1, 0, 1, 0], dtype=np.int8),
    "switching_current": CURRENT,
    "ramp_rate": np.full(5, 0.1),
}


def test_events_of_a_setting_stand_together() -> None:
    events = read_events(TABLE, 1)
    assert events.settings.state.tolist() == [0, 1]
    assert events.settings.direction.tolist() == [-1.0, 1.0]
    assert events.first.tolist() == [0, 3]
    assert events.rise.tolist() == [1.0e-3, 1.2e-3, 1.1e-3, 2.0e-3, 2.1e-3]
    assert np.all(np.isnan(events.settings.temperature))
    assert np.all(np.isnan(events.settings.step))


def test_rates_temperatures_and_starts_make_settings() -> None:
    varied = {
        "ramp_rate": np.array([0.1, 0.1, 0.2, 0.1, 0.1]),
        "temperature": np.array([290.0, 290.0, 290.0, 300.0, 290.0]),
        "start_current": np.array([0.0, 0.0, 0.0, 0.0, 1e-4]),
    }
    settings = read_events(TABLE | varied, 1).settings
    assert settings.size == 5
    assert settings.ramp_rate.tolist() == varied["ramp_rate"].tolist()
    assert settings.start.tolist() == varied["start_current"].tolist()


def test_the_direction_is_from_the_start_to_the_event() -> None:
    events = read_events(TABLE, 1, start_current=-1.5e-3)
    assert events.settings.direction.tolist() == [1.0, 1.0]
    np.testing.assert_allclose(np.sort(events.rise[:3]), [0.3e-3, 0.4e-3, 0.5e-3], rtol=1e-14)  # a rounding of 1.5e-3
    np.testing.assert_allclose(events.settings.reached(np.array([0.5e-3, 3.5e-3])), [-1.0e-3, 2.0e-3], rtol=1e-14)


def test_a_signed_rate_says_the_same_as_a_magnitude() -> None:
    signed = read_events(TABLE | {"ramp_rate": np.sign(CURRENT) * 0.1}, 1)
    assert signed.settings.ramp_rate.tolist() == [0.1, 0.1]


def test_magnitudes_get_the_sign_of_their_transition_and_starts_count_along_the_ramp() -> None:
    events = read_events(TABLE | {"switching_current": np.abs(CURRENT)}, 1, "magnitude", start_current=-1e-4)
    assert events.settings.direction.tolist() == [-1.0, 1.0]
    np.testing.assert_allclose(events.settings.start, [1e-4, -1e-4])
    np.testing.assert_allclose(events.rise[:3], [1.1e-3, 1.3e-3, 1.2e-3], rtol=1e-14)


@pytest.mark.parametrize("polarity", [1, -1])
def test_the_polarity_turns_the_current_of_the_theory(polarity: int) -> None:
    measured = RampEvents.from_columns(TABLE, origin=Origin(polarity=polarity))
    settings = measured.settings
    assert settings.current is not None
    np.testing.assert_allclose(polarity * settings.current, [-1.1e-3, 2.05e-3], rtol=1e-14)
    assert measured.ramps.direction.tolist() == [-polarity, polarity]


@pytest.mark.parametrize("how", ["column", "key"])
def test_a_current_step_by_column_or_key_makes_a_life_table(how: str) -> None:
    column = {"current_step": np.full(5, 1e-4)} if how == "column" else {}
    keys: dict[str, Any] = {"current_step": 1e-4} if how == "key" else {}
    measured = RampEvents.from_columns(TABLE | column, origin=Origin(), **keys)
    assert isinstance(measured, SteppedRamps)
    assert measured.ramps.step.tolist() == [1e-4, 1e-4]


@pytest.mark.parametrize(
    ("changed", "keys", "message"),
    [
        (
            {},
            {"start_current": 2.0e-3},
            r"row 1, column 'switching_current': expected a current other than that where the ramp starts",
        ),
        (
            {"ramp_rate": np.array([0.1, 0.1, 0.0, 0.1, 0.1])},
            {},
            r"row 2, column 'ramp_rate': expected a rate other than 0; found 0",
        ),
        (
            {"ramp_rate": np.array([-0.1, 0.1, 0.1, 0.1, -0.1])},
            {},
            r"row 2, column 'ramp_rate': expected the sign of a ramp down from the start current.*found 0.1 A/s",
        ),
        ({}, {"sign": "magnitude"}, r"row 0, column 'switching_current': expected a magnitude.*found -0.001 A"),
        (
            {"current_step": np.full(5, 1e-4)},
            {"current_step": 1e-4},
            r"column 'current_step': expected either this column or the key of this name; found both",
        ),
        (
            {},
            {"current_step": 0.7e-4},
            r"column 'switching_current': expected readings a whole number of steps of 7e-05 A.*found \d of 3 between",
        ),
    ],
)
def test_what_is_no_ramp_is_refused(changed: dict[str, Any], keys: dict[str, Any], message: str) -> None:
    with pytest.raises(TableError, match=message):
        RampEvents.from_columns(TABLE | changed, origin=Origin(), **keys)


def test_the_columns_are_left_alone() -> None:
    before = CURRENT.copy()
    measured = RampEvents.from_columns(TABLE, origin=Origin())
    assert isinstance(measured, RampEvents)
    assert CURRENT.tolist() == before.tolist()
    with pytest.raises(ValueError, match="read-only"):
        measured.rise[0] = 0.0
