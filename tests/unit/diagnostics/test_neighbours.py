"""Order and scatter of residuals: the statistics by hand, their null, and what they find."""

import numpy as np
import pytest

from stfit.backends.least_squares import minimise
from stfit.diagnostics.goodness import goodness
from stfit.diagnostics.groups import informative_rows
from stfit.diagnostics.neighbours import Neighbours, drawn_through_the_fit, neighbours, normal_tail
from stfit.kinds.dwell.data import DwellTimes
from stfit.measurement import Origin
from stfit.objective import Objective
from stfit.results import Goodness
from tests import builders

GRID = builders.grid()
PAIRS = Neighbours(np.array([0, 1, 3]), np.array([1, 2, 4]), np.arange(5), 4.0, 2)


def judged(objective: Objective) -> Goodness:
    return goodness(objective, minimise(objective), seed=0)


def p_of(found: Goodness, name: str) -> float:
    p_value = next(test.p_value for test in found.tests if test.name == name)
    assert p_value is not None
    return p_value


def table(log_dwell: np.ndarray, counts: float, seed: int) -> DwellTimes:
    total = np.exp(log_dwell) * np.random.default_rng(seed).gamma(np.full(log_dwell.size, counts))
    columns = GRID.columns() | {"n": np.full(log_dwell.size, counts), "total_time": total}
    made = DwellTimes.from_columns(columns, origin=Origin(file="dwell.csv"))
    assert isinstance(made, DwellTimes)
    return made


def test_correlation_and_runs_by_hand() -> None:
    residuals = np.array([1.0, 2.0, -1.0, -2.0, -1.0])
    correlation, alike = PAIRS.statistics(residuals)
    assert correlation == pytest.approx((2.0 - 2.0 + 2.0) / 11.0)
    assert alike == 2
    # two series: + + − and − −
    assert PAIRS.reported(np.array([correlation, alike])) == pytest.approx((2.0 / 11.0, 3.0))


def test_residuals_of_data_without_noise_resemble_nothing() -> None:
    correlation, alike = PAIRS.statistics(np.full(5, 1e-5))
    assert abs(correlation) < 1e-9
    assert alike == 0


def test_many_residual_vectors_at_once() -> None:
    residuals = np.random.default_rng(1).normal(size=(3, 4, 5))
    together = PAIRS.statistics(residuals)
    assert together.shape == (3, 4, 2)
    assert np.array_equal(together[1, 2], PAIRS.statistics(residuals[1, 2]))


def test_the_null_knows_what_the_fit_takes_from_neighbours() -> None:
    """E[r_k r_{k+1}] = −H_{k,k+1}, H the projection on the sensitivity."""
    objective = builders.objective(builders.dwell_times(GRID, n=300, seed=1))
    optimum = minimise(objective)
    layout = neighbours(objective, 0.0 + GRID.current.size - 5, informative_rows(objective, optimum.x))
    assert layout is not None
    assert layout.series == 8
    drawn = drawn_through_the_fit(objective, optimum, layout, seed=3)
    left, _ = np.linalg.qr(objective.sensitivity(optimum.x) * optimum.directions.scales)
    hat = left @ left.T
    expected = -np.sum(hat[layout.first, layout.second])
    # the ratio is taken over Σ r², of mean ν and relative width √(2/ν), or ν where that is less: some 10 % of it
    mean, error = drawn[:, 0].mean(), drawn[:, 0].std() / np.sqrt(len(drawn))
    assert mean == pytest.approx(expected / layout.freedom, abs=4 * error + 0.1 * abs(expected) / layout.freedom)
    assert np.array_equal(drawn, drawn_through_the_fit(objective, optimum, layout, seed=3))


def test_too_few_pairs_are_not_tested() -> None:
    three = builders.grid(temperatures=(295.0,), currents=(-5e-3, 0.0, 5e-3))
    objective = builders.objective(builders.dwell_times(three, n=300, seed=1))
    assert neighbours(objective, 10.0, informative_rows(objective, objective.start)) is None


def test_a_tail_is_counted_or_else_normal() -> None:
    draws = np.random.default_rng(2).normal(size=2000)
    assert normal_tail(draws, 0.0) == pytest.approx(0.5, abs=4 * 0.5 / np.sqrt(2000))
    # 6 standard deviations lie beyond all draws; their mean and width are known to 0.02 and 0.016: e^{±6·0.1} at most
    assert normal_tail(draws, 6.0) == pytest.approx(9.9e-10, rel=1.5)
    assert normal_tail(np.full(10, 2.0), 2.0) == 1.0


def test_rows_that_scatter_more_than_their_counts_are_found_with_the_factor() -> None:
    # 400 counts scatter by 5 %; jitter of a log-normal of 6.24 % makes it 8 %: a factor of 1.6
    jitter = 0.05 * np.sqrt(1.6**2 - 1.0) * np.random.default_rng(8).standard_normal(GRID.current.size)
    found = judged(builders.objective(table(GRID.log_dwell_time(builders.TRUTH) + jitter, 400.0, seed=9)))
    assert found.verdict == "rejected"
    (scatter,) = found.dispersion
    assert abs(scatter["factor"] - 1.6) < 4 * scatter["stderr"]
    # of ν = 51 degrees of freedom: the factor is known to 1/√(2ν), a tenth of itself
    assert scatter["stderr"] == pytest.approx(scatter["factor"] / np.sqrt(2 * 51), rel=0.01)
    assert scatter["sentence"].endswith("times that expected from counting: too large.")
    # it is no wrong law: neighbours know nothing of each other
    assert p_of(found, "correlation of neighbours") > 0.001


def test_rows_as_they_should_be_are_said_to_be() -> None:
    found = judged(builders.objective(table(GRID.log_dwell_time(builders.TRUTH), 400.0, seed=9)))
    assert found.verdict == "acceptable"
    assert found.dispersion[0]["sentence"].endswith("times that expected from counting: consistent.")


def test_a_wrong_law_leaves_neighbours_alike() -> None:
    # Joule heating by some 5 % at the largest current: a curve in ln τ, where Eq. 27 has straight lines
    temperature = np.sqrt(GRID.temperature**2 + (85.0 * GRID.current / 10e-3) ** 2)
    heated = builders.log_dwell_time(builders.TRUTH, GRID.state, GRID.current, temperature)
    found = judged(builders.objective(table(heated, 2000.0, seed=9)))
    assert found.verdict == "rejected"
    assert p_of(found, "correlation of neighbours") < 0.01
    assert p_of(found, "runs of signs") < 0.01


def test_both_p_values_stand_side_by_side_and_the_simulated_one_counts() -> None:
    small = builders.grid(temperatures=(280.0, 310.0), currents=(-6e-3, 0.0, 6e-3))
    objective = builders.objective(builders.dwell_times(small, n=300, seed=1), device=dict(builders.KNOWN))
    optimum = minimise(objective)
    plain = goodness(objective, optimum, seed=2)
    asked = goodness(objective, optimum, seed=2, always_bootstrap=True)
    assert (plain.method, asked.method) == ("asymptotic", "parametric bootstrap")
    for before, after in zip(plain.tests, asked.tests, strict=True):
        assert before.bootstrap_p_value is None
        assert before.p_value == before.asymptotic_p_value == after.asymptotic_p_value
        assert after.p_value == after.bootstrap_p_value
        assert after.p_value is not None
        assert before.p_value is not None
        # 300 counts: both are right, the simulated one to √(p(1 − p)/100) at worst; 1/(6·300) a row shifts the other
        assert abs(after.p_value - before.p_value) < 4 * 0.05 + 0.02
