"""Events counted by steps of the ramp."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stfit.kinds.ramp.life_table import by_cells, by_steps, joined, without_first_rise
from stfit.kinds.ramp.ramp_design import EventsBySetting, read_events


def events(*readings: list[float], step: float = np.nan) -> EventsBySetting:
    """One setting for each list, told apart by the rate."""
    return read_events(
        {
            "transition": np.ones(sum(map(len, readings)), dtype=np.int8),
            "switching_current": np.concatenate([np.array(part) for part in readings]),
            "ramp_rate": np.repeat(np.arange(1.0, len(readings) + 1), [len(part) for part in readings]),
        },
        1,
        current_step=step,
    )


def test_each_step_is_a_trial_of_those_left() -> None:
    table = by_steps(events([3.0, 5.0, 5.0, 6.0], [1.0, 4.0], step=1.0))
    assert table.setting.tolist() == [0, 0, 0, 0, 0, 1, 1, 1]
    assert table.lower.tolist() == [0.0, 2.0, 3.0, 4.0, 5.0, 0.0, 1.0, 3.0]
    assert table.upper.tolist() == [2.0, 3.0, 4.0, 5.0, 6.0, 1.0, 3.0, 4.0]
    assert table.n.tolist() == [4.0, 4.0, 3.0, 3.0, 1.0, 2.0, 1.0, 1.0]
    assert table.n_switched.tolist() == [0.0, 1.0, 0.0, 2.0, 1.0, 1.0, 0.0, 1.0]


def test_a_ramp_may_start_within_a_step_and_the_grid_anywhere() -> None:
    table = by_steps(events([0.3, 2.3, 1.3], step=1.0))
    np.testing.assert_allclose(table.lower, [0.0, 0.3, 1.3], atol=1e-15)
    np.testing.assert_allclose(table.upper, [0.3, 1.3, 2.3], rtol=1e-15)


def test_rounding_in_the_file_is_forgiven() -> None:
    table = by_steps(events([1.0, 2.03, 2.98], step=1.0))
    assert table.n_switched.tolist() == [1.0, 1.0, 1.0]
    np.testing.assert_allclose(np.diff(table.upper), 1.0, rtol=1e-15)


RISES = st.lists(st.floats(0.01, 9.0), min_size=1, max_size=60)


@given(st.lists(RISES, min_size=1, max_size=3), st.integers(1, 12))
def test_joining_keeps_events_and_ramps_whole(readings: list[list[float]], most: int) -> None:
    found = events(*readings)
    table = by_cells(found)
    shorter = joined(table, most)
    for one in (table, shorter):
        for setting, part in enumerate(readings):
            rows = one.setting == setting
            assert one.n_switched[rows].sum() == len(part) == one.n[rows][0]
            assert one.lower[rows][0] == 0.0
            assert one.lower[rows][1:].tolist() == one.upper[rows][:-1].tolist()
            np.testing.assert_array_equal(one.n[rows][1:], one.n[rows][0] - np.cumsum(one.n_switched[rows])[:-1])
            assert np.all(one.upper[rows] > one.lower[rows])
            # the last cell ends at the largest rise, to a rounding of 512 cells
            assert one.upper[rows][-1] == pytest.approx(max(part), rel=2e-2 if len(set(part)) == 1 else 1e-12)
    assert np.max(np.bincount(shorter.setting)) <= most


@given(RISES)
def test_cells_count_events_where_they_are(readings: list[float]) -> None:
    table = by_cells(events(readings))
    for low, high, count in zip(table.lower, table.upper, table.n_switched, strict=True):
        slack = 1e-9 * high
        inside = [low - slack < value <= high + slack for value in readings]
        surely = [low + slack < value <= high - slack for value in readings]
        assert sum(surely) <= count <= sum(inside)


def test_without_the_first_rise_a_lone_row_stays() -> None:
    table = joined(by_cells(events([1.0, 2.0, 3.0, 4.0], [2.0])), 4)
    kept = without_first_rise(table)
    assert kept.setting.tolist() == [0, 0, 0, 1]
    assert kept.n.tolist() == [3.0, 2.0, 1.0, 1.0]
