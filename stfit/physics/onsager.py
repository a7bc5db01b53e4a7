"""The Onsager matrix that joins ferromagnetic and electric currents (Eqs. 1–3), and what the second law asks of it.

Order of fluxes and forces as in Eq. 2: j^φ, j^θ, δJ, J against (∂μ^F/∂φ)/sin θ, ∂μ^F/∂θ, (∂Δμ/∂z)/e, (∂μ0/∂z)/e, with
fluxes = −matrix·forces and T dS/dt = forces·matrix·forces, the sign of Eq. 2 put into Eq. 1, whose electric terms are
printed with the opposite one. Leading axes of every argument broadcast. Units are those of the caller, one set for all.

With σ0 = (σ↑+σ↓)/2 and μ0 = μ↑ + μ↓ of the paper, the two channels dissipate half of Eq. 1's electric terms: it counts
forces of Δμ/2 as Δμ. We follow Eq. 1, by which l stands in Eq. 6.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from stfit.errors import OutsideValidityError

Array = npt.NDArray[np.float64]

_FERROMAGNETIC = slice(0, 2)


def onsager_matrix(L_theta: Array, alpha: Array, cross: Array, conductivity: Array, beta: Array) -> Array:
    """The matrix of Eq. 2, shape (…, 4, 4), with L_θφ = −L_φθ = −L_θθ/α (Eq. 3, Onsager–Casimir) and l̃ = l (Onsager).

    L_theta: L_θθ = L_φφ; alpha: damping; cross: l, of spin transfer; conductivity: σ0; beta: (σ↑−σ↓)/(σ↑+σ↓).
    OutsideValidityError if it violates the second law: see `check_second_law`.
    """
    L_theta, alpha, cross, conductivity, beta = np.broadcast_arrays(L_theta, alpha, cross, conductivity, beta)
    matrix = np.zeros((*L_theta.shape, 4, 4))
    matrix[..., 0, 0] = matrix[..., 1, 1] = L_theta
    matrix[..., 0, 1], matrix[..., 1, 0] = L_theta / alpha, -L_theta / alpha
    matrix[..., 1, 2] = matrix[..., 2, 1] = cross
    matrix[..., 2, 2] = matrix[..., 3, 3] = conductivity
    matrix[..., 2, 3] = matrix[..., 3, 2] = beta * conductivity
    check_second_law(matrix)
    return matrix


def check_second_law(matrix: Array) -> None:
    """OutsideValidityError unless every matrix (…, 4, 4) is symmetric but for L_θφ and has a positive symmetric part.

    For `onsager_matrix` that is L_θθ > 0, σ0 > 0, |β| < 1 and l² < L_θθ σ0 (1−β²), see `largest_cross_coefficient`.
    """
    symmetric = 0.5 * (matrix + np.swapaxes(matrix, -1, -2))
    odd = np.abs(matrix - symmetric)
    odd[..., _FERROMAGNETIC, _FERROMAGNETIC] = 0.0
    if np.any(odd > 0.0) or not np.all(np.isfinite(matrix)):
        raise OutsideValidityError("Onsager's relations need a finite matrix that is symmetric but for L_θφ = −L_φθ")
    size = np.sqrt(np.abs(np.einsum("...ii->...i", symmetric)))
    if np.any(size == 0.0):
        raise OutsideValidityError("the second law needs positive L_θθ, L_φφ and σ0; a diagonal element is zero")
    # Relative to its diagonal the matrix has no unit: rounding is of the size of ε.
    lowest = np.linalg.eigvalsh(symmetric / (size[..., :, None] * size[..., None, :]))[..., 0].min()
    if lowest <= 0.0:
        raise OutsideValidityError(
            "the second law needs L_θθ > 0, σ0 > 0, |β| < 1 and l² < L_θθ σ0 (1−β²); the lowest eigenvalue of the "
            f"symmetric part, relative to its diagonal, is {lowest:.3g}"
        )


def fluxes(matrix: Array, forces: Array) -> Array:
    """(j^φ, j^θ, δJ, J) = −matrix·forces (Eq. 2), shape (…, 4); matrix: (…, 4, 4), forces: (…, 4)."""
    flux: Array = -np.einsum("...ij,...j->...i", matrix, forces)
    return flux


def entropy_production(matrix: Array, forces: Array, temperature: Array) -> Array:
    """dS/dt = −fluxes·forces/T (Eq. 1), shape (…); temperature: K, > 0. Precession (L_θφ) does not dissipate."""
    production: Array = -np.einsum("...i,...i->...", fluxes(matrix, forces), forces) / temperature
    return production


def largest_cross_coefficient(L_theta: Array, conductivity: Array, beta: Array) -> Array:
    """The |l| that the second law does not reach: √(L_θθ σ0 (1−β²)), the geometric mean of what l couples."""
    largest: Array = np.sqrt(L_theta * conductivity * (1.0 - np.square(beta)))
    return largest


def largest_ratio(L_theta: Array, conductivity: Array, beta: Array) -> Array:
    """The bound on |l/L_θθ|, √(σ0 (1−β²)/L_θθ): an upper bound on λ = l/(e L_θθ), weak where damping (L_θθ) is weak."""
    largest: Array = np.sqrt(conductivity * (1.0 - np.square(beta)) / L_theta)
    return largest
