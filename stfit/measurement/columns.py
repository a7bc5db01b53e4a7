"""How a kind of measurement declares its columns: names, units, what a cell may hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, final

import numpy as np
import numpy.typing as npt

STATES: Final[Mapping[str, int]] = {"P": 0, "AP": 1}
TRANSITIONS: Final[Mapping[str, int]] = {"P->AP": 0, "AP->P": 1}  # coded by the state that is left
P, AP = 0, 1


class Domain(Enum):
    """What a number in a column may be; the value is the words of the error message."""

    FINITE = "a finite number"
    POSITIVE = "a positive number"
    NON_NEGATIVE = "a number that is not negative"
    COUNT = "a whole number, 0 or more"
    POSITIVE_COUNT = "a whole number, 1 or more"
    PROBABILITY = "a number from 0 to 1"
    FLAG = "0 or 1"


@final
@dataclass(frozen=True)
class Noise:
    """By how much readings of one setting scatter at most, where nobody says: a standard deviation.

    relative: to the reading itself; to the largest one where there is a floor. floor: SI unit of the column, for a
    quantity that may be 0.
    """

    relative: float
    floor: float = 0.0

    def of(self, values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The standard deviation of each reading, in the unit of the values, of their shape."""
        size = np.abs(values)
        if not self.floor:
            return self.relative * size
        return np.full_like(size, max(self.floor, self.relative * float(np.max(size))))


@dataclass(frozen=True)
class Column:
    """One column of a kind.

    unit: the SI unit its values are held in; "" for a pure number.
    accepts: units named in messages, as a lab would write them.
    choices: for a column of words, the words and the codes they are held as; its unit is "".
    otherwise: the column it is where its header has the unit of that one, a linewidth in mT instead of MHz; it may
    have another one in turn.
    text: its cells are text of any kind, such as names of files; its unit is "".
    blank: a cell of text may be empty, where it says nothing.
    label: its cells tell rows apart; where they are no numbers, each word counts as the number of its first appearance.
    single: of a record it is one value, which may stand beside the columns.
    any_unit: its numbers stay as they are, in whatever unit, whose choice changes nothing that is asked of them.
    bare: its numbers may have no unit that is known, and then stay as they are.
    measured: it differs from row to row by its nature, so that no message proposes a constant for it.
    noise: of a setting that may be read from an instrument in every row.
    """

    name: str
    unit: str
    domain: Domain = Domain.FINITE
    accepts: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    choices: Mapping[str, int] = field(default_factory=dict)
    otherwise: Column | None = None
    text: bool = False
    blank: bool = False
    label: bool = False
    single: bool = False
    any_unit: bool = False
    bare: bool = False
    measured: bool = False
    noise: Noise | None = None

    @property
    def readings(self) -> Iterator[Column]:
        """The column itself, and those that it is with other units."""
        column: Column | None = self
        while column is not None:
            yield column
            column = column.otherwise


# A scatter of twice this changes E/k_BT = 40 by 0.24: a fifth of the natural spread of ln t of one dwell, π/√6 = 1.28.
THERMOMETER: Final = Noise(0.003)
# Of a Hall probe; twice the floor is 1 Oe, by which h changes by 0.005 even at μ0H_K = 20 mT.
FIELD_PROBE: Final = Noise(0.003, floor=5e-5)
TIMING: Final = Noise(0.01)  # of ramp rates and pulse widths, which enter ln τ as they are

STATE = Column("state", "", aliases=("configuration",), choices=STATES)
TRANSITION = Column("transition", "", aliases=("direction", "switching"), choices=TRANSITIONS)
CURRENT = Column("current", "A", accepts=("A", "mA", "uA"), aliases=("I", "I_dc", "bias_current", "i_bias"))
VOLTAGE = Column("voltage", "V", accepts=("V", "mV"), aliases=("V", "V_dc", "bias_voltage"))
TEMPERATURE = Column("temperature", "K", Domain.POSITIVE, ("K", "degC"), ("T", "temp"), noise=THERMOMETER)
# of the file that a row of an index names: the group, sheet or run, and the header or the number of the column
GROUP = Column("group", "", aliases=("dataset", "sheet", "run"), text=True, blank=True)
COLUMN = Column("column", "", aliases=("channel",), text=True, blank=True)
FILE = Column("file", "", aliases=("filename", "path"), text=True)
FIELD = Column(
    "field", "T", accepts=("mT", "T", "Oe", "A/m"), aliases=("H", "B", "mu0_H", "magnetic_field"), noise=FIELD_PROBE
)


@dataclass(frozen=True)
class Layout:
    """The columns of a kind: those it must have, one of several further sets, and those it may have.

    Alternatives are tried in order; the first whose columns are all there is taken. record: it is that of a file that
    holds one quantity against another, whose columns may be told by their dimension alone. drawn: the columns that show
    the raw rows best, one of the first against one of the second; empty where no rows are drawn as they are.
    """

    required: tuple[Column, ...]
    alternatives: tuple[tuple[Column, ...], ...] = ()
    optional: tuple[Column, ...] = ()
    record: bool = False
    drawn: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns, each once."""
        every = [*self.required, *(column for group in self.alternatives for column in group), *self.optional]
        return tuple({column.name: column for column in every}.values())
