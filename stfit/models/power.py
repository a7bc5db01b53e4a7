"""barrier = "power-law", and the rivals of Eq. 27 whose barrier is a power of 1 − I/I_c."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.derivatives import elementwise
from stfit.models.device import Quantities
from stfit.models.eq_27 import EQ_27, Activation, BarrierLaw, Linear
from stfit.models.parameters import PARAMETERS, Parameter
from stfit.models.words import Words

Array = npt.NDArray[np.float64]

_SMOOTH_BELOW: Final = 0.01  # of E_i: where a power of the vanishing barrier would lose its second derivative

EXPONENT: Final = PARAMETERS["exponent"]


@final
@dataclass(frozen=True)
class PowerBarrier(BarrierLaw):
    """B_i = E_i(1 − I/I_c,i)^n; same E_i and I_c,i as Eq. 27.

    Beyond I_c there is no barrier: the base goes smoothly to 0 within 1 % of E_i, with two continuous derivatives, so
    that a fit finds its way back. At n = 1 and 1 − I/I_c above that, Eq. 27 exactly.

    Parameters
    ----------
    name : str
        Its key in result.json.
    words : Words
        What it says.
    exponent : float or None
        n; None for the parameter `exponent`.
    """

    name: str
    words: Words
    exponent: float | None

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """The exponent, where it is free."""
        return (EXPONENT,) if self.exponent is None else ()

    @property
    def contains(self) -> tuple[str, ...]:
        """Eq. 27 and every power, where the exponent is free."""
        return () if self.exponent is not None else (EQ_27.name, *(p.name for p in POWERS if p is not self))

    def activation(self, quantities: Quantities, rows: Linear) -> Activation:
        """E_i u^n with u = B_i/E_i."""
        energy = rows.energy
        height = energy * np.exp(self.slope_ratio(quantities) * log_positive_part(rows.barrier / energy))
        return height, rows.temperature

    def slope_ratio(self, quantities: Quantities) -> Any:
        """n."""
        return quantities[EXPONENT.name] if self.exponent is None else self.exponent

    def thermal_loss(self, quantities: Quantities, share: Any) -> Any:
        """The share of I_c that is missing where the barrier is a share of E: its n-th root."""
        return np.exp(log_positive_part(share) / self.slope_ratio(quantities))


_FREE: Final = "barrier ∝ (1 − I/I_c)^n"
_EQUATION: Final = {
    "consistent": "ln τ_i = ln τ0 + (E_i/k_BT)(1 − I/I_c,i)^n, I_c,i = ∓βE_i/(8e(l/L_θθ)ΔR c_i); n = 1 is Eq. 27.",
    "printed": "ln τ_i = ln τ0 + (E_i/2k_BT)(1 − I/I_c,i)^n, I_c,i as Eq. 27 is printed (no 8e); n = 1 is Eq. 27.",
}
FREE_POWER: Final = PowerBarrier(
    "barrier-n",
    Words(
        short=f"{_FREE}, n free",
        offer=f"{_FREE}, n the parameter exponent: 3/2 and 2 are customary, 1 is Eq. 27",
        equation=_EQUATION,
        asymmetries=EQ_27.words.asymmetries,
        rates="High barriers, which vanish at I_c as a power of 1 − I/I_c; I_c is where they do.",
        measured_current=(
            "Critical currents were measured in {time}: I_c{{1 − [(k_BT/E_i) ln({t}/τ0)]^(1/n)}} with I_c of Eq. 28."
        ),
    ),
    None,
)
POWERS: Final = (
    PowerBarrier("barrier-3/2", Words(f"{_FREE[:-1]}(3/2)"), 1.5),
    PowerBarrier("barrier-2", Words("barrier ∝ (1 − I/I_c)²"), 2.0),
    FREE_POWER,
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
