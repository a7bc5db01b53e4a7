"""Stochastic generalised Landau–Lifshitz–Gilbert dynamics of a macrospin under spin injection (Eqs. 5, 13, 14).

    dm/dt = −Γ/(1+α²) [m × B + α m × (m × B)],   B = −∇E/(v M_s) + thermal field,
    E(m)  = Kv (sin²θ − 2h cos θ) + G I ρ(θ) + E_hard m_x²,   ρ = ∫₀^θ r dθ'

so that E is the potential of Eqs. 9–12, in volts' form (no further e), and the stationary density e^{−E/k_BT}. The
paper disagrees with itself here: Eq. 14 has B = −∇V + (k_BT/v)∇ρ/ρ where Eqs. 5 and 8 need a minus sign for both, and
the density that Eq. 13 puts before the braces is not that of Eq. 5. The diffusion part of B is what the thermal field
does to an ensemble; the rest of it, −G I r(θ) along u_θ (Eq. 15), is part of B in precession and damping alike. For an
axial E the precession, whose sense is that of a moment with Γ > 0 (opposite to the printed one), changes no time.

The thermal field has ⟨B_i B_j⟩ = 2αk_BT/(Γ v M_s) δ_ij δ(t−t') in the sense of Stratonovich: a rotational diffusion,
D0 = αΓk_BT/(v M_s(1+α²)) (Brown 1963, doi:10.1103/PhysRev.130.1677), as which it is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, final

import numpy as np
import numpy.typing as npt

from stfit.errors import OutsideValidityError
from stfit.physics.llg_ensemble import Ensemble, Reduced
from stfit.physics.llg_wells import Wells
from stfit.physics.macrospin import Macrospin

Array = npt.NDArray[np.float64]
State = Literal["P", "AP"]

_MOST_STEPS: Final = 10**9
_OVERSHOOT: Final = 0.5825971579390107  # −ζ(1/2)/√(2π)


@final
@dataclass(frozen=True)
class Stepping:
    """How the equation of motion is stepped.

    time_step: s. seed: of the thermal field. threads: that share the replicas; their number changes no result.
    """

    time_step: float
    seed: int | np.random.SeedSequence
    threads: int = 1


@final
@dataclass(frozen=True)
class Rest:
    """Equilibrium within the well of a state, "P" or "AP", at a current (A), where the wells must exist."""

    state: State
    current: float = 0.0

    def __post_init__(self) -> None:
        if self.state not in ("P", "AP"):
            raise OutsideValidityError(f"state is {self.state!r}; it must be 'P' or 'AP'")


def trajectories(
    magnet: Macrospin, currents: npt.ArrayLike, stepping: Stepping, *, samples: int, every: int, start: npt.ArrayLike
) -> Array:
    """cos θ of every replica, recorded at equal intervals; the first sample is one interval after the start.

    Parameters
    ----------
    magnet
        The layer.
    currents
        A, shape (replicas,).
    stepping
        Same seed, same result, on any number of threads, and whatever replicas are added after the last.
    samples, every
        Number of samples, and of time steps from one to the next.
    start
        cos θ, a number or shape (replicas,), the azimuth being drawn; or m, shape (replicas, 3).

    Returns
    -------
    Array
        Shape (replicas, samples).

    Raises
    ------
    OutsideValidityError
        If a time step is no small rotation.
    """
    _check_counts(samples=samples, every=every)
    return _placed(magnet, currents, stepping, start).record(samples, every, stepping.threads, slice(2, 3))[..., 0]


def orientations(
    magnet: Macrospin, currents: npt.ArrayLike, stepping: Stepping, *, samples: int, every: int, start: npt.ArrayLike
) -> Array:
    """As `trajectories`, but m itself, shape (replicas, samples, 3)."""
    _check_counts(samples=samples, every=every)
    return _placed(magnet, currents, stepping, start).record(samples, every, stepping.threads, slice(0, 3))


def dwell_times(
    magnet: Macrospin, current: float, stepping: Stepping, *, transitions: int, replicas: int
) -> tuple[Array, Array]:
    """Complete dwell times in P and in AP.

    A state is left when the core of the other one is reached: the 80 % of that well's equilibrium weight that are
    farthest from the barrier. So a recrossing of the top does not count, and a dwell is a passage from core to core.
    Its mean is not quite the τ of Eq. 23, 1/(λ1 n): by −5 to −15 % for a barrier of 3 k_BT, +1 to +2.5 % for 5, +0.3 to
    +1.7 % for 8; `two_state_rates` has no such bias. Every replica goes on until it has its number of dwells, so that
    none is cut short and no length is favoured; half of them start in P. A time step of 0.1 `time_unit` is small
    enough for most: it changes λ1 by 0.11 σ (α·time_step/time_unit)², and with a hard axis and α ≪ 1 the damping by
    more (take half the step and compare).

    Parameters
    ----------
    magnet
        The layer.
    current
        A.
    stepping
        Time step, seed and threads.
    transitions
        How many dwell times there are, about, in all.
    replicas
        Independent copies of the layer that give them.

    Returns
    -------
    tuple of Array
        Dwell times in P and in AP, s, each of shape (dwells,).

    Raises
    ------
    OutsideValidityError
        If there are no two wells, or too few transitions in 10⁹ steps.
    """
    _check_counts(transitions=transitions, replicas=replicas)
    found = magnet.wells(current)
    ensemble = _ensemble(magnet, np.full(replicas, float(current)), stepping)
    sides = np.where(np.arange(replicas) % 2 == 0, 1.0, -1.0)
    ensemble.place(_equilibrium(found, sides, ensemble.generator))
    each = -(-transitions // replicas)
    seen = _cores_as_seen(found, magnet.diffusion * stepping.time_step)
    steps = ensemble.arrivals(sides, seen, each + 1, _MOST_STEPS, stepping.threads)
    if np.isnan(steps).any():
        raise OutsideValidityError(f"fewer than {each + 1} transitions of a replica in {_MOST_STEPS} steps")
    dwells = stepping.time_step * np.diff(steps, axis=1)
    # The first arrival of a replica that started in P is in AP.
    in_P = (sides[:, None] < 0.0) ^ (np.arange(each) % 2 == 1)
    return dwells[in_P], dwells[~in_P]


def switching_times(
    magnet: Macrospin,
    currents: npt.ArrayLike,
    stepping: Stepping,
    *,
    start: Rest,
    longest: float,
    ramp_rate: float = 0.0,
) -> Array:
    """Time at which each replica first reaches the core of the other state, as in `dwell_times`.

    Parameters
    ----------
    magnet
        The layer.
    currents
        At the start, A, shape (replicas,).
    stepping
        Time step, seed and threads.
    start
        Where the replicas start; the cores are those at its current.
    longest
        How long a replica is followed, s.
    ramp_rate
        A/s: I(t) = currents + ramp_rate·t.

    Returns
    -------
    Array
        Times in s, shape (replicas,); NaN where the other state was not reached.

    Raises
    ------
    OutsideValidityError
        As `dwell_times`.
    """
    found = magnet.wells(start.current)
    values = np.atleast_1d(np.asarray(currents, dtype=float))
    ensemble = _ensemble(magnet, values, stepping, ramp_rate, longest)
    sides = np.full(values.size, 1.0 if start.state == "P" else -1.0)
    ensemble.place(_equilibrium(found, sides, ensemble.generator))
    step = stepping.time_step
    seen = _cores_as_seen(found, magnet.diffusion * step)
    return step * ensemble.arrivals(sides, seen, 1, round(longest / step), stepping.threads)[:, 0]


def _cores_as_seen(found: Wells, spread: float) -> tuple[float, float]:
    """Edges of the cores (cos θ) that are reached at the end of a step when the true ones are within it.

    spread: D0 times the step.

    A Brownian path that is looked at in steps of deviation s seems to meet an edge where it is 0.5826 s beyond,
    0.5826 = −ζ(1/2)/√(2π) (Broadie, Glasserman, Kou 1997, doi:10.1111/1467-9965.00035).
    """
    core_P, core_AP = (
        edge - sign * _OVERSHOOT * np.sqrt(2.0 * spread * (1.0 - edge**2))
        for edge, sign in ((found.core_P, 1.0), (found.core_AP, -1.0))
    )
    return float(core_P), float(core_AP)


def _equilibrium(found: Wells, sides: Array, generator: np.random.Generator) -> Array:
    in_P, in_AP = (found.draw(state, sides.size, generator) for state in ("P", "AP"))
    return np.where(sides > 0.0, in_P, in_AP)


def _placed(magnet: Macrospin, currents: npt.ArrayLike, stepping: Stepping, start: npt.ArrayLike) -> Ensemble:
    ensemble = _ensemble(magnet, np.atleast_1d(np.asarray(currents, dtype=float)), stepping)
    ensemble.place(np.asarray(start, dtype=float))
    return ensemble


def _check_counts(**counts: int) -> None:
    for name, count in counts.items():
        if count < 1:
            raise OutsideValidityError(f"{name} is {count}; it must be 1 or more")


def _ensemble(
    magnet: Macrospin, currents: Array, stepping: Stepping, ramp_rate: float = 0.0, longest: float = 0.0
) -> Ensemble:
    """The replicas in reduced units; the time step is checked at the ends of the ramp."""
    if currents.ndim != 1 or not currents.size or not np.isfinite(currents).all():
        raise OutsideValidityError(f"currents have shape {currents.shape}; needed: one finite number a replica")
    shared = Reduced(
        step=stepping.time_step / magnet.time_unit,
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
    growth = ramp_rate * stepping.time_step
    return Ensemble(shared, field * currents, torque * currents, stepping.seed, field * growth, torque * growth)
