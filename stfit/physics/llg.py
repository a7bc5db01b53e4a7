"""Stochastic generalised Landau–Lifshitz–Gilbert dynamics of a macrospin under spin injection (Eqs. 5, 13, 14).

    dm/dt = −Γ/(1+α²) [m × B + α m × (m × B)],   B = −∇E/(v M_s) + thermal field,
    E(m)  = Kv (sin²θ − 2h cos θ) + G I ρ(θ) + E_hard m_x²,   ρ = ∫₀^θ r dθ'

so that E is the potential of Eqs. 9–12, in volts' form (no further e), and the stationary density e^{−E/k_BT}. The paper
disagrees with itself in this part: Eq. 14 has B = −∇V + (k_BT/v)∇ρ/ρ where Eqs. 5 and 8 need a minus sign for both, and
the density that Eq. 13 puts before the braces is not that of Eq. 5. The diffusion part of B is what the thermal field
does to an ensemble; the rest of it, −G I r(θ) along u_θ (Eq. 15), is part of B in the precession as in the damping. For
an axial E the precession, whose sense is that of a moment with Γ > 0 (opposite to the printed one), changes no time.

The thermal field has ⟨B_i B_j⟩ = 2αk_BT/(Γ v M_s) δ_ij δ(t−t') in the sense of Stratonovich: a rotational diffusion with
D0 = αΓk_BT/(v M_s(1+α²)) (Brown 1963, doi:10.1103/PhysRev.130.1677), as which it is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Literal, final

import numpy as np
import numpy.typing as npt

from stfit.constants import BOLTZMANN
from stfit.errors import OutsideValidityError
from stfit.physics.llg_ensemble import Ensemble, Reduced
from stfit.physics.llg_wells import Wells, wells
from stfit.physics.transport import Gmr

Array = npt.NDArray[np.float64]
Seed = int | np.random.SeedSequence
State = Literal["P", "AP"]

_MOST_STEPS: Final = 10**9


@final
@dataclass(frozen=True)
class Macrospin:
    """A uniformly magnetised layer with one easy axis, and what it couples to.

    anisotropy_energy: Kv > 0, J; h: H/H_K along the axis, > 0 favours P (θ = 0); temperature: K, ≥ 0; alpha: > 0;
    gyromagnetic_ratio: Γ, rad s⁻¹ T⁻¹; saturation_magnetisation: A/m; volume: m³; coupling: G, J/A; gmr: r(θ).
    torque: T/A, of the rival, a spin-transfer torque with the field a = torque·I: dm/dt has −Γ a m × (m × z) more
    (Gilbert form), which like G favours P where torque·I > 0. hard_axis_energy: E_hard ≥ 0, J, of m along x, normal
    to an in-plane layer. OutsideValidityError for other values.
    """

    anisotropy_energy: float
    h: float
    temperature: float
    alpha: float
    gyromagnetic_ratio: float
    saturation_magnetisation: float
    volume: float
    coupling: float
    gmr: Gmr
    torque: float = 0.0
    hard_axis_energy: float = 0.0

    def __post_init__(self) -> None:
        for name in (entry.name for entry in fields(self) if entry.name != "gmr"):
            value = getattr(self, name)
            least = {"h": -np.inf, "coupling": -np.inf, "torque": -np.inf}.get(name, 0.0)
            may_vanish = name in ("temperature", "hard_axis_energy")
            if not np.isfinite(value) or value < least or (value == least and not may_vanish):
                expected = "finite" if least else "finite and not negative" if may_vanish else "finite and positive"
                raise OutsideValidityError(f"{name} is {value}; it must be {expected}")

    @property
    def anisotropy_field(self) -> float:
        """B_K = 2Kv/(v M_s), T."""
        return 2.0 * self.anisotropy_energy / (self.volume * self.saturation_magnetisation)

    @property
    def sigma(self) -> float:
        """Kv/k_BT; infinite at 0 K."""
        thermal = BOLTZMANN * self.temperature
        return self.anisotropy_energy / thermal if thermal else np.inf

    @property
    def time_unit(self) -> float:
        """(1+α²)/(Γ B_K), s: the time of a radian of precession about the axis."""
        return (1.0 + self.alpha**2) / (self.gyromagnetic_ratio * self.anisotropy_field)

    @property
    def diffusion(self) -> float:
        """D0 = αΓk_BT/(v M_s(1+α²)), 1/s."""
        return 0.5 * self.alpha / (self.sigma * self.time_unit)

    def wells(self, current: float) -> Wells:
        """The two wells at a current (A); OutsideValidityError where there are not two, or no temperature."""
        if not self.temperature:
            raise OutsideValidityError("equilibrium needs a temperature above 0 K")
        hard = self.hard_axis_energy / self.anisotropy_energy
        if self.torque * current and hard:
            raise OutsideValidityError("a torque with a hard axis has no equilibrium from which to find the wells")
        # With axial symmetry a torque does to cos θ what the field a/α would, in units of B_K.
        h = self.h + self.torque * current / (self.alpha * self.anisotropy_field)
        g = self.coupling * current / (BOLTZMANN * self.temperature)
        return wells(self.sigma, h, g, self.gmr, hard)


def trajectories(
    magnet: Macrospin,
    currents: npt.ArrayLike,
    *,
    time_step: float,
    samples: int,
    every: int,
    seed: Seed,
    start: npt.ArrayLike,
    threads: int = 1,
) -> Array:
    """cos θ of each replica, shape (replicas, samples), `every` time steps (s) apart, the first that long after start.

    currents: A, shape (replicas,). start: cos θ, a number or shape (replicas,), the azimuth being drawn; or m, shape
    (replicas, 3). Same seed, same result, on any number of threads, and whatever replicas are added after the last.
    OutsideValidityError for a time step that is no small rotation.
    """
    return _recorded(magnet, currents, time_step, samples, every, seed, start, threads, slice(2, 3))[..., 0]


def orientations(
    magnet: Macrospin,
    currents: npt.ArrayLike,
    *,
    time_step: float,
    samples: int,
    every: int,
    seed: Seed,
    start: npt.ArrayLike,
    threads: int = 1,
) -> Array:
    """As `trajectories`, but m itself, shape (replicas, samples, 3)."""
    return _recorded(magnet, currents, time_step, samples, every, seed, start, threads, slice(0, 3))


def dwell_times(
    magnet: Macrospin,
    current: float,
    *,
    transitions: int,
    replicas: int,
    time_step: float,
    seed: Seed,
    threads: int = 1,
) -> tuple[Array, Array]:
    """Complete dwell times (s) in P and in AP at a current (A), about `transitions` in all.

    A state is left when the core of the other one is reached: the half of that well's equilibrium weight that is
    farthest from the barrier. So no recrossing of the top counts, and a dwell is the passage from core to core, whose
    mean is longer than 1/(λ1 n) of the two-state rates by what recrossings take: 15–20 % at a barrier of 3 k_BT, 5 %
    at 5, 0.5 % at 8 (`two_state_rates` has no such bias). The mean does not depend on where exactly the cores lie once
    the barrier is high. Every replica goes on until it has its number of dwells, so that none is cut short and no
    length is favoured; half of them start in P. OutsideValidityError where there are no two wells, or no transition in
    10⁹ steps.
    """
    found = magnet.wells(current)
    ensemble = _ensemble(magnet, np.full(replicas, float(current)), time_step, seed)
    sides = np.where(np.arange(replicas) % 2 == 0, 1.0, -1.0)
    ensemble.place(_equilibrium(found, sides, ensemble.generator))
    each = -(-transitions // replicas)
    steps = ensemble.arrivals(sides, (found.core_P, found.core_AP), each + 1, _MOST_STEPS, threads)
    if np.isnan(steps).any():
        raise OutsideValidityError(f"fewer than {each + 1} transitions of a replica in {_MOST_STEPS} steps")
    dwells = time_step * np.diff(steps, axis=1)
    # The first arrival of a replica that started in P is in AP.
    in_P = (sides[:, None] < 0.0) ^ (np.arange(each) % 2 == 1)
    return dwells[in_P], dwells[~in_P]


def switching_times(
    magnet: Macrospin,
    currents: npt.ArrayLike,
    *,
    time_step: float,
    longest: float,
    seed: Seed,
    start_state: State,
    ramp_rate: float = 0.0,
    rest_current: float = 0.0,
    arrival: float | None = None,
    threads: int = 1,
) -> Array:
    """Time (s) at which each replica first reaches the other state, shape (replicas,); nan if not within `longest` (s).

    I(t) = currents + ramp_rate·t (A, A/s). A replica starts in equilibrium within the well of `start_state` at
    `rest_current`, where the wells must exist. arrival: the cos θ to be reached; by default the core of the other state
    at that current, as in `dwell_times`. OutsideValidityError as there.
    """
    found = magnet.wells(rest_current)
    values = np.atleast_1d(np.asarray(currents, dtype=float))
    ensemble = _ensemble(magnet, values, time_step, seed, ramp_rate, longest)
    sides = np.full(values.size, 1.0 if start_state == "P" else -1.0)
    ensemble.place(_equilibrium(found, sides, ensemble.generator))
    edges = (found.core_P, found.core_AP) if arrival is None else (arrival, arrival)
    return time_step * ensemble.arrivals(sides, edges, 1, round(longest / time_step), threads)[:, 0]


def _equilibrium(found: Wells, sides: Array, generator: np.random.Generator) -> Array:
    in_P, in_AP = (found.draw(state, sides.size, generator) for state in ("P", "AP"))
    return np.where(sides > 0.0, in_P, in_AP)


def _recorded(
    magnet: Macrospin,
    currents: npt.ArrayLike,
    time_step: float,
    samples: int,
    every: int,
    seed: Seed,
    start: npt.ArrayLike,
    threads: int,
    components: slice,
) -> Array:
    ensemble = _ensemble(magnet, np.atleast_1d(np.asarray(currents, dtype=float)), time_step, seed)
    ensemble.place(np.asarray(start, dtype=float))
    return ensemble.record(samples, every, threads, components)


def _ensemble(
    magnet: Macrospin, currents: Array, time_step: float, seed: Seed, ramp_rate: float = 0.0, longest: float = 0.0
) -> Ensemble:
    """The replicas in reduced units; the time step is checked at the ends of the ramp."""
    shared = Reduced(
        step=time_step / magnet.time_unit,
        alpha=magnet.alpha,
        temperature=1.0 / magnet.sigma,
        applied=magnet.h,
        hard=magnet.hard_axis_energy / magnet.anisotropy_energy,
        gmr=magnet.gmr,
    )
    field = magnet.coupling / (2.0 * magnet.anisotropy_energy)  # per ampere, as is
    torque = magnet.torque / magnet.anisotropy_field
    for ends in (currents, currents + ramp_rate * longest):
        shared.check(field * ends, torque * ends)
    growth = ramp_rate * time_step
    return Ensemble(shared, field * currents, torque * currents, seed, field * growth, torque * growth)
