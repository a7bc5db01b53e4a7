"""The angle of the barrier top by θ0 − sin θ0."""

from __future__ import annotations

import numpy as np
import pytest

from stfit.derivatives import seed
from stfit.models.barrier_angle import LEAST, angle_at, angle_slope, coordinate_at
from stfit.models.parameters import PARAMETERS, regular
from stfit.objective.prior import prior_of
from stfit.objective.space import FitParameter


def test_the_way_there_and_back() -> None:
    """Near 0 the coordinate is a difference of nearly equal numbers: at u = 1e-9 it keeps nine digits."""
    u = np.geomspace(LEAST, np.pi, 400)
    np.testing.assert_allclose(coordinate_at(angle_at(u)), u, rtol=1e-9)


def test_the_ends() -> None:
    assert float(angle_at(np.pi)) == pytest.approx(np.pi, abs=1e-12)
    assert float(coordinate_at(0.0)) == LEAST


def test_c_P_is_a_straight_line_down_to_the_end() -> None:
    """c_P = u/2 with slope 1/2 and no curvature, where in θ0 itself the slope is 0."""
    for start in (LEAST, 1e-6, 1e-2, 1.0, 3.1):
        (u,) = seed(np.array([start]), 2)
        angle = angle_at(u)
        c_P = 0.5 * (angle - np.sin(angle))
        assert c_P.gradient.item() == pytest.approx(0.5, rel=1e-9)
        # r' θ'² and r θ'' cancel: each is of the order 2/θ0³, known to 1e-16
        assert abs(c_P.hessian.item()) < 1e-15 / float(angle.value[0]) ** 3 + 1e-12


def test_the_slope_is_that_of_a_difference() -> None:
    u, step = 0.7, 1e-6
    difference = (angle_at(u + step) - angle_at(u - step)) / (2 * step)
    assert float(angle_slope(angle_at(u))) == pytest.approx(float(difference), rel=1e-8)


@pytest.mark.parametrize(("name", "between"), [("theta_0", (0.5, 2.0)), ("c_P", (0.01, 0.1))])
def test_a_prior_stays_flat_in_what_it_was_flat_in(name: str, between: tuple[float, float]) -> None:
    """Of draws of the regular coordinate as many lie between two values as of draws of the angle, or of ln c_P."""
    parameter, plain = regular(PARAMETERS[name]), PARAMETERS[name]
    prior = prior_of((FitParameter.unbounded(PARAMETERS[name]),))
    low, high = (prior.from_unit_cube(np.array([[end]])).item() for end in (0.25, 0.75))
    expected = [plain.quantity(plain.lower + share * (plain.upper - plain.lower)) for share in (0.25, 0.75)]
    # the coordinate begins at LEAST, 1.8e-3 rad above 0
    np.testing.assert_allclose([parameter.quantity(low), parameter.quantity(high)], expected, rtol=5e-3)
    x = np.linspace(parameter.coordinate_of(between[0]), parameter.coordinate_of(between[1]), 20001)[:, None]
    mass = np.trapezoid(np.exp(prior.log_density(x)), x[:, 0])
    share = np.diff([plain.coordinate_of(end) for end in between]).item() / (plain.upper - plain.lower)
    assert mass == pytest.approx(share, rel=1e-3)  # of the range from LEAST
