"""The two wells of a macrospin in contact with a bath: barrier top, cores, equilibrium, rates from a record (Eq. 23).

All from the potential after the azimuth is integrated out: U(θ)/k_BT = σ(sin²θ − 2h cos θ) + g ρ(θ) − ln[e^{−a} I0(a)],
a = σκ sin²θ/2, the last term of a hard axis κ = E_hard/(Kv) across the easy one (Eqs. 9, 17, 19).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt
from scipy.special import ive

from stfit.errors import OutsideValidityError
from stfit.physics.fokker_planck import uniaxial_potential
from stfit.physics.transport import Gmr

Array = npt.NDArray[np.float64]

_POINTS: Final = 8001  # in θ: the median of a well of σ = 10⁴ is found to 1 % of its width
# of the weight of a well, farthest from the barrier: the share at which passages from core to core come nearest to the
# two-state dwell times (see llg.dwell_times) while recrossings of the top still do not count
_CORE: Final = 0.8


def axial_potential(theta: Array, sigma: float, h: float, g: float, gmr: Gmr, hard: float = 0.0) -> Array:
    """U(θ)/k_BT, shape of theta (rad), up to a constant; hard: κ ≥ 0. The density of θ is e^{−U} sin θ."""
    across = np.log(ive(0, 0.5 * sigma * hard * np.sin(theta) ** 2))
    potential: Array = uniaxial_potential(theta, sigma, h, g, gmr) - across
    return potential


@final
@dataclass(frozen=True)
class Wells:
    """Two wells on a grid of θ: top, core_P and core_AP are values of cos θ, population_P is n_P in equilibrium.

    A core is the 80 % of a well's equilibrium weight that lie farthest from the barrier top.
    """

    theta: Array
    weight: Array
    top: float
    core_P: float
    core_AP: float
    population_P: float

    def draw(self, state: str, count: int, generator: np.random.Generator) -> Array:
        """cos θ of `count` moments in equilibrium within the well of `state` ("P" or "AP")."""
        summed = np.cumsum(self.weight)
        share = generator.random(count)
        below = self.population_P * share if state == "P" else 1.0 - (1.0 - self.population_P) * share
        return np.asarray(np.cos(np.interp(below * summed[-1], summed, self.theta)))


def wells(sigma: float, h: float, g: float, gmr: Gmr, hard: float = 0.0) -> Wells:
    """The wells of `axial_potential`; OutsideValidityError where no barrier parts two of them.

    The top is the maximum of U between the poles, which moves with the current; n_P is the weight on its side of P.
    """
    theta = np.linspace(0.0, np.pi, _POINTS)
    potential = axial_potential(theta, sigma, h, g, gmr, hard)
    inner = potential[1:-1]
    tops = np.flatnonzero((inner > potential[:-2]) & (inner >= potential[2:])) + 1
    if not tops.size:
        raise OutsideValidityError(f"no barrier between P and AP at σ = {sigma:g}, h = {h:g}, GI/k_BT = {g:g}")
    top = int(tops[np.argmax(potential[tops])])
    weight = np.exp(potential.min() - potential) * np.sin(theta)
    summed = np.cumsum(weight) / weight.sum()
    population = float(summed[top] - 0.5 * weight[top] / weight.sum())
    core_P, core_AP = np.cos(np.interp([_CORE * population, 1.0 - _CORE * (1.0 - population)], summed, theta))
    return Wells(theta, weight, float(np.cos(theta[top])), float(core_P), float(core_AP), population)


@final
@dataclass(frozen=True)
class TwoStateRates:
    """λ1 (1/s), n_P, the rates 1/τ_P = λ1 n_AP and 1/τ_AP = λ1 n_P (1/s), and their standard errors."""

    relaxation: float
    relaxation_error: float
    population_P: float
    population_P_error: float
    rate_P: float
    rate_P_error: float
    rate_AP: float
    rate_AP_error: float


def two_state_rates(cosines: Array, *, interval: float, top: float, lag: int) -> TwoStateRates:
    """Rates of Eq. 23 from stationary records of cos θ, shape (replicas, samples), replicas ≥ 2, `interval` s apart.

    λ1 is the decay of the correlation C of the side of the barrier top between one and two lags (in samples),
    ln[C(lag)/C(2 lag)]/(lag·interval): motion within a well, which decays faster, drops out as e^{−(λ2−λ1) lag}. A lag
    of about 0.4/λ1 is best. Unlike a mean dwell time it needs no word on when a state is left. Errors: jackknife over
    replicas. OutsideValidityError if a correlation is not positive.
    """
    if cosines.ndim != 2 or cosines.shape[0] < 2 or cosines.shape[1] <= 2 * lag:
        raise OutsideValidityError(f"cosines has shape {cosines.shape}; needed: 2 replicas, {2 * lag + 1} samples")
    side = (cosines > top).astype(float)
    moments = np.stack([side.mean(axis=1), *(_product(side, k * lag) for k in (1, 2))])
    found = _rates(moments.mean(axis=1), lag * interval)
    without_one = (moments.sum(axis=1, keepdims=True) - moments) / (side.shape[0] - 1)
    errors = np.sqrt((side.shape[0] - 1.0) * _rates(without_one, lag * interval).var(axis=1))
    return TwoStateRates(*np.stack([found, errors], axis=1).ravel().tolist())


def _product(side: Array, lag: int) -> Array:
    return np.asarray((side[:, lag:] * side[:, :-lag]).mean(axis=1))


def _rates(moments: Array, time: float) -> Array:
    """(λ1, n_P, 1/τ_P, 1/τ_AP), shape (4, …), from ⟨side⟩ and ⟨side side⟩ at one and two lags, shape (3, …)."""
    population = moments[0]
    first, second = moments[1] - population**2, moments[2] - population**2
    if np.any(first <= 0.0) or np.any(second <= 0.0):
        raise OutsideValidityError("the records are too short for this lag: a correlation is not positive")
    relaxation = np.log(first / second) / time
    return np.stack([relaxation, population, relaxation * (1.0 - population), relaxation * population])
