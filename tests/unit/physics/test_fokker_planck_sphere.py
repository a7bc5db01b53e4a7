"""The Fokker–Planck operator on the sphere: stationary state, symmetries, limits, refusals."""

from typing import Any

import numpy as np
import pytest

from stfit.errors import OutsideValidityError
from stfit.physics import fokker_planck_sphere
from stfit.physics.fokker_planck import finite_barrier_asymmetry
from stfit.physics.fokker_planck_sphere import Operator, TwoStates, relaxation_spectrum, two_states
from stfit.physics.langer import langer_rate
from stfit.physics.sphere_elements import SphereElements
from stfit.physics.sphere_potential import InPlanePotential, Vector, direction, polar_angles
from stfit.physics.transport import ChiGmr, CosineGmr

NO_PRECESSION = float("inf")
COSINE = CosineGmr()
# A random rotation, kept: unit vectors in rows.
AXES = np.linalg.qr(np.random.default_rng(20260).normal(size=(3, 3)))[0]


def device(sigma: float, hard: float = 0.0, field: Vector = (0.0, 0.0, 0.0), tilt: float = 0.0) -> InPlanePotential:
    return InPlanePotential(sigma, hard, field, tilt, COSINE)


def test_boltzmann_density_is_stationary_with_precession_and_current() -> None:
    potential = device(6.0, 9.0, (0.1, 0.2, -0.1), 2.0)
    operator = Operator(potential, 0.05, SphereElements(5, 5), np.inf)
    one, rows = np.ones(operator.elements.size), abs(operator.stiffness)
    # f = 1 is e^{−U}. Both: nothing flows, and no probability is lost; ε of what is summed, a hundred terms.
    assert np.all(np.abs(operator.stiffness @ one) <= 100 * np.finfo(float).eps * (rows @ one))
    assert np.all(np.abs(one @ operator.stiffness) <= 100 * np.finfo(float).eps * (one @ rows))
    # and the mass of 1 is the Boltzmann weight: ∫ e^{−U} cos θ dΩ of it against the points themselves
    theta, phi = operator.elements.points
    density = np.exp(-potential(theta, phi)) * np.sin(theta) * operator.elements.weights
    found = np.cos(operator.elements.nodes[0]) @ operator.mass @ one / (one @ operator.mass @ one)
    assert found == pytest.approx(np.sum(density * np.cos(theta)) / density.sum(), abs=1e-9)  # interpolation of cos θ


def test_detailed_balance_holds_but_for_precession() -> None:
    potential, elements = device(6.0, 9.0, (0.1, 0.2, -0.1), 2.0), SphereElements(4, 4)
    still = Operator(potential, NO_PRECESSION, elements, np.inf).stiffness
    turning = Operator(potential, 0.2, elements, np.inf).stiffness
    assert abs(still - still.T).max() <= 1e-14 * abs(still).max()
    assert abs(turning + turning.T - 2.0 * still).max() <= 1e-14 * abs(turning).max()
    assert abs(turning - turning.T).max() > 0.01 * abs(still).max()  # negative control: there is precession


def test_free_diffusion() -> None:
    # l(l+1), 2l+1 times each; precession of no potential does nothing
    expected = [2.0] * 3 + [6.0] * 5 + [12.0] * 7
    found = relaxation_spectrum(device(0.0), 0.1, 15, 1e-9)
    assert found.real == pytest.approx(expected, rel=1e-8)  # ten times the tolerance of the refinement
    assert np.abs(found.imag).max() <= 1e-8


def test_precession_in_a_strong_field() -> None:
    # U = −x cos θ = −2σh cos θ: m± relax at x and turn at x/α, to first order in 1/x. σ alone adds 1e-6·x.
    x, alpha = 40.0, 1.0
    slowest = relaxation_spectrum(device(1e-6, 0.0, (0.0, 0.0, 0.5e6 * x)), alpha, 2)
    assert slowest.real == pytest.approx([x, x], rel=2.0 / x)
    assert np.sort(slowest.imag) == pytest.approx([-x / alpha, x / alpha], rel=2.0 / x)


