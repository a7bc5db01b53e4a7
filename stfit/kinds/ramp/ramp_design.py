"""Current ramps: the columns of a table of switching events, and the settings at which they were taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple, final

import numpy as np
import numpy.typing as npt

from stfit.errors import CellProblem, TableError
from stfit.measurement.base import Array, Codes, frozen
from stfit.measurement.grouping import groups


@final
@dataclass(frozen=True)
class RampSettings:
    """Ramps that differ in nothing but where the device switched; arrays of shape (settings,).

    Parameters
    ----------
    state : Codes
        The state that is left.
    start : Array
        A, times the polarity.
    direction : Array
        +1 or −1, times the polarity: the way of the current.
    ramp_rate : Array
        A/s, positive.
    temperature : Array
        K or NaN.
    step : Array
        A, the grain of the readings, or NaN.
    """

    state: Codes
    start: Array
    direction: Array
    ramp_rate: Array
    temperature: Array
    step: Array

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.state.size)

    def repeated(self, setting: int, size: int) -> RampSettings:
        """One setting, `size` times."""
        columns = ((getattr(self, entry.name)[setting], getattr(self, entry.name).dtype) for entry in fields(self))
        return RampSettings(*(frozen(np.full(size, value, dtype), dtype) for value, dtype in columns))

    def currents(self, rise: Array, setting: Any = slice(None)) -> Array:
        """The current (A, times the polarity) where a ramp has risen by `rise` (A, 0 or more) from its start."""
        return np.asarray(self.start[setting] + self.direction[setting] * rise)


class EventsBySetting(NamedTuple):
    """Events by setting: rise (A, positive) from the start of the ramp, shape (events,), those of a setting together.

    first: where each setting begins, shape (settings,).
    """

    settings: RampSettings
    rise: Array
    first: npt.NDArray[np.intp]


class SwitchedShares(NamedTuple):
    """Between which shares of the fitted law (0 at the start of a ramp, 1 when all have switched) events happened.

    low, high: equal where the switching current is exact; high is 1 for ramps that ended before the device switched.
    events: how many. setting: of each. All of shape (rows,).
    """

    low: Array
    high: Array
    events: Array
    setting: npt.NDArray[np.intp]


def read_events(
    columns: Mapping[str, npt.NDArray[Any]],
    polarity: int,
    sign: str = "signed",
    start_current: float | None = None,
    current_step: float | None = None,
) -> EventsBySetting:
    """Group the rows of a table by setting.

    Parameters
    ----------
    columns : Mapping[str, ndarray]
        The columns of LAYOUT, SI units, shape (events,), with the laboratory's signs.
    polarity : int
        +1 or −1, by which currents are multiplied here.
    sign : {"signed", "magnitude"}
        "magnitude" where the file leaves the sign out (P->AP is then negative, AP->P positive) and start currents count
        along the ramp.
    start_current, current_step : float, optional
        A, for a table without such a column; ramps start at 0 where nobody says.

    Returns
    -------
    EventsBySetting
        The events, those of a setting together.

    Raises
    ------
    TableError
        Where a row is no event of a ramp.
    """
    current, rate = columns["switching_current"], columns["ramp_rate"]
    state = columns["transition"].astype(float)
    start = _column_or_key(columns, "start_current", start_current, 0.0)
    if sign == "magnitude":
        _refuse_signed(current)
        along = np.where(state == 0, -1.0, 1.0)
        current, start, rate = along * current, along * start, np.abs(rate)
    rise = current - start
    direction = np.sign(rise)
    _check(rise, direction, rate)
    step = _column_or_key(columns, "current_step", current_step, np.nan)
    temperature = _column_or_key(columns, "temperature", None, np.nan)
    of_each = (polarity * start, polarity * direction, np.abs(rate), temperature, step)
    first, group = groups([state, *(key for key in of_each if key.size > 1)])
    order = _order(group)
    settings = RampSettings(frozen(state[first], np.int8), *(frozen(_at(key, first)) for key in of_each))
    counts = np.bincount(group, minlength=first.size)
    size = np.abs(rise)
    return EventsBySetting(settings, size if order is None else size[order], np.cumsum(counts) - counts)


def _column_or_key(
    columns: Mapping[str, npt.NDArray[Any]], name: str, key: float | None, absent: float
) -> npt.NDArray[Any]:
    """A value a row from the column, or the one of the key, shape (1,); TableError where there are both."""
    if name not in columns:
        return np.array([absent if key is None else key])
    if key is not None:
        raise TableError([CellProblem(None, name, "either this column or the key of this name", "both")])
    return columns[name]


def _at(values: npt.NDArray[Any], rows: npt.NDArray[np.intp]) -> npt.NDArray[Any]:
    return values[rows] if values.size > 1 else np.full(rows.size, values[0])


def _order(group: npt.NDArray[np.intp]) -> npt.NDArray[np.intp] | None:
    """The order that brings settings together, None where they are; small codes are sorted by their digits."""
    if np.all(group[1:] >= group[:-1]):
        return None
    small = group.max() < np.iinfo(np.uint16).max
    return np.argsort(group.astype(np.uint16) if small else group, kind="stable")


def _check(rise: Array, direction: Array, rate: Array) -> None:
    signed = bool(np.any(rate < 0))
    wrong = (rise == 0) | (rate == 0) | (signed & (np.sign(rate) != direction))
    if not np.any(wrong):
        return
    problems = []
    for row in np.flatnonzero(wrong):
        if rise[row] == 0:
            problems.append(
                CellProblem(
                    int(row), "switching_current", "a current other than that where the ramp starts", "the same"
                )
            )
        elif rate[row] == 0:
            problems.append(CellProblem(int(row), "ramp_rate", "a rate other than 0", "0"))
        else:
            way = "up" if rise[row] > 0 else "down"
            expected = (
                f"the sign of a ramp {way} from the start current to the switching current, as other rates have a sign"
            )
            problems.append(CellProblem(int(row), "ramp_rate", expected, f"{rate[row]:g} A/s"))
    raise TableError(problems)


def _refuse_signed(current: Array) -> None:
    wrong = np.flatnonzero(current < 0)
    if wrong.size:
        expected = 'a magnitude, as sign = "magnitude" says'
        raise TableError([CellProblem(int(row), "switching_current", expected, f"{current[row]:g} A") for row in wrong])
