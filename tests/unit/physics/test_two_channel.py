"""Two-channel stacks against closed forms, and what they refuse."""

import numpy as np
import pytest

from stfit.errors import TableError
from stfit.physics.onsager import fluxes, onsager_matrix
from stfit.physics.transport import gmr_ratio
from stfit.physics.two_channel import (
    Stack,
    accumulation_gradient,
    accumulation_resistance,
    giant_magnetoresistance,
    integrated_gradient,
    spin_accumulation,
    spin_current,
)

J = 1e11  # A/m²
SIGMA_N, SIGMA_F, BETA, L_N, L_F = 4e7, 5e6, 0.4, 300e-9, 40e-9
ROUNDING = 1e-12


def interface() -> Stack:
    """A ferromagnet below z = 0, a normal metal above."""
    return Stack(np.array([SIGMA_F, SIGMA_N]), np.array([BETA, 0.0]), np.array([L_F, L_N]), np.array([]))


def layer(thickness: float, beta: float = BETA, l_sf: float = L_F) -> Stack:
    """Fig. 1: a ferromagnetic layer between normal contacts."""
    return Stack(
        np.array([SIGMA_N, SIGMA_F, SIGMA_N]),
        np.array([0.0, beta, 0.0]),
        np.array([L_N, l_sf, L_N]),
        np.array([thickness]),
    )


def valve(ferromagnet: float, spacer: float) -> Stack:
    return Stack(
        np.array([SIGMA_N, SIGMA_F, SIGMA_N, SIGMA_F, SIGMA_N]),
        np.array([0.0, BETA, 0.0, BETA, 0.0]),
        np.array([L_N, L_F, L_N, L_F, L_N]),
        np.array([ferromagnet, spacer, ferromagnet]),
    )


def test_one_interface() -> None:
    # van Son et al.: Δμ(0) = 2β J r_F r_N/(r_F + r_N), resistance β² r_F r_N/(r_F + r_N), r = l/(σ(1−β²))
    r_F, r_N = L_F / (SIGMA_F * (1 - BETA**2)), L_N / SIGMA_N
    both = r_F * r_N / (r_F + r_N)
    z = np.array([-L_F, 0.0, 2 * L_N])
    expected = 2 * BETA * J * both * np.exp([-1.0, 0.0, -2.0])
    assert spin_accumulation(z, J, interface()) == pytest.approx(expected, rel=ROUNDING)
    assert accumulation_resistance(interface()) == pytest.approx(BETA**2 * both, rel=ROUNDING)
    # the spin current decays from its value at the interface to βJ below and to 0 above
    at_interface = BETA * J * r_F / (r_F + r_N)
    below = BETA * J + (at_interface - BETA * J) * np.exp(-1.0)
    assert spin_current(z, J, interface()) == pytest.approx(
        [below, at_interface, at_interface * np.exp(-2.0)], rel=ROUNDING
    )


def test_layer_between_contacts_by_hand() -> None:
    # Odd about the middle: Δμ = A sinh(x/l_F) inside, ∓A sinh(v/2l_F) e^{∓…} outside; δJ joins at x = v/2:
    # βJ − ½ g_F A cosh = ½ g_N A sinh with g = σ(1−β²)/l.
    v = 25e-9
    g_F, g_N = SIGMA_F * (1 - BETA**2) / L_F, SIGMA_N / L_N
    half = 0.5 * v / L_F
    A = 2 * BETA * J / (g_F * np.cosh(half) + g_N * np.sinh(half))
    z = np.linspace(0.0, v, 7)
    assert spin_accumulation(z, J, layer(v)) == pytest.approx(A * np.sinh((z - v / 2) / L_F), abs=ROUNDING * A)
    inside = A / L_F * np.cosh((z[1:-1] - v / 2) / L_F)
    assert accumulation_gradient(z[1:-1], J, layer(v)) == pytest.approx(inside, rel=ROUNDING)
    assert integrated_gradient(J, layer(v), 1) == pytest.approx(2 * A * np.sinh(half), rel=ROUNDING)
    assert accumulation_resistance(layer(v)) == pytest.approx(BETA * A * np.sinh(half) / J, rel=ROUNDING)


def test_currents_are_those_of_the_electric_block_of_equation_2() -> None:
    # forces ∂Δμ/∂z and the ∂μ0/∂z that carries J; σ0 = σ/2
    z, v = np.array([3e-9, 11e-9]), 25e-9
    matrix = onsager_matrix(np.array(1.0), np.array(0.1), np.array(0.0), np.array(SIGMA_F / 2), np.array(BETA))
    spin_force = accumulation_gradient(z, J, layer(v))
    charge_force = -J / (SIGMA_F / 2) - BETA * spin_force
    currents = fluxes(matrix, np.stack([0 * z, 0 * z, spin_force, charge_force], axis=-1))
    assert currents[:, 2] == pytest.approx(spin_current(z, J, layer(v)), rel=ROUNDING)
    assert currents[:, 3] == pytest.approx(J, rel=ROUNDING)


def test_thick_valve_has_the_relation_of_section_B() -> None:
    # ΔR/R = β²/(1−β²)·l_sf/v with R = 2v/σ; a spacer of 1e-6 l_N and layers of 30 l_F leave 1e-6·r_N/r_F and e^{−30}
    v = 30 * L_F
    change = giant_magnetoresistance(valve(v, 1e-6 * L_N), 3)
    assert change / (2 * v / SIGMA_F) == pytest.approx(gmr_ratio(BETA, L_F, v), rel=1e-5)


def test_spacer_longer_than_its_diffusion_length_takes_the_magnetoresistance_away() -> None:
    v, short = 2 * L_F, giant_magnetoresistance(valve(2 * L_F, 0.01 * L_N), 3)
    distances = np.array([3.0, 6.0])
    far = [giant_magnetoresistance(valve(v, x * L_N), 3) for x in distances]
    assert 0.0 < far[1] < far[0] < short
    # far apart the layers feel each other by one passage, e^{−x}; two more are e^{−2·3} of it
    assert far[0] / far[1] == pytest.approx(np.exp(3.0), rel=2 * np.exp(-6.0))


def test_thick_layers_do_not_overflow() -> None:
    stack = layer(1e4 * L_F)
    z = np.array([-1.0, 0.0, 5e3 * L_F, 1.0])
    found = spin_accumulation(z, J, stack)
    assert np.all(np.isfinite(found))
    assert found[[0, 2, 3]] == pytest.approx(0.0, abs=1e-30)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"beta": [0.0, 1.0, 0.0]}, r"row 1, column 'beta': expected a number in \(-1, 1\); found 1"),
        ({"l_sf": [1e-7, 0.0, 1e-7]}, "row 1, column 'l_sf': expected a positive, finite number; found 0"),
        ({"conductivity": [1e7, 1e7, np.inf]}, "row 2, column 'conductivity': expected a positive, finite number"),
        ({"thickness": [-1e-9]}, "row 0, column 'thickness'"),
        ({"thickness": [1e-9, 1e-9]}, "column 'thickness': expected n ≥ 2 layers of which n − 2 have a thickness"),
        ({"beta": [0.1]}, "expected n ≥ 2 layers"),
    ],
)
def test_impossible_stacks(changes: dict[str, list[float]], message: str) -> None:
    columns = {"conductivity": [1e7] * 3, "beta": [0.0, 0.4, 0.0], "l_sf": [1e-7] * 3, "thickness": [1e-8], **changes}
    with pytest.raises(TableError, match=message):
        Stack(**{name: np.array(column) for name, column in columns.items()})