def test_rates_do_not_depend_on_precession_in_an_axial_potential() -> None:
    potential = device(6.0, 0.0, (0.0, 0.0, 0.1), 1.0)
    still, turning = two_states(potential, NO_PRECESSION, 1e-6), two_states(potential, 0.1, 1e-6)
    assert turning.eigenvalue == pytest.approx(still.eigenvalue, rel=2e-6)  # the tolerance of either


def test_rates_depend_on_precession_in_a_device_with_a_hard_axis() -> None:
    potential = device(6.0, 12.0)
    slow, fast = two_states(potential, NO_PRECESSION, 1e-2), two_states(potential, 0.3, 1e-2)
    assert fast.eigenvalue > 1.5 * slow.eigenvalue


def test_the_sense_of_precession_does_not_matter() -> None:
    # A mirror image turns the other way round.
    one = two_states(device(6.0, 6.0, (0.1, 0.2, 0.05)), 0.3, 1e-3)
    mirrored = two_states(device(6.0, 6.0, (0.1, -0.2, 0.05)), 0.3, 1e-3)
    assert mirrored.eigenvalue == pytest.approx(one.eigenvalue, rel=1e-9)  # the same mesh: rounding
    assert mirrored.n_P == pytest.approx(one.n_P, rel=1e-9)


def test_turning_the_whole_device_changes_nothing() -> None:
    field = np.array([0.1, 0.15, 0.05])
    turned = InPlanePotential(
        6.0, 6.0, vector(field @ AXES), 0.0, COSINE, easy_axis=vector(AXES[2]), normal=vector(AXES[0])
    )
    assert same(two_states(device(6.0, 6.0, vector(field)), 0.5, 1e-6), two_states(turned, 0.5, 1e-6), 2e-6)


def test_turning_the_whole_device_with_its_current_changes_nothing() -> None:
    # The cone of ρ at AP is off the poles of the mesh now: convergence is algebraic, hence the tolerance.
    plain = device(6.0, 3.0, (0.0, 0.1, 0.05), 1.5)
    assert same(two_states(plain, 0.5, 1e-6), two_states(Turned(plain), 0.5, 1e-4), 2e-4)


def vector(values: np.ndarray) -> Vector:
    return float(values[0]), float(values[1]), float(values[2])


def same(one: TwoStates, other: TwoStates, tolerance: float) -> bool:
    return (one.eigenvalue, one.n_P, one.rate_P, one.rate_AP) == pytest.approx(
        (other.eigenvalue, other.n_P, other.rate_P, other.rate_AP), rel=tolerance
    )


class Turned:
    """A potential whose frame has the axes AXES."""

    def __init__(self, potential: InPlanePotential) -> None:
        self.potential, self.easy_axis = potential, vector(AXES[2])

    def __call__(self, theta: np.ndarray, phi: np.ndarray) -> np.ndarray:
        return self.potential(*polar_angles(direction(theta, phi) @ AXES.T))


@pytest.mark.parametrize(("sigma", "gmr"), [(5.0, COSINE), (12.0, ChiGmr(0.6))])
def test_current_acts_as_in_the_axial_solver(sigma: float, gmr: Any) -> None:
    # c_i(σ) = ±∂ln τ_i/∂g; the centred difference errs by d² times a third derivative ~1, and 1e-9/d
    d = 1e-3
    low, high = (
        two_states(InPlanePotential(sigma, 0.0, (0.0, 0.0, 0.0), g, gmr), NO_PRECESSION, 1e-8) for g in (-d, d)
    )
    c_P = np.log(low.rate_P / high.rate_P) / (2 * d)
    c_AP = np.log(high.rate_AP / low.rate_AP) / (2 * d)
    assert (c_P, c_AP) == pytest.approx(finite_barrier_asymmetry(sigma, gmr), abs=2e-5)


