"""The law that all kinds of data share: one device, its law of ln τ under a current, and what follows from both."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, Self, final

import numpy as np
import numpy.typing as npt

from stfit.models.asymmetry import Uniaxial, asymmetry_named
from stfit.models.choices import BARRIERS, Choices, require_choice
from stfit.models.derived import DERIVED_UNITS, TRANSPORT_UNITS
from stfit.models.device import CriticalRows, Device, Quantities, Rows
from stfit.models.eq_27 import EQ_27
from stfit.models.formulas import Derived
from stfit.models.guess import CrudeDwellTimes, starting_quantities
from stfit.models.heating import NO_HEATING, Heating
from stfit.models.law import Law, law_named
from stfit.models.material import material_named
from stfit.models.parameters import PARAMETERS, Parameter, at_temperature
from stfit.physics.fluctuations import MAPPINGS
from stfit.physics.transport import CONVENTIONS, CosineGmr, Gmr

Array = npt.NDArray[np.float64]

_DEFAULT: Final = Choices()


@final
@dataclass(frozen=True)
class SpinTransferLaw:
    """ln τ, slopes and critical currents of one device under spin transfer.

    Barriers are B_P = E_P + G c_P I and B_AP = E_AP − G c_AP I with G = 8 e (l/L_θθ) ΔR/β. Every method takes
    quantities in SI units by name, as floats, arrays (leading axes broadcast over the rows) or Jets.

    Parameters
    ----------
    device : Device
        Barriers, asymmetry and coupling.
    rates : Law
        How long a state stands at these barriers: Eq. 27, the exact rates, or a rival.
    heating : Heating
        How the temperature of the magnet follows the current.
    mapping : str
        How Eq. 32 is read of a resonance, a key of physics.fluctuations.MAPPINGS.
    """

    device: Device
    rates: Law = EQ_27
    heating: Heating = NO_HEATING
    mapping: str = "damping"

    @classmethod
    def of(
        cls,
        choices: Choices = _DEFAULT,
        *,
        gmr: Gmr | None = None,
        reference_temperature: float = 300.0,
        by_field: bool = False,
        heating: Heating = NO_HEATING,
    ) -> Self:
        """The law that an analysis chooses by name.

        Parameters
        ----------
        choices : Choices
            The names of its parts.
        gmr : Gmr, optional
            r(θ); None for (1 − cos θ)/2.
        reference_temperature : float
            Temperature in K at which barriers, slopes and τ0 are quoted.
        by_field : bool
            Whether rows differ in field, which the uniaxial barrier alone follows.
        heating : Heating
            How the temperature of the magnet follows the current.

        Returns
        -------
        SpinTransferLaw
            The law with its parameters.

        Raises
        ------
        ValueError
            If a name is unknown, or the law does not take the asymmetry.
        """
        require_choice("convention", choices.convention, CONVENTIONS)
        require_choice("mapping", choices.mapping, MAPPINGS)
        curve: Gmr = CosineGmr() if gmr is None else gmr
        rates, convention = law_named(choices.barrier), CONVENTIONS[choices.convention]
        taken = BARRIERS[choices.barrier].asymmetries
        require_choice("asymmetry", choices.asymmetry, taken)
        asymmetry = asymmetry_named(
            choices.asymmetry, curve, scale=convention.gmr, by_field=by_field, one_axis=rates.one_axis
        )
        material = material_named(choices.magnetisation, choices.anisotropy_law)
        device = Device(curve, asymmetry, convention, material, reference_temperature)
        return cls(device, rates.prepared(curve), heating, choices.mapping)

    def in_convention(self, name: str) -> Self:
        """The same device in another convention."""
        return replace(self, device=self.device.in_convention(name))

    def in_swept_field(self, sign: int) -> Self:
        """The same law of one axis where a field is swept, which favours P where it is positive (+1), or AP (−1)."""
        asymmetry = self.device.asymmetry
        if not isinstance(asymmetry, Uniaxial):
            raise TypeError(f"asymmetry {asymmetry.name!r} has no axis")
        swept = replace(asymmetry, field_sign=sign, swept=True)
        return replace(self, device=replace(self.device, asymmetry=swept))

    @property
    def name(self) -> str:
        """Its key in a comparison: that of the heating where Eq. 27 is heated, else that of the law."""
        return self.heating.name if self._is_heated_eq_27 else self.rates.name

    @property
    def words(self) -> str:
        """What it says, for a table."""
        return self.heating.words if self._is_heated_eq_27 else self.rates.words.short

    @property
    def contains(self) -> tuple[str, ...]:
        """Names of the descriptions that it becomes for one value of its own parameter."""
        return (self.rates.name,) if self._is_heated_eq_27 else self.rates.contains

    @property
    def _is_heated_eq_27(self) -> bool:
        return self.rates.name == EQ_27.name and bool(self.heating.name)

    @property
    def linear_in_current(self) -> bool:
        """Whether ln τ is a straight line in the current."""
        return self.rates.linear_in_current and not self.heating.parameters

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters of Eq. 27 with this asymmetry, the constants, then those of material, law and heating."""
        device = self.device
        names = ("l_over_L", "tau_0", *device.asymmetry.parameters, "beta", "delta_R")
        thermal = device.convention.thermal
        shared = (at_temperature(PARAMETERS[name], device.reference_temperature, thermal) for name in names)
        return *shared, *device.material.parameters, *self.of_the_current

    @property
    def of_the_current(self) -> tuple[Parameter, ...]:
        """The parameters that only this description of ln τ(I) has."""
        return *self.rates.parameters, *self.heating.parameters

    def rows(self, quantities: Quantities, *, state: Any, current: Any, temperature: Any, field: Any) -> Rows:
        """Settings with the temperature of the magnet (K), from that of the device (K)."""
        return Rows(state, current, self.heating.temperature(quantities, temperature, current), field)

    def log_dwell_time(self, quantities: Quantities, *, state: Any, current: Any, temperature: Any, field: Any) -> Any:
        """ln τ (τ in s) of each row.

        Parameters
        ----------
        quantities : mapping of str to float, array or Jet
            The parameters by name, SI.
        state : array, shape (rows,)
            The state that is left: 0 for P, 1 for AP.
        current : array, shape (rows,)
            A, positive where it stabilises P.
        temperature : array, shape (rows,)
            Of the device, K.
        field : array, shape (rows,), or None
            μ0H in T.

        Returns
        -------
        array or Jet, shape (..., rows)
            ln τ; leading axes are those of the quantities.
        """
        rows = self.rows(quantities, state=state, current=current, temperature=temperature, field=field)
        return self.rates.log_dwell_time(self.device, quantities, rows)

    def inverse_critical_current(
        self,
        quantities: Quantities,
        *,
        state: Any,
        temperature: Any = None,
        measurement_time: Any = None,
        delta_R: Any = None,
        energy: Any = None,
    ) -> Any:
        """1/I_c of each row, Eq. 28; also where λ is 0.

        Extrapolated to zero kelvin, I_c has the barrier as quoted at the reference temperature: the straight line that
        is drawn to zero knows the barrier near where it was measured, not at 0 K.

        Parameters
        ----------
        quantities : mapping of str to float, array or Jet
            The parameters by name, SI.
        state, temperature, measurement_time, delta_R, energy
            As `CriticalRows` takes them.

        Returns
        -------
        array or Jet, shape (..., rows)
            1/I_c, 1/A.
        """
        rows = CriticalRows(state, temperature, measurement_time, delta_R, energy)
        return self.rates.inverse_critical_current(self.device, quantities, rows)

    def slopes(self, quantities: Quantities, state: Any, temperature: Any, field: Any) -> Any:
        """s_i = ∂ln τ_i/∂I at I = 0, 1/A, of the state of each row."""
        return self.rates.slope(self.device, quantities, Rows(state, None, temperature, field))

    def derived(self, quantities: Quantities, temperature: Any, only: Collection[str] | None = None) -> dict[str, Any]:
        """What follows from the parameters at a temperature.

        Parameters
        ----------
        quantities : mapping of str to float, array or Jet
            The parameters by name, SI.
        temperature : float, array or Jet
            K.
        only : collection of str, optional
            The names that are wanted; None for all.

        Returns
        -------
        dict of str to float, array or Jet
            c_i, barriers, slopes and I_c, keys of DERIVED_UNITS, less those that are parameters; without slopes and
            I_c where no ΔR is that of the device. Where the quantities hold α, γ, v and M_s, L_θθ/ρ0, l/(eρ0) and
            Brown's attempt time too; keys of TRANSPORT_UNITS.
        """
        own = {parameter.name for parameter in self.parameters}
        wanted = (DERIVED_UNITS.keys() | TRANSPORT_UNITS.keys()) if only is None else set(only)
        return Derived(self.device, self.rates, quantities, temperature).values(wanted - own)

    def starting_quantities(self, rows: CrudeDwellTimes, constants: Mapping[str, float]) -> dict[str, float]:
        """Quantities (SI) to start a fit from, from crude ln τ of every row at the temperature of the device."""
        magnet = self.heating.temperature(constants, rows.temperature, rows.current)
        return starting_quantities(self.device, replace(rows, temperature=magnet), constants)
