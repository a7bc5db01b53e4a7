"""Readings of a setting in the columns of tables, settled before a kind is built from them; notices say how."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, final

import numpy as np
import numpy.typing as npt

from stfit.loaders.described import Described
from stfit.loaders.headers import Match
from stfit.loaders.listed import Listed
from stfit.measurement.columns import Column
from stfit.measurement.readings import SCATTER, Parts, parts_of
from stfit.units import conversion, quoted

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]

# column → the key of [[measurement]] that states the standard deviation of one reading in it
UNCERTAINTIES: Final[Mapping[str, str]] = {"temperature": "temperature_uncertainty", "field": "field_uncertainty"}

_NAMED: Final = 5  # settings that a notice names one by one
_ROUNDING: Final = 1e-6  # of the noise: readings that scatter by less differ in how a unit was converted


@final
@dataclass(frozen=True)
class Loaded:
    """A table read by the layout of a kind.

    uncertainties: column → stated standard deviation of one reading, SI. files: those that it lists, where it is an
    index.
    """

    found: Described
    uncertainties: Mapping[str, float]
    files: Listed | None = None

    def with_values(self, name: str, values: Array, notices: Sequence[str]) -> Loaded:
        """The table with other values in a column (SI), shape (rows,), and further notices."""
        found = self.found
        changed = replace(found, values={**found.values, name: values}, notices=(*found.notices, *notices))
        return replace(self, found=changed)


def settle(tables: Sequence[Loaded]) -> list[Loaded]:
    """The tables with readings that differ by their noise alone put at their mean, and a notice for each such column.

    Readings of one column in several tables are compared with each other where the same is stated of them: the same
    temperature, read beside dwells and beside ramps, is one.
    """
    settled = list(tables)
    columns = {
        m.column.name: m.column for table in tables for m in table.found.headers.matches.values() if m.column.noise
    }
    for name, column in columns.items():
        there = [place for place, table in enumerate(tables) if name in table.found.headers.matches]
        for stated in dict.fromkeys(tables[place].uncertainties.get(name) for place in there):
            places = [place for place in there if tables[place].uncertainties.get(name) == stated]
            for place, table in zip(places, _settled([settled[p] for p in places], column, stated), strict=True):
                settled[place] = table
    return settled


def _settled(tables: Sequence[Loaded], column: Column, stated: float | None) -> list[Loaded]:
    """The tables with one column settled; stated: the uncertainty of its readings."""
    assert column.noise is not None  # noqa: S101
    parts = parts_of(np.concatenate([table.found.values[column.name] for table in tables]), column.noise, stated)
    ends = np.cumsum([table.found.selection.rows for table in tables])[:-1]
    result = []
    for table, rows in zip(tables, np.split(np.arange(parts.values.size), ends), strict=True):
        notices = _sentences(table, column, parts, rows)
        result.append(table.with_values(column.name, parts.settled[rows], notices))
    return result


def _sentences(table: Loaded, column: Column, parts: Parts, rows: Rows) -> list[str]:
    """What became of the readings of a table, in the unit of its file. rows: which of all readings are the table's."""
    match = table.found.headers.matches[column.name]
    where = f"column {quoted(table.found.selection.table.header[match.position])}"
    stated = table.uncertainties.get(column.name)
    found = [_merged(parts, rows, match), _drifting(parts, rows, match, stated)]
    return [f"{where}: {sentence}" for sentence in found if sentence]


def _merged(parts: Parts, rows: Rows, match: Match) -> str:
    """How many readings count as which settings; "" for none."""
    readings, which = _inside(parts, rows, parts.merged & (parts.scatter > _ROUNDING * parts.noise))
    if which.size == 0:
        return ""
    shown = _Shown.of(match, parts.scatter[which])
    means = [shown.number(mean) for mean in parts.mean[which]]
    if which.size == 1:
        return f"{shown.range(readings)} count as one setting, {means[0]} {shown.unit}"
    named = f"{', '.join(means[:-1])} and {means[-1]}" if which.size <= _NAMED else f"from {means[0]} to {means[-1]}"
    return (
        f"{readings.size} readings count as {which.size} settings, {named} {shown.unit}; "
        f"readings of one setting scatter by {shown.scatter} or less"
    )


def _drifting(parts: Parts, rows: Rows, match: Match, stated: float | None) -> str:
    """How many readings vary by more than their noise, and so stay as they are; "" for none."""
    readings, which = _inside(parts, rows, parts.drifting)
    if which.size == 0:
        return ""
    shown = _Shown.of(match, parts.scatter[which])
    limit = "noise does" if stated is None else f"{SCATTER:g} times the stated {shown.size(stated)}"
    return f"{shown.range(readings)} scatter by {shown.scatter}, more than {limit}: each is a setting of its own"


def _inside(parts: Parts, rows: Rows, chosen: Mask) -> tuple[Array, Rows]:
    """Readings of a table in the chosen parts, and those parts."""
    if not np.any(chosen):
        return np.zeros(0), np.zeros(0, dtype=np.intp)
    part = parts.part[rows]
    inside = chosen[part]
    return parts.values[rows][inside], np.flatnonzero(np.bincount(part[inside], minlength=chosen.size))


@final
@dataclass(frozen=True)
class _Shown:
    """Readings in the unit of their file, with the decimals of the scatter (two digits of it)."""

    unit: str
    factor: float
    offset: float
    decimals: int
    largest: float

    @classmethod
    def of(cls, match: Match, scatter: Array) -> _Shown:
        """scatter: of the settings that are shown, SI."""
        factor, offset = conversion(match.unit or "", match.column.unit)
        largest = float(np.max(scatter)) / factor
        return cls(match.unit or "", factor, offset, max(0, 1 - math.floor(math.log10(largest))), largest)

    def number(self, value: float) -> str:
        """A reading (SI) without its unit."""
        return f"{(value - self.offset) / self.factor:z.{self.decimals}f}"

    def size(self, difference: float) -> str:
        """A difference of readings (SI) with its unit."""
        return f"{difference / self.factor:.2g} {self.unit}"

    @property
    def scatter(self) -> str:
        """The largest scatter, with its unit."""
        return f"{self.largest:.2g} {self.unit}"

    def range(self, readings: Array) -> str:
        """How many readings there are, between which ends."""
        low, high = (self.number(float(end)) for end in (np.min(readings), np.max(readings)))
        ends = f"of {low}" if low == high else f"between {low} and {high}"
        return f"{readings.size} readings {ends} {self.unit}"
