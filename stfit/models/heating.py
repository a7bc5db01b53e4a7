"""How the temperature of the magnet follows the current: one class for each `heating` of the analysis file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, final

import numpy as np

from stfit.models.choices import HEATINGS, WITHOUT_HEATING
from stfit.models.parameters import Parameter, heating

Quantities = Mapping[str, Any]

HEATING: Final = "heating"  # the name of κ


class Heating(Protocol):
    """What a current does to the temperature of the magnet."""

    @property
    def name(self) -> str:
        """The key in result.json of Eq. 27 with this heating; "" for none."""
        ...

    @property
    def words(self) -> str:
        """What it says, for a table."""
        ...

    @property
    def sentence(self) -> str:
        """What it says, as an assumption of a fit; "" for nothing."""
        ...

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters that it has."""
        ...

    def temperature(self, quantities: Quantities, temperature: Any, current: Any) -> Any:
        """The temperature of the magnet (K) under a current (A), from that of the device (K)."""
        ...


@final
@dataclass(frozen=True)
class NoHeating:
    """The magnet has the temperature of the device."""

    name: str = ""
    words: str = ""
    sentence: str = ""
    parameters: tuple[Parameter, ...] = ()

    def temperature(self, quantities: Quantities, temperature: Any, current: Any) -> Any:  # noqa: ARG002
        """That of the device."""
        return temperature


@final
@dataclass(frozen=True)
class JouleHeating:
    """T² = T0² + κI², κ ≥ 0 the parameter `heating`.

    Even in I: without a current nothing changes, and at one T0 little but E_i·κ is seen. A barrier that depends on
    temperature follows the heated one.

    Parameters
    ----------
    scale : float
        A typical T0²/I² of the data in K²/A², the unit of κ in the fit.
    start : float
        Where κ starts, in that unit; a fit whose start has none settles there at once where none is wanted.
    """

    scale: float
    start: float = 0.0
    name: str = "joule-heating"
    words: str = "Joule heating, T² = T0² + κI²"
    sentence: str = "The current heats the magnet: T² = T0² + κI², with T0 the temperature of the row."

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """κ."""
        return (heating(self.scale, self.start),)

    def temperature(self, quantities: Quantities, temperature: Any, current: Any) -> Any:
        """√(T0² + κI²)."""
        return np.sqrt(np.square(temperature) + quantities[HEATING] * np.square(current))


NO_HEATING: Final = NoHeating()


def heating_named(name: str, scale: float, start: float = 0.0) -> Heating:
    """The heating called `name` in the analysis file; ValueError lists the names there are.

    Parameters
    ----------
    name : str
        A name in HEATINGS.
    scale, start : float
        Of κ where there is one, see `JouleHeating`.

    Returns
    -------
    Heating
        What the current does to the temperature.

    Raises
    ------
    ValueError
        If no heating has this name.
    """
    if name not in HEATINGS:
        raise ValueError(f"no heating is called {name!r}; there are {', '.join(HEATINGS)}")
    return NO_HEATING if name == WITHOUT_HEATING else JouleHeating(scale, start)
