"""barrier = "exact": dwell times of one axis from the Fokker–Planck equation, in place of the high-barrier Eq. 27."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple, final

import numpy as np
import numpy.typing as npt

from stfit.constants import BOLTZMANN
from stfit.derivatives import Jet, value_of
from stfit.physics.rate_table import RateTable

if TYPE_CHECKING:
    from stfit.models.law import SpinTransferLaw

Array = npt.NDArray[np.float64]
Quantities = Mapping[str, Any]

_LN_UNIT: Final = float(np.log(2.0 / np.sqrt(np.pi)))  # 1/τ0 = 2 D0 σ^{3/2}/√π
_STEPS: Final = 30  # of Newton's method, which from the tangent at no current needs a few
_CLOSE: Final = 1e-12


class _Axis(NamedTuple):
    """σ = Kv/k_BT, h, and g per ampere (1/(A rad))."""

    sigma: Any
    h: Any
    drive: Any


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

        def step(drive: Any, sigma: Any, h: Any, wanted: Any) -> Any:
            excess = self.table.log_dwell_time(code, sigma, h, drive) - wanted
            return drive - excess / self.table.steepness(code, value_of(sigma), value_of(h), value_of(drive))

        known = [value_of(x) for x in (axis.sigma, axis.h, target)]
        drive = step(np.zeros(np.broadcast_shapes(code.shape, *(x.shape for x in known))), *known)
        for _ in range(_STEPS):
            before, drive = drive, step(drive, *known)
            if np.all(np.abs(drive - before) <= _CLOSE * np.abs(drive)):
                break
        # from the root, one step carries the first derivatives along and a second one the second
        drive = step(drive, axis.sigma, axis.h, target)
        return axis.drive / step(drive, axis.sigma, axis.h, target)

    def outside(
        self, law: SpinTransferLaw, quantities: Quantities, *, current: Any, temperature: Any, field: Any
    ) -> npt.NDArray[np.bool_]:
        """Which rows leave the box of the table: no two states, or a barrier that it does not know."""
        axis = _Axis(*(value_of(part) for part in _axis(law, quantities, temperature, field)))
        return ~self.table.contains(*np.broadcast_arrays(axis.sigma, axis.h, axis.drive * value_of(current)))

    def sigma(self, law: SpinTransferLaw, quantities: Quantities, temperature: Any) -> Any:
        """Kv/k_BT."""
        return _axis(law, quantities, temperature, None).sigma

    def currents_allowed(
        self, law: SpinTransferLaw, quantities: Quantities, temperature: float, h: float
    ) -> tuple[float, float]:
        """The currents (A) between which the table holds at one setting, in rising order; quantities: floats."""
        axis = _axis(law, quantities, temperature, None)
        ends = self.table.drives_allowed(np.array([axis.sigma]), np.array([h]))
        currents = [float(end[0] / axis.drive) for end in ends]
        return min(currents), max(currents)


def _axis(law: SpinTransferLaw, quantities: Quantities, temperature: Any, field: Any) -> _Axis:
    thermal = (law.convention.thermal * BOLTZMANN) * temperature
    drive = law.coupling(quantities) * law.convention.gmr / thermal
    return _Axis(quantities["Kv"] / thermal, law.reduced_field(quantities, field), drive)


def _log_time_unit(law: SpinTransferLaw, quantities: Quantities, temperature: Any) -> Any:
    """ln(1/D0) at a temperature, from τ0 at the reference temperature."""
    reference = law.convention.thermal * BOLTZMANN * law.reference_temperature
    at_reference = np.log(quantities["tau_0"]) + 1.5 * np.log(quantities["Kv"] / reference) + _LN_UNIT
    return at_reference - np.log(temperature / law.reference_temperature)


def _code(state: Any) -> npt.NDArray[np.intp]:
    return np.asarray(state).astype(np.intp)
