"""What the samples of a trace measure: a resistance or a voltage, in a unit or without one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, final

from stfit.errors import InputError, Problem
from stfit.units import LARGEST, SMALLEST, UnitError, conversion, parse_quantity, quoted

QUANTITIES: Final = {"resistance": "ohm", "voltage": "V"}


@final
@dataclass(frozen=True)
class Measured:
    """What a sample is.

    quantity: "resistance" or "voltage", "" where nobody says. factor: of a sample into the SI unit of the quantity;
    None where the numbers have no unit that is known: no dwell time depends on it.
    """

    quantity: str
    factor: float | None = None

    def per_ohm(self, current: float, name: str) -> float:
        """What makes a sample ohm at a current (A); without a unit, what gives it the sign of a resistance.

        name: of the file. InputError where the sign is open, or a voltage has no current.
        """
        if not self.quantity and current < 0.0:
            expected = 'the key quantity = "resistance", or "voltage", which AP has the lower of at a negative current'
            raise InputError(Problem(name, expected, "numbers of which nobody says it"))
        if self.quantity != "voltage":
            return 1.0 if self.factor is None else self.factor
        if current == 0.0:
            raise InputError(Problem(name, "a current that is not 0, by which the voltage is divided", "0"))
        return math.copysign(1.0, current) if self.factor is None else self.factor / current


def declared(name: str, quantity: str, unit: str | None) -> Measured:
    """What samples without a unit are: as the keys `quantity` and `unit` say, "mV", or "0.25 mV" a count.

    name: of the file. InputError: a unit of another quantity, or a size that no signal has.
    """
    if unit is None:
        return Measured(quantity)
    where = f"{name}, key 'unit'"
    possible = [quantity] if quantity else list(QUANTITIES)
    units = " or ".join(QUANTITIES[each] for each in possible)
    for each in possible:
        if (factor := _factor(unit, each)) is None:
            continue
        if not SMALLEST <= abs(factor) <= LARGEST:
            expected = f"a unit between {SMALLEST:g} and {LARGEST:g} {QUANTITIES[each]}"
            raise InputError(Problem(where, expected, quoted(unit)))
        return Measured(each, factor)
    raise InputError(Problem(where, f"a unit such as {units}", quoted(unit)))


def _factor(unit: str, quantity: str) -> float | None:
    """What a sample is worth in SI; None where its unit is none of the quantity."""
    si = QUANTITIES[quantity]
    try:
        if unit.lstrip()[:1].isdigit():
            return parse_quantity(unit, si).value
        factor, offset = conversion(unit, si)
    except UnitError:
        return None
    return None if offset else factor
