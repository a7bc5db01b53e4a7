"""Which rows are tested together, and what the fit leaves them: nothing of rows that cannot vary, nothing negative."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.diagnostics.goodness import goodness
from stfit.diagnostics.groups import groups, informative_rows
from stfit.kinds.critical.data import CriticalCurrents
from stfit.kinds.pulse.data import SwitchingPulses
from stfit.measurement import Origin
from stfit.objective import Objective
from stfit.results import Goodness
from tests import builders

KNOWN = dict(builders.KNOWN)


def pulses(switched: list[float], current: list[float], transition: list[int]) -> SwitchingPulses:
    """200 pulses of 100 ns a row."""
    size = len(switched)
    return SwitchingPulses.from_columns(
        {
            "transition": np.array(transition, dtype=np.int8),
            "current": np.array(current),
            "pulse_width": np.full(size, 1e-7),
            "n": np.full(size, 200.0),
            "n_switched": np.array(switched),
        },
        origin=Origin("pulses.csv"),
    )


GRADED = ([48.0, 61.0, 77.0, 112.0, 131.0, 160.0], np.linspace(3.3e-3, 3.65e-3, 6).tolist(), [1] * 6)


@cache
def saturated() -> tuple[Objective, Optimum]:
    """Six graded rows of AP→P, and one of P→AP in which every pulse switched, as the law has it."""
    table = pulses([*GRADED[0], 200.0], [*GRADED[1], -8e-3], [*GRADED[2], 0])
    objective = builders.objective(table, device={"temperature": "295 K"}, model={"asymmetry": "free"})
    return objective, minimise(objective)


def test_a_saturated_row_brings_no_freedom_and_no_test() -> None:
    objective, optimum = saturated()
    assert informative_rows(objective, optimum.at_supremum.x).tolist() == [True] * 6 + [False]
    found = goodness(objective, optimum, seed=1)
    assert found.verdict == "acceptable"
    assert found.dof == 6 - 2  # a slope and a level of AP
    # the group of P→AP tells nothing: what is left is one group, tested once
    assert [test.name for test in found.tests] == ["deviance", "over-dispersion", "under-dispersion"]
    alone = builders.objective(pulses(*GRADED), device={"temperature": "295 K"}, model={"asymmetry": "free"})
    reference = goodness(alone, minimise(alone), seed=1)
    assert found.deviance == pytest.approx(reference.deviance, abs=1e-5)  # what a saturated row adds
    # two bootstraps of p near 0.4, each of 100 replicas: five times the error √(2 · 0.24/100) of their difference
    assert found.tests[0].p_value == pytest.approx(reference.tests[0].p_value, abs=0.35)


def test_rows_that_should_be_saturated_and_are_not_reject_the_fit() -> None:
    objective, optimum = saturated()
    (term,) = objective.terms
    table = term.measurement
    assert isinstance(table, SwitchingPulses)
    switched = np.array(table.n_switched)
    switched[-1] = 190.0
    worse = replace(objective, terms=(replace(term, measurement=replace(table, n_switched=switched)),))
    values, freedom = worse.discrepancies(optimum.x)
    names = [group.name for group in groups(worse, optimum, values, freedom).groups]
    assert "deviance, P→AP" in names  # though its row cannot vary
    found = goodness(worse, optimum, seed=1)
    assert found.verdict == "rejected"
    assert next(test.verdict for test in found.tests if test.name == "deviance, P→AP") == "rejected"


@cache
def with_signs(last: float) -> tuple[Objective, Goodness]:
    """Two critical currents, the second of this sign, with all constants but l/L and θ0 known."""
    table = CriticalCurrents.from_columns(
        {
            "transition": np.array([0, 1], dtype=np.int8),
            "critical_current": np.array([-20e-3, last * 6e-3]),
            "critical_current_stderr": np.array([5e-4, 1e-4]),
            "delta_R": np.full(2, 0.1),
            "barrier": np.full(2, 0.45 * builders.E),
        },
        origin=Origin("currents.csv"),
    )
    objective = builders.objective(table, device={"beta": "0.36"})
    return objective, goodness(objective, minimise(objective), seed=0)


def test_signs_that_exclude_the_model_are_a_misfit_though_no_freedom_is_left() -> None:
    objective, found = with_signs(-1.0)
    assert found.verdict == "rejected"
    assert found.dof >= 0
    assert found.deviance > 1000.0  # one current is predicted on the wrong side of 0: 20/0.5 or 6/0.1 errors away
    currents = objective.terms[0].measurement
    assert isinstance(currents, CriticalCurrents)
    assert currents.opposed == 1


def test_signs_that_the_model_allows_cannot_be_tested() -> None:
    objective, found = with_signs(1.0)
    assert (found.verdict, found.dof) == ("not-testable", 0)
    currents = objective.terms[0].measurement
    assert isinstance(currents, CriticalCurrents)
    assert currents.opposed == 0


def test_a_current_that_may_be_zero_has_no_sign() -> None:
    objective, _ = with_signs(-1.0)
    currents = objective.terms[0].measurement
    assert isinstance(currents, CriticalCurrents)
    assert replace(currents, stderr=np.array([5e-4, 3e-3])).opposed == 0  # two standard errors from 0


@pytest.mark.parametrize("n", [4, 12])
def test_degrees_of_freedom_are_never_negative(n: int) -> None:
    # one class too many at most: fewer degrees of freedom than the parameters of Eq. 27
    events = builders.ramps(n=n, rates=(3.0,), temperatures=(295.0,), seed=1)
    objective = builders.objective(events, device={"temperature": "295 K"})
    found = goodness(objective, minimise(objective), seed=0)
    assert found.dof == 0
    assert all(test.p_value is None or 0.0 < test.p_value <= 1.0 for test in found.tests)
