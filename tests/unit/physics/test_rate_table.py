"""The table of exact rates: its accuracy over the declared box, its derivatives, how it goes on outside."""

import numpy as np
import pytest

from stfit.derivatives import seed
from stfit.models.rate_tables import rate_table
from stfit.physics.fokker_planck import finite_barrier_asymmetry
from stfit.physics.rate_table import ACCURACY, LARGEST_FIELD, SIGMA, log_above
from stfit.physics.series import ChebyshevSeries, CurveSeries, nodes, transformed
from stfit.physics.transport import CosineGmr

TABLE = rate_table(CosineGmr())


def test_the_table_of_the_package_is_accurate_over_its_box() -> None:
    # 1,000 points of the box that the table was not made at, nor checked at when it was
    assert TABLE.largest_error(CosineGmr(), seed=27) < ACCURACY


def test_a_series_cut_short_is_found_out() -> None:
    short = type(TABLE)(TABLE.coefficients[:, :9, :9, :20], TABLE.vanishing, TABLE.overdriven)
    assert short.largest_error(CosineGmr(), seed=27) > ACCURACY


@pytest.mark.parametrize("sigma", [7.0, 25.0, 60.0])
@pytest.mark.parametrize("h", [0.0, -0.4])
def test_the_slope_is_the_asymmetry_of_the_finite_barrier(sigma: float, h: float) -> None:
    c_P, c_AP = finite_barrier_asymmetry(sigma, CosineGmr(), h)
    found = TABLE.slope(np.array([0, 1]), np.array(sigma), np.array(h))
    # an error of τ below 1e-4 on a series of degree 42 over g of hundreds: measured below 3e-5
    assert found == pytest.approx([c_P, -c_AP], abs=1e-4)


def test_derivatives_are_those_of_the_values() -> None:
    state, drive = np.tile([0, 1], 8), np.linspace(-25.0, 15.0, 16)
    point = np.array([22.0, 0.13, 1.1])

    def at(x: np.ndarray, order: int) -> object:
        sigma, h, scale = seed(x, order)
        return TABLE.log_dwell_time(state, sigma, h, scale * drive)

    jet = at(point, 2)
    for i in range(3):
        step = 1e-5 * point[i]
        up, down = at(point + step * np.eye(3)[i], 1), at(point - step * np.eye(3)[i], 1)
        slope, bend = (up.value - down.value) / (2 * step), (up.gradient - down.gradient) / (2 * step)  # type: ignore[attr-defined]
        # truncation 1e-10 of the third derivative's scale, rounding 1e-14·30/1e-5 of the values
        np.testing.assert_allclose(jet.gradient[i], slope, rtol=1e-7, atol=1e-7 * np.abs(slope).max())  # type: ignore[attr-defined]
        np.testing.assert_allclose(jet.hessian[i], bend, rtol=1e-6, atol=1e-6 * np.abs(bend).max())  # type: ignore[attr-defined]


def test_walkers_broadcast_over_rows() -> None:
    state, drive = np.tile([0, 1], 3), np.linspace(-5.0, 5.0, 6)
    sigma = np.array([[18.0], [25.0]])
    both = TABLE.log_dwell_time(state, sigma, np.array([[0.0], [0.1]]), drive)
    second = TABLE.log_dwell_time(state, np.full(6, 25.0), np.full(6, 0.1), drive)
    assert both.shape == (2, 6)
    np.testing.assert_allclose(both[1], second, rtol=0, atol=1e-12)


def test_the_box_ends_where_it_says() -> None:
    sigma, h = np.array([20.0, 60.0]), np.array([0.0, -0.5])
    low, high = TABLE.drives_allowed(sigma, h)
    assert TABLE.contains(sigma, h, 0.999 * low).all()
    assert TABLE.contains(sigma, h, 0.999 * high).all()
    assert not TABLE.contains(sigma, h, 1.01 * low).any()
    assert not TABLE.contains(sigma, h, 1.01 * high).any()
    assert not TABLE.contains(np.array([1.01 * SIGMA[1], 0.99 * SIGMA[0]]), np.zeros(2), np.zeros(2)).any()
    assert not TABLE.contains(sigma, np.full(2, 1.01 * LARGEST_FIELD), np.zeros(2)).any()


def test_beyond_the_box_a_search_finds_its_way_back() -> None:
    # finite, continuous, and longer dwells the higher the barrier
    drive = np.array([20.0 * 1.25, 20.0 * 1.6, 20.0 * 3.0])
    beyond = TABLE.log_dwell_time(np.ones(3, int), np.full(3, 20.0), np.zeros(3), drive)
    assert np.all(np.isfinite(beyond))
    assert np.all(np.diff(beyond) < 0.0)
    higher = TABLE.log_dwell_time(np.zeros(3, int), np.array([100.0, 150.0, 300.0]), np.zeros(3), np.zeros(3))
    assert np.all(np.diff(higher) > 0.0)


def test_a_logarithm_goes_on_as_its_tangent() -> None:
    assert log_above(np.array([0.5, 2.0, -1.0]), 1.0) == pytest.approx([-0.5, np.log(2.0), -2.0])


def test_series_of_polynomials_are_exact() -> None:
    x = nodes(5)
    grid = np.meshgrid(x, x, x, indexing="ij")
    values = np.array([grid[0] ** 3 * grid[1] - grid[2] ** 2, grid[0] * grid[1] * grid[2]])
    series = ChebyshevSeries(transformed(values, (1, 2, 3)))
    point = np.array([0.3]), np.array([-0.2]), np.array([0.7])
    assert series(np.array([0, 1]), *point) == pytest.approx([0.3**3 * -0.2 - 0.49, -0.042], abs=1e-14)
    assert series.derivative()(np.array([0, 1]), *point) == pytest.approx([-1.4, -0.06], abs=1e-13)
    curve = CurveSeries(transformed(np.square(2.0 * x), (0,)), 2.0)
    assert curve(np.array([1.5, 2.5])) == pytest.approx([2.25, 4.0], abs=1e-14)
