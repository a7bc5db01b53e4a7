"""A macrospin in handy units, and what the axial Fokker–Planck equation says of it, by means of this folder only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, final

import numpy as np
import numpy.typing as npt
from scipy.linalg import eigh_tridiagonal

from stfit.constants import BOLTZMANN
from stfit.physics.macrospin import Macrospin
from stfit.physics.transport import CosineGmr, Gmr

Array = npt.NDArray[np.float64]

TEMPERATURE = 300.0


def magnet(sigma: float, *, alpha: float = 1.0, temperature: float = TEMPERATURE, **others: Any) -> Macrospin:
    """A barrier of sigma k_BT at 300 K whose G is k_BT per ampere: a current is g = GI/k_BT."""
    thermal = BOLTZMANN * TEMPERATURE
    values: dict[str, Any] = {"h": 0.0, "coupling": thermal, "gmr": CosineGmr()} | others
    return Macrospin(
        anisotropy_energy=sigma * thermal,
        temperature=temperature,
        alpha=alpha,
        gyromagnetic_ratio=1.76e11,
        saturation_magnetisation=1e6,
        volume=1e-24,
        **values,
    )


@final
@dataclass(frozen=True)
class Axial:
    """U = σ(sin²θ − 2h cos θ) + g ρ(θ), in units of k_BT and D0, by n finite volumes in θ: right to O(1/n²)."""

    sigma: float
    h: float = 0.0
    g: float = 0.0
    gmr: Gmr = field(default_factory=CosineGmr)
    n: int = 4000

    def potential(self, theta: Any) -> Array:
        axial = self.sigma * (np.sin(theta) ** 2 - 2.0 * self.h * np.cos(theta))
        return np.asarray(axial + self.g * self.gmr.integral(theta))

    def shares(self, edges: Array) -> Array:
        """Equilibrium probability between edges (rad, rising from 0 to π), by the midpoint rule in 64 parts each."""
        parts = (np.arange(64) + 0.5) / 64.0
        theta = edges[:-1, None] + np.diff(edges)[:, None] * parts
        weight = np.diff(edges) * (np.exp(-self.potential(theta)) * np.sin(theta)).mean(axis=1)
        return np.asarray(weight / weight.sum())

    def mean(self, function: Any) -> float:
        theta = (np.arange(self.n) + 0.5) * np.pi / self.n
        weight = np.exp(-self.potential(theta)) * np.sin(theta)
        return float((weight * function(np.cos(theta))).sum() / weight.sum())

    @property
    def top(self) -> float:
        """cos θ of the maximum of U between the poles."""
        theta = np.linspace(0.0, np.pi, 200_001)
        rises = np.diff(self.potential(theta)) > 0.0
        return float(np.cos(theta[1:-1][rises[:-1] & ~rises[1:]][0]))

    def two_states(self) -> tuple[float, float]:
        """(λ1, n_P)."""
        step = np.pi / self.n
        theta, faces = (np.arange(self.n) + 0.5) * step, np.arange(1, self.n) * step
        weight = np.exp(-self.potential(theta)) * np.sin(theta)
        flow = np.exp(-self.potential(faces)) * np.sin(faces) / step**2
        diagonal = (np.append(flow, 0.0) + np.insert(flow, 0, 0.0)) / weight
        values = eigh_tridiagonal(
            diagonal, -flow / np.sqrt(weight[1:] * weight[:-1]), select="i", select_range=(1, 1), eigvals_only=True
        )
        return float(values[0]), float(self.shares(np.array([0.0, np.arccos(self.top), np.pi]))[0])

    def passages(self, core_P: float, core_AP: float) -> tuple[float, float]:
        """Mean first-passage times, in 1/D0, from cos θ = core_P to core_AP and back (Pontryagin's quadrature)."""
        theta, step = np.linspace(0.0, np.pi, 40_001), np.pi / 40_000
        weight = np.exp(-self.potential(theta)) * np.sin(theta)
        above = np.append(0.0, np.cumsum(0.5 * (weight[1:] + weight[:-1]))) * step
        between = (theta > np.arccos(core_P)) & (theta < np.arccos(core_AP))
        slowness = np.exp(self.potential(theta[between])) / np.sin(theta[between])
        return (
            float((slowness * above[between]).sum() * step),
            float((slowness * (above[-1] - above[between])).sum() * step),
        )
