"""What follows from the parameters of a fit: asymmetry factors, barriers, slopes, critical currents, transport."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, final

import numpy as np

from stfit.constants import BOLTZMANN
from stfit.models.asymmetry import Wells
from stfit.models.derived import TRANSPORT_INGREDIENTS
from stfit.models.device import Device, Quantities, Rows
from stfit.models.law import Law
from stfit.physics.activation import attempt_frequency_axial, critical_current, diffusion_constant
from stfit.physics.transport import transport_coefficient

_STATES: Final = ("P", "AP")


@final
@dataclass(frozen=True)
class Derived:
    """What follows from quantities (SI) at a temperature (K), each by its name when it is asked for."""

    device: Device
    law: Law
    quantities: Quantities
    temperature: Any

    def values(self, only: Collection[str]) -> dict[str, Any]:
        """Those of `only` that follow; infinite where a slope, or an asymmetry factor, is 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return {name: formula() for name, formula in self._formulas().items() if name in only}

    def _formulas(self) -> dict[str, Callable[[], Any]]:
        wells = self.device.wells(self.quantities, None, None)
        c = dict(zip(_STATES, self.law.factors(self.device, self.quantities, self.temperature), strict=True))
        energy = dict(zip(_STATES, (wells.energy_P, wells.energy_AP), strict=True))
        formulas: dict[str, Callable[[], Any]] = {f"c_{state}": partial(c.get, state) for state in _STATES}
        formulas["c_ratio"] = lambda: c["AP"] / c["P"]
        for code, state in enumerate(_STATES):
            formulas[f"E_{state}"] = partial(energy.get, state)
            if "delta_R" in self.quantities:  # else each row has its own
                formulas[f"slope_{state}"] = partial(self._slope, code)
                formulas[f"I_c_{state}"] = partial(self._critical_current, code, wells)
        if all(name in self.quantities for name in TRANSPORT_INGREDIENTS):
            formulas["transport_L"] = self._transport_L
            formulas["spin_transfer_l"] = lambda: self.quantities["l_over_L"] * self._transport_L()
            formulas["tau_0_predicted"] = lambda: self._attempt_time(wells)
        return formulas

    def _slope(self, code: int) -> Any:
        """s_i at I = 0 without an applied field."""
        return self.law.slope(self.device, self.quantities, Rows(code, None, self.temperature))

    def _critical_current(self, code: int, wells: Wells) -> Any:
        """I_c,i, linear-extrapolated: where the barrier of Eq. 27 would vanish."""
        energy = (wells.energy_P, wells.energy_AP)
        return critical_current(code, *energy, self.device.coupling(self.quantities), wells.c_P, wells.c_AP)

    def _transport_L(self) -> Any:
        """L_θθ/ρ0 (Eq. 3)."""
        return transport_coefficient(*(self.quantities[name] for name in TRANSPORT_INGREDIENTS))

    def _attempt_time(self, wells: Wells) -> Any:
        """√π/(2 D0 σ^{3/2}), s, of the uniaxial barrier √(Kv) = (√E_P + √E_AP)/2 (Brown 1963)."""
        thermal = self.device.convention.thermal * BOLTZMANN * self.temperature
        sigma = np.square(0.5 * (np.sqrt(wells.energy_P) + np.sqrt(wells.energy_AP))) / thermal
        diffusion = diffusion_constant(self._transport_L(), self.temperature)
        return 1.0 / attempt_frequency_axial(diffusion, sigma)
