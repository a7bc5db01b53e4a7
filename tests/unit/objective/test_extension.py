"""An objective with further measurements, and constants known from two determinations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stfit.models.parameters import PARAMETERS
from stfit.objective import FitParameter, LogNormal, Normal
from stfit.objective.extension import expecting, extended, joined_constraint
from tests.builders import TRUTH, dwell_times, grid, objective, pulses


def test_informations_add() -> None:
    one = objective(dwell_times(grid(), seed=1))
    x = one.space.coordinates(TRUTH)
    table = pulses(grid(temperatures=(295.0,)))
    other = replace(one.terms[0], measurement=table, thermometer=table.settings.temperature)
    both = extended(one, [other])
    added = both.information(x) - one.information(x)
    alone = replace(one, terms=(other,)).data_information(x)
    # two sums of some hundred rows, in units of what stands on the diagonal
    size = np.sqrt(np.outer(np.diag(both.information(x)), np.diag(both.information(x))))
    assert np.all(np.abs(added - alone) < 1e-12 * size)


def test_own_parameters_stand_last() -> None:
    one = objective(dwell_times(grid()))
    p = PARAMETERS["power_P"]
    wider = extended(one, (), [FitParameter(p, p.start, p.lower, p.upper)])
    assert wider.names == (*one.names, "power_P")


def test_constraints_are_replaced_by_name() -> None:
    one = extended(objective(dwell_times(grid())), (), (), {"beta": Normal(0.3, 0.001)})
    assert {p.name: p.constraint for p in one.space.varied}["beta"] == Normal(0.3, 0.001)


def test_expected_dwells_are_those_predicted() -> None:
    one = objective(dwell_times(grid(), seed=3))
    quantities = one.space.quantities(one.space.coordinates(TRUTH))
    term = expecting(one.terms[0], quantities)
    assert np.allclose(term.measurement.residuals(term.prediction(quantities)), 0.0, atol=1e-7)


def test_two_normal_determinations_are_weighted() -> None:
    # weights 4 and 1: mean (4·1 + 1·2)/5, error 1/√5
    joined = joined_constraint(Normal(1.0, 0.5), 2.0, 1.0)
    assert isinstance(joined, Normal)
    assert (joined.mean, joined.standard_deviation) == pytest.approx((1.2, 5**-0.5), rel=1e-14)


def test_a_log_normal_one_is_weighted_in_its_logarithm() -> None:
    joined = joined_constraint(LogNormal(2.0, float(np.exp(0.1))), 2.0, 0.2)
    assert isinstance(joined, LogNormal)
    assert (joined.median, np.log(joined.factor)) == pytest.approx((2.0, 0.1 / np.sqrt(2.0)), rel=1e-14)


def test_of_nothing_known_the_new_one_is_all() -> None:
    assert joined_constraint(None, 0.3, 0.01) == Normal(0.3, 0.01)
