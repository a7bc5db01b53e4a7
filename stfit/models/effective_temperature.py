"""Eq. 27 in other words: the unchanged barrier at an effective temperature, which no data can tell from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, final

from stfit.models.device import Quantities
from stfit.models.eq_27 import Activation, BarrierLaw, Linear
from stfit.models.words import Words

_WORDS: Final = Words("effective temperature T/(1 − I/I_c)")


@final
@dataclass(frozen=True)
class EffectiveTemperature(BarrierLaw):
    """The unchanged barrier E_i at T/(1 − I/I_c,i): only the quotient enters ln τ, so this is Eq. 27.

    So at one temperature in any case; at several because E_i and I_c,i are those of each temperature.
    """

    name: str = "effective-temperature"
    words: Words = _WORDS

    @property
    def linear_in_current(self) -> bool:
        """A straight line, as Eq. 27."""
        return True

    def activation(self, quantities: Quantities, rows: Linear) -> Activation:  # noqa: ARG002
        """E_i at the effective temperature, which is infinite at I_c."""
        energy = rows.energy
        return energy, rows.temperature * energy / rows.barrier

    def note(self, *, several: bool, constant: bool) -> str:
        """Why it is Eq. 27; several: temperatures were measured, constant: barriers do not depend on them."""
        fixed = "as long as E_i and I_c do not depend on T" if constant else "with E_i and I_c of each"
        also = f", and at several {fixed}" if several else ""
        return (
            f"The same as Eq. 27 at one temperature{also}: dwell times cannot tell a hotter mode from a lower barrier."
        )
