"""The dynamics without noise, seeds and threads, and what is refused. (With noise: tests/reference.)"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import solve_ivp

from stfit.errors import OutsideValidityError
from stfit.physics.llg import Rest, Stepping, dwell_times, orientations, switching_times, trajectories
from stfit.physics.macrospin import Macrospin
from stfit.physics.transport import ChiGmr, CosineGmr, TabulatedGmr
from tests.macrospins import magnet

Array = npt.NDArray[np.float64]


def path(spin: Macrospin, step: float, time: float, start: Array, current: float = 0.0) -> Array:
    """m after `time`, both in units of the magnet's, without noise."""
    steps = round(time / step)
    stepping = Stepping(step * spin.time_unit, seed=1)
    found = orientations(spin, [current], stepping, samples=1, every=steps, start=start[None])
    return np.asarray(found[0, 0])


def test_the_moment_relaxes_along_the_closed_form() -> None:
    # dθ/dt = −α sin θ cos θ, dφ/dt = cos θ: tan θ = tan θ0 e^{−αt}, φ = [asinh(e^{αt}/tan θ0) − asinh(1/tan θ0)]/α.
    alpha, theta, time = 0.2, 1.2, 8.0
    spin = magnet(5.0, alpha=alpha, temperature=0.0)
    later = np.arctan(np.tan(theta) * np.exp(-alpha * time))
    azimuth = (np.arcsinh(np.exp(alpha * time) / np.tan(theta)) - np.arcsinh(1.0 / np.tan(theta))) / alpha
    expected = np.array([np.sin(later) * np.cos(azimuth), np.sin(later) * np.sin(azimuth), np.cos(later)])
    start = np.array([np.sin(theta), 0.0, np.cos(theta)])
    errors = [np.linalg.norm(path(spin, step, time, start) - expected) for step in (0.04, 0.02, 0.01)]
    # Order 2: halving the step divides the error by 4(1 + O(h)); h = 0.04 and coefficients of order 1.
    assert errors[0] / errors[1] == pytest.approx(4.0, rel=0.04)
    assert errors[1] / errors[2] == pytest.approx(4.0, rel=0.02)
    assert errors[2] < 0.01**2 * time


def test_small_precession_has_the_frequency_of_resonance() -> None:
    # Close to P, without damping to speak of: Γ B_K (1 + h)/(1 + α²). In a quarter turn m goes from x to y.
    spin = magnet(5.0, alpha=1e-6, temperature=0.0, h=0.25)
    angle = 1e-4
    quarter = 0.5 * np.pi / 1.25
    m = path(spin, quarter / 64, quarter, np.array([np.sin(angle), 0.0, np.cos(angle)]))
    # The rotations are right to fifth order: (1.25·quarter/64)⁴ < 1e-6 of a turn; damping takes α·2 of the angle.
    assert m[:2] / np.sin(angle) == pytest.approx([0.0, 1.0], abs=4e-6)


def gilbert(spin: Macrospin, current: float) -> Any:
    """dm/dt per time unit of Gilbert's equation, the gradient of the energy by differences, solved for dm/dt."""
    scale = 2.0 * spin.anisotropy_energy  # an energy over this is a field in B_K
    applied = spin.torque * current / spin.anisotropy_field

    def energy(m: Array) -> Array:
        cosine = m[2] / np.sqrt((m**2).sum(axis=0))
        axial = spin.anisotropy_energy * (1.0 - cosine**2 - 2.0 * spin.h * cosine)
        injected = spin.coupling * current * spin.gmr.integral(np.arccos(cosine))
        return np.asarray((axial + injected + spin.hard_axis_energy * m[0] ** 2) / scale)

    def cross(a: Array) -> Array:
        return np.array([[0.0, -a[2], a[1]], [a[2], 0.0, -a[0]], [-a[1], a[0], 0.0]])

    def motion(_: float, m: Array) -> Array:
        width = 1e-5
        shift = width * np.eye(3)
        field = -(energy(m[:, None] + shift) - energy(m[:, None] - shift)) / (2.0 * width)
        torques = -np.cross(m, field) - applied * np.cross(m, np.cross(m, [0.0, 0.0, 1.0]))
        return np.asarray(np.linalg.solve(np.eye(3) - spin.alpha * cross(m), torques) * (1.0 + spin.alpha**2))

    return motion


@pytest.mark.parametrize(
    "others",
    [
        {"h": 0.2},
        {"gmr": ChiGmr(0.8)},
        {"coupling": 0.0, "torque": 0.02},
        {"h": 0.3, "gmr": ChiGmr(-0.5), "torque": 0.01, "hard_axis_energy": 3e-20},
    ],
    ids=["field and injection", "chi", "torque", "all"],
)
def test_every_term_is_that_of_gilbert_s_equation(others: dict[str, Any]) -> None:
    spin = magnet(5.0, alpha=0.3, temperature=0.0, **others)
    current, time = -2.0, 6.0
    start = np.array([0.48, 0.6, 0.64])
    expected = solve_ivp(gilbert(spin, current), (0.0, time), start, rtol=1e-9, atol=1e-10).y[:, -1]
    coarse, fine, finest = (path(spin, step, time, start, current) for step in (0.02, 0.01, 0.005))
    # Without the errors of second order, of which the third is 1/2 of the former's ratio, what is left is 8 times
    # smaller from pair to pair; the table of r and the differences of the energy leave 1e-7.
    first, second = (4.0 * fine - coarse) / 3.0, (4.0 * finest - fine) / 3.0
    assert np.abs(second - expected).max() < np.abs(first - second).max() + 1e-7
    assert np.abs(second - expected).max() < 1e-5


