"""One device: how its barriers, their asymmetry and the coupling to a current follow from parameters (Eqs. 7–10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self, final

import numpy as np

from stfit.models.asymmetry import Asymmetry, SymmetricBarrier, Uniaxial, Wells
from stfit.models.material import CONSTANT, ConstantMaterial, Material
from stfit.physics.transport import CONSISTENT, CONVENTIONS, Convention, Gmr, convert_energy, coupling

Quantities = Mapping[str, Any]


@final
@dataclass(frozen=True)
class Rows:
    """Settings at which a law is asked for ln τ.

    Parameters
    ----------
    state : array, shape (rows,)
        The state that is left: 0 for P, 1 for AP.
    current : array, shape (rows,)
        Current in A, positive where it stabilises P.
    temperature : array, shape (rows,)
        Temperature of the magnet in K, the heat of the current included.
    field : array, shape (rows,), or None
        Applied field μ0H in T; None where none is known.
    """

    state: Any
    current: Any
    temperature: Any
    field: Any = None


@final
@dataclass(frozen=True)
class CriticalRows:
    """Settings at which a law is asked for a critical current.

    Parameters
    ----------
    state : array, shape (rows,)
        The state that is left: 0 for P, 1 for AP.
    temperature : array, shape (rows,), or None
        Temperature of the device in K.
    measurement_time : array, shape (rows,), or None
        Time in s in which I_c was measured; None for I_c extrapolated to zero temperature (Eq. 28).
    delta_R, energy : array, shape (rows,), or None
        ΔR in ohm and the measured barrier in J out of `state`, in place of those of the device.
    """

    state: Any
    temperature: Any = None
    measurement_time: Any = None
    delta_R: Any = None
    energy: Any = None


@final
@dataclass(frozen=True)
class Device:
    """Barriers and coupling of one device; every law of ln τ stands on them.

    Barriers are quoted at the reference temperature. l/L_θθ is taken not to depend on temperature. Every method takes
    quantities in SI units by name, as floats, arrays (leading axes broadcast over the rows) or Jets.

    Parameters
    ----------
    gmr : Gmr
        The curve r(θ).
    asymmetry : Asymmetry
        Where the barrier top is, see models.asymmetry.
    convention : Convention
        How Eq. 27 is written, see physics.transport.
    material : Material
        How the barriers follow temperature, see models.material.
    reference_temperature : float
        Temperature in K at which barriers, slopes and τ0 are quoted.
    """

    gmr: Gmr
    asymmetry: Asymmetry
    convention: Convention = CONSISTENT
    material: Material = CONSTANT
    reference_temperature: float = 300.0

    @property
    def by_field(self) -> bool:
        """Whether rows differ in field."""
        return isinstance(self.asymmetry, Uniaxial) and self.asymmetry.by_field

    @property
    def field_sign(self) -> int:
        """+1 where a positive field favours P, −1 where it favours AP."""
        return self.asymmetry.field_sign if isinstance(self.asymmetry, Uniaxial) else 1

    @property
    def constant(self) -> bool:
        """Whether the barriers do not depend on temperature."""
        return isinstance(self.material, ConstantMaterial)

    def in_convention(self, name: str) -> Self:
        """The device in another convention, which changes what λ, the barriers and c_i mean (physics.transport)."""
        convention = CONVENTIONS[name]
        asymmetry = replace(self.asymmetry, scale=convention.gmr)  # type: ignore[type-var]  # each is a dataclass
        return replace(self, convention=convention, asymmetry=asymmetry)

    def wells(self, quantities: Quantities, field: Any, temperature: Any) -> Wells:
        """Barriers (J) and asymmetry factors at a field μ0H (T) and a temperature (K) of the magnet.

        None: without an applied field, at the reference temperature.
        """
        return self.asymmetry.wells(self.quantities_at(quantities, temperature), field)

    def quantities_at(self, quantities: Quantities, temperature: Any) -> Quantities:
        """The quantities with barriers, h and anisotropy field as they are at a temperature (K); None: as quoted."""
        return self.material.at(quantities, temperature, self.reference_temperature)

    def stiffness(self, quantities: Quantities, temperature: Any) -> Any:
        """K(T)/K(T_ref) at a temperature (K) of the magnet; the number 1.0 where the anisotropy is constant."""
        return self.material.stiffness(quantities, temperature, self.reference_temperature)

    def coupling(self, quantities: Quantities) -> Any:
        """G in J/A, Eqs. 7, 10 and 26."""
        return coupling(quantities["l_over_L"], quantities["delta_R"], quantities["beta"], self.convention)

    def reduced_field(self, quantities: Quantities, field: Any) -> Any:
        """h = H/H_K of the rows; TypeError with an asymmetry that is not of one axis."""
        if not isinstance(self.asymmetry, Uniaxial | SymmetricBarrier):
            raise TypeError(f"asymmetry {self.asymmetry.name!r} has no axis")
        return self.asymmetry.reduced_field(quantities, field)

    def barrier_of_row(self, energy: Any) -> Any:
        """A barrier as it was measured (J) in the convention of the device; the printed one is doubled."""
        return convert_energy(energy, CONSISTENT, self.convention)

    def with_row_values(self, quantities: Quantities, rows: CriticalRows) -> Quantities:
        """The quantities with ΔR and Kv of the rows: a barrier measured at T is K(T)v(1±h)², Kv is as quoted."""
        own: dict[str, Any] = {} if rows.delta_R is None else {"delta_R": rows.delta_R}
        if rows.energy is not None:
            there = self.quantities_at(quantities, rows.temperature)
            tilt = 1.0 + (1 - 2 * rows.state) * self.reduced_field(there, None)
            stiffness = self.stiffness(quantities, rows.temperature)
            own["Kv"] = self.barrier_of_row(rows.energy) / np.square(tilt) / stiffness
        return {**quantities, **own}
