"""The samples of hysteresis loops: what is swept, and the resistance of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from stfit.errors import CellProblem, TableError
from stfit.kinds.ramp.swept import CURRENT, FIELD, SWEPT, Swept
from stfit.measurement.base import Array


def samples_of(columns: Mapping[str, npt.NDArray[Any]]) -> dict[str, Array]:
    """The samples that have a resistance, by name; NaN where the table has no such column.

    Sweep, drive (the field that is swept, else the current), current (A), field (T), voltage (V), resistance (ohm),
    rates, time, temperature, and row. TableError names the rows whose time runs back, and those with a rate of 0.
    """
    field_swept = drive_of(columns) is FIELD
    size = columns["sweep"].size
    absent = np.full(size, np.nan)
    resistance, voltage, current = (
        columns.get(name, absent).astype(float) for name in ("resistance", "voltage", "current")
    )
    kept = np.ones(size, dtype=bool)
    if "resistance" not in columns:
        kept = np.abs(current) > 1e-6 * np.max(np.abs(current))  # V/I tells nothing where no current flows
        resistance = np.divide(voltage, current, out=np.zeros(size), where=kept)
    _refuse_times(columns, kept)
    others = ("sweep", "time", *(swept.rate for swept in SWEPT), "temperature", "field")
    found = {name: columns.get(name, absent)[kept].astype(float) for name in others}
    found |= {"current": current[kept], "resistance": resistance[kept], "row": np.flatnonzero(kept).astype(float)}
    found["voltage"] = found["current"] * found["resistance"] if "voltage" not in columns else voltage[kept]
    return found | {"drive": found["field" if field_swept else "current"]}


def drive_of(columns: Mapping[str, npt.NDArray[Any]]) -> Swept:
    """What is swept, as the samples have it: the field, or the current (also that which a voltage drives)."""
    if "field" not in columns:
        return CURRENT
    if "current" not in columns or _roughness(columns["field"]) < _roughness(columns["current"]):
        return FIELD
    return CURRENT


def _roughness(values: npt.NDArray[Any]) -> float:
    """How much neighbours differ beside the whole: small of a sweep, 2 of noise about a constant."""
    spread = float(np.sum(np.square(values - np.mean(values))))
    rounding = values.size * (1e-9 * float(np.max(np.abs(values)))) ** 2
    return float(np.sum(np.square(np.diff(values)))) / spread if spread > rounding else np.inf


def _refuse_times(columns: Mapping[str, npt.NDArray[Any]], kept: npt.NDArray[np.bool_]) -> None:
    """A clock that runs back within a sweep gives no ramp rate; a rate of 0 is none."""
    rows = np.flatnonzero(kept)
    if "time" in columns:
        same = columns["sweep"][rows][1:] == columns["sweep"][rows][:-1]
        wrong = rows[np.flatnonzero(same & (np.diff(columns["time"][rows]) < 0)) + 1]
        problems = [
            CellProblem(int(row), "time", "a time after that of the row before", "an earlier one") for row in wrong
        ]
    else:
        rate = next(swept.rate for swept in SWEPT if swept.rate in columns)
        where = np.flatnonzero(columns[rate] == 0)
        problems = [CellProblem(int(row), rate, "a rate other than 0", "0") for row in where]
    if problems:
        raise TableError(problems)
