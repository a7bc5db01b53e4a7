"""What the [model] section of an analysis file chooses by name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The law of one device by the names that the analysis file has for its parts.

    Parameters
    ----------
    barrier : str
        The law of ln τ, a name in models.law.LAWS.
    asymmetry : str
        Where the barrier top is, a name in models.asymmetry.ASYMMETRIES that the law takes.
    convention : str
        How Eq. 27 is written, a name in physics.transport.CONVENTIONS.
    mapping : str
        How Eq. 32 is read of a resonance, a name in physics.fluctuations.MAPPINGS.
    magnetisation, anisotropy_law : str
        How the barriers follow temperature, names of models.material.
    """

    barrier: str = "high"
    asymmetry: str = "theta_0"
    convention: str = "consistent"
    mapping: str = "damping"
    magnetisation: str = "constant"
    anisotropy_law: str = "constant"
