"""The law of ln τ under a current: the one protocol of Eq. 27, the exact rates and their rivals, and which there are.

A law is one file: its formula, its parameters, its words and its remedies. A comparison or a report takes from here
what it says of a law; nothing outside stfit.models asks which law it has. What the analysis file calls a law, and which
asymmetries it takes, stands in models.choices.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol

from stfit.models.asymmetry import Wells
from stfit.models.choices import DEFAULT_BARRIER
from stfit.models.device import CriticalRows, Device, Quantities, Rows
from stfit.models.effective_temperature import EffectiveTemperature
from stfit.models.eq_27 import EQ_27
from stfit.models.exact import EXACT
from stfit.models.parameters import Parameter
from stfit.models.power import EXPONENT, FREE_POWER, POWERS
from stfit.models.words import Words
from stfit.physics.transport import Gmr


class Law(Protocol):
    """How long a state is left standing under a current, at given barriers.

    Methods take quantities in SI units by name, as floats, arrays (leading axes broadcast over the rows) or Jets, and
    the device whose barriers they are. `stfit.models.eq_27.BarrierLaw` answers all but the barrier itself as Eq. 27
    does.
    """

    @property
    def name(self) -> str:
        """Its key in result.json."""
        ...

    @property
    def words(self) -> Words:
        """What a report, a comparison and a message say of it."""
        ...

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Parameters it has beside τ0, l/L_θθ, the constants and those of the barriers."""
        ...

    @property
    def linear_in_current(self) -> bool:
        """Whether ln τ is a straight line in the current."""
        ...

    @property
    def one_axis(self) -> bool:
        """Whether its barriers are those of one axis: Kv(1 ± h)², given by Kv and h."""
        ...

    @property
    def counterpart(self) -> str:
        """The name of the law whose l/L_θθ stands beside its own in a report."""
        ...

    def prepared(self, gmr: Gmr) -> Law:
        """The law with what it must compute of r(θ) beforehand; OutsideValidityError where it takes no such curve."""
        ...

    def log_dwell_time(self, device: Device, quantities: Quantities, rows: Rows) -> Any:
        """ln τ (τ in s) of each row."""
        ...

    def slope(self, device: Device, quantities: Quantities, rows: Rows) -> Any:
        """s_i = ∂ln τ_i/∂I at I = 0, 1/A, of each row; the currents of the rows play no part."""
        ...

    def slope_ratio(self, quantities: Quantities) -> Any:
        """s_i over that of Eq. 27 with the same parameters, from which the fit of a rival starts."""
        ...

    def factors(self, device: Device, quantities: Quantities, temperature: Any) -> tuple[Any, Any]:
        """c_P and c_AP (rad) without an applied field, as they are quoted at a temperature (K)."""
        ...

    def inverse_critical_current(self, device: Device, quantities: Quantities, rows: CriticalRows) -> Any:
        """1/I_c (1/A) of each row, also where λ is 0."""
        ...

    def outside(self, device: Device, quantities: Quantities, rows: Rows) -> Any:
        """Which rows the law does not know; booleans of shape (rows,)."""
        ...

    def remedy(self, device: Device, quantities: Quantities, rows: Rows, row: int) -> tuple[str, str]:
        """What one of those rows should be, and what it is: both halves of a message."""
        ...

    def barrier_height(self, heights: Any) -> tuple[bool, str]:
        """Whether the law holds at barriers ln(τ/τ0) of the rows, and the end of the sentence that says so."""
        ...

    def finite_barrier(self, device: Device, values: Mapping[str, float | None]) -> tuple[bool, str] | None:
        """What barriers of finite height make of c_P and c_AP: whether it is small, and a sentence.

        values: parameters and what follows from them, SI; None where the data do not give one.
        """
        ...

    @property
    def contains(self) -> tuple[str, ...]:
        """Names of the laws that it becomes for one value of its own parameter."""
        ...

    def as_rival(self, device: Device) -> Device | str:
        """The device as this law describes it beside another; a sentence that says why, where it cannot.

        The device itself where its parameters are those of this law too.
        """
        ...

    def start(self, wells: Wells) -> dict[str, float]:
        """Where its own parameters of the barriers start, SI, from barriers of another law."""
        ...


# by the name that `barrier` has in the analysis file
LAWS: Final[Mapping[str, Law]] = {DEFAULT_BARRIER: EQ_27, "exact": EXACT, "power-law": FREE_POWER}
# fitted to the same data beside the law of the analysis, in the order of a report
RIVALS: Final[tuple[Law, ...]] = (EQ_27, *POWERS, EXACT)
# descriptions that no data can tell from the law of this name
RESTATED: Final[Mapping[str, tuple[EffectiveTemperature, ...]]] = {EQ_27.name: (EffectiveTemperature(),)}


def law_named(barrier: str) -> Law:
    """The law that `barrier` means in the analysis file.

    Parameters
    ----------
    barrier : str
        A name in LAWS.

    Returns
    -------
    Law
        The law, not yet prepared for a curve r(θ).

    Raises
    ------
    ValueError
        If no law has this name; the message lists the names there are.
    """
    if barrier not in LAWS:
        raise ValueError(f"no barrier is called {barrier!r}; there are {', '.join(LAWS)}")
    return LAWS[barrier]


def chosen_by(name: str) -> tuple[str, dict[str, float]]:
    """What makes an analysis fit a law.

    Parameters
    ----------
    name : str
        Its key in result.json.

    Returns
    -------
    barrier : str
        The name that `barrier` has in the analysis file; "" for a law that no analysis can choose.
    fixed : dict of str to float
        Parameters to hold fixed with it, SI.
    """
    fixed = {power.name: power.exponent for power in POWERS if power.exponent is not None}
    chosen = FREE_POWER.name if name in fixed else name
    barrier = next((key for key, law in LAWS.items() if law.name == chosen), "")
    return barrier, {EXPONENT.name: fixed[name]} if name in fixed else {}


def offers() -> str:
    """What the names of LAWS mean, for a remark in a drafted analysis file: the default first."""
    others = (f'"{name}" {law.words.offer}' for name, law in LAWS.items() if name != DEFAULT_BARRIER)
    return "; ".join([LAWS[DEFAULT_BARRIER].words.offer, *others])
