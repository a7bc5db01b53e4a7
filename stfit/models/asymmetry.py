"""Where the barrier top is, and so how c_P and c_AP differ: one class for each `asymmetry` of the analysis file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, final

import numpy as np

from stfit.models.choices import require_choice
from stfit.physics.activation import (
    barrier_top,
    chi_from_ratio,
    field_from_ratio,
    short_of_the_poles,
    swept_barriers,
    theta_0_from_ratio,
    uniaxial_barriers,
)
from stfit.physics.transport import (
    Gmr,
    asymmetry_AP,
    asymmetry_P,
    chi_asymmetry_AP,
    chi_asymmetry_P,
)

Quantities = Mapping[str, Any]


@final
@dataclass(frozen=True)
class Wells:
    """Barriers (J) and asymmetry factors (rad) of both states; scalars, or one a row where a field differs by row."""

    energy_P: Any
    energy_AP: Any
    c_P: Any
    c_AP: Any


class Asymmetry(Protocol):
    """How barriers and asymmetry factors follow from the parameters that are fitted."""

    @property
    def name(self) -> str:
        """Its name in the analysis file."""
        ...

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters it has, barriers first."""
        ...

    def wells(self, quantities: Quantities, field: Any) -> Wells:
        """Barriers and factors at the quantities (SI); field: μ0H in T by row, or None for the reference state."""
        ...

    def start(self, energies: tuple[float, float], ratio: float | None) -> dict[str, float]:
        """Quantities to start from, given barriers (J) and the ratio c_AP/c_P read off the data (None: unknown)."""
        ...


@final
@dataclass(frozen=True)
class FreeBarrierTop:
    """θ0 free; c_P and c_AP share the sum that r(θ) fixes (the sum rule)."""

    gmr: Gmr
    scale: float = 1.0
    name: str = "theta_0"
    parameters: tuple[str, ...] = ("E_P", "E_AP", "theta_0")

    def wells(self, quantities: Quantities, field: Any) -> Wells:  # noqa: ARG002
        """c_i from θ0."""
        theta_0 = quantities["theta_0"]
        factors = _factors(self.gmr, theta_0, self.scale)
        return Wells(quantities["E_P"], quantities["E_AP"], *factors)

    def start(self, energies: tuple[float, float], ratio: float | None) -> dict[str, float]:
        """θ0 from the ratio of the slopes."""
        theta_0 = np.pi / 2 if ratio is None else float(np.clip(theta_0_from_ratio(self.gmr, ratio), 0.3, 2.8))
        return {"E_P": energies[0], "E_AP": energies[1], "theta_0": theta_0}


@final
@dataclass(frozen=True)
class SymmetricBarrier:
    """θ0 = π/2: the barrier top of zero field. one_barrier: E_P = E_AP = Kv, as an axis without a field has them."""

    gmr: Gmr
    scale: float = 1.0
    one_barrier: bool = False
    name: str = "symmetric"

    @property
    def parameters(self) -> tuple[str, ...]:
        """The barriers, or the one that both are."""
        return ("Kv",) if self.one_barrier else ("E_P", "E_AP")

    def wells(self, quantities: Quantities, field: Any) -> Wells:  # noqa: ARG002
        """c_i at π/2."""
        in_P, in_AP = ("Kv", "Kv") if self.one_barrier else ("E_P", "E_AP")
        return Wells(quantities[in_P], quantities[in_AP], *_factors(self.gmr, np.pi / 2, self.scale))

    def reduced_field(self, quantities: Quantities, field: Any) -> Any:  # noqa: ARG002
        """h = 0."""
        return 0.0

    def start(self, energies: tuple[float, float], ratio: float | None) -> dict[str, float]:  # noqa: ARG002
        """The barriers."""
        if self.one_barrier:
            return {"Kv": 0.5 * (energies[0] + energies[1])}
        return {"E_P": energies[0], "E_AP": energies[1]}


@final
@dataclass(frozen=True)
class FreeChi:
    """θ0 = π/2 and the GMR curve (1−cosθ)/(2+χ(1+cosθ)) with χ free."""

    scale: float = 1.0
    name: str = "chi"
    parameters: tuple[str, ...] = ("E_P", "E_AP", "chi")

    def wells(self, quantities: Quantities, field: Any) -> Wells:  # noqa: ARG002
        """c_i from χ."""
        chi = quantities["chi"]
        factors = (chi_asymmetry_P(chi) * self.scale, chi_asymmetry_AP(chi) * self.scale)
        return Wells(quantities["E_P"], quantities["E_AP"], *factors)

    def start(self, energies: tuple[float, float], ratio: float | None) -> dict[str, float]:
        """χ from the ratio of the slopes."""
        chi = 0.0 if ratio is None else chi_from_ratio(float(np.clip(ratio, 1.5, 20.0)))
        return {"E_P": energies[0], "E_AP": energies[1], "chi": chi}


