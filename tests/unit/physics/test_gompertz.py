"""Sums over switching events: against quadrature, at any slope, by cells and event by event."""

import numpy as np
import pytest
from scipy.integrate import quad

from stfit.physics.gompertz import Exposure, Rises
from stfit.physics.switching import ramp_quantile

EPS = 2.0**-52
RISE = np.array([0.11, 0.42, 0.37, 0.9, 0.05, 0.51, 0.6, 0.61])
FIRST = np.array([0, 3, 4])


def by_quadrature(slope: float, rise: np.ndarray) -> tuple[float, float, float]:
    """ln W, mean and variance, all counted from the largest exponent."""
    origin = rise.max() if slope > 0 else 0.0

    def moment(power: int) -> float:
        return sum(quad(lambda u: u**power * np.exp(slope * (u - origin)), 0.0, end, epsabs=0)[0] for end in rise)

    zeroth, first, second = (moment(power) for power in range(3))
    return slope * origin + np.log(zeroth), first / zeroth, second / zeroth - (first / zeroth) ** 2


@pytest.mark.parametrize("slope", [-400.0, -30.0, -1.0, -1e-3, 0.0, 1e-9, 0.5, 1.12, 3.0, 40.0, 300.0])
def test_the_sums_are_the_integrals(slope: float) -> None:
    found = Rises(RISE, FIRST).exposure(np.full(3, slope))
    for setting, part in enumerate((RISE[:3], RISE[3:4], RISE[4:])):
        expected = by_quadrature(slope, part)
        # quad's own 1.5e-8 relative; the variance loses the square of mean over width, at most 400²/10 of it
        assert found.log_integral[setting] == pytest.approx(expected[0], abs=1e-7)
        assert found.mean[setting] == pytest.approx(expected[1], rel=1e-7)
        assert found.variance[setting] == pytest.approx(expected[2], rel=1e-5, abs=1e-9)


def test_mean_and_variance_are_the_derivatives_of_the_logarithm() -> None:
    rises, step = Rises(RISE, FIRST), 1e-5
    for slope in (-20.0, 0.0, 0.7, 25.0):
        low, here, high = (rises.exposure(np.full(3, slope + shift)) for shift in (-step, 0.0, step))
        # central differences: third derivatives below 1 leave step², rounding of |ln W| below 25 leaves 25 ε/step
        np.testing.assert_allclose((high.log_integral - low.log_integral) / (2 * step), here.mean, atol=2e-9)
        np.testing.assert_allclose((high.mean - low.mean) / (2 * step), here.variance, atol=2e-9)


def test_no_slope_overflows_or_vanishes() -> None:
    slope = np.array([1e9, -1e9, 1e-300])
    found = Rises(RISE, FIRST).exposure(slope)
    assert all(np.all(np.isfinite(part)) for part in found)
    # far up, W is e^{a top}/a for the largest rise alone; far down, n/|a|
    assert found.log_integral[0] == pytest.approx(1e9 * 0.42 - np.log(1e9), rel=4 * EPS)
    assert found.log_integral[1] == pytest.approx(-np.log(1e9), rel=4 * EPS)
    assert found.mean[2] == pytest.approx(np.sum(RISE[4:] ** 2) / 2 / np.sum(RISE[4:]), rel=20 * EPS)
    assert np.all(found.variance > 0)


@pytest.fixture(scope="module")
def many() -> Rises:
    rng = np.random.default_rng(0)
    chance = rng.random(20_000)
    return Rises(
        np.concatenate([ramp_quantile(chance, 3e4, -20.0, 1.0, 0.0), ramp_quantile(chance, 1e4, -10.0, 1.0, 0.0)]),
        np.array([0, 20_000]),
    )


@pytest.mark.parametrize("factor", [-3.0, 0.1, 0.5, 1.0, 1.7, 3.0, 20.0])
def test_cells_change_nothing(many: Rises, factor: float) -> None:
    slope = factor * np.array([3e4, 1e4])
    half = len(many.rise) // 2
    parts = [Rises(many.rise[:half][start::4].copy(), np.array([0])) for start in range(4)]  # too few for cells
    whole = many.exposure(slope)
    quarters = [part.exposure(slope[:1]) for part in parts]
    offset = max(float(quarter.log_integral[0]) for quarter in quarters)
    weights = np.exp([float(quarter.log_integral[0]) - offset for quarter in quarters])
    means = np.array([float(quarter.mean[0]) for quarter in quarters])
    # ln W is a few hundred at most and each of its terms is rounded: 1e3 ε; what cells leave out is below 1e-14
    assert whole.log_integral[0] == pytest.approx(offset + np.log(weights.sum()), abs=1e3 * EPS)
    assert whole.mean[0] == pytest.approx(np.sum(weights * means) / weights.sum(), rel=1e-12)


def test_equal_events_share_one_cell() -> None:
    rises = Rises(np.full(10_000, 0.3), np.array([0]))
    one = Rises(np.array([0.3]), np.array([0]))
    found, expected = rises.exposure(np.array([50.0])), one.exposure(np.array([50.0]))
    assert isinstance(found, Exposure)
    # the cell is then as wide as the rise: too wide at this slope, so that events are summed one by one
    assert found.log_integral[0] == pytest.approx(expected.log_integral[0] + np.log(1e4), abs=1e4 * EPS)
    assert found.mean[0] == pytest.approx(expected.mean[0], rel=1e4 * EPS)
