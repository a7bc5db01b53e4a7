"""How the barriers follow temperature through the magnet: one class for each way, chosen by the laws' names.

Barriers (E_P, E_AP, Kv), the reduced field h = H/H_K and the anisotropy field μ0H_K = 2K/M_s are quoted at the
reference temperature. At another one, at constant volume, barriers go with K, μ0H_K with K/M_s, and h, at the field
that is applied, with M_s/K. The barrier top θ0 and l/L_θθ, where they are parameters, stay as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol, final

import numpy as np

from stfit.derivatives import elementwise
from stfit.models.choices import ANISOTROPY_LAWS, CURIE_TEMPERATURE, MAGNETISATION_LAWS
from stfit.models.parameters import PARAMETERS, Parameter
from stfit.physics.magnetisation import MAGNETISATIONS, anisotropy

Quantities = Mapping[str, Any]

_WITH_STIFFNESS: Final = ("E_P", "E_AP", "Kv")
_MAGNETISATION_WORDS: Final = {
    "bloch": "Bloch's law, 1 − (T/T_C)^(3/2)",
    "mean-field": "the mean field of spin ½, m = tanh(m T_C/T)",
}
_ANISOTROPY_WORDS: Final = {
    "constant": "the anisotropy K does not depend on temperature",
    "shape": "the anisotropy K goes with M_s² (shape anisotropy)",
    "callen-callen": "the anisotropy K goes with M_s³ (uniaxial single-ion anisotropy, Callen and Callen)",
}


class Material(Protocol):
    """What temperature does to the quantities that are quoted at a reference temperature."""

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Parameters it has beside those of Eq. 27."""
        ...

    @property
    def words(self) -> str:
        """What it says, as a sentence; "" where it says nothing."""
        ...

    def stiffness(self, quantities: Quantities, temperature: Any, reference: float) -> Any:
        """K(T)/K(T_ref); temperatures in K."""
        ...

    def at(self, quantities: Quantities, temperature: Any, reference: float) -> Quantities:
        """The quantities as they are at a temperature (K); None: at the reference temperature (K)."""
        ...


@final
@dataclass(frozen=True)
class ConstantMaterial:
    """Barriers that do not depend on temperature, as in Eq. 27."""

    parameters: tuple[Parameter, ...] = ()
    words: str = ""

    def stiffness(self, quantities: Quantities, temperature: Any, reference: float) -> float:  # noqa: ARG002
        """1."""
        return 1.0

    def at(self, quantities: Quantities, temperature: Any, reference: float) -> Quantities:  # noqa: ARG002
        """The quantities themselves."""
        return quantities


CONSTANT: Final = ConstantMaterial()


@final
@dataclass(frozen=True)
class OrderedMaterial:
    """M_s(T) and K(T) by laws of their names, with the parameter `curie_temperature`.

    Holds for 0 < T < T_C. Beyond T_C, where a trial step of a fit may lead, there is no magnetisation, and no number:
    everything is NaN.

    Parameters
    ----------
    magnetisation : str
        A key of physics.magnetisation.MAGNETISATIONS.
    anisotropy : str
        A key of physics.magnetisation.ANISOTROPY_EXPONENTS.
    """

    magnetisation: str
    anisotropy: str

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """T_C."""
        return (PARAMETERS[CURIE_TEMPERATURE],)

    @property
    def words(self) -> str:
        """Both laws."""
        return f"M_s(T) by {_MAGNETISATION_WORDS[self.magnetisation]}; {_ANISOTROPY_WORDS[self.anisotropy]}."

    def stiffness(self, quantities: Quantities, temperature: Any, reference: float) -> Any:
        """K(T)/K(T_ref)."""
        return anisotropy(self._magnetisation(quantities, temperature, reference), self.anisotropy)

    def at(self, quantities: Quantities, temperature: Any, reference: float) -> Quantities:
        """Barriers times K(T)/K(T_ref), μ0H_K times that over M_s(T)/M_s(T_ref), h divided by it."""
        if temperature is None:
            return quantities
        m = self._magnetisation(quantities, temperature, reference)
        stiffness = anisotropy(m, self.anisotropy)
        changed = {name: quantities[name] * stiffness for name in _WITH_STIFFNESS if name in quantities}
        if "anisotropy_field" in quantities:
            changed["anisotropy_field"] = quantities["anisotropy_field"] * stiffness / m
        if "h" in quantities:
            changed["h"] = quantities["h"] * m / stiffness
        return {**quantities, **changed}

    def _magnetisation(self, quantities: Quantities, temperature: Any, reference: float) -> Any:
        """M_s(T)/M_s(T_ref)."""
        law, curie = MAGNETISATIONS[self.magnetisation], quantities[CURIE_TEMPERATURE]
        return law(_reduced(temperature, curie)) / law(_reduced(reference, curie))


def _reduced(temperature: Any, curie_temperature: Any) -> Any:
    """T/T_C, NaN where it is not below 1."""

    def ordered(t: Any) -> Any:
        return np.where(t < 1.0, t, np.nan)

    return elementwise(temperature / curie_temperature, ordered, np.ones_like, np.zeros_like)


def material_named(magnetisation: str, anisotropy: str) -> Material:
    """The material of two laws by their names in the analysis file.

    Parameters
    ----------
    magnetisation : str
        How M_s follows temperature, a name in MAGNETISATION_LAWS.
    anisotropy : str
        How K follows M_s, a name in ANISOTROPY_LAWS.

    Returns
    -------
    Material
        What temperature does to the barriers.

    Raises
    ------
    ValueError
        If a name is unknown (the message lists the names there are), or an anisotropy is to follow a constant M_s.
    """
    for name, known in ((magnetisation, MAGNETISATION_LAWS), (anisotropy, ANISOTROPY_LAWS)):
        if name not in known:
            raise ValueError(f"no temperature law is called {name!r}; there are {', '.join(known)}")
    if magnetisation != "constant":
        return OrderedMaterial(magnetisation, anisotropy)
    if anisotropy != "constant":
        raise ValueError(f"an anisotropy that follows M_s ({anisotropy!r}) needs a law of M_s(T), not 'constant'")
    return CONSTANT
