"""Goodness of fit: which tests there are, where their p-values come from, and how they make one verdict."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy.stats import chi2

from stfit.backends.least_squares import minimise
from stfit.backends.optimum import Optimum
from stfit.diagnostics.goodness import goodness, holm
from stfit.kinds.dwell.data import MeanDwellTimes
from stfit.measurement import Observation
from stfit.objective import Objective
from stfit.results import Goodness, Status
from stfit.results.fit_tests import UNDER_DISPERSION
from tests import builders

GRID = builders.grid()
SMALL = builders.grid(temperatures=(280.0, 310.0), currents=(-6e-3, 0.0, 6e-3))


@cache
def fitted(name: str) -> tuple[Objective, Optimum]:
    measurements: dict[str, Observation | list[Observation]] = {
        "many": builders.dwell_times(GRID, n=300, seed=1),
        "few": builders.dwell_times(SMALL, n=2, seed=1),
        "events": builders.dwell_events(SMALL, n=40, seed=1),
        "joint": [builders.dwell_times(GRID, n=300, seed=1), builders.pulses(SMALL, width=1.0, n=10**5, seed=2)],
        "P alone": builders.dwell_times(builders.grid(states=(0,)), n=300, seed=1),
        "three rows": builders.dwell_times(builders.grid(temperatures=(295.0,), currents=(0.0,)), n=300, seed=1),
    }
    objective = builders.objective(measurements[name])
    return objective, minimise(objective)


def goodness_of(name: str, seed: int = 1) -> Goodness:
    return goodness(*fitted(name), seed=seed)


# --- Holm -----------------------------------------------------------------------------------------------------------


def test_holm_multiplies_the_smallest_by_how_many_there_are() -> None:
    assert holm([0.5, 0.004, 0.9]) == pytest.approx([1.0, 0.012, 1.0])
    assert holm([0.01, None, 0.04, 0.03]) == pytest.approx([0.03, None, 0.06, 0.06])
    assert holm([0.6, 0.7]) == [1.0, 1.0]
    assert holm([0.3]) == [0.3]
    assert holm([]) == []


@pytest.mark.parametrize(("stretch", "verdict"), [(1.0, "acceptable"), (1.52, "doubtful"), (1.65, "rejected")])
def test_the_verdict_follows_the_corrected_p_value(stretch: float, verdict: str) -> None:
    # scatter of means stretched about the fit: the deviance grows as the square, and the fit stays where it is
    objective = builders.objective(builders.mean_dwells(GRID, relative=0.02, seed=1))
    optimum = minimise(objective)
    prediction = objective.predictions(optimum.x)[0]
    table = objective.terms[0].measurement
    assert isinstance(table, MeanDwellTimes)
    mean = np.exp(prediction + stretch * (np.log(table.mean) - prediction))
    stretched = replace(table, mean=mean, stderr=0.02 * mean)
    worse = replace(objective, terms=(replace(objective.terms[0], measurement=stretched),))
    found = goodness(worse, minimise(worse), seed=0)
    assert found.p_value is not None
    limits = {"acceptable": (0.01, 1.0), "doubtful": (0.001, 0.01), "rejected": (0.0, 0.001)}[verdict]
    assert found.verdict == verdict
    assert limits[0] <= found.p_value <= limits[1]
    corrected = [t.p_value for t in found.tests if t.p_value is not None and t.name != UNDER_DISPERSION]
    assert found.p_value == pytest.approx(min(1.0, 6 * min(corrected)))


# --- asymptotic -----------------------------------------------------------------------------------------------------


def test_deviance_and_degrees_of_freedom() -> None:
    objective, optimum = fitted("many")
    found = goodness_of("many")
    assert found.method == "asymptotic"
    assert found.deviance == pytest.approx(optimum.sum_of_squares, rel=1e-12)
    assert found.dof == GRID.current.size + 3 - 8  # rows and constraints, less the parameters
    overall = found.tests[0]
    assert (overall.name, overall.measurement) == ("deviance", "all")
    assert overall.p_value == pytest.approx(chi2.sf(found.deviance, found.dof), rel=1e-9)
    assert np.sum(objective.residuals(optimum.x) ** 2) == pytest.approx(found.deviance, rel=1e-12)


def test_each_state_has_its_share_of_deviance_and_freedom() -> None:
    found = goodness_of("many")
    deviances = [test for test in found.tests if test.name.startswith("deviance")]
    assert [test.name for test in deviances] == ["deviance", "deviance, P", "deviance, AP"]
    assert {test.measurement for test in deviances[1:]} == {"dwell.csv"}
    parts = [test.statistic for test in deviances[1:]]
    # quotes without noise cost next to nothing
    assert sum(part for part in parts if part is not None) == pytest.approx(found.deviance, rel=1e-6)
    # freedom of the parts: from their p-values, they add up to that of the whole (less the constraints', which is 0)
    freedom = []
    for test in deviances[1:]:
        assert test.statistic is not None
        assert test.p_value is not None
        grid = np.linspace(1.0, 40.0, 40001)
        freedom.append(grid[np.argmin(np.abs(chi2.sf(test.statistic, grid) - test.p_value))])
    assert sum(freedom) == pytest.approx(found.dof, abs=0.01)


def test_transitions_of_pulses_are_tested_by_name() -> None:
    names = [(test.name, test.measurement) for test in goodness_of("joint").tests]
    assert ("deviance, P→AP", "pulses.csv") in names
    assert ("deviance, AP", "dwell.csv") in names


def test_one_series_is_tested_once() -> None:
    names = [test.name for test in goodness_of("P alone").tests]
    assert names == ["deviance", "over-dispersion", "correlation of neighbours", "runs of signs", "under-dispersion"]


# --- small counts ---------------------------------------------------------------------------------------------------


def test_small_counts_are_left_to_the_bootstrap() -> None:
    few = goodness_of("few")
    assert few.method == "parametric bootstrap"
    for test in few.tests:
        assert test.p_value is not None
        assert 0.0 < test.p_value <= 1.0


@pytest.mark.parametrize(("n", "method"), [(14, "parametric bootstrap"), (30, "asymptotic")])
def test_one_row_below_fifteen_expected_counts_decides(n: int, method: str) -> None:
    counts = np.full(SMALL.current.size, 400.0)
    counts[3] = n
    objective = builders.objective(builders.dwell_times(SMALL, n=counts))
    assert goodness(objective, minimise(objective), seed=0).method == method


@pytest.mark.slow
def test_the_bootstrap_follows_its_seed() -> None:
    one, same, other = goodness_of("few", 1), goodness_of("few", 1), goodness_of("few", 2)
    assert one == same
    assert [test.p_value for test in one.tests] != [test.p_value for test in other.tests]
    # 100 replicas or more: two seeds agree within five binomial errors of 0.05
    assert one.tests[0].p_value == pytest.approx(other.tests[0].p_value, abs=0.35)


def test_a_wrong_law_is_rejected_at_small_counts() -> None:
    # ln τ bent in the current, one dwell a row, many rows
    grid = builders.grid(temperatures=(295.0,), currents=tuple(np.linspace(-9e-3, 9e-3, 40).tolist()))
    eta = grid.log_dwell_time(builders.TRUTH) + 4.0 * (grid.current / 9e-3) ** 2
    table = builders.dwell_times(grid, n=5, seed=1)
    bent = replace(table, total_time=table.total_time * np.exp(eta - grid.log_dwell_time(builders.TRUTH)))
    objective = builders.objective(bent)
    found = goodness(objective, minimise(objective), seed=1)
    assert found.method == "parametric bootstrap"
    assert found.verdict == "rejected"


# --- what cannot be tested ------------------------------------------------------------------------------------------


def test_as_many_parameters_as_rows_leave_nothing_to_test() -> None:
    found = goodness_of("three rows")
    assert found.dof == 0
    assert (found.verdict, found.p_value) == ("not-testable", None)
    assert all(test.p_value is None for test in found.tests)


@pytest.mark.parametrize("change", [{"covariance": None}, {"status": Status.NO_CONVERGENCE}])
def test_a_fit_that_failed_is_not_tested(change: dict[str, object]) -> None:
    objective, optimum = fitted("many")
    found = goodness(objective, replace(optimum, **change), seed=0)  # type: ignore[arg-type]
    assert (found.verdict, found.p_value) == ("not-testable", None)


def test_single_dwells_bring_a_test_of_their_shape() -> None:
    shapes = [test for test in goodness_of("events").tests if test.name == "exponential shape of dwells"]
    assert [test.measurement for test in shapes] == ["events.csv"]
    assert shapes[0].p_value is not None
    assert not [test for test in goodness_of("many").tests if test.name == "exponential shape of dwells"]


def test_a_shape_that_is_not_exponential_is_rejected_though_the_deviance_is_fine() -> None:
    # the same total times, all dwells alike: (n, t) are blind to it
    events = builders.dwell_events(SMALL, n=40, seed=1)
    even = replace(events, duration=(events.reduced.total_time / 40.0)[events.setting])
    objective = builders.objective(even)
    found = goodness(objective, minimise(objective), seed=0)
    by_name = {test.name: test.verdict for test in found.tests}
    assert by_name["deviance"] == "acceptable"
    assert by_name["exponential shape of dwells"] == "rejected"
    assert found.verdict == "rejected"


# --- too little scatter ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("overstated", "verdict"), [(1.0, "acceptable"), (2.0, "doubtful")])
def test_errors_that_are_too_large_are_a_warning_of_their_own(overstated: float, verdict: str) -> None:
    table = builders.mean_dwells(GRID, relative=0.02, seed=1)
    objective = builders.objective(replace(table, stderr=overstated * table.stderr))
    found = goodness(objective, minimise(objective), seed=0)
    assert found.verdict == "acceptable"
    (quiet,) = (test for test in found.tests if test.name == UNDER_DISPERSION)
    assert quiet.verdict == verdict
    # the deviance of 51 degrees of freedom falls by the square: below it lies 4·10⁻¹⁰ of the χ² law
    assert ("overstated" in found.dispersion[0]["sentence"]) is (verdict == "doubtful")
