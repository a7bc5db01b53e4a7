"""Spectral elements on the sphere: areas, gradients and their antisymmetric product, against closed forms."""

import numpy as np
import pytest

from stfit.physics.sphere_elements import ORDER, SphereElements

ELEMENTS = SphereElements(3, 4)
SINE = np.sin(ELEMENTS.points[0])
# Legendre's remainder of degree 8 on the widest element, 2π/4 of φ: (π/4)⁹/(2⁸ 9!) = 1.2e-9, of derivatives 9·8 of it;
# of energies, which are stationary, the square. 10 Gauss points miss (π/2)²¹(10!)⁴/(21 (20!)³) = 5e-18 of an integral.
INTERPOLATION = 1e-7
ROUNDING = 1e-12


def test_nodes_are_counted_once_and_begin_and_end_at_the_poles() -> None:
    theta, phi = ELEMENTS.nodes
    assert theta.shape == phi.shape == (ELEMENTS.size,) == ((3 * ORDER - 1) * 4 * ORDER + 2,)
    assert (theta[0], theta[-1]) == (0.0, np.pi)
    assert np.unique(np.round(np.column_stack([theta, phi]), 12), axis=0).shape == (ELEMENTS.size, 2)
    assert theta[1:-1].min() > 0.0
    assert theta[1:-1].max() < np.pi


def test_area_of_the_sphere() -> None:
    assert np.sum(ELEMENTS.weights * SINE) == pytest.approx(4 * np.pi, rel=ROUNDING)


def test_a_function_is_followed_with_its_slopes() -> None:
    def x(theta: np.ndarray, phi: np.ndarray) -> np.ndarray:
        return np.asarray(np.sin(theta) * np.cos(phi))

    f = x(*ELEMENTS.nodes)
    theta, phi = ELEMENTS.points
    d_theta, d_phi = ELEMENTS.slopes(f)
    assert ELEMENTS.values(f) == pytest.approx(x(theta, phi), abs=INTERPOLATION)
    assert d_theta == pytest.approx(np.cos(theta) * np.cos(phi), abs=INTERPOLATION)
    assert d_phi == pytest.approx(-np.sin(theta) * np.sin(phi), abs=INTERPOLATION)


def test_energies_of_spherical_harmonics() -> None:
    theta, phi = ELEMENTS.nodes
    x, y, z = np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)
    w = ELEMENTS.weights * np.ones_like(SINE)
    mass = ELEMENTS.mass(w * SINE)
    diffusion = ELEMENTS.stiffness(w * SINE, w / SINE, 0.0 * w)
    for harmonic, degree in ((x, 1), (z, 1), (x * y, 2), (z * x, 2)):
        # ∫|∇Y|² = l(l+1) ∫Y²
        expected = degree * (degree + 1) * (harmonic @ mass @ harmonic)
        assert harmonic @ diffusion @ harmonic == pytest.approx(expected, rel=INTERPOLATION)
    # ∫ z² dΩ = 4π/3
    assert z @ mass @ z == pytest.approx(4 * np.pi / 3, rel=INTERPOLATION)


def test_antisymmetric_part_is_the_flow_about_an_axis() -> None:
    # With the density z, ∫ z m·(∇w×∇f) dΩ of w = x, f = y: ∇x×∇y = z m on the sphere, so the integral is 4π/3.
    theta, phi = ELEMENTS.nodes
    x, y = np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi)
    w = ELEMENTS.weights * np.cos(ELEMENTS.points[0])
    flow = ELEMENTS.stiffness(0.0 * w, 0.0 * w, -w)  # w_θ f_φ − w_φ f_θ
    assert x @ flow @ y == pytest.approx(4 * np.pi / 3, rel=INTERPOLATION)
    assert y @ flow @ x == pytest.approx(-4 * np.pi / 3, rel=INTERPOLATION)
    assert abs(flow + flow.T).max() <= ROUNDING
