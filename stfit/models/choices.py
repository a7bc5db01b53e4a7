"""The names that the analysis file chooses a model by; they stand apart so that reading the file loads no law."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, final

ASYMMETRIES: Final = ("theta_0", "symmetric", "uniaxial", "chi", "free")
MAGNETISATION_LAWS: Final = ("constant", "bloch", "mean-field")
ANISOTROPY_LAWS: Final = ("constant", "shape", "callen-callen")
WITHOUT_HEATING: Final = "none"
HEATINGS: Final = (WITHOUT_HEATING, "joule")
CURIE_TEMPERATURE: Final = "curie_temperature"  # the parameter that every law of M_s(T) asks for
DEFAULT_BARRIER: Final = "high"


@final
@dataclass(frozen=True)
class BarrierChoice:
    """What a law takes, by names of the analysis file.

    Parameters
    ----------
    asymmetries : mapping of str to tuple of str
        The asymmetries that it takes, the default first, each with the parameters of its barriers.
    level : str
        What the virtual laboratory calls a device that follows this law.
    reason : str
        Why it takes no other asymmetry, as the end of a message; "" where it takes all.
    parameters : tuple of str
        Those that no other law has.
    """

    asymmetries: Mapping[str, tuple[str, ...]]
    level: str
    reason: str = ""
    parameters: tuple[str, ...] = ()


_TWO_BARRIERS: Final[Mapping[str, tuple[str, ...]]] = {
    "theta_0": ("E_P", "E_AP", "theta_0"),
    "symmetric": ("E_P", "E_AP"),
    "uniaxial": ("Kv", "h"),
    "chi": ("E_P", "E_AP", "chi"),
    "free": ("E_P", "E_AP", "c_P", "c_AP"),
}


# by the name that `barrier` has in the analysis file; the laws themselves stand in models.law.LAWS
BARRIERS: Final[Mapping[str, BarrierChoice]] = {
    DEFAULT_BARRIER: BarrierChoice(_TWO_BARRIERS, level="rate-law"),
    "exact": BarrierChoice(
        {"uniaxial": ("Kv", "h"), "symmetric": ("Kv",)}, level="exact-rates", reason="whose barriers are of one axis"
    ),
    "power-law": BarrierChoice(_TWO_BARRIERS, level="power-law", parameters=("exponent",)),
}


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The law of one device by the names that the analysis file has for its parts.

    Parameters
    ----------
    barrier : str
        The law of ln τ, a name in BARRIERS.
    asymmetry : str
        Where the barrier top is, one of the asymmetries that the law takes.
    convention : str
        How Eq. 27 is written, a name in physics.transport.CONVENTIONS.
    mapping : str
        How Eq. 32 is read of a resonance, a name in physics.fluctuations.MAPPINGS.
    magnetisation, anisotropy_law : str
        How the barriers follow temperature, names in MAGNETISATION_LAWS and ANISOTROPY_LAWS.
    """

    barrier: str = DEFAULT_BARRIER
    asymmetry: str = "theta_0"
    convention: str = "consistent"
    mapping: str = "damping"
    magnetisation: str = "constant"
    anisotropy_law: str = "constant"


def require_choice(what: str, name: str, known: Iterable[str]) -> None:
    """ValueError where a name is none of those known; what: is chosen by it, for the message."""
    names = list(known)
    if name not in names:
        raise ValueError(f"{what}: expected one of {', '.join(map(repr, names))}; found {name!r}")


def default_asymmetry(barrier: str) -> str:
    """The asymmetry that a law takes where an analysis file names none; KeyError for a name that is not in BARRIERS."""
    return next(iter(BARRIERS[barrier].asymmetries))


def asymmetries_with(barrier: str) -> dict[str, frozenset[str]]:
    """The asymmetries of a law that have a parameter, for every parameter that only some asymmetries have."""
    own = BARRIERS[barrier].asymmetries
    every = dict.fromkeys(parameter for names in BARRIERS[DEFAULT_BARRIER].asymmetries.values() for parameter in names)
    return {parameter: frozenset(name for name in own if parameter in own[name]) for parameter in every}