@final
@dataclass(frozen=True)
class FreeFactors:
    """c_P and c_AP independent: only their products with l/L_θθ can then be identified."""

    gmr: Gmr
    scale: float = 1.0
    name: str = "free"
    parameters: tuple[str, ...] = ("E_P", "E_AP", "c_P", "c_AP")

    def wells(self, quantities: Quantities, field: Any) -> Wells:  # noqa: ARG002
        """The factors themselves."""
        return Wells(*(quantities[name] for name in self.parameters))

    def start(self, energies: tuple[float, float], ratio: float | None) -> dict[str, float]:
        """The sum of the GMR curve, shared in the ratio of the slopes."""
        if ratio is None:
            ratio = float(asymmetry_AP(self.gmr, np.pi / 2) / asymmetry_P(self.gmr, np.pi / 2))
        c_P = self.scale * self.gmr.total / (1.0 + ratio)
        return {"E_P": energies[0], "E_AP": energies[1], "c_P": c_P, "c_AP": c_P * ratio}


@final
@dataclass(frozen=True)
class Uniaxial:
    """One axis with a field along it: E_P, E_AP and θ0 from Kv and h. The only one that takes several fields.

    by_field: h = (μ0H − field_offset)/anisotropy_field row by row, instead of one free h. field_sign: −1 where a
    positive field favours AP, h = (field_offset − μ0H)/anisotropy_field. swept: fields may pass beyond |h| = 1, where a
    sweep begins or ends; else there is no number, as there are no two states.
    """

    gmr: Gmr
    scale: float = 1.0
    by_field: bool = False
    field_sign: int = 1
    swept: bool = False
    name: str = "uniaxial"

    @property
    def parameters(self) -> tuple[str, ...]:
        """Kv, and h or what it is made of."""
        return ("Kv", "anisotropy_field", "field_offset") if self.by_field else ("Kv", "h")

    def wells(self, quantities: Quantities, field: Any) -> Wells:
        """Kv(1±h)² and c_i(arccos(−h)); the reference state has no applied field."""
        h = self.reduced_field(quantities, field)
        if self.swept:
            top = barrier_top(short_of_the_poles(h))
            return Wells(*swept_barriers(quantities["Kv"], h), *_factors(self.gmr, top, self.scale))
        with np.errstate(invalid="ignore", divide="ignore"):  # beyond |h| = 1 there is one state, and no number
            top = barrier_top(h)
        return Wells(*uniaxial_barriers(quantities["Kv"], h), *_factors(self.gmr, top, self.scale))

    def reduced_field(self, quantities: Quantities, field: Any) -> Any:
        """h = H/H_K, row by row where the rows differ in field."""
        if not self.by_field:
            return quantities["h"]
        applied = 0.0 if field is None else field
        return self.field_sign * (applied - quantities["field_offset"]) / quantities["anisotropy_field"]

    def start(self, energies: tuple[float, float], ratio: float | None) -> dict[str, float]:
        """√(Kv) is the mean of the roots of the barriers; h from the ratio of the slopes."""
        root_P, root_AP = np.sqrt(energies[0]), np.sqrt(energies[1])
        start = {"Kv": ((root_P + root_AP) / 2) ** 2}
        if not self.by_field:
            start["h"] = (root_P - root_AP) / (root_P + root_AP)
            if ratio is not None and abs(start["h"]) < 1e-12:
                start["h"] = float(np.clip(field_from_ratio(self.gmr, ratio), -0.9, 0.9))
        return start


def _factors(gmr: Gmr, theta_0: Any, scale: float) -> tuple[Any, Any]:
    c_P = asymmetry_P(gmr, theta_0) * scale
    return c_P, gmr.total * scale - c_P  # the sum rule


def asymmetry_named(
    name: str, gmr: Gmr, *, scale: float = 1.0, by_field: bool = False, one_axis: bool = False
) -> Asymmetry:
    """The asymmetry of a name in the analysis file.

    Parameters
    ----------
    name : str
        A name in models.choices.ASYMMETRIES.
    gmr : Gmr
        The curve r(θ).
    scale : float
        What the convention multiplies c_i by (2 in the printed equations).
    by_field : bool
        Whether rows differ in field.
    one_axis : bool
        Whether both barriers are one where there is no field.

    Returns
    -------
    Asymmetry
        Barriers and asymmetry factors as functions of its parameters.

    Raises
    ------
    ValueError
        If no asymmetry has this name; the message lists the names there are.
    """
    builders: dict[str, Callable[[], Asymmetry]] = {
        "theta_0": lambda: FreeBarrierTop(gmr, scale),
        "symmetric": lambda: SymmetricBarrier(gmr, scale, one_barrier=one_axis),
        "uniaxial": lambda: Uniaxial(gmr, scale, by_field),
        "chi": lambda: FreeChi(scale),
        "free": lambda: FreeFactors(gmr, scale),
    }
    require_choice("asymmetry", name, builders)
    return builders[name]()
