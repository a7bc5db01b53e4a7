"""Ramps of a current, a voltage or a field: the settings at which switching events were taken, from their table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple, final

import numpy as np
import numpy.typing as npt

from stfit.errors import CellProblem, TableError
from stfit.kinds.ramp.swept import CURRENT, SWEPT, VOLTAGE, Swept, swept_in
from stfit.measurement.base import Array, Codes, Settings, frozen
from stfit.measurement.grouping import groups
from stfit.measurement.traits import Traits


@final
@dataclass(frozen=True)
class RampSettings:
    """Ramps that differ in nothing but where the device switched; arrays of shape (settings,).

    Parameters
    ----------
    state : Codes
        The state that is left.
    start : Array
        Of what is swept: A or V, times the polarity, or T.
    direction : Array
        +1 or −1, the way of what is swept, times the polarity unless it is a field.
    ramp_rate : Array
        Of what is swept: A/s, V/s or T/s, positive.
    temperature : Array
        K or NaN.
    step : Array
        Of what is swept, the grain of the readings, or NaN.
    current : Array
        A, times the polarity, that flows while a field is swept; 0 where nobody says.
    field : Array
        T, applied while a current or a voltage is swept, or NaN.
    swept : Swept
        What the ramps sweep.
    """

    state: Codes
    start: Array
    direction: Array
    ramp_rate: Array
    temperature: Array
    step: Array
    current: Array
    field: Array
    swept: Swept = CURRENT

    @property
    def size(self) -> int:
        """How many there are."""
        return int(self.state.size)

    def repeated(self, setting: int, size: int) -> RampSettings:
        """One setting, `size` times."""
        columns = {entry.name: getattr(self, entry.name) for entry in fields(self) if entry.name != "swept"}
        same = {name: frozen(np.full(size, values[setting]), values.dtype) for name, values in columns.items()}
        return replace(self, **same)

    def reached(self, rise: Array, setting: Any = slice(None)) -> Array:
        """What is swept (SI) where a ramp has risen by `rise` (0 or more) from its start."""
        return np.asarray(self.start[setting] + self.direction[setting] * rise)

    def traits(self, *, has_residuals: bool = True) -> Traits:
        """What the ramps ask of a fit: the resistance where a voltage is swept."""
        needs = ("resistance",) if self.swept is VOLTAGE else ()
        return Traits(needs, activated=True, has_residuals=has_residuals)

    def settings(self, low: Array, high: Array, at: Array, of: Any = slice(None)) -> Settings:
        """The settings of ramps between two values of what they sweep, where it is at a third; shape (rows,).

        of: the row here of each.
        """
        held: dict[str, Any] = {"current": self.current[of], "voltage": None, "field": self.field[of]}
        if self.swept is VOLTAGE:
            held["current"] = None
        held[self.swept.name] = at
        return Settings(
            self.state[of],
            temperature=self.temperature[of],
            ramp_rate=self.ramp_rate[of],
            interval=(low, high),
            swept=self.swept.name,
            **held,
        )


class EventsBySetting(NamedTuple):
    """Events by setting: rise (positive, of what is swept) from the start of the ramp, shape (events,).

    Those of a setting stand together.
    first: where each setting begins, shape (settings,).
    """

    settings: RampSettings
    rise: Array
    first: npt.NDArray[np.intp]


class SwitchedShares(NamedTuple):
    """Between which shares of the fitted law (0 at the start of a ramp, 1 when all have switched) events happened.

    low, high: equal where a switching event is known exactly; high is 1 for ramps that ended before the device
    switched.
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
        +1 or −1, by which currents and voltages are multiplied here.
    sign : {"signed", "magnitude"}
        "magnitude" where the file leaves the sign out (P->AP is then negative, AP->P positive) and starts count along
        the ramp.
    start_current, current_step : float, optional
        A, for a table of currents without such a column; ramps start at 0 where nobody says.

    Returns
    -------
    EventsBySetting
        The events, those of a setting together.

    Raises
    ------
    TableError
        Where a row is no event of a ramp.
    """
    swept = swept_in(columns)
    rate = _rate_of(swept, columns)
    value, state = columns[swept.switching], columns["transition"].astype(float)
    start = _column_or_key(columns, swept.start, start_current if swept is CURRENT else None, 0.0)
    if sign == "magnitude":
        _refuse_signed(value, swept)
        along = np.where(state == 0, -1.0, 1.0)
        value, start, rate = along * value, along * start, np.abs(rate)
    rise = value - start
    direction = np.sign(rise)
    _check(rise, direction, rate, swept)
    step = _column_or_key(columns, swept.step, current_step if swept is CURRENT else None, np.nan)
    temperature, current, field = (
        _column_or_key(columns, name, None, absent)
        for name, absent in (("temperature", np.nan), ("current", 0.0), ("field", np.nan))
    )
    flip = swept.sign(polarity)
    of_each = {
        "start": flip * start,
        "direction": flip * direction,
        "ramp_rate": np.abs(rate),
        "temperature": temperature,
        "step": step,
        "current": polarity * current,
        "field": field,
    }
    first, group = groups([state, *(key for key in of_each.values() if key.size > 1)])
    order = _order(group)
    own = {name: frozen(_at(values, first)) for name, values in of_each.items()}
    settings = RampSettings(state=frozen(state[first], np.int8), swept=swept, **own)
    counts = np.bincount(group, minlength=first.size)
    size = np.abs(rise)
    return EventsBySetting(settings, size if order is None else size[order], np.cumsum(counts) - counts)


def _rate_of(swept: Swept, columns: Mapping[str, npt.NDArray[Any]]) -> Array:
    """The rate of what is swept; TableError where the table has that of something else."""
    if swept.rate in columns:
        return columns[swept.rate]
    other = next(found for found in SWEPT if found.rate in columns)
    expected = f"a rate in {swept.unit}/s, as the column {swept.switching} is in {swept.unit}"
    raise TableError([CellProblem(None, other.rate, expected, f"one in {other.unit}/s")])


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


def _check(rise: Array, direction: Array, rate: Array, swept: Swept) -> None:
    signed = bool(np.any(rate < 0))
    wrong = (rise == 0) | (rate == 0) | (signed & (np.sign(rate) != direction))
    if not np.any(wrong):
        return
    problems = []
    for row in np.flatnonzero(wrong):
        if rise[row] == 0:
            expected = f"a {swept.name} other than that where the ramp starts"
            problems.append(CellProblem(int(row), swept.switching, expected, "the same"))
        elif rate[row] == 0:
            problems.append(CellProblem(int(row), swept.rate, "a rate other than 0", "0"))
        else:
            way = "up" if rise[row] > 0 else "down"
            ends = f"from the start {swept.name} to the switching {swept.name}"
            expected = f"the sign of a ramp {way} {ends}, as other rates have a sign"
            problems.append(CellProblem(int(row), swept.rate, expected, f"{rate[row]:g} {swept.unit}/s"))
    raise TableError(problems)


def _refuse_signed(values: Array, swept: Swept) -> None:
    wrong = np.flatnonzero(values < 0)
    if wrong.size:
        expected = 'a magnitude, as sign = "magnitude" says'
        found = (CellProblem(int(row), swept.switching, expected, f"{values[row]:g} {swept.unit}") for row in wrong)
        raise TableError(list(found))
