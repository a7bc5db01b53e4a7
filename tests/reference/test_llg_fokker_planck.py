"""The dynamics with noise against its Fokker–Planck equation: equilibrium, two-state rates, passages, ramps.

Bands: z two-sided at 0.001 over the number of comparisons of a test. Replicas are independent, and one number is taken
of each, so that no autocorrelation enters. Seeds were chosen before the first run. Steps of 0.1 time units with α = 1
change equilibrium means by less than 1e-3 of their width and λ1 by 0.11 σ·0.01 (σ = 5: 0.6 %), as the last test shows.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import erfinv
from scipy.stats import chi2, kstest

from stfit.physics.llg import Rest, Stepping, dwell_times, orientations, switching_times, trajectories
from stfit.physics.llg_wells import TwoStateRates, two_state_rates
from stfit.physics.macrospin import Macrospin
from stfit.physics.transport import ChiGmr, CosineGmr, Gmr
from tests.macrospins import Axial, magnet

Array = npt.NDArray[np.float64]

SEED = 1828
REPLICAS = 12_000
STEP = 0.1  # time units
CASES: list[tuple[float, float, float, Gmr, float]] = [
    (3.0, 0.0, 0.0, CosineGmr(), 1.0),
    (3.0, 0.2, -1.5, CosineGmr(), 1.0),
    (2.0, -0.1, 2.0, ChiGmr(1.5), 0.2),
]


def band(comparisons: int) -> float:
    return float(np.sqrt(2.0) * erfinv(1.0 - 0.001 / comparisons))


def settled(spin: Macrospin, current: float, relaxation: float, step: float = STEP) -> Array:
    """m of many replicas, shape (replicas, 3), 7/λ1 after they were spread evenly over the sphere

    (what is left of that is e^{−7} of it, less than a tenth of the Monte-Carlo error)."""
    steps = round(7.0 / (relaxation * spin.diffusion * step * spin.time_unit))
    start = np.random.default_rng(SEED).uniform(-1.0, 1.0, REPLICAS)
    currents = np.full(REPLICAS, current)
    stepping = Stepping(step * spin.time_unit, SEED)
    return orientations(spin, currents, stepping, samples=1, every=steps, start=start)[:, 0]


def histogram_p(cosines: Array, axial: Axial) -> float:
    """p-value of χ² of 30 bins of equal width in θ, those that expect fewer than 10 joined to a neighbour."""
    edges = np.linspace(0.0, np.pi, 31)
    expected = cosines.size * axial.shares(edges)
    keep = np.append(True, np.cumsum(expected)[:-1] // 10 != np.append(0.0, np.cumsum(expected)[:-2]) // 10)
    edges = np.append(edges[:-1][keep], np.pi)
    expected = cosines.size * axial.shares(edges)
    seen, _ = np.histogram(np.arccos(np.clip(cosines, -1.0, 1.0)), edges)
    return float(chi2.sf(((seen - expected) ** 2 / expected).sum(), expected.size - 1))


@pytest.mark.parametrize(("sigma", "h", "g", "gmr", "alpha"), CASES)
def test_the_equilibrium_is_that_of_boltzmann(sigma: float, h: float, g: float, gmr: Gmr, alpha: float) -> None:
    axial = Axial(sigma, h, g, gmr)
    m = settled(magnet(sigma, alpha=alpha, h=h, gmr=gmr), g, axial.two_states()[0])
    for power in (1, 2):
        values = m[:, 2] ** power
        expected = axial.mean(lambda c, k=power: c**k)
        assert abs(values.mean() - expected) < band(2) * values.std() / np.sqrt(REPLICAS)
    assert histogram_p(m[:, 2], axial) > 0.001
    # The azimuth is even: the mean of e^{iφ} and e^{2iφ} has components of variance 1/(2n).
    phi = np.arctan2(m[:, 1], m[:, 0])
    waves = np.array([np.cos(phi), np.sin(phi), np.cos(2 * phi), np.sin(2 * phi)]).mean(axis=1)
    assert np.abs(waves).max() < band(4) / np.sqrt(2 * REPLICAS)


def test_noise_of_another_strength_is_found_out() -> None:
    axial = Axial(3.0)
    weak = settled(magnet(3.0, temperature=270.0), 0.0, axial.two_states()[0])[:, 2]
    assert histogram_p(weak, axial) < 1e-6


def test_noise_taken_in_the_sense_of_ito_is_found_out() -> None:
    # dθ = −U' dt + √2 dW lacks the cot θ of Stratonovich's rotations: its density is e^{−U} without sin θ.
    axial, step = Axial(3.0), 0.01
    generator = np.random.default_rng(SEED)
    theta = np.arccos(generator.uniform(-1.0, 1.0, 4000))
    for _ in range(1000):  # 10/D0
        theta = theta - step * 3.0 * np.sin(2.0 * theta) + np.sqrt(2.0 * step) * generator.standard_normal(4000)
        theta = np.pi - np.abs(np.pi - np.abs(theta))
    assert histogram_p(np.cos(theta), axial) < 1e-6


def test_a_hard_axis_holds_the_moment_in_its_plane() -> None:
    # At one cos θ the azimuth has density e^{−2a cos²φ}; here all that is compared is ⟨m_x²⟩, ⟨m_y²⟩ and ⟨m_z²⟩.
    sigma, kappa = 2.0, 3.0
    spin = magnet(sigma, hard_axis_energy=kappa * magnet(sigma).anisotropy_energy)
    m = settled(spin, 0.0, 0.8, step=0.04)
    theta, phi = np.meshgrid((np.arange(400) + 0.5) * np.pi / 400, np.arange(400) * np.pi / 200, indexing="ij")
    x, y, z = np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)
    weight = np.exp(sigma * (z**2 - kappa * x**2)) * np.sin(theta)
    for component, values in zip((x, y, z), m.T, strict=True):
        expected = (weight * component**2).sum() / weight.sum()
        assert abs((values**2).mean() - expected) < band(3) * (values**2).std() / np.sqrt(REPLICAS)


def test_a_torque_does_to_the_equilibrium_what_a_field_does() -> None:
    # With axial symmetry a torque a is the field a/α, here −0.2 of B_K.
    sigma, alpha = 2.0, 0.5
    unit = magnet(sigma).anisotropy_field
    m = settled(magnet(sigma, alpha=alpha, coupling=0.0, torque=0.1 * unit), -1.0, 0.8)
    assert histogram_p(m[:, 2], Axial(sigma, h=-0.2)) > 0.001
    assert histogram_p(m[:, 2], Axial(sigma)) < 1e-6


def measured(spin: Macrospin, axial: Axial, step: float, replicas: int, samples: int) -> TwoStateRates:
    """Rates from stationary records, 0.2/λ1 apart, in units of D0."""
    relaxation, population = axial.two_states()
    wells = spin.wells(axial.g)
    generator = np.random.default_rng(SEED)
    starts = [wells.draw(state, replicas, generator) for state in ("P", "AP")]
    start = np.where(generator.random(replicas) < population, *starts)
    every = max(1, round(0.2 / (relaxation * spin.diffusion * step * spin.time_unit)))
    time_step = step * spin.time_unit
    currents = np.full(replicas, axial.g)
    cosines = trajectories(spin, currents, Stepping(time_step, SEED), samples=samples, every=every, start=start)
    return two_state_rates(cosines, interval=every * time_step * spin.diffusion, top=axial.top, lag=2)


def test_the_reference_has_the_known_eigenvalues() -> None:
    # Known to 7 digits; of the finite volumes an error of σ²/n² = 2e-6 at σ = 5.
    assert Axial(3.0).two_states() == pytest.approx((0.4714024, 0.5), rel=4e-6)
    assert Axial(5.0).two_states() == pytest.approx((0.1354063, 0.5), rel=4e-6)


@pytest.mark.parametrize("sigma", [3.0, 5.0])
@pytest.mark.parametrize("reduced", [-0.35, 0.0, 0.35])  # g/σ: barriers lower by 0.45 (out of AP) and 0.1 (out of P)
def test_the_rates_are_those_of_the_fokker_planck_equation(sigma: float, reduced: float) -> None:
    axial = Axial(sigma, g=reduced * sigma)
    relaxation, population = axial.two_states()
    found = measured(magnet(sigma), axial, step=0.05 if sigma > 3.0 else STEP, replicas=256, samples=400)
    assert abs(found.rate_P - relaxation * (1.0 - population)) < band(3) * found.rate_P_error
    assert abs(found.rate_AP - relaxation * population) < band(3) * found.rate_AP_error
    assert abs(found.population_P - population) < band(3) * found.population_P_error
    # It is not for want of precision: rates 12 % off would not pass.
    assert band(3) * max(found.rate_P_error / found.rate_P, found.rate_AP_error / found.rate_AP) < 0.12


def test_the_error_of_a_rate_is_its_scatter() -> None:
    # Ten independent records of a telegraph signal with rates 1 and 2: 1/τ_P, 1/τ_AP and λ1 = 3 within their errors.
    generator = np.random.default_rng(SEED)
    step = 0.05
    relax = 1.0 - np.exp(-3.0 * step)
    pulls = []
    for _ in range(10):
        draws = generator.random((1500, 100))
        state = generator.random(100) < 2.0 / 3.0
        record = np.empty((100, 1500))
        for k in range(1500):
            state = np.where(state, draws[k] >= relax / 3.0, draws[k] < 2.0 * relax / 3.0)
            record[:, k] = state
        found = two_state_rates(record, interval=step, top=0.5, lag=3)
        pulls += [(found.rate_P - 1.0) / found.rate_P_error, (found.rate_AP - 2.0) / found.rate_AP_error]
    # χ² of 20 pulls, pairwise dependent: as if of 10, counted twice.
    assert 2 * chi2.ppf(0.0005, 10) < np.sum(np.square(pulls)) < 2 * chi2.ppf(0.9995, 10)


@pytest.mark.parametrize(("sigma", "reduced"), [(3.0, 0.0), (3.0, 0.35), (5.0, -0.2)])
def test_dwells_are_passages_from_core_to_core(sigma: float, reduced: float) -> None:
    spin, axial = magnet(sigma), Axial(sigma, g=reduced * sigma)
    wells = spin.wells(axial.g)
    dwells = dwell_times(spin, axial.g, Stepping(STEP * spin.time_unit, SEED), transitions=8192, replicas=512)
    relaxation, population = axial.two_states()
    for found, passage, two_state in zip(
        dwells,
        axial.passages(wells.core_P, wells.core_AP),
        (1.0 / (relaxation * (1.0 - population)), 1.0 / (relaxation * population)),
        strict=True,
    ):
        error = found.std() / np.sqrt(found.size) / passage * spin.diffusion
        assert abs(found.mean() * spin.diffusion / passage - 1.0) < band(2) * error
        assert error < 0.02
        # what the docstring says of passages and two-state dwell times
        low, high = (0.85, 0.95) if sigma < 4.0 else (1.01, 1.025)
        assert low < passage / two_state < high


def test_under_a_ramp_the_survival_is_that_of_the_rate_at_each_current() -> None:
    # Over the ramp the rate out of AP grows by a factor e in 70/D0, hundreds of times the time in a well, 1/(2σ D0).
    sigma, replicas, span = 5.0, 1024, 400.0
    currents = np.linspace(-2.5, 3.2, 65)
    spin = magnet(sigma)
    times = spin.diffusion * switching_times(
        spin,
        np.full(replicas, currents[0]),
        Stepping(STEP * spin.time_unit, SEED),
        start=Rest("AP", currents[0]),
        longest=span / spin.diffusion,
        ramp_rate=(currents[-1] - currents[0]) * spin.diffusion / span,
    )
    assert not np.isnan(times).any()
    wells, grid = spin.wells(currents[0]), np.linspace(0.0, span, currents.size)
    hazard = np.array([1.0 / Axial(sigma, g=g).passages(wells.core_P, wells.core_AP)[1] for g in currents])
    exposure = np.append(0.0, np.cumsum(0.5 * (hazard[1:] + hazard[:-1]) * np.diff(grid)))
    survived = np.exp(-np.interp(times, grid, exposure))
    assert kstest(survived, "uniform").pvalue > 0.001
    # and not that of the rate at the mean time
    assert kstest(np.exp(-times / times.mean()), "uniform").pvalue < 1e-6


def test_the_step_is_of_second_order_in_equilibrium() -> None:
    # The share of the barrier, |cos θ| < 0.3: its bias at h = 0.5 is seen, that at 0.25 is a quarter, at 0.1 none is.
    axial, spin, replicas = Axial(3.0), magnet(3.0), 8192
    share = axial.shares(np.array([0.0, np.arccos(0.3), np.arccos(-0.3), np.pi]))[1]
    start = np.random.default_rng(SEED).choice([-1.0, 1.0], replicas)
    biases, errors = [], []
    for step in (0.5, 0.25, 0.1):
        cosines = trajectories(
            spin,
            np.zeros(replicas),
            Stepping(step * spin.time_unit, SEED),
            samples=40,
            every=round(0.25 / (spin.diffusion * step * spin.time_unit)),
            start=start,
        )
        found = (np.abs(cosines[:, 12:]) < 0.3).mean(axis=1)  # 3/D0 after the poles: e^{−6·3} of what decays evenly
        biases.append(found.mean() - share)
        errors.append(found.std() / np.sqrt(replicas))
    assert biases[0] > band(3) * errors[0]
    assert abs(biases[1] - biases[0] / 4.0) < band(3) * errors[1] * np.sqrt(17.0 / 16.0)
    assert abs(biases[2]) < band(3) * errors[2]
