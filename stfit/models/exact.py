"""barrier = "exact": dwell times of one axis from the Fokker–Planck equation, in place of the high-barrier Eq. 27."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, final

import numpy as np
import numpy.typing as npt

from stfit.constants import BOLTZMANN
from stfit.derivatives import Jet, value_of
from stfit.physics.activation import attempt_frequency_axial
from stfit.physics.rate_table import RateTable

if TYPE_CHECKING:
    from stfit.models.law import SpinTransferLaw

Array = npt.NDArray[np.float64]
Quantities = Mapping[str, Any]

_STEPS: Final = 30  # of Newton's method, which from the tangent at no current needs a few
_CLOSE: Final = 1e-12


class _Axis(NamedTuple):
    """σ = Kv/k_BT, h, and g per ampere (1/(A rad))."""

    sigma: Any
    h: Any
    drive: Any


class ExactRows(NamedTuple):
    """σ, h, g per ampere (1/(A rad)) and the current (A) of every row; arrays of one shape."""

    sigma: Array
    h: Array
    drive: Array
    current: Array


@final
@dataclass(frozen=True, eq=False)
class ExactRates:
    """Dwell times of U/k_BT = σ(sin²θ − 2h cosθ) + g ρ(θ), with D0 ∝ T and τ0 = √π/(2 D0 σ^{3/2}) at the reference.

    Valid inside the box of the table; beyond it values go on linearly, so that a search comes back: see `outside`.
    """

    table: RateTable

    def log_dwell_time(
        self, law: SpinTransferLaw, quantities: Quantities, *, state: Any, current: Any, temperature: Any, field: Any
    ) -> Any:
        """ln τ (τ in s) at quantities in SI units; arrays or Jets, leading axes broadcast over the rows."""
        axis = _axis(law, quantities, temperature, field)
        reduced = self.table.log_dwell_time(_code(state), axis.sigma, axis.h, axis.drive * current)
        return reduced + _log_time_unit(law, quantities, temperature)

    def slope(self, law: SpinTransferLaw, quantities: Quantities, state: Any, temperature: Any, field: Any) -> Any:
        """s_i = ∂ln τ_i/∂I at I = 0, 1/A."""
        axis = _axis(law, quantities, temperature, field)
        return self.table.slope(_code(state), axis.sigma, axis.h) * axis.drive

    def asymmetry(self, law: SpinTransferLaw, quantities: Quantities, temperature: Any) -> tuple[Any, Any]:
        """c_P(σ, h) and c_AP(σ, h), rad, in the convention of the law."""
        axis = _axis(law, quantities, temperature, None)
        scale = law.convention.gmr
        if isinstance(axis.sigma, Jet):  # both at one go: derivatives cost more than rows
            both = self.table.slope(np.array([0, 1]), axis.sigma, axis.h)
            return both[0:1] * scale, both[1:2] * -scale
        in_P, in_AP = (self.table.slope(np.array(code), axis.sigma, axis.h) for code in (0, 1))
        return in_P * scale, in_AP * -scale

    def inverse_critical_current(
        self, law: SpinTransferLaw, quantities: Quantities, *, state: Any, temperature: Any, measurement_time: float
    ) -> Any:
        """1/I (1/A) where τ out of `state` is the measurement time (s); also where λ is 0."""
        axis = _axis(law, quantities, temperature, None)
        target = np.log(measurement_time) - _log_time_unit(law, quantities, temperature)
        code = _code(state)

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

    def rows(
        self, law: SpinTransferLaw, quantities: Quantities, *, current: Any, temperature: Any, field: Any
    ) -> ExactRows:
        """Where every row stands; temperature: of the magnet, K."""
        parts = (*_axis(law, quantities, temperature, field), current)
        return ExactRows(*np.broadcast_arrays(*(value_of(part) for part in parts)))

    def outside(self, rows: ExactRows) -> npt.NDArray[np.bool_]:
        """Which rows leave the box of the table: no two states, or a barrier that it does not know."""
        return ~self.table.contains(rows.sigma, rows.h, rows.drive * rows.current)

    def currents_allowed(self, rows: ExactRows, row: int) -> tuple[float, float]:
        """The currents (A) between which the table holds at the setting of a row, in rising order."""
        ends = self.table.drives_allowed(rows.sigma[row : row + 1], rows.h[row : row + 1])
        currents = [float(end[0] / rows.drive[row]) for end in ends]
        return min(currents), max(currents)


def _axis(law: SpinTransferLaw, quantities: Quantities, temperature: Any, field: Any) -> _Axis:
    thermal = (law.convention.thermal * BOLTZMANN) * temperature
    drive = law.coupling(quantities) * law.convention.gmr / thermal
    there = law.quantities_at(quantities, temperature)
    return _Axis(there["Kv"] / thermal, law.reduced_field(there, field), drive)


def _log_time_unit(law: SpinTransferLaw, quantities: Quantities, temperature: Any) -> Any:
    """ln(1/D0) at a temperature, from τ0 at the reference temperature."""
    reference = law.convention.thermal * BOLTZMANN * law.reference_temperature
    at_reference = np.log(quantities["tau_0"]) + np.log(attempt_frequency_axial(1.0, quantities["Kv"] / reference))
    return at_reference - np.log(temperature / law.reference_temperature)


def _code(state: Any) -> npt.NDArray[np.intp]:
    return np.asarray(state).astype(np.intp)
