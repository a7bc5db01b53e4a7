"""A macrospin under spin injection: what it is made of, its scales and its wells (its motion: physics/llg.py)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import final

import numpy as np

from stfit.constants import BOLTZMANN
from stfit.errors import OutsideValidityError
from stfit.physics.llg_wells import Wells, wells
from stfit.physics.transport import Gmr


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
