"""The law that all kinds of data share: barriers under current, and what follows from them (Eqs. 7–10, 26–28)."""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.constants import BOLTZMANN
from stfit.models.asymmetry import Asymmetry, SymmetricBarrier, Uniaxial, Wells, asymmetry_named
from stfit.models.derived import TRANSPORT_INGREDIENTS
from stfit.models.exact import ExactRates
from stfit.models.guess import starting_quantities
from stfit.models.material import ConstantMaterial, Material, material_named
from stfit.models.parameters import PARAMETERS, Parameter, at_temperature
from stfit.models.rate_tables import rate_table
from stfit.models.rivals import EQ_27, Description, Linear
from stfit.physics.activation import (
    attempt_frequency_axial,
    barrier,
    critical_current,
    diffusion_constant,
    log_dwell_time,
    slope,
)
from stfit.physics.critical import inverse_critical_current
from stfit.physics.switching import measured_critical_current
from stfit.physics.transport import (
    CONSISTENT,
    CONVENTIONS,
    CosineGmr,
    Gmr,
    convert_energy,
    coupling,
    transport_coefficient,
)

Array = npt.NDArray[np.float64]
Quantities = Mapping[str, Any]

BARRIERS: Final = ("high", "exact")


class SpinTransferLaw:
    """Barriers B_P = E_P + G c_P I and B_AP = E_AP − G c_AP I with G = 8 e (l/L_θθ) ΔR/β, for one device.

    gmr: r(θ), default (1 − cosθ)/2. asymmetry, convention: as in the analysis file. reference_temperature: K, where
    slopes are quoted. by_field: rows differ in field (uniaxial only). mapping: how Eq. 32 is read of a resonance, a key
    of physics.fluctuations.MAPPINGS; a copy of the law with another one is its rival. barrier: "high" (Eq. 27) or
    "exact" (Fokker–Planck rates; asymmetry "uniaxial" or "symmetric" alone). magnetisation, anisotropy_law: how the
    barriers follow temperature, see models.material. description: of ln τ(I), see models.rivals. Every method takes
    quantities in SI units, as floats, arrays (leading axes broadcast over the rows) or Jets.

    Barriers are quoted at the reference temperature. l/L_θθ is taken not to depend on temperature.
    """

    def __init__(
        self,
        *,
        gmr: Gmr | None = None,
        asymmetry: str = "theta_0",
        convention: str = "consistent",
        reference_temperature: float = 300.0,
        by_field: bool = False,
        mapping: str = "damping",
        barrier: str = "high",
        magnetisation: str = "constant",
        anisotropy_law: str = "constant",
        description: Description = EQ_27,
    ) -> None:
        self.gmr: Gmr = CosineGmr() if gmr is None else gmr
        self.convention = CONVENTIONS[convention]
        self.rates: ExactRates | None = self._rates_of(barrier)
        self.by_field = by_field
        self.asymmetry: Asymmetry = self._asymmetry_named(asymmetry)
        self.reference_temperature = reference_temperature
        self.description = description
        self.material: Material = material_named(magnetisation, anisotropy_law)
        self.mapping = mapping

    def rewritten(
        self,
        *,
        description: Description | None = None,
        convention: str | None = None,
        mapping: str | None = None,
        barrier: str | None = None,
        asymmetry: str | None = None,
    ) -> SpinTransferLaw:
        """The same device under a rival description of ln τ(I), in another convention, with another reading of a line.

        A convention changes what λ, the barriers and c_i mean: see the conversions in physics.transport. An asymmetry
        changes which parameters there are.
        """
        rival = copy.copy(self)
        rival.description = description or self.description
        rival.mapping = mapping or self.mapping
        if convention is not None:
            rival.convention = CONVENTIONS[convention]
        if barrier is not None:
            rival.rates = rival._rates_of(barrier)
        if asymmetry is not None or convention is not None:
            rival.asymmetry = rival._asymmetry_named(asymmetry or self.asymmetry.name)
        return rival

    def _rates_of(self, barrier: str) -> ExactRates | None:
        if barrier not in BARRIERS:
            raise ValueError(f"no barrier is called {barrier!r}; there are {', '.join(BARRIERS)}")
        return ExactRates(rate_table(self.gmr)) if barrier == "exact" else None

    def _asymmetry_named(self, name: str) -> Asymmetry:
        exact = self.rates is not None
        return asymmetry_named(name, self.gmr, scale=self.convention.gmr, by_field=self.by_field, exact=exact)

    @property
    def barrier(self) -> str:
        """Its name in the analysis file: "high" (Eq. 27) or "exact"."""
        return "high" if self.rates is None else "exact"

    @property
    def linear_in_current(self) -> bool:
        """Whether ln τ is a straight line in the current."""
        return self.rates is None and self.description.linear_in_current

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters of Eq. 27 with this asymmetry, constants last."""
        names = ("l_over_L", "tau_0", *self.asymmetry.parameters, "beta", "delta_R")
        shared = (
            at_temperature(PARAMETERS[name], self.reference_temperature, self.convention.thermal) for name in names
        )
        return *shared, *self.material.parameters, *self.description.parameters

    def wells(self, quantities: Quantities, field: Any, temperature: Any) -> Wells:
        """Barriers (J) and asymmetry factors at a field μ0H (T) and a temperature (K) of the magnet.

        None: without an applied field, at the reference temperature.
        """
        return self.asymmetry.wells(self.quantities_at(quantities, temperature), field)

    def quantities_at(self, quantities: Quantities, temperature: Any) -> Quantities:
        """The quantities with barriers, h and anisotropy field as they are at a temperature (K); None: as quoted."""
        return self.material.at(quantities, temperature, self.reference_temperature)

    @property
    def constant(self) -> bool:
        """Whether the barriers do not depend on temperature."""
        return isinstance(self.material, ConstantMaterial)

    def stiffness(self, quantities: Quantities, temperature: Any) -> Any:
        """K(T)/K(T_ref) at a temperature (K) of the magnet; the number 1.0 where the anisotropy is constant."""
        return self.material.stiffness(quantities, temperature, self.reference_temperature)

    def log_dwell_time(self, quantities: Quantities, *, state: Any, current: Any, temperature: Any, field: Any) -> Any:
        """ln τ (τ in s) at quantities in SI units; arrays or Jets, leading axes broadcast over the rows."""
        magnet = self.description.temperature(quantities, temperature, current)
        if self.rates is not None:
            return self.rates.log_dwell_time(
                self, quantities, state=state, current=current, temperature=magnet, field=field
            )
        wells = self.wells(quantities, field, magnet)
        linear = barrier(
            state, current, wells.energy_P, wells.energy_AP, self.coupling(quantities), wells.c_P, wells.c_AP
        )
        rows = Linear(state, magnet, wells, linear)
        height, crossed_at = self.description.activation(quantities, rows)
        return log_dwell_time(np.log(quantities["tau_0"]), height, crossed_at, self.convention)

    def inverse_critical_current(
        self,
        quantities: Quantities,
        *,
        state: Any,
        delta_R: Any = None,
        energy: Any = None,
        temperature: Any = None,
        measurement_time: float | None = None,
    ) -> Any:
        """1/I_c (1/A) out of `state`, Eq. 28; also where λ is 0.

        delta_R (ohm), energy (J, the measured barrier out of `state`): of the rows, in place of those of the device.
        measurement_time: s, on which I_c was measured at `temperature` (K), with the barrier of that temperature; None
        for I_c extrapolated to zero kelvin, which Eq. 28 gives with the barrier as quoted at the reference temperature:
        the straight line that is drawn to zero knows the barrier near where it was measured, not at 0 K.
        """
        if self.rates is not None and measurement_time is not None:
            seen = self.with_row_values(quantities, state, temperature, delta_R, energy)
            return self.rates.inverse_critical_current(
                self, seen, state=state, temperature=temperature, measurement_time=measurement_time
            )
        wells = self.wells(quantities, None, None if measurement_time is None else temperature)
        energies = (wells.energy_P, wells.energy_AP) if energy is None else (self.barrier_of_row(energy),) * 2
        seen = quantities if delta_R is None else {**quantities, "delta_R": delta_R}
        inverse = inverse_critical_current(state, *energies, self.coupling(seen), wells.c_P, wells.c_AP)
        if measurement_time is None:
            return inverse
        out_of = (1 - state) * energies[0] + state * energies[1]
        log_tau_0 = np.log(quantities["tau_0"])
        return inverse / measured_critical_current(
            1.0, out_of, temperature, measurement_time, log_tau_0, self.convention
        )

    def with_row_values(
        self, quantities: Quantities, state: Any, temperature: Any, delta_R: Any, energy: Any
    ) -> Quantities:
        """The quantities with ΔR and Kv of the rows: a barrier measured at T is K(T)v(1±h)², Kv is as quoted."""
        own: dict[str, Any] = {} if delta_R is None else {"delta_R": delta_R}
        if energy is not None:
            tilt = 1.0 + (1 - 2 * state) * self.reduced_field(self.quantities_at(quantities, temperature), None)
            own["Kv"] = self.barrier_of_row(energy) / np.square(tilt) / self.stiffness(quantities, temperature)
        return {**quantities, **own}

    def reduced_field(self, quantities: Quantities, field: Any) -> Any:
        """h = H/H_K of the rows; TypeError with an asymmetry that is not of one axis."""
        if not isinstance(self.asymmetry, Uniaxial | SymmetricBarrier):
            raise TypeError(f"asymmetry {self.asymmetry.name!r} has no axis")
        return self.asymmetry.reduced_field(quantities, field)

    def barrier_of_row(self, energy: Any) -> Any:
        """A barrier as it was measured (J) in the convention of the law; the printed one is doubled."""
        return convert_energy(energy, CONSISTENT, self.convention)

    def coupling(self, quantities: Quantities) -> Any:
        """G in J/A, Eqs. 7, 10 and 26."""
        return coupling(quantities["l_over_L"], quantities["delta_R"], quantities["beta"], self.convention)

    def slopes(self, quantities: Quantities, state: Any, temperature: Any, field: Any) -> Any:
        """s_i = ∂ln τ_i/∂I at I = 0, 1/A, of the state of each row."""
        if self.rates is not None:
            return self.rates.slope(self, quantities, state, temperature, field)
        wells = self.wells(quantities, field, temperature)
        ratio = self.description.slope_ratio(quantities)
        return slope(state, self.coupling(quantities) * ratio, wells.c_P, wells.c_AP, temperature, self.convention)

    def derived(self, quantities: Quantities, temperature: Any, only: Collection[str] | None = None) -> dict[str, Any]:
        """What follows from the parameters at a temperature (K): c_i, barriers, slopes, I_c; keys of DERIVED_UNITS.

        only: the names that are wanted; None for all. Where no ΔR is that of the device (each row has its own), neither
        slopes nor I_c are. I_c is linear-extrapolated: where the barrier of Eq. 27 would vanish. Where the quantities
        hold α, γ, v and M_s, L_θθ/ρ0, l/(eρ0) and Brown's attempt time too; keys of TRANSPORT_UNITS.
        """
        wells, own = self.wells(quantities, None, None), self._names
        energy = {"P": wells.energy_P, "AP": wells.energy_AP}
        c = {"P": wells.c_P, "AP": wells.c_AP}
        if self.rates is not None:
            c["P"], c["AP"] = self.rates.asymmetry(self, quantities, temperature)
        formulas: dict[str, Callable[[], Any]] = {f"c_{state}": partial(c.get, state) for state in c}
        formulas["c_ratio"] = lambda: c["AP"] / c["P"]
        for code, state in enumerate(c):
            formulas[f"E_{state}"] = partial(energy.get, state)
            if "delta_R" in quantities:
                formulas[f"slope_{state}"] = partial(self._derived_slope, quantities, code, c[state], temperature)
                formulas[f"I_c_{state}"] = partial(self._derived_current, quantities, code, wells)
        if all(name in quantities for name in TRANSPORT_INGREDIENTS):
            transport_L = partial(transport_coefficient, *(quantities[name] for name in TRANSPORT_INGREDIENTS))
            formulas["transport_L"] = transport_L
            formulas["spin_transfer_l"] = lambda: quantities["l_over_L"] * transport_L()
            formulas["tau_0_predicted"] = lambda: self._attempt_time(wells, transport_L(), temperature)
        with np.errstate(divide="ignore", invalid="ignore"):  # infinite where a slope, or an asymmetry factor, is 0
            return {
                name: formula()
                for name, formula in formulas.items()
                if name not in own and (only is None or name in only)
            }

    def _derived_slope(self, quantities: Quantities, code: int, factor: Any, temperature: Any) -> Any:
        """s_i at I = 0; with exact rates from c_i(σ) of the temperature."""
        if self.rates is None:
            return self.slopes(quantities, code, temperature, None)
        return slope(code, self.coupling(quantities), factor, factor, temperature, self.convention)

    def _derived_current(self, quantities: Quantities, code: int, wells: Wells) -> Any:
        """I_c,i of the barrier of Eq. 27."""
        energy = (wells.energy_P, wells.energy_AP)
        return critical_current(code, *energy, self.coupling(quantities), wells.c_P, wells.c_AP)

    def _attempt_time(self, wells: Wells, transport_L: Any, temperature: Any) -> Any:
        """√π/(2 D0 σ^{3/2}), s, of the uniaxial barrier √(Kv) = (√E_P + √E_AP)/2 (Brown 1963)."""
        thermal = self.convention.thermal * BOLTZMANN * temperature
        sigma = np.square(0.5 * (np.sqrt(wells.energy_P) + np.sqrt(wells.energy_AP))) / thermal
        return 1.0 / attempt_frequency_axial(diffusion_constant(transport_L, temperature), sigma)

    def starting_quantities(
        self,
        log_dwell: Array,
        weight: Array,
        *,
        state: Array,
        current: Array,
        temperature: Array,
        constants: Mapping[str, float],
    ) -> dict[str, float]:
        """Quantities (SI) to start a fit from, from crude ln τ of every row (weight: inverse variance)."""
        return starting_quantities(self, log_dwell, weight, state, current, temperature, constants)

    @property
    def _names(self) -> frozenset[str]:
        return frozenset(parameter.name for parameter in self.parameters)
