"""What follows from the parameters: the names of the derived quantities and their SI units."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

DERIVED_UNITS: Final[Mapping[str, str]] = {
    "c_P": "rad",
    "c_AP": "rad",
    "c_ratio": "",
    "E_P": "J",
    "E_AP": "J",
    "slope_P": "1/A",
    "slope_AP": "1/A",
    "I_c_P": "A",
    "I_c_AP": "A",
}
# what follows where the damping and the constants of the layer are known too (Eq. 3)
TRANSPORT_UNITS: Final[Mapping[str, str]] = {
    "transport_L": "1/(J s)",
    "spin_transfer_l": "1/(J s)",
    "tau_0_predicted": "s",
}
# the parameters that they follow from
TRANSPORT_INGREDIENTS: Final = ("alpha", "gyromagnetic_ratio", "volume", "saturation_magnetisation")
