"""What the virtual laboratory measures, and the device on which it does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Protocol, final

import numpy as np
import numpy.typing as npt

from stfit.models.choices import BARRIERS
from stfit.models.spin_transfer import SpinTransferLaw

Array = npt.NDArray[np.float64]
Files = Mapping[str, bytes]  # beside a table, by name

RATE_LAW, EXACT_RATES, DYNAMICS = "rate-law", "exact-rates", "dynamics"


def law_at(level: str) -> str:
    """The law that a device follows at a level, by its name in the analysis file.

    The equation of motion is that behind the exact rates. KeyError for a level that no law has.
    """
    laws = {choice.level: name for name, choice in BARRIERS.items()}
    return laws[EXACT_RATES if level == DYNAMICS else level]


class Design(Protocol):
    """What is measured: a file of one kind, and at which settings. kind: a name in `kinds()`."""

    kind: ClassVar[str]

    @property
    def file(self) -> str:
        """The name of the file that a laboratory would write."""
        ...

    @property
    def temperatures(self) -> Array | None:
        """K, shape (temperatures,); None where the measurement takes that of the device."""
        ...

    @property
    def fields(self) -> Array | None:
        """T, shape (fields,); None where none is applied."""
        ...

    @property
    def needs(self) -> tuple[str, ...]:
        """Parameters that must have a true value beside those of the law."""
        ...

    @property
    def own_parameters(self) -> Mapping[str, float]:
        """True values (SI) of the parameters that belong to this measurement alone."""
        ...

    def refused_by_dynamics(self) -> tuple[str, str, str] | None:
        """A key that the equation of motion cannot follow, what was expected and found; None where it follows all."""
        ...


class DesignDefaults:
    """What designs without parameters of their own share."""

    @property
    def needs(self) -> tuple[str, ...]:
        """None beside those of the law."""
        return ()

    @property
    def own_parameters(self) -> Mapping[str, float]:
        """None."""
        return {}

    def refused_by_dynamics(self) -> tuple[str, str, str] | None:
        """None: the equation of motion follows every key."""
        return None


@final
@dataclass(frozen=True)
class VirtualDevice:
    """A device with its true parameters (SI, by public name) and what is measured on it.

    level: what it does: what Eq. 27 says ("rate-law"), what the Fokker–Planck equation behind it says ("exact-rates"),
    or what the stochastic equation of motion makes of it ("dynamics").
    """

    title: str
    truth: Mapping[str, float]
    law: SpinTransferLaw
    temperature: float
    designs: tuple[Design, ...]
    level: str = RATE_LAW
