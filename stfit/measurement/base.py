"""What an observation is made of: arrays that nobody changes, where they come from, at what they were taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Self, final

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from stfit.physics.fluctuations import LineNumbers

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int8]
Rows = npt.NDArray[np.intp]


def frozen(values: Any, dtype: Any = np.float64) -> Any:
    """A read-only copy of `values`."""
    copy = np.array(values, dtype=dtype)
    copy.flags.writeable = False
    return copy


@final
@dataclass(frozen=True)
class Origin:
    """Where an observation comes from, how its currents count, and what was noticed while reading it.

    Parameters
    ----------
    file : str
        As the analysis file calls it, "" for what was made in memory.
    sha256 : str
        Of the file.
    rows : int
        Of the file, 0 where it has none.
    notices : tuple[str, ...]
        What a reader of the fit should know.
    label : str
        What tells two measurements from one file apart.
    kind : str
        The kind that was declared, also where its raw records become another; where nobody declared one, as for columns
        in memory, the kind of the observation.
    polarity : int
        +1 or −1, by which currents were multiplied when the observation was made: +I then stabilises P.
    recognised : tuple[str, ...]
        What was recognised of the file and nobody declared, in sentences.
    entry : int or None
        Which [[measurement]] of its analysis it is of, from 0; one of several files makes several. None for what was
        made in memory.
    """

    file: str = ""
    sha256: str = ""
    rows: int = 0
    notices: tuple[str, ...] = ()
    label: str = ""
    kind: str = ""
    polarity: int = 1
    recognised: tuple[str, ...] = ()
    entry: int | None = None

    def of(self, kind: str, *notices: str) -> Self:
        """The same with further notices, and with a kind where none was declared."""
        return replace(self, kind=self.kind or kind, notices=(*self.notices, *notices))


@final
@dataclass(frozen=True)
class Settings:
    """At what the rows of an observation were taken; arrays of shape (rows,), SI units.

    Parameters
    ----------
    state : Codes
        0 for P, 1 for AP: the state that is left, or that resonates.
    current, voltage : Array or None
        A and V, times the polarity (+I stabilises P). One of them drove the device; both are None where none was set.
    temperature : Array
        K, NaN where the row has none of its own.
    field : Array
        T (μ0H), NaN where none is given.
    delta_R, energy : Array or None
        ohm and J, of the row itself; None where they are those of the device.
    frequency : Array or None
        Hz, NaN where none is given.
    ramp_rate : Array or None
        A/s.
    interval : (Array, Array) or None
        Between which values a ramp ran, of what it swept: A or V, times the polarity, or T.
    swept : str
        What ramps swept: "current", "voltage" or "field", whose values here are those that they reached; "" where
        nothing was swept.
    measurement_time : Array or None
        s, in which critical currents were measured; None for extrapolated ones.
    athermal : bool
        Whether no row depends on the temperature.
    is_linewidth : Codes or None
        1 for a linewidth, 0 for a power.
    lines : LineNumbers or None
        What the numbers of the lines are.
    """

    state: Codes
    current: Array | None
    voltage: Array | None
    temperature: Array
    field: Array
    delta_R: Array | None = None
    energy: Array | None = None
    frequency: Array | None = None
    ramp_rate: Array | None = None
    interval: tuple[Array, Array] | None = None
    swept: str = ""
    measurement_time: Array | None = None
    athermal: bool = False
    is_linewidth: Codes | None = None
    lines: LineNumbers | None = None

    @classmethod
    def from_columns(cls, columns: Mapping[str, npt.NDArray[Any]], polarity: int, **more: Any) -> Self:
        """The settings in a table: here the current gets its sign, once.

        Parameters
        ----------
        columns : Mapping[str, ndarray]
            `state` or `transition`, shape (rows,), and of `current` (A), `voltage` (V), `temperature` (K) and `field`
            (T) what there is, with the laboratory's signs.
        polarity : int
            +1 or −1.
        **more
            What only some kinds have, by the names of the fields.

        Returns
        -------
        Settings
            With read-only copies of the columns.
        """
        state = columns["state" if "state" in columns else "transition"]
        absent = np.full(state.size, np.nan)
        drives = (columns.get(name) for name in ("current", "voltage"))
        current, voltage = (None if drive is None else frozen(polarity * drive) for drive in drives)
        surroundings = (frozen(columns.get(name, absent)) for name in ("temperature", "field"))
        return cls(frozen(state, np.int8), current, voltage, *surroundings, **more)

    @property
    def drive(self) -> Array:
        """The current (A), or the voltage (V) where one drove the device; TypeError where neither was set."""
        drive = self.current if self.voltage is None else self.voltage
        if drive is None:
            raise TypeError("rows at which neither a current nor a voltage was set")
        return drive

    def driven_at(self, drive: Array) -> Self:
        """The same rows at other currents (A), or voltages (V) where these drove the device; shape (rows,)."""
        return replace(self, **{"current" if self.voltage is None else "voltage": frozen(drive)})

    def swept_to(self, reached: Array) -> Self:
        """The same ramps where what they swept is at other values (A, V or T), shape (rows,)."""
        changed: dict[str, Any] = {self.swept: reached}
        return replace(self, **changed)

    def at(self, rows: Rows) -> Self:
        """The settings of some rows, in their order, repeated where a row is named more than once."""
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        if self.interval is not None:
            values["interval"] = tuple(frozen(end[rows]) for end in self.interval)
        picked = {name: array for name, array in values.items() if isinstance(array, np.ndarray)}
        return type(self)(**values | {name: frozen(array[rows], array.dtype) for name, array in picked.items()})
