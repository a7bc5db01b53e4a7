"""What a measurement costs."""

from __future__ import annotations

import numpy as np
import pytest

from stfit.measurement import Observation
from stfit.objective import Term
from stfit.studies.conditions import Conditions
from stfit.studies.costs import cost_of, pricing_of
from tests.builders import dwell_events, dwell_times, grid, mean_dwells, objective, pulses, ramps

CONDITIONS = Conditions(of_kinds={"pulse_overhead": 0.5, "ramp_overhead": 2.0})


def measuring_time(measurement: Observation, conditions: Conditions) -> float:
    return pricing_of(measurement).measuring_time(measurement, conditions)


def terms(*measurements: object) -> tuple[Term, ...]:
    return objective(list(measurements)).terms  # type: ignore[arg-type]


def test_dwells_cost_all_time_in_either_state() -> None:
    table = dwell_times(grid(), n=10)
    assert measuring_time(table, CONDITIONS) == pytest.approx(float(table.total_time.sum()), rel=1e-14)
    events = dwell_events(grid(), n=10)
    assert measuring_time(events, CONDITIONS) == pytest.approx(float(events.duration.sum()), rel=1e-12)


def test_a_mean_costs_the_dwells_behind_it() -> None:
    table = mean_dwells(grid(), relative=0.1)  # 100 dwells give 10 %
    assert measuring_time(table, CONDITIONS) == pytest.approx(100.0 * float(table.mean.sum()), rel=1e-12)


def test_a_pulse_costs_its_width_and_the_reset() -> None:
    table = pulses(grid(temperatures=(295.0,)), width=0.25, n=40)
    assert measuring_time(table, CONDITIONS) == pytest.approx(40 * table.n.size * 0.75, rel=1e-14)


def test_a_ramp_costs_the_way_to_where_it_switched() -> None:
    events = ramps(rates=(3.0,), temperatures=(295.0,), n=50)
    expected = float(np.sum(events.rise)) / 3.0 + 2.0 * 100  # type: ignore[union-attr]
    assert measuring_time(events, CONDITIONS) == pytest.approx(expected, rel=1e-12)


def test_overheads_of_points_and_temperatures() -> None:
    # 4 temperatures × 7 currents, both states at once; 295 K, where the device stands, costs no change
    cost = cost_of(
        terms(dwell_times(grid())), Conditions(overhead_per_point=10.0, overhead_per_temperature=100.0), 295.0
    )
    assert (cost.points, cost.temperatures, cost.fields) == (28, 3, 0)
    assert cost.overhead == 28 * 10.0 + 3 * 100.0


def test_each_transition_of_pulses_is_a_point() -> None:
    cost = cost_of(terms(pulses(grid(temperatures=(295.0,)))), Conditions(), 295.0)
    assert (cost.points, cost.temperatures) == (14, 0)


def test_only_measuring_is_stretched() -> None:
    cost = cost_of(terms(dwell_times(grid())), Conditions(), 295.0)
    assert cost.stretched(3.0).measuring == 3.0 * cost.measuring
    assert cost.stretched(3.0).overhead == cost.overhead
    assert cost.hours == pytest.approx((cost.measuring + cost.overhead) / 3600.0, rel=1e-14)
