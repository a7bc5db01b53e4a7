"""barrier = "high": Eq. 27, ln τ = ln τ0 + B/k_BT with a barrier that is a straight line in the current.

`BarrierLaw` is what Eq. 27 shares with its rivals, which cross another barrier at another temperature. Formulas of
NumPy's ufuncs: floats, arrays or Jets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, final

import numpy as np
import numpy.typing as npt

from stfit.constants import BOLTZMANN
from stfit.models.asymmetry import Wells
from stfit.models.device import CriticalRows, Device, Quantities, Rows
from stfit.models.parameters import Parameter
from stfit.models.words import Words
from stfit.physics.activation import barrier, log_dwell_time, slope
from stfit.physics.critical import inverse_critical_current
from stfit.physics.fokker_planck import finite_barrier_asymmetry
from stfit.physics.switching import measured_critical_current
from stfit.physics.transport import ChiGmr, Gmr

Activation = tuple[Any, Any]  # a barrier (J) and the temperature (K) at which it is crossed

LOWEST_BARRIER: Final = 5.0  # k_BT, below which Eq. 27 is no activation law
HIGHEST_BARRIER: Final = 100.0  # k_BT, up to which the wells' width is known
_SMALL: Final = 0.05  # relative change of l/L_θθ that a remark, and no warning, tells

_CURRENT: Final = "Critical currents were measured in {time}: I_c[1 − (k_BT/E_i) ln({t}/τ0)] with I_c of Eq. 28."
_EQUATION: Final = {
    "consistent": "Eq. 27 in the consistent convention: ln τ_i = ln τ0 + (E_i ± 8e(l/L_θθ)ΔR c_i I/β)/k_BT.",
    "printed": "Eq. 27 as printed: 2 k_BT, no 8e. l/L_θθ is −8 times the consistent one, c_i and E_i are twice it.",
}
_ASYMMETRIES: Final = {
    "theta_0": "The angle θ0 of the barrier top is free; c_P and c_AP follow from it and share a fixed sum.",
    "symmetric": "The barrier top lies at θ0 = π/2; c_P and c_AP follow from it.",
    "uniaxial": "One axis with a field along it: E_P, E_AP and θ0 follow from Kv and h.",
    "chi": "The barrier top lies at θ0 = π/2 and χ of the GMR curve is free.",
    "free": "c_P and c_AP are independent: only their products with l/L_θθ can be identified.",
}
_WORDS: Final = Words(
    short="Eq. 27, barrier ∝ 1 − I/I_c",
    offer="Eq. 27",
    equation=_EQUATION,
    asymmetries=_ASYMMETRIES,
    rates="High barriers: the rates are those of Eq. 27, not the Fokker–Planck ones; I_c is extrapolated linearly.",
    measured_current=_CURRENT,
)


@final
@dataclass(frozen=True)
class Linear:
    """The rows as Eq. 27 has them: B_i of the state that is left (J), at the temperature of the magnet (K)."""

    state: Any
    temperature: Any
    wells: Wells
    barrier: Any

    @property
    def energy(self) -> Any:
        """E_i of the state of each row, J."""
        return (1 - self.state) * self.wells.energy_P + self.state * self.wells.energy_AP


class BarrierLaw:
    """ln τ = ln τ0 + B/k_BT: Eq. 27, from which a rival differs by its name, its words and its `activation`."""

    words: Words

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """None beside those of Eq. 27."""
        return ()

    @property
    def linear_in_current(self) -> bool:
        """ln τ bends, unless the law knows better."""
        return False

    @property
    def one_axis(self) -> bool:
        """Any two barriers."""
        return False

    @property
    def counterpart(self) -> str:
        """The exact rates, of whose high barriers Eq. 27 is the limit."""
        return "exact-rates"

    def prepared(self, gmr: Gmr) -> Self:  # noqa: ARG002
        """The law itself, whatever r(θ)."""
        return self

    def activation(self, quantities: Quantities, rows: Linear) -> Activation:  # noqa: ARG002
        """Barrier (J) and temperature (K) of every row, whose quotient over k_B is ln(τ/τ0); those of Eq. 27."""
        return rows.barrier, rows.temperature

    def slope_ratio(self, quantities: Quantities) -> Any:  # noqa: ARG002
        """∂ln τ_i/∂I at I = 0 over that of Eq. 27 with the same parameters: 1."""
        return 1.0

    def log_dwell_time(self, device: Device, quantities: Quantities, rows: Rows) -> Any:
        """ln τ (τ in s) of each row, Eq. 27 with the law's barrier and temperature."""
        wells = device.wells(quantities, rows.field, rows.temperature)
        energies, factors = (wells.energy_P, wells.energy_AP), (wells.c_P, wells.c_AP)
        linear = barrier(rows.state, rows.current, *energies, device.coupling(quantities), *factors)
        height, crossed_at = self.activation(quantities, Linear(rows.state, rows.temperature, wells, linear))
        return log_dwell_time(np.log(quantities["tau_0"]), height, crossed_at, device.convention)

    def slope(self, device: Device, quantities: Quantities, rows: Rows) -> Any:
        """s_i = ∂ln τ_i/∂I at I = 0, 1/A."""
        wells = device.wells(quantities, rows.field, rows.temperature)
        coupling = device.coupling(quantities) * self.slope_ratio(quantities)
        return slope(rows.state, coupling, wells.c_P, wells.c_AP, rows.temperature, device.convention)

    def factors(self, device: Device, quantities: Quantities, temperature: Any) -> tuple[Any, Any]:  # noqa: ARG002
        """c_P and c_AP (rad) of infinitely high barriers."""
        wells = device.wells(quantities, None, None)
        return wells.c_P, wells.c_AP

    def inverse_critical_current(self, device: Device, quantities: Quantities, rows: CriticalRows) -> Any:
        """1/I_c (1/A) by Eq. 28, at finite temperature where it was measured in a time."""
        time = rows.measurement_time
        wells = device.wells(quantities, None, None if time is None else rows.temperature)
        own = None if rows.energy is None else (device.barrier_of_row(rows.energy),) * 2
        energies = own or (wells.energy_P, wells.energy_AP)
        seen = quantities if rows.delta_R is None else {**quantities, "delta_R": rows.delta_R}
        inverse = inverse_critical_current(rows.state, *energies, device.coupling(seen), wells.c_P, wells.c_AP)
        if time is None:
            return inverse
        left = (1 - rows.state) * energies[0] + rows.state * energies[1]
        log_tau_0 = np.log(quantities["tau_0"])
        reached = measured_critical_current(1.0, left, rows.temperature, time, log_tau_0, device.convention)
        return inverse / (1.0 - self.thermal_loss(quantities, 1.0 - reached))

    def thermal_loss(self, quantities: Quantities, share: Any) -> Any:  # noqa: ARG002
        """The share of I_c that is missing in a current at which the barrier is still a share of E_i: the same."""
        return share

    def outside(self, device: Device, quantities: Quantities, rows: Rows) -> npt.NDArray[np.bool_]:  # noqa: ARG002
        """No row: beyond I_c the barrier goes on as it is."""
        return np.zeros(np.shape(rows.state), dtype=bool)

    def remedy(self, device: Device, quantities: Quantities, rows: Rows, row: int) -> tuple[str, str]:  # noqa: ARG002
        """LookupError: no row is outside."""
        raise LookupError(f"{self.words.short} knows every setting")

    def barrier_height(self, heights: npt.NDArray[np.float64]) -> tuple[bool, str]:
        """Whether all barriers (k_BT) are well above k_BT."""
        low = int(np.count_nonzero(heights < LOWEST_BARRIER))
        if low == 0:
            return True, f"; none lies below {LOWEST_BARRIER:g} k_BT."
        below = f"{low} of {heights.size} rows lie below {LOWEST_BARRIER:g} k_BT"
        return False, f"; {below}, where Eq. 27 (which needs E ≫ k_BT) is outside its range of validity."

    def finite_barrier(self, device: Device, values: Mapping[str, float | None]) -> tuple[bool, str] | None:
        """What barriers of finite height would change in c_P and c_AP, and so in l/L_θθ."""
        sigma = mean_height(device, values)
        if sigma is None or device.asymmetry.name == "free":
            return None
        doubled = device.convention.gmr
        chi = values.get("chi")
        gmr = device.gmr if chi is None else ChiGmr(chi)
        c_P, c_AP = (doubled * c for c in finite_barrier_asymmetry(sigma, gmr))
        change = doubled * gmr.total / (c_P + c_AP) - 1.0
        size = "larger" if change > 0 else "smaller"
        sentence = (
            f"Eq. 27 assumes infinite barriers; the finite ones fitted (σ = {sigma:.3g}) would give an l/L_θθ "
            f"{100 * abs(change):.0f} % {size}. At zero field the width of the wells gives c_P = {c_P:.4f} and "
            f"c_AP = {c_AP:.4f} (ratio {c_AP / c_P:.3g}). Finite barriers, a field and the GMR curve all change the "
            "ratio c_AP/c_P, and data at one temperature and field cannot tell them apart."
        )
        return abs(change) < _SMALL, sentence

    @property
    def contains(self) -> tuple[str, ...]:
        """No other law."""
        return ()

    def as_rival(self, device: Device) -> Device | str:
        """The device itself: the parameters are those of any barriers."""
        return device

    def start(self, wells: Wells) -> dict[str, float]:  # noqa: ARG002
        """Nothing: no parameter of the barriers is the law's own."""
        return {}


def mean_height(device: Device, values: Mapping[str, float | None]) -> float | None:
    """σ of √σ = (√(E_P/k_BT) + √(E_AP/k_BT))/2, where it is within what is known of finite barriers; else None."""
    thermal = device.convention.thermal * BOLTZMANN * device.reference_temperature
    energies = [energy for name in ("E_P", "E_AP") if (energy := values[name]) is not None and energy > 0.0]
    if len(energies) < 2:
        return None
    sigma = float(np.mean([np.sqrt(energy / thermal) for energy in energies]) ** 2)
    return sigma if LOWEST_BARRIER <= sigma <= HIGHEST_BARRIER else None


@final
@dataclass(frozen=True)
class LinearBarrier(BarrierLaw):
    """Eq. 27 itself: B_i = E_i(1 − I/I_c,i) at the temperature of the magnet. Valid for barriers well above k_BT."""

    name: str = "eq-27"
    words: Words = _WORDS

    @property
    def linear_in_current(self) -> bool:
        """A straight line."""
        return True


EQ_27: Final = LinearBarrier()
