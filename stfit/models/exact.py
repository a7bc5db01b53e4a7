"""barrier = "exact": dwell times of one axis from the Fokker–Planck equation, in place of the high-barrier Eq. 27."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple, Self, final

import numpy as np
import numpy.typing as npt

from stfit.constants import BOLTZMANN
from stfit.derivatives import Jet, value_of
from stfit.models.asymmetry import Wells, asymmetry_named
from stfit.models.device import CriticalRows, Device, Quantities, Rows
from stfit.models.eq_27 import EQ_27, mean_height
from stfit.models.parameters import Parameter
from stfit.models.rate_tables import rate_table
from stfit.models.words import Words
from stfit.physics.activation import attempt_frequency_axial
from stfit.physics.rate_table import LARGEST_FIELD, SIGMA, RateTable
from stfit.physics.transport import CosineGmr, Gmr

Array = npt.NDArray[np.float64]

_STEPS: Final = 30  # of Newton's method, which from the tangent at no current needs a few
_CLOSE: Final = 1e-12
_FLATTEST: Final = 0.6  # |h| to start from, inside the table's box
# asymmetries of two free barriers that one axis can stand for, and which of its own does
_STANDS_FOR: Final = {"theta_0": "uniaxial", "uniaxial": "uniaxial", "symmetric": "symmetric", "free": "uniaxial"}

_EQUATION: Final = {
    "consistent": "The potential is Kv(sin²θ − 2h cos θ) + 8e(l/L_θθ)(ΔR/β) I ∫r dθ, in the consistent convention.",
    "printed": "The potential is that of the consistent convention; l/L_θθ, c_i and energies are quoted as Eq. 27 is "
    "printed: −8 times, twice and twice.",
}
_ASYMMETRIES: Final = {
    "uniaxial": "One axis with a field along it: the barriers are Kv(1 ± h)².",
    "symmetric": "One axis without a field: both barriers are Kv.",
}
_RATES: Final = (
    "Exact rates: dwell times are those of the axial Fokker–Planck equation for the barrier Kv with the field "
    "h; D0 ∝ T, and τ0 is √π/(2 D0 σ^{3/2}) at the reference temperature. c_i are those of this barrier at zero "
    "current; I_c is that of the barrier at zero temperature, extrapolated linearly (c_i of Eq. 27)."
)
_WORDS: Final = Words(
    short="exact Fokker–Planck rates of a uniaxial barrier",
    offer='takes Fokker–Planck rates, with asymmetry "uniaxial" or "symmetric"',
    equation=_EQUATION,
    asymmetries=_ASYMMETRIES,
    rates=_RATES,
    measured_current="Critical currents were measured in {time}: the exact dwell time at each is that long.",
    limits="some rows do not have two states, or have a barrier beyond the table of exact rates",
)


class Axis(NamedTuple):
    """σ = Kv/k_BT, h, and g per ampere (1/(A rad)) of each row."""

    sigma: Any
    h: Any
    drive: Any


@final
@dataclass(frozen=True, eq=False)
class ExactRates:
    """Dwell times of U/k_BT = σ(sin²θ − 2h cosθ) + g ρ(θ), with D0 ∝ T and τ0 = √π/(2 D0 σ^{3/2}) at the reference.

    Valid inside the box of the table; beyond it values go on linearly, so that a search comes back: see `outside`.

    Parameters
    ----------
    prepared_table : RateTable or None
        The series of the rates for one r(θ); None before `prepared`.
    """

    prepared_table: RateTable | None = None
    name: str = "exact-rates"
    words: Words = _WORDS
    parameters: tuple[Parameter, ...] = ()
    linear_in_current: bool = False
    one_axis: bool = True
    counterpart: str = EQ_27.name
    contains: tuple[str, ...] = ()

    @property
    def table(self) -> RateTable:
        """The series of the rates; LookupError before `prepared`."""
        if self.prepared_table is None:
            raise LookupError("the exact rates are not yet prepared for a curve r(θ)")
        return self.prepared_table

    def prepared(self, gmr: Gmr) -> Self:
        """The law with the series of its rates: the cosine's at once, another's after some ten seconds."""
        return replace(self, prepared_table=rate_table(gmr))

    def log_dwell_time(self, device: Device, quantities: Quantities, rows: Rows) -> Any:
        """ln τ (τ in s) at quantities in SI units; arrays or Jets, leading axes broadcast over the rows."""
        axis = axis_of(device, quantities, rows)
        reduced = self.table.log_dwell_time(_code(rows.state), axis.sigma, axis.h, axis.drive * rows.current)
        return reduced + _log_time_unit(device, quantities, rows.temperature)

    def slope(self, device: Device, quantities: Quantities, rows: Rows) -> Any:
        """s_i = ∂ln τ_i/∂I at I = 0, 1/A."""
        axis = axis_of(device, quantities, rows)
        return self.table.slope(_code(rows.state), axis.sigma, axis.h) * axis.drive

    def slope_ratio(self, quantities: Quantities) -> float:  # noqa: ARG002
        """1, as of infinite barriers: near enough to start from."""
        return 1.0

    def factors(self, device: Device, quantities: Quantities, temperature: Any) -> tuple[Any, Any]:
        """c_P(σ, h) and c_AP(σ, h), rad, in the convention of the device."""
        axis = axis_of(device, quantities, Rows(None, None, temperature))
        scale = device.convention.gmr
        if isinstance(axis.sigma, Jet):  # both at one go: derivatives cost more than rows
            both = self.table.slope(np.array([0, 1]), axis.sigma, axis.h)
            return both[0:1] * scale, both[1:2] * -scale
        in_P, in_AP = (self.table.slope(np.array(code), axis.sigma, axis.h) for code in (0, 1))
        return in_P * scale, in_AP * -scale

    def inverse_critical_current(self, device: Device, quantities: Quantities, rows: CriticalRows) -> Any:
        """1/I (1/A) where τ out of `state` is the measurement time; Eq. 28 without one. Also where λ is 0."""
        if rows.measurement_time is None:
            return EQ_27.inverse_critical_current(device, quantities, rows)
        seen = device.with_row_values(quantities, rows)
        axis = axis_of(device, seen, Rows(rows.state, None, rows.temperature))
        target = np.log(rows.measurement_time) - _log_time_unit(device, seen, rows.temperature)
        code = _code(rows.state)

        known = [value_of(x) for x in (axis.sigma, axis.h, target)]
        drive = np.zeros(np.broadcast_shapes(code.shape, *(x.shape for x in known)))
        slope = np.ones_like(drive)
        for _ in range(_STEPS):
            reached, slope = self.table.along_drive(code, known[0], known[1], drive)
            change = (known[2] - reached) / slope
            drive = drive + change
            if np.all(np.abs(change) <= _CLOSE * np.abs(drive)):
                break
        exact: Any = drive
        for _ in range(2):  # at the root one step carries the first derivatives along, another one the second
            exact = exact + (target - self.table.log_dwell_time(code, axis.sigma, axis.h, exact)) / slope
        return axis.drive / exact

    def outside(self, device: Device, quantities: Quantities, rows: Rows) -> npt.NDArray[np.bool_]:
        """Which rows leave the box of the table: no two states, or a barrier that it does not know."""
        axis, current = _values(device, quantities, rows)
        return ~self.table.contains(axis.sigma, axis.h, axis.drive * current)

    def remedy(self, device: Device, quantities: Quantities, rows: Rows, row: int) -> tuple[str, str]:
        """A barrier, a field or a current inside the box of the table, and what the row has."""
        axis, current = _values(device, quantities, rows)
        sigma, h = axis.sigma[row], axis.h[row]
        if not SIGMA[0] <= sigma <= SIGMA[1] or abs(h) > LARGEST_FIELD:
            known = f"Kv from {SIGMA[0]:g} to {SIGMA[1]:g} k_BT and |h| up to {LARGEST_FIELD:g}"
            return f'{known} with barrier = "exact"', f"a best fit with {sigma:.3g} k_BT and h = {h:.3g}"
        at = slice(row, row + 1)
        ends = self.table.drives_allowed(axis.sigma[at], axis.h[at])
        low, high = sorted(1e3 * float(end[0] / axis.drive[row]) for end in ends)
        expected = f"a current between {low:.4g} and {high:.4g} mA, where the best fit has two states"
        return expected, f'{1e3 * current[row]:.4g} mA; barrier = "high" has no such limit'

    def barrier_height(self, heights: Array) -> tuple[bool, str]:  # noqa: ARG002
        """Any height will do."""
        return True, ": exact rates hold at any height."

    def finite_barrier(self, device: Device, values: Mapping[str, float | None]) -> tuple[bool, str] | None:
        """c_P(σ) and c_AP(σ) beside their values for infinite barriers."""
        sigma, c_P, c_AP = mean_height(device, values), values.get("c_P"), values.get("c_AP")
        if sigma is None or c_P is None or c_AP is None:
            return None
        known = {name: values.get(name) or 0.0 for name in device.asymmetry.parameters}
        wells = device.asymmetry.wells(known, None)
        sentence = (
            f"Exact rates: c_P(σ) = {c_P:.4f} and c_AP(σ) = {c_AP:.4f} (ratio {c_AP / c_P:.3g}) at σ = {sigma:.3g}; "
            f"for σ → ∞, in Eq. 27, they would be {float(wells.c_P):.4f} and {float(wells.c_AP):.4f} (ratio "
            f"{float(wells.c_AP / wells.c_P):.3g}). Finite barriers, a field and the GMR curve all change this ratio, "
            "and data at one temperature and field cannot tell them apart."
        )
        return True, sentence

    def as_rival(self, device: Device) -> Device | str:
        """The device with one axis in place of its barriers, where r(θ) is the cosine, whose table is at hand."""
        if not isinstance(device.gmr, CosineGmr):
            return "Exact rates were not tried: they are tabulated for the cosine r(θ) only."
        name = _STANDS_FOR.get(device.asymmetry.name)
        if name is None:
            return f'Exact rates were not tried: no uniaxial barrier has asymmetry = "{device.asymmetry.name}".'
        if device.by_field:
            return device
        axis = asymmetry_named(name, device.gmr, scale=device.convention.gmr, one_axis=True)
        return replace(device, asymmetry=axis)

    def start(self, wells: Wells) -> dict[str, float]:
        """Kv and h from the roots of both barriers."""
        root_P, root_AP = (float(np.squeeze(np.sqrt(energy))) for energy in (wells.energy_P, wells.energy_AP))
        tilt = (root_P - root_AP) / max(root_P + root_AP, np.finfo(float).tiny)
        return {"Kv": (0.5 * (root_P + root_AP)) ** 2, "h": float(np.clip(tilt, -_FLATTEST, _FLATTEST))}


EXACT: Final = ExactRates()


def axis_of(device: Device, quantities: Quantities, rows: Rows) -> Axis:
    """σ, h and g per ampere of each row; at the temperature and field of the rows."""
    thermal = (device.convention.thermal * BOLTZMANN) * rows.temperature
    drive = device.coupling(quantities) * device.convention.gmr / thermal
    there = device.quantities_at(quantities, rows.temperature)
    return Axis(there["Kv"] / thermal, device.reduced_field(there, rows.field), drive)


def _values(device: Device, quantities: Quantities, rows: Rows) -> tuple[Axis, Array]:
    """The axis of each row as numbers, and its current (A); arrays of one shape."""
    parts = (*axis_of(device, quantities, rows), rows.current)
    sigma, h, drive, current = np.broadcast_arrays(*(value_of(part) for part in parts))
    return Axis(sigma, h, drive), current


def _log_time_unit(device: Device, quantities: Quantities, temperature: Any) -> Any:
    """ln(1/D0) at a temperature, from τ0 at the reference temperature."""
    reference = device.convention.thermal * BOLTZMANN * device.reference_temperature
    at_reference = np.log(quantities["tau_0"]) + np.log(attempt_frequency_axial(1.0, quantities["Kv"] / reference))
    return at_reference - np.log(temperature / device.reference_temperature)


def _code(state: Any) -> npt.NDArray[np.intp]:
    return np.asarray(state).astype(np.intp)
