"""Laws of stacks, of the Onsager matrix, of loops and of the sphere: conservation, limits, the second law, bounds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stfit.physics import hysteresis, onsager
from stfit.physics.fokker_planck_sphere import Operator
from stfit.physics.sphere_elements import SphereElements
from stfit.physics.sphere_potential import InPlanePotential
from stfit.physics.transport import CosineGmr
from stfit.physics.two_channel import (
    Stack,
    accumulation_gradient,
    accumulation_resistance,
    spin_accumulation,
    spin_current,
)

law = settings(deadline=None, max_examples=60, derandomize=True)
rarely = settings(deadline=None, max_examples=8, derandomize=True)

polarisations = st.floats(-0.95, 0.95)
J = 1e11  # A/m²


@st.composite
def stacks(draw: st.DrawFn) -> Stack:
    """Two to six layers, normal or magnetic."""
    n = draw(st.integers(2, 6))

    def each(values: st.SearchStrategy[float], count: int = n) -> np.ndarray:
        return np.array(draw(st.lists(values, min_size=count, max_size=count)))

    return Stack(
        each(st.floats(1e5, 1e8)),
        each(st.one_of(st.just(0.0), polarisations)),
        each(st.floats(1e-9, 1e-6)),
        each(st.floats(1e-10, 3e-7), n - 2),
    )


def size_of_accumulation(stack: Stack) -> float:
    """What no Δμ exceeds: all of the jumps of βJ into the worst of the spin conductances."""
    return float(2 * J * np.abs(np.diff(stack.beta)).sum() / stack.spin_conductance.min())


@law
@given(stacks())
def test_accumulation_and_spin_current_are_continuous(stack: Stack) -> None:
    # A hair below and at each interface: what changes in 1e-9 of the shortest l_sf is 1e-9; besides it the solver's ε,
    # worsened by the spread of the conductances (up to 1e6·ε ~ 1e-10).
    hair = 1e-9 * stack.l_sf.min()
    for profile, size in ((spin_accumulation, size_of_accumulation(stack)), (spin_current, J)):
        below, at = profile(stack.interfaces - hair, J, stack), profile(stack.interfaces, J, stack)
        assert at == pytest.approx(below, abs=3e-8 * size)


@law
@given(stacks(), st.floats(0.05, 0.95))
def test_spin_flips_take_what_the_spin_current_loses(stack: Stack, place: float) -> None:
    # ∂δJ/∂z = −½ σ(1−β²)/l² Δμ inside any layer: what leaves the current relaxes. Centred difference with 1e-4 l_sf:
    # 1e-8/6 of a third derivative, and ε/1e-4 of rounding.
    edges = np.concatenate([[-stack.l_sf[0]], stack.interfaces, [stack.interfaces[-1] + stack.l_sf[-1]]])
    z = edges[:-1] + place * np.diff(edges)
    step = 1e-4 * np.minimum(stack.l_sf, 0.1 * np.diff(edges))
    change = (spin_current(z + step, J, stack) - spin_current(z - step, J, stack)) / (2 * step)
    flips = -0.5 * stack.spin_conductance / stack.l_sf * spin_accumulation(z, J, stack)
    largest = J / stack.l_sf
    assert change == pytest.approx(flips, abs=1e-6 * float(largest.max()))


@law
@given(stacks(), st.floats(-3.0, 3.0))
def test_profiles_are_linear_in_the_current(stack: Stack, factor: float) -> None:
    z = np.linspace(-1e-7, 1e-6, 9)
    for profile in (spin_accumulation, accumulation_gradient, spin_current):
        assert profile(z, factor * J, stack) == pytest.approx(factor * profile(z, J, stack), rel=1e-12)


@law
@given(stacks())
def test_accumulation_dissipates(stack: Stack) -> None:
    assert accumulation_resistance(stack) >= -1e-12 * size_of_accumulation(stack) / J


@law
@given(stacks())
def test_other_direction_of_all_moments_is_the_other_sign_of_the_accumulation(stack: Stack) -> None:
    turned = Stack(stack.conductivity, -stack.beta, stack.l_sf, stack.thickness)
    z = np.linspace(-1e-7, 1e-6, 9)
    assert spin_accumulation(z, J, turned).tolist() == (-spin_accumulation(z, J, stack)).tolist()
    assert accumulation_resistance(turned) == accumulation_resistance(stack)


@law
@given(stacks())
def test_without_asymmetry_there_is_no_accumulation(stack: Stack) -> None:
    plain = Stack(stack.conductivity, np.zeros_like(stack.beta), stack.l_sf, stack.thickness)
    assert np.all(spin_accumulation(np.linspace(-1e-7, 1e-6, 9), J, plain) == 0.0)
    assert accumulation_resistance(plain) == 0.0


@law
@given(stacks())
def test_limits_of_the_spin_diffusion_length(stack: Stack) -> None:
    # Everywhere l → l·1e-6: r → 0 and with it Δμ, in proportion but for the layers' coupling.
    short = Stack(stack.conductivity, stack.beta, 1e-6 * stack.l_sf, stack.thickness)
    largest = size_of_accumulation(short)
    assert np.max(np.abs(spin_accumulation(stack.interfaces, J, short))) <= largest
    assert largest == pytest.approx(1e-6 * size_of_accumulation(stack), rel=1e-9)
    # l → ∞ inside: no spin flips, δJ the same all through the inner layers (v/l = 1e-6 of βJ is lost in one).
    long = stack.l_sf.copy()
    long[1:-1] = 1e6 * stack.thickness * np.maximum(1.0, stack.conductivity[1:-1] / stack.spin_conductance.min())
    inner = Stack(stack.conductivity, stack.beta, long, stack.thickness)
    current = spin_current(inner.interfaces, J, inner)
    assert np.ptp(current) <= 1e-4 * J * max(1, stack.beta.size - 2)


@law
@given(
    st.floats(1e-3, 1e3),
    st.floats(1e-3, 10.0),
    st.floats(-0.999, 0.999),
    st.floats(1e-3, 1e3),
    polarisations,
    st.lists(st.floats(-10.0, 10.0), min_size=4, max_size=4),
)
def test_entropy_is_produced(
    L_theta: float, alpha: float, share: float, conductivity: float, beta: float, forces: list[float]
) -> None:
    L, sigma, b = (np.array(x) for x in (L_theta, conductivity, beta))
    cross = share * onsager.largest_cross_coefficient(L, sigma, b)
    matrix = onsager.onsager_matrix(L, np.array(alpha), cross, sigma, b)
    X = np.array(forces)
    produced = onsager.entropy_production(matrix, X, np.array(300.0))
    size = float(np.abs(X) @ np.abs(matrix) @ np.abs(X)) / 300.0
    assert produced >= -1e-14 * size  # ε of what is summed
    # Precession does not dissipate: another α produces as much.
    other = onsager.entropy_production(
        onsager.onsager_matrix(L, np.array(2 * alpha), cross, sigma, b), X, np.array(300.0)
    )
    assert other == pytest.approx(produced, abs=1e-14 * size)


@law
@given(st.floats(1.001, 10.0), polarisations)
def test_beyond_the_bound_some_forces_destroy_entropy(excess: float, beta: float) -> None:
    # The negative control of the law above, at the forces that do: X_θ = 1, (X_s, X_0) = −l/(σ0(1−β²)) (1, −β).
    L, sigma = 2.0, 3.0
    cross = excess * float(onsager.largest_cross_coefficient(np.array(L), np.array(sigma), np.array(beta)))
    matrix = np.array([[L, 0, 0, 0], [0, L, cross, 0], [0, cross, sigma, beta * sigma], [0, 0, beta * sigma, sigma]])
    spin = -cross / (sigma * (1 - beta**2))
    assert onsager.entropy_production(matrix, np.array([0.0, 1.0, spin, -beta * spin]), np.array(1.0)) < 0.0


@law
@given(
    st.lists(st.tuples(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5)), min_size=1, max_size=60),
    st.floats(-40.0, 40.0),
    st.floats(-40.0, 40.0),
    st.floats(0.0, 1.0),
)
def test_occupations_stay_occupations_and_names_do_not_matter(
    steps: list[tuple[float, float]], ln_P: float, ln_AP: float, start: float
) -> None:
    moves = np.cumsum(0.99 * np.array([(0.0, 0.0), *steps]), axis=0)
    time = np.arange(moves.shape[0], dtype=float)
    n_P = hysteresis.occupation(time, ln_P + moves[:, 0], ln_AP + moves[:, 1], start)
    n_AP = hysteresis.occupation(time, ln_AP + moves[:, 1], ln_P + moves[:, 0], 1.0 - start)
    assert np.all((n_P >= 0.0) & (n_P <= 1.0 + 1e-15))
    # 1 − (1−e^{−s})/s below s = 1e-5 is exact to 1e-6 of s/2 only: 1e-11 of what moves
    assert n_P + n_AP == pytest.approx(1.0, abs=1e-10)


@rarely
@given(
    st.floats(0.0, 10.0),
    st.floats(0.0, 10.0),
    st.tuples(*[st.floats(-0.5, 0.5)] * 3),
    st.floats(-5.0, 5.0),
    st.floats(0.05, 10.0),
)
def test_every_relaxation_on_the_sphere_decays(
    sigma: float, hard: float, field: tuple[float, float, float], tilt: float, alpha: float
) -> None:
    potential = InPlanePotential(sigma, hard, field, tilt, CosineGmr())
    spectrum = Operator(potential, alpha, SphereElements(3, 3), np.inf).spectrum(6)
    assert np.all(spectrum.real > 0.0)
