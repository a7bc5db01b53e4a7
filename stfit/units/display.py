"""SI numbers as a figure or a table shows them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from stfit.constants import ELEMENTARY_CHARGE

# As many up as down: of a reciprocal the other one is taken.
_PREFIXES: Final = {-5: "f", -4: "p", -3: "n", -2: "µ", -1: "m", 0: "", 1: "k", 2: "M", 3: "G", 4: "T", 5: "P"}
# SI unit → (size of the unit shown, its symbol), for the units that take a prefix.
_SHOWN_AS: Final = {unit: (1.0, unit) for unit in ("A", "V", "s", "K", "T", "Hz", "m", "W", "A/m", "A/s")} | {
    "ohm": (1.0, "Ω"),
    "J": (ELEMENTARY_CHARGE, "eV"),
}


def choose_prefix(values: Iterable[float], unit: str) -> tuple[float, str]:
    """(factor, label): SI values times `factor` are in the unit `label`, the largest of them between 1 and 1000.

    Energies are shown in eV, and 1/A as 1/mA where that is the better size. A unit that takes no prefix (rad, a pure
    number, …) comes back as it is, with factor 1; so does a prefix-less unit where no value is finite and not 0.
    """
    base = unit.removeprefix("1/")
    if base not in _SHOWN_AS:
        return 1.0, unit
    size, symbol = _SHOWN_AS[base]
    sign = -1 if base != unit else 1  # of a reciprocal, the prefix stands below the line
    factor = size**-sign
    power = _power_of_thousand(factor * max((abs(value) for value in values if math.isfinite(value)), default=0.0))
    label = f"{_PREFIXES[sign * power]}{symbol}"
    # Only positive powers of 1000 are exact, so that 1 ns is shown by a factor of 1e9 and not of 999999999.9999999.
    scaled = factor / 1000.0**power if power > 0 else factor * 1000.0**-power
    return scaled, label if sign > 0 else f"1/{label}"


def _power_of_thousand(largest: float) -> int:
    """The k with 1 ≤ largest/1000^k < 1000, within the prefixes there are; 0 for 0."""
    if largest == 0:
        return 0
    # A rounding error must not make 1000 µA of 1 mA: log10 errs by some 1e-16, 1e-12 is far above and never seen.
    power = math.floor(math.log10(largest) / 3 + 1e-12)
    return min(max(power, min(_PREFIXES)), max(_PREFIXES))
