"""What data at the edge of the sample space exclude."""

from __future__ import annotations

import numpy as np
import pytest

from stfit.kinds.dwell.data import DwellTimes
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.kinds.ramp.data import RampEvents
from stfit.measurement import Origin
from stfit.measurement.edge import longest_dwell, shortest_dwell


def pulses(switched: list[int], *, n: int = 100, width: float = 1e-7) -> SwitchingPulses:
    rows = len(switched)
    return SwitchingPulses.from_columns(
        {
            "transition": np.ones(rows, dtype=int),
            "current": np.linspace(2e-3, 3e-3, rows),
            "pulse_width": np.full(rows, width),
            "n": np.full(rows, n),
            "n_switched": np.array(switched),
        },
        origin=Origin(),
    )


@pytest.mark.parametrize("n", [1, 3, 100, 10**6])
def test_the_longest_dwell_leaves_a_chance_of_one_in_twenty(n: int) -> None:
    tau = longest_dwell(np.array([1e-7]), np.array([float(n)]))
    assert float((-np.expm1(-1e-7 / tau[0])) ** n) == pytest.approx(0.05, rel=1e-9)


def test_a_hundred_pulses_that_all_switched() -> None:
    """1 − 0.05^(1/100) = e^(−3.52)."""
    assert float(longest_dwell(np.array([1.0]), np.array([100.0]))[0]) == pytest.approx(1 / 3.5229, rel=1e-4)


def test_the_shortest_dwell_leaves_a_chance_of_one_in_twenty() -> None:
    assert float(np.exp(-1.0 / shortest_dwell(np.array([1.0]))[0])) == pytest.approx(0.05, rel=1e-12)


def test_graded_rows_have_no_limit_and_are_not_softened() -> None:
    table = pulses([0, 0, 13, 60, 100])
    assert table.edge().limits == ()
    assert table.edge().softened is None


def test_every_pulse_switched() -> None:
    (sentence,) = pulses([100, 100]).edge().limits
    assert "AP→P" in sentence
    assert "t_p/3.5" in sentence
    assert "28.4 ns" in sentence


def test_no_pulse_switched() -> None:
    (sentence,) = pulses([0, 0, 0]).edge().limits
    assert "no pulse switched" in sentence
    assert "3.34 µs" in sentence  # 100 pulses of 100 ns over 2.996


def test_a_step_from_none_to_all() -> None:
    (sentence,) = pulses([0, 0, 100, 100, 100]).edge().limits
    assert "from 0 to 1" in sentence
    assert "2.25 mA" in sentence
    assert "2.5 mA" in sentence


def test_softened_counts_are_no_whole_numbers_and_share_a_third_of_one() -> None:
    soft = pulses([0, 0, 100]).edge().softened
    assert isinstance(soft, SwitchingPulses)
    np.testing.assert_allclose(soft.n_switched, [0.1, 0.1, 99.9])


def test_a_state_that_was_never_left() -> None:
    columns = {"state": [0, 0, 1, 1], "current": [1e-3, 2e-3, 1e-3, 2e-3], "n": [0, 0, 5, 7]}
    columns["total_time"] = [3.0, 6.0, 1.0, 1.0]
    table = DwellTimes.from_columns({k: np.array(v) for k, v in columns.items()}, origin=Origin())
    (sentence,) = table.edge().limits
    assert sentence.startswith("P:")
    assert "2 s" in sentence  # 6 s over 2.996
    soft = table.edge().softened
    assert isinstance(soft, DwellTimes)
    np.testing.assert_allclose(soft.n, [0.15, 0.15, 5.0, 7.0])


def test_events_without_a_width_say_nothing_of_the_slope() -> None:
    """Whatever the slope, the likelihood can be as good: it depends on the exposure up to the event alone."""
    columns = {"transition": np.zeros(3, dtype=int), "switching_current": np.full(3, -1e-2), "ramp_rate": np.ones(3)}
    events = RampEvents.from_columns(columns, origin=Origin())
    (sentence,) = events.edge().limits
    assert "all 3 events" in sentence
    assert "−10 mA" in sentence
    low, high = (float(-end[0]) for end in events.settings.interval)  # type: ignore[union-attr]
    best = []
    for slope in (1e3, 1e4, 1e5):  # ln τ falls along the ramp
        levels = np.linspace(-20, 20, 4001)[:, None]
        prediction = np.concatenate([levels, levels - slope * (high - low)], axis=1)
        best.append(float(np.max(events.log_likelihood(prediction))))
    # on a grid of 0.01 in ln τ the maximum is missed by 3·0.005²/2
    np.testing.assert_allclose(best, best[0], atol=1e-4)
