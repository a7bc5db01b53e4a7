"""What ramps and loops sweep: a current, a voltage or a field."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Final, final


@final
@dataclass(frozen=True)
class Swept:
    """One of the quantities that are swept.

    Parameters
    ----------
    name : str
        Its name as a column and in `Settings`.
    unit : str
        Its SI unit.
    shown : str
        The unit in which series show it.
    factor : float
        That unit in SI units, inverted.
    rate : str
        The column of its rate.
    """

    name: str
    unit: str
    shown: str
    factor: float
    rate: str

    @property
    def switching(self) -> str:
        """The column that says where the device switched."""
        return f"switching_{self.name}"

    @property
    def start(self) -> str:
        """The column that says where ramps start."""
        return f"start_{self.name}"

    @property
    def step(self) -> str:
        """The column of the grain of the readings."""
        return f"{self.name}_step"

    def sign(self, polarity: int) -> int:
        """By what values of the laboratory are multiplied: the polarity belongs to currents."""
        return 1 if self is FIELD else polarity


CURRENT: Final = Swept("current", "A", "mA", 1e3, "ramp_rate")
VOLTAGE: Final = Swept("voltage", "V", "mV", 1e3, "voltage_rate")
FIELD: Final = Swept("field", "T", "mT", 1e3, "field_rate")
SWEPT: Final = (CURRENT, VOLTAGE, FIELD)


def swept_in(columns: Container[str]) -> Swept:
    """What was swept in a table of switching events, by its columns."""
    return next(swept for swept in SWEPT if swept.switching in columns)
