"""Potentials of in-plane devices and the ridge between their wells."""

from typing import Any

import numpy as np
import pytest

from stfit.errors import OutsideValidityError
from stfit.physics.sphere_potential import InPlanePotential, Ridge, direction, polar_angles
from stfit.physics.transport import ChiGmr, CosineGmr


def potential(**changes: Any) -> InPlanePotential:
    return InPlanePotential(
        **{"sigma": 8.0, "hard": 0.0, "field": (0.0, 0.0, 0.0), "tilt": 0.0, "gmr": CosineGmr(), **changes}
    )


def test_terms_by_hand() -> None:
    # m = (½, ½, 1/√2): 8(1 − ½) + 3/4 − 16(0.05 + 0.1/√2) + 2 ρ(π/4), ρ = (π/4 − 1/√2)/2
    theta, phi = np.array(np.pi / 4), np.array(np.pi / 4)
    total = potential(hard=3.0, field=(0.1, 0.0, 0.1), tilt=2.0)(theta, phi)
    expected = 4.0 + 0.75 - 16.0 * (0.05 + 0.1 / np.sqrt(2)) + (np.pi / 4 - 1 / np.sqrt(2))
    assert total == pytest.approx(expected, abs=1e-14)


def test_angles_undo_directions_also_near_the_poles() -> None:
    theta, phi = np.array([1e-9, 0.3, np.pi - 1e-9]), np.array([0.5, -2.0, 3.0])
    back_theta, back_phi = polar_angles(direction(theta, phi))
    assert back_theta == pytest.approx(theta, rel=1e-15)
    assert back_phi == pytest.approx(phi, abs=1e-15)


def test_ridge_of_an_axial_potential_is_its_barrier_top() -> None:
    h = 0.2
    ridge = Ridge.of(potential(field=(0.0, 0.0, h)))
    # cos θ0 = −h; the parabola's error step²·U'''/(6 U'') with step π/512 and U''' ~ 3 U''
    assert ridge.top == pytest.approx(np.arccos(-h), abs=2e-5)
    # saddle 8(1 + h²) over wells ∓16h; the grid's highest is up to U''·(step/2)²/2 = 8e-5 below the top
    assert ridge.barriers == pytest.approx((8 * (1 + h) ** 2, 8 * (1 - h) ** 2), abs=8e-5)


def test_ridge_and_weights_of_a_tilted_potential_by_quadrature() -> None:
    tilted = potential(tilt=1.5, gmr=ChiGmr(0.5))
    theta = np.linspace(0.0, np.pi, 200_001)
    U = tilted(theta, 0.0 * theta)
    top = np.argmax(np.where((theta > 0.5) & (theta < 2.8), U, -np.inf))
    density = np.exp(-U) * np.sin(theta)
    sides = [2 * np.pi * np.trapezoid(density[part], theta[part]) for part in (slice(top + 1), slice(top, None))]
    ridge = Ridge.of(tilted)
    assert ridge.top == pytest.approx(theta[top], abs=2e-5)  # step of the grid here
    # The shift of the top by 2e-5 carries e^{−U_top}·2e-5 of weight: 1e-7 of a side. Trapezes: 1e-9.
    assert ridge.log_weights == pytest.approx((np.log(sides[0]), np.log(sides[1]), np.log(sum(sides))), abs=1e-6)


def test_sides_of_the_ridge_follow_the_easy_axis() -> None:
    ridge = Ridge.of(potential(easy_axis=(0.0, 0.8, 0.6)))
    theta, phi = polar_angles(np.array([[0.0, 0.8, 0.6], [0.0, -0.8, -0.6], [0.1, 0.79, 0.6]]))
    assert ridge.leaves_P(theta, phi).tolist() == [False, True, False]


@pytest.mark.parametrize("changes", [{"field": (0.0, 0.0, 1.2)}, {"field": (0.0, 1.2, 0.0)}, {"tilt": 60.0}])
def test_no_barrier_no_ridge(changes: dict[str, Any]) -> None:
    with pytest.raises(OutsideValidityError, match="no barrier between the two ends of its easy axis"):
        Ridge.of(potential(**changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sigma": -1.0}, "sigma is -1; it must not be negative"),
        ({"hard": -2.0}, "hard is -2; it must not be negative"),
        ({"tilt": np.nan}, "tilt is nan; it must be finite"),
        ({"field": (0.0, np.inf, 0.0)}, "it must be finite"),
        ({"easy_axis": (0.0, 0.0, 2.0)}, "must be orthogonal unit vectors"),
        ({"normal": (0.0, 0.0, 1.0)}, "must be orthogonal unit vectors"),
    ],
)
def test_impossible_devices(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(OutsideValidityError, match=message):
        potential(**changes)
