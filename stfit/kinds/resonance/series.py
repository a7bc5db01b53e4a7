"""Which lines of a film have its constants in common: those of one state, current and temperature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.measurement.columns import STATES
from stfit.measurement.grouping import groups

_SETTINGS: Final = ("state", "current", "temperature")


@final
@dataclass(frozen=True)
class Series:
    """Lines at one state, current and temperature.

    Parameters
    ----------
    rows : array of int, shape (lines,)
        Which lines.
    where : str
        The settings that differ between series, in words, such as ", 1 mA, 295 K"; empty for one series.
    """

    rows: npt.NDArray[np.intp]
    where: str = ""


def series_of(columns: Mapping[str, npt.NDArray[Any]], lines: int) -> list[Series]:
    """The series of a table of lines, in the order in which they first appear.

    Parameters
    ----------
    columns : Mapping[str, ndarray]
        Those of the index, SI, shape (lines,); settings that it does not have are the same of all lines.
    lines : int
        How many there are.
    """
    keys = {name: np.asarray(columns[name], dtype=float) for name in _SETTINGS if name in columns}
    differing = {name: values for name, values in keys.items() if np.unique(values).size > 1}
    if not differing:
        return [Series(np.arange(lines))]
    first, group = groups(list(differing.values()))
    return [
        Series(
            np.flatnonzero(group == place),
            "".join(f", {_word(name, float(values[row]))}" for name, values in differing.items()),
        )
        for place, row in enumerate(first.tolist())
    ]


def _word(name: str, value: float) -> str:
    if name == "state":
        return next(word for word, code in STATES.items() if code == value)
    return f"{1e3 * value:g} mA" if name == "current" else f"{value:g} K"
