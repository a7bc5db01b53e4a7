"""What the samples of a trace measure: a resistance, a voltage or a current, in a unit or without one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.units import LARGEST, SMALLEST, UnitError, conversion, parse_quantity, quoted

Array = npt.NDArray[np.float64]

QUANTITIES: Final = {"resistance": "ohm", "voltage": "V", "current": "A"}


@final
@dataclass(frozen=True)
class Shown:
    """How the samples of a trace are shown, and what they say of the resistance.

    scale: of a sample into the unit; of numbers without a unit, what gives them the sign of a resistance. unit: "ohm",
    "A", or "" where none is known. bias: V, over which samples are currents; None where they rise with the resistance.
    """

    scale: float
    unit: str
    bias: float | None = None

    @property
    def rising(self) -> bool:
        """Whether the state of the higher resistance has the larger samples."""
        return self.scale > 0 if self.bias is None else self.bias * self.scale < 0

    def sample(self, resistance: float) -> float:
        """The sample that shows a resistance (ohm)."""
        return (resistance if self.bias is None else self.bias / resistance) / self.scale

    def resistances(self, levels: Array) -> Array | None:
        """Resistances (ohm) of levels in the unit; None where the unit is not known."""
        if not self.unit:
            return None
        return levels if self.bias is None else np.asarray(self.bias / levels)


@final
@dataclass(frozen=True)
class Measured:
    """What a sample is.

    quantity: "resistance", "voltage" or "current", "" where nobody says. factor: of a sample into the SI unit of the
    quantity; None where the numbers have no unit that is known: no dwell time depends on it.
    """

    quantity: str
    factor: float | None = None

    def shown(self, current: float | None, voltage: float | None, name: str) -> Shown:
        """How samples are shown that were taken at a current (A), or at a voltage (V); the other one is None.

        name: of the file. InputError where the order of the states is open, or a drive is 0 by which samples are
        divided, or is what they measure.
        """
        drive, kind = (current, "current") if voltage is None else (voltage, "voltage")
        unit = QUANTITIES.get(self.quantity, "") if self.factor is not None else ""
        if self.quantity == kind:
            other = "voltage" if kind == "current" else "current"
            expected = f"a column {other!r} of the index, as a {kind} is measured"
            raise InputError(Problem(name, expected, f"a column {kind!r}"))
        if not self.quantity and (drive or 0.0) < 0.0:
            beside = '"voltage", which AP has the lower of at a negative current'
            beside = beside if voltage is None else '"current", which AP has the higher of at a negative voltage'
            expected = f'the key quantity = "resistance", or {beside}'
            raise InputError(Problem(name, expected, "numbers of which nobody says it"))
        factor = 1.0 if self.factor is None else self.factor
        if self.quantity in ("", "resistance"):
            return Shown(factor, unit)
        if not drive:
            raise InputError(Problem(name, f"a {kind} that is not 0, by which the {self.quantity} is divided", "0"))
        if voltage is not None:
            return Shown(factor, unit, voltage)
        return Shown(math.copysign(1.0, drive) if self.factor is None else factor / drive, "ohm" if unit else "")


def declared(name: str, quantity: str, unit: str | None, driven: str = "current") -> Measured:
    """What samples without a unit are: as the keys `quantity` and `unit` say, "mV", or "0.25 mV" a count.

    name: of the file. driven: "current" or "voltage", which is no signal. InputError: a unit of another quantity, or a
    size that no signal has.
    """
    if unit is None:
        return Measured(quantity)
    where = f"{name}, key 'unit'"
    possible = [quantity] if quantity else [each for each in QUANTITIES if each != driven]
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