def test_a_table_of_r_moves_the_moment_as_its_closed_form_does() -> None:
    theta = np.linspace(0.0, np.pi, 721)
    table = TabulatedGmr(theta, CosineGmr().resistance(theta))
    start = np.array([0.6, 0.0, -0.8])
    one, other = (path(magnet(5.0, temperature=0.0, gmr=gmr), 0.05, 10.0, start, 3.0) for gmr in (table, CosineGmr()))
    # PCHIP is right to second order where r' = 0 and third elsewhere: (π/720)² = 2e-5 of r, here a force of 0.3.
    assert one == pytest.approx(other, abs=2e-5)


def test_a_seed_gives_one_result_on_any_number_of_threads_and_in_any_company() -> None:
    spin = magnet(4.0)
    currents, step = np.linspace(-1.0, 1.0, 150), 0.1 * spin.time_unit

    def walked(currents: Array, seed: int | np.random.SeedSequence = 5, threads: int = 1) -> Array:
        return trajectories(spin, currents, Stepping(step, seed, threads), samples=3, every=7, start=0.9)

    found = walked(currents)
    assert found.shape == (150, 3)
    assert np.array_equal(found, walked(currents, np.random.SeedSequence(5), threads=3))
    assert np.array_equal(found[:70], walked(currents[:70]))
    assert not np.any(found == walked(currents, seed=6))
    # no two replicas share their noise
    assert np.unique(walked(np.zeros(150))).size == found.size


def test_the_moment_keeps_its_length() -> None:
    spin = magnet(2.0, alpha=0.1, hard_axis_energy=1e-20)
    stepping = Stepping(0.2 * spin.time_unit, seed=2)
    m = orientations(spin, np.full(64, 1.0), stepping, samples=5, every=4000, start=np.zeros(64))
    # Rounding of a step, corrected in each: some units of the last place, 2.2e-16.
    assert np.abs(np.linalg.norm(m, axis=2) - 1.0).max() < 4e-15


def test_dwells_are_complete_and_alternate_fairly() -> None:
    spin = magnet(3.0)
    step = 0.2 * spin.time_unit
    in_P, in_AP = dwell_times(spin, 0.0, Stepping(step, seed=3), transitions=256, replicas=64)
    assert (in_P.size, in_AP.size) == (128, 128)
    assert min(in_P.min(), in_AP.min()) > 0.0
    again = dwell_times(spin, 0.0, Stepping(step, seed=3, threads=2), transitions=256, replicas=64)
    assert np.array_equal(in_P, again[0])
    assert np.array_equal(in_AP, again[1])


def test_what_does_not_switch_in_time_is_nan() -> None:
    spin = magnet(20.0)
    stepping, longest = Stepping(0.1 * spin.time_unit, seed=4), 100 * spin.time_unit
    times = switching_times(spin, [0.0, -60.0], stepping, start=Rest("P"), longest=longest)
    assert np.isnan(times[0])  # e^{−20} of its kind would have
    times = switching_times(spin, [0.0, 60.0], stepping, start=Rest("AP"), longest=longest)
    assert np.isnan(times[0])
    assert 0.0 < times[1] < longest  # 60·1.285 k_BT of injection against 20 of barrier


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"alpha": 0.0}, "alpha is 0.0; it must be finite and positive"),
        ({"temperature": -1.0}, "temperature is -1.0; it must be finite and not negative"),
        ({"h": np.inf}, "h is inf; it must be finite$"),
        ({"hard_axis_energy": np.nan}, "hard_axis_energy is nan"),
    ],
)
def test_a_magnet_that_is_none_is_refused(change: dict[str, float], message: str) -> None:
    with pytest.raises(OutsideValidityError, match=message):
        magnet(5.0, **change)


def test_what_the_scheme_cannot_do_is_refused() -> None:
    spin = magnet(5.0)
    unit = spin.time_unit
    step = Stepping(0.1 * unit, seed=1)
    settings: dict[str, Any] = {"samples": 1, "every": 1}
    with pytest.raises(OutsideValidityError, match=r"turns by 0\.6 rad"):
        trajectories(spin, [0.0], Stepping(0.6 * unit, seed=1), start=1.0, **settings)
    with pytest.raises(OutsideValidityError, match=r"turns by 0\.6 rad"):  # g/2σ = 5 at its start
        trajectories(spin, [50.0], step, start=1.0, **settings)
    with pytest.raises(OutsideValidityError, match="needed: a positive time step"):
        trajectories(spin, [0.0], Stepping(-0.1 * unit, seed=1), start=1.0, **settings)
    with pytest.raises(OutsideValidityError, match="diffuses by 1 rad"):  # √(2·0.5·0.1/0.1)
        trajectories(magnet(0.1), [0.0], Stepping(0.1 * magnet(0.1).time_unit, seed=1), start=1.0, **settings)
    with pytest.raises(OutsideValidityError, match="one finite number a replica"):
        trajectories(spin, [np.nan], step, start=1.0, **settings)
    with pytest.raises(OutsideValidityError, match="every is 0; it must be 1 or more"):
        trajectories(spin, [0.0], step, start=1.0, **(settings | {"every": 0}))
    with pytest.raises(OutsideValidityError, match="state is 'p'"):
        Rest("p")  # type: ignore[arg-type]
    with pytest.raises(OutsideValidityError, match=r"unit vectors, of 1 replicas"):
        trajectories(spin, [0.0], step, start=1.1, **settings)
    with pytest.raises(OutsideValidityError, match="no barrier between P and AP"):
        dwell_times(spin, 10.0, step, transitions=1, replicas=1)
    with pytest.raises(OutsideValidityError, match="temperature above 0 K"):
        magnet(5.0, temperature=0.0).wells(0.0)
    with pytest.raises(OutsideValidityError, match="torque with a hard axis"):
        magnet(5.0, torque=0.01, hard_axis_energy=1e-20).wells(1.0)
