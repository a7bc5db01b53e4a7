"""The dwell times of a barrier of finite height, from the axial Fokker–Planck equation behind Eq. 19."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.integrate import cumulative_simpson, simpson

from stfit.errors import OutsideValidityError
from stfit.physics.transport import Gmr

Array = npt.NDArray[np.float64]

_MIN_SIGMA, _MAX_SIGMA = 3.0, 1e4
_STEPS_PER_WIDTH = 200  # grid steps in the width ~1/√σ of a well: Simpson's error is below 1e-8
_ITERATIONS = 8  # each divides the error of the slowest mode by λ3/λ1 > 25 (σ ≥ 3): below 1e-11


def finite_barrier_asymmetry(sigma: float, gmr: Gmr) -> tuple[float, float]:
    """(c_P(σ), c_AP(σ)), rad: ±(k_BT/G) ∂ln τ_i/∂I at I = 0 for the barrier k_BT·σ sin²θ, σ = E/k_BT.

    Exact rates, 1/τ_P = λ1 n_AP and 1/τ_AP = λ1 n_P; for σ → ∞ c_P of Eq. 27 and c_AP − ½√(π/σ). OutsideValidityError
    for σ below 3 (no two states) or above 10⁴.
    """
    if not _MIN_SIGMA <= sigma <= _MAX_SIGMA:
        raise OutsideValidityError(f"σ = E/k_BT is {sigma:g}; finite-barrier asymmetries hold for 3 to 10000")
    # At I = 0 both wells are alike: one half sphere, from the pole to the barrier top, serves both.
    theta = np.linspace(0.0, 0.5 * np.pi, 2 * int(_STEPS_PER_WIDTH * np.sqrt(sigma)) + 1)
    weight = np.exp(-sigma * np.sin(theta) ** 2) * np.sin(theta)
    rho_P, rho_AP = gmr.integral(theta), gmr.integral(np.pi - theta)
    eigenvalue = _log_eigenvalue_change(theta, sigma, weight, 0.5 * (rho_P + rho_AP))
    # The top moves by r/(2σ) per unit of G I/k_BT, which passes on weight of order e^{−σ}.
    moved = weight[-1] * float(gmr.resistance(0.5 * np.pi)) / (2.0 * sigma * simpson(weight, x=theta))
    population = 0.5 * _mean(theta, weight, rho_AP - rho_P) + moved
    return population - eigenvalue, population + eigenvalue


def _log_eigenvalue_change(theta: Array, sigma: float, weight: Array, rho: Array) -> float:
    """∂ln λ1/∂g under U → U + g ρ: ⟨ρ⟩ weighed by f² w minus ⟨ρ⟩ weighed by f'² w, with w = e^{−U} sin θ.

    The eigenfunction f is odd about the top. It comes from inverse iteration of the step, f' = −(1/w)∫₀^θ w f.
    """
    sine = np.sin(theta)
    # e^{−σ} is taken out of 1/w, which would overflow; at the pole f' = 0.
    inverse = np.divide(np.exp(-sigma * np.cos(theta) ** 2), sine, out=np.zeros_like(sine), where=sine > 0.0)
    f = np.ones_like(theta)
    for _ in range(_ITERATIONS):
        flux = cumulative_simpson(weight * f, x=theta, initial=0.0)
        risen = cumulative_simpson(flux * inverse, x=theta, initial=0.0)
        f = 1.0 - risen / risen[-1]
    return _mean(theta, weight * f**2, rho) - _mean(theta, flux**2 * inverse, rho)


def _mean(theta: Array, weight: Array, values: Array) -> float:
    return float(simpson(weight * values, x=theta) / simpson(weight, x=theta))
