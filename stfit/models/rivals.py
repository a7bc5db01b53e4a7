"""Rival descriptions of how a current changes ln τ, all with the interface of Eq. 27 and fitted to the same data.

Each says at which barrier and which temperature a state is left, given the linear barrier B_i = E_i(1 − I/I_c,i) of
Eq. 27. Formulas of NumPy's ufuncs: floats, arrays or Jets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import elementwise
from stfit.models.asymmetry import Wells
from stfit.models.parameters import Parameter, heating

Array = npt.NDArray[np.float64]
Quantities = Mapping[str, Any]
Activation = tuple[Any, Any]  # a barrier (J) and the temperature (K) at which it is crossed

_SMOOTH_BELOW: Final = 0.01  # of E_i: where a power of the vanishing barrier would lose its second derivative

HEATING: Final = "heating"
EXPONENT: Final = Parameter("exponent", "exponent", "", "n", "exponent of the barrier", 1.0, 0.5, 3.0, (0.0, np.inf))


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


class Description(Protocol):
    """How the barrier and the temperature of a state follow the current."""

    @property
    def name(self) -> str:
        """Its key in result.json."""
        ...

    @property
    def words(self) -> str:
        """What it says, for a table."""
        ...

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Parameters it has beside those of Eq. 27."""
        ...

    @property
    def linear_in_current(self) -> bool:
        """Whether ln τ is a straight line in the current."""
        ...

    def temperature(self, quantities: Quantities, temperature: Any, current: Any) -> Any:
        """The temperature of the magnet (K) under a current (A), from that of the device."""
        ...

    def activation(self, quantities: Quantities, rows: Linear) -> Activation:
        """Barrier (J) and temperature (K) of every row, whose quotient over k_B is ln(τ/τ0)."""
        ...

    def slope_ratio(self, quantities: Quantities) -> Any:
        """∂ln τ_i/∂I at I = 0 over that of Eq. 27 with the same parameters."""
        ...


@final
@dataclass(frozen=True)
class LinearBarrier:
    """Eq. 27 itself: B_i = E_i(1 − I/I_c,i) at the temperature of the device."""

    name: str = "eq-27"
    words: str = "Eq. 27, barrier ∝ 1 − I/I_c"
    parameters: tuple[Parameter, ...] = ()
    linear_in_current: bool = True

    def temperature(self, quantities: Quantities, temperature: Any, current: Any) -> Any:  # noqa: ARG002
        """That of the device."""
        return temperature

    def activation(self, quantities: Quantities, rows: Linear) -> Activation:  # noqa: ARG002
        """The linear barrier."""
        return rows.barrier, rows.temperature

    def slope_ratio(self, quantities: Quantities) -> Any:  # noqa: ARG002
        """1."""
        return 1.0


@final
@dataclass(frozen=True)
class PowerBarrier:
    """B_i = E_i(1 − I/I_c,i)^n, with n given or (None) the parameter `exponent`; same E_i and I_c,i as Eq. 27.

    Beyond I_c there is no barrier: the base goes smoothly to 0 within 1 % of E_i, with two continuous derivatives, so
    that a fit finds its way back. At n = 1 and 1 − I/I_c above that, Eq. 27 exactly.
    """

    name: str
    words: str
    exponent: float | None
    linear_in_current: bool = False

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The exponent, where it is free."""
        return (EXPONENT,) if self.exponent is None else ()

    def temperature(self, quantities: Quantities, temperature: Any, current: Any) -> Any:  # noqa: ARG002
        """That of the device."""
        return temperature

    def activation(self, quantities: Quantities, rows: Linear) -> Activation:
        """E_i u^n with u = B_i/E_i."""
        energy = rows.energy
        height = energy * np.exp(self.slope_ratio(quantities) * log_positive_part(rows.barrier / energy))
        return height, rows.temperature

    def slope_ratio(self, quantities: Quantities) -> Any:
        """n."""
        return quantities[EXPONENT.name] if self.exponent is None else self.exponent


@final
@dataclass(frozen=True)
class JouleHeating:
    """The linear barrier at T with T² = T0² + κI², κ ≥ 0 the parameter `heating` (K²/A²).

    Even in I: without a current nothing changes, and at one T0 little but E_i·κ is seen. A barrier that depends on
    temperature follows the heated one. scale: a typical T0²/I² of the data, K²/A², the unit of κ in the fit.
    start: of κ in that unit; a fit whose start has none settles there at once where none is wanted.
    """

    scale: float
    start: float = 0.0
    name: str = "joule-heating"
    words: str = "Joule heating, T² = T0² + κI²"
    linear_in_current: bool = False

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """κ."""
        return (heating(self.scale, self.start),)

    def temperature(self, quantities: Quantities, temperature: Any, current: Any) -> Any:
        """√(T0² + κI²)."""
        return np.sqrt(np.square(temperature) + quantities[HEATING] * np.square(current))

    def activation(self, quantities: Quantities, rows: Linear) -> Activation:  # noqa: ARG002
        """The linear barrier at the temperature that the current leaves."""
        return rows.barrier, rows.temperature

    def slope_ratio(self, quantities: Quantities) -> Any:  # noqa: ARG002
        """1: heating is even in the current."""
        return 1.0


@final
@dataclass(frozen=True)
class EffectiveTemperature:
    """The unchanged barrier E_i at T/(1 − I/I_c,i): Eq. 27 in other words, since only the quotient enters ln τ.

    So at one temperature in any case; at several because E_i and I_c,i are those of each temperature.
    """

    name: str = "effective-temperature"
    words: str = "effective temperature T/(1 − I/I_c)"
    parameters: tuple[Parameter, ...] = ()
    linear_in_current: bool = True

    def temperature(self, quantities: Quantities, temperature: Any, current: Any) -> Any:  # noqa: ARG002
        """That of the device."""
        return temperature

    def activation(self, quantities: Quantities, rows: Linear) -> Activation:  # noqa: ARG002
        """E_i at the effective temperature, which is infinite at I_c."""
        energy = rows.energy
        return energy, rows.temperature * energy / rows.barrier

    def slope_ratio(self, quantities: Quantities) -> Any:  # noqa: ARG002
        """1."""
        return 1.0


EQ_27: Final = LinearBarrier()
POWERS: Final = (
    PowerBarrier("barrier-3/2", "barrier ∝ (1 − I/I_c)^(3/2)", 1.5),
    PowerBarrier("barrier-2", "barrier ∝ (1 − I/I_c)²", 2.0),
    PowerBarrier("barrier-n", "barrier ∝ (1 − I/I_c)^n, n free", None),
)


def log_positive_part(u: Any) -> Any:
    """ln u where u is at least 0.01; below, its parabola of equal slope and curvature, which falls faster: u → 0."""

    def offset(value: Array) -> Array:
        return np.minimum(value / _SMOOTH_BELOW - 1.0, 0.0)

    def above(value: Array) -> Array:
        return np.maximum(value, _SMOOTH_BELOW)

    return elementwise(
        u,
        lambda value: np.log(above(value)) + offset(value) * (1.0 - 0.5 * offset(value)),
        lambda value: (1.0 - offset(value)) / above(value),
        lambda value: -1.0 / above(value) ** 2,
    )