def test_current_of_an_in_plane_device_lengthens_P_and_shortens_AP() -> None:
    low, high = (two_states(device(8.0, 10.0, tilt=g), 0.5, 1e-2) for g in (-1.0, 1.0))
    assert high.rate_P < low.rate_P
    assert high.rate_AP > low.rate_AP
    assert high.n_P > low.n_P


def test_populations_and_rates_belong_together() -> None:
    found = two_states(device(6.0, 0.0, (0.0, 0.0, 0.2)), 1.0)
    assert found.n_P + found.n_AP == pytest.approx(1.0, abs=1e-14)
    assert found.rate_P + found.rate_AP == pytest.approx(found.eigenvalue, rel=1e-14)
    assert found.rate_P * found.n_P == pytest.approx(found.rate_AP * found.n_AP, rel=1e-14)
    assert found.n_P > 0.9


class FourWells:
    easy_axis = (0.0, 0.0, 1.0)

    def __call__(self, theta: np.ndarray, phi: np.ndarray) -> np.ndarray:
        m = direction(theta, phi)
        return np.asarray(-30.0 * (m[..., 2] ** 4 + m[..., 1] ** 4))


def test_more_than_two_wells_are_refused() -> None:
    with pytest.raises(OutsideValidityError, match="not that between two wells; are there more than two"):
        two_states(FourWells(), 1.0, 1e-2)


@pytest.mark.parametrize(
    ("potential", "alpha", "tolerance", "message"),
    [
        (device(10.0), 0.0, 1e-5, "alpha is 0; the damping must be positive"),
        (device(10.0), float("nan"), 1e-5, "alpha is nan"),
        (device(10.0), 1.0, 0.0, "tolerance is 0; expected 1e-10 to 1"),
        (device(1.5), 1.0, 1e-5, "the barriers are 1.5 and 1.5 k_BT; two states need 2 to 300"),
        (device(400.0), 1.0, 1e-5, "the barriers are 400 and 400 k_BT"),
        (device(10.0, 0.0, (0.0, 0.0, 1.5)), 1.0, 1e-5, "no barrier between the two ends"),
    ],
)
def test_outside_the_range(potential: InPlanePotential, alpha: float, tolerance: float, message: str) -> None:
    with pytest.raises(OutsideValidityError, match=message):
        two_states(potential, alpha, tolerance)


def test_what_the_mesh_cannot_resolve_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fokker_planck_sphere, "_MOST_NODES", 5000)
    with pytest.raises(OutsideValidityError, match="5000 nodes on the sphere do not give the eigenvalue to 1e-05"):
        two_states(device(20.0, 60.0), 0.02)
    with pytest.raises(OutsideValidityError, match="do not give the eigenvalue to 1e-10"):
        relaxation_spectrum(device(40.0), 1.0, 1, 1e-10)


def test_a_spectrum_of_high_barriers_is_refused() -> None:
    with pytest.raises(OutsideValidityError, match="varies by more than 100 k_BT"):
        relaxation_spectrum(device(120.0), 1.0, 1)


def test_langer_needs_a_minimum_and_a_saddle() -> None:
    with pytest.raises(OutsideValidityError, match="not those of a minimum and a saddle"):
        langer_rate((1.0, 2.0), (1.0, 2.0), 10.0, 1.0)
    with pytest.raises(OutsideValidityError, match="not those of a minimum and a saddle"):
        langer_rate((-1.0, 2.0), (-1.0, 2.0), 10.0, 1.0)


def test_langer_without_precession_is_kramers() -> None:
    # λ₊ = −c1: the overdamped rate √(c1c2)_well √(|c1|/c2)_saddle e^{−B}/2π
    assert langer_rate((2.0, 3.0), (-4.0, 5.0), 7.0, np.inf) == pytest.approx(
        np.sqrt(6.0 * 4.0 / 5.0) * np.exp(-7.0) / (2 * np.pi), rel=1e-14
    )
