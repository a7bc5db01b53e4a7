"""The exact densities of observed dwells: norm, moments, simulation, asymptotic form, limit of no dead time."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import quad
from scipy.stats import kstest

from stfit.derivatives import of_several, seed
from stfit.physics import telegraph
from stfit.physics.missed_events import EXACT, log_density, log_survival, tail

Array = npt.NDArray[np.float64]

CASES = [(1.0, 1.0, 0.3), (1.0, 0.4, 0.1), (0.5, 2.0, 0.6), (1.0, 1.3, 0.3), (1.0, 1.0, 1.0), (1.0, 100.0, 0.5)]
# τ_other = τ + ξ in the fourth: the root of W then lies at the pole of the printed form


def density(u: float, case: tuple[float, float, float]) -> float:
    tau, other, dead = case
    return float(np.exp(log_density(np.array([u]), tau, other, np.array(dead)))[0])


def asymptote(u: float, case: tuple[float, float, float]) -> float:
    log_a, rate = tail(*(np.array(value) for value in case))
    return float(np.exp(log_a - rate * u))


def integral(power: int, case: tuple[float, float, float]) -> float:
    """∫ t^p f(t) dt, piece by piece: f has a kink at every dead time."""
    dead = case[2]
    pieces = [quad(lambda u: (u + dead) ** power * density(u, case), m * dead, (m + 1) * dead)[0] for m in range(EXACT)]
    _, rate = tail(*(np.array(value) for value in case))
    start = EXACT * dead
    far = quad(lambda u: (u + dead) ** power * asymptote(u, case), start, start + 60.0 / rate, epsabs=1e-12, limit=200)
    return sum(pieces) + far[0]


@pytest.mark.parametrize("case", CASES)
def test_norm_mean_and_variance(case: tuple[float, float, float]) -> None:
    norm, mean, square = (integral(power, case) for power in range(3))
    # quadrature to 1e-8 of each of 7 pieces, the asymptotic form to 1e-8 beyond
    assert norm == pytest.approx(1.0, abs=1e-7)
    assert mean == pytest.approx(telegraph.apparent_mean_dwell(*case), rel=1e-7)
    assert square - mean**2 == pytest.approx(telegraph.apparent_dwell_variance(*case), rel=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_exact_and_asymptotic_form_meet_where_one_takes_over(case: tuple[float, float, float]) -> None:
    start = EXACT * case[2]
    # what the complex roots of W leave after six dead times: below 1e-8 up to a dead time of one dwell time
    assert np.log(density(start, case) / asymptote(start, case)) == pytest.approx(0.0, abs=1e-8)
    log_a, rate = tail(*(np.array(value) for value in case))
    survival = log_survival(np.array([start]), case[0], case[1], np.array(case[2]))[0]
    assert survival == pytest.approx(log_a - np.log(rate) - rate * start, abs=1e-8)
    early = np.log(density(0.5 * case[2], case) / asymptote(0.5 * case[2], case))
    assert abs(early) > 1e-4 or case[1] > 10.0  # the negative control: at once it does not hold


@pytest.mark.parametrize("case", CASES[:4])
def test_the_derivative_of_the_survival_is_the_density(case: tuple[float, float, float]) -> None:
    tau, other, dead = case[0], case[1], np.array(case[2])
    for u in np.array([0.4, 1.3, 3.7]) * case[2]:
        h = 1e-5 * case[2]
        at = np.exp(log_survival(np.array([u - h, u + h]), tau, other, dead))
        # rounding 1e-16/h and h² of the third derivative
        assert (at[0] - at[1]) / (2 * h) == pytest.approx(density(float(u), case), rel=1e-7)


@pytest.mark.parametrize("case", CASES[:4])
def test_drawn_dwells_follow_the_law_and_so_do_joined_ones(case: tuple[float, float, float]) -> None:
    tau, other, dead = case
    rng = np.random.default_rng(7)
    size = 20_000
    drawn = telegraph.draw_apparent_dwells(np.full(size, tau), np.full(size, other), np.full(size, dead), rng)
    true = rng.exponential(np.tile([tau, other], 40_000))
    seen = np.flatnonzero(true >= dead)
    begins = seen[np.flatnonzero(np.diff(seen % 2, prepend=1 - seen[0] % 2))]  # first seen dwell of each run
    lengths = np.diff(np.concatenate([[0.0], np.cumsum(true)])[begins])
    joined = lengths[begins[:-1] % 2 == 0]

    def cdf(t: Any) -> Any:
        u = np.maximum(t - dead, 0.0)
        near = np.minimum(u, EXACT * dead)
        exact = log_survival(near, tau, other, np.full(u.shape, dead))
        log_a, rate = tail(*(np.array(value) for value in case))
        return -np.expm1(np.where(u > EXACT * dead, log_a - np.log(rate) - rate * u, exact))

    assert kstest(drawn, cdf).pvalue > 1e-3
    assert kstest(joined, cdf).pvalue > 1e-3
    assert kstest(drawn, "expon", args=(0, drawn.mean())).pvalue < 1e-6  # the negative control


def test_without_dead_time_dwells_are_exponential() -> None:
    dead = 1e-6
    log_a, rate = tail(np.array(0.7), np.array(1.9), np.array(dead))
    # rate is 1/τ − O(ξ/(τ τ_other)), the norm 1/τ + O(ξ)
    assert rate == pytest.approx(1 / 0.7, rel=5 * dead)
    assert log_a == pytest.approx(-np.log(0.7), abs=5 * dead)
    near = log_density(np.array([0.0, 3 * dead]), 0.7, 1.9, np.array(dead))
    assert near == pytest.approx(np.full(2, -np.log(0.7)), abs=10 * dead)


def test_derivatives_are_those_of_the_formula() -> None:
    dead = np.array(0.3)
    u = np.array([0.05, 0.35, 1.7])

    def value(x: Array, row: int) -> float:
        return float(log_density(u, np.exp(x[0]), np.exp(x[1]), dead)[row])

    def far(x: Array) -> Array:
        return np.array(tail(np.exp(x[0]), np.exp(x[1]), dead))

    x = np.array([0.1, -0.4])
    jets = [np.exp(each) for each in seed(x, 2)]
    found = log_density(u, jets[0], jets[1], dead)
    ends = tail(jets[0], jets[1], dead)
    h = 1e-4  # central differences of second order: h² ~ 1e-8, rounding 1e-16/h² ~ 1e-8
    for i, one in enumerate(np.eye(2) * h):
        for row in range(3):
            assert found.gradient[i, row] == pytest.approx(
                (value(x + one, row) - value(x - one, row)) / (2 * h), abs=1e-6
            )
        slopes = (far(x + one) - far(x - one)) / (2 * h)
        assert [float(end.gradient[i, 0]) for end in ends] == pytest.approx(slopes, abs=1e-6)
        for j, two in enumerate(np.eye(2) * h):
            bend = (far(x + one + two) - far(x + one - two) - far(x - one + two) + far(x - one - two)) / (4 * h * h)
            assert [float(end.hessian[i, j, 0]) for end in ends] == pytest.approx(bend, abs=1e-5)
            bends = [
                (value(x + one + two, r) - value(x + one - two, r) - value(x - one + two, r) + value(x - one - two, r))
                / (4 * h * h)
                for r in range(3)
            ]
            assert found.hessian[i, j] == pytest.approx(bends, abs=1e-5)


def test_a_function_of_two_is_chained_exactly() -> None:
    x = np.array([0.3, 0.7])
    for order in (1, 2):
        a, b = seed(x, order)
        rows = np.array([1.0, 2.0, 3.0])
        first, second = a * rows + b, a * b * rows
        direct = np.exp(first) / second
        chained = of_several(lambda p, q: np.exp(p) / q, first, second)
        assert chained.value == pytest.approx(direct.value)
        assert chained.gradient == pytest.approx(direct.gradient)
        if order == 2:
            assert chained.hessian == pytest.approx(direct.hessian)


def test_dwell_times_behind_observed_means() -> None:
    tau, other = np.array([1.0, 2.0, 0.3]), np.array([1.0, 0.5, 4.0])
    dead = np.array([0.3, 0.1, 0.2])
    seen = telegraph.apparent_mean_dwell(tau, other, dead), telegraph.apparent_mean_dwell(other, tau, dead)
    found = telegraph.dwell_times_behind(*seen, dead)
    assert np.array(found) == pytest.approx(np.array([tau, other]), rel=1e-8)
    none = telegraph.dwell_times_behind(np.array([1.0]), np.array([1.0]), np.array([0.9]))
    assert np.all(np.isnan(none))  # observed means of one dead time: nothing switches that often
