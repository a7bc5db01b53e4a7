"""What figures and tables show of an observation: its axis, its series and what each row shows, each with its unit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, final

from stfit.measurement.base import Array, Settings

STATE_WORDS: Final = ("P", "AP")
TRANSITION_WORDS: Final = ("P→AP", "AP→P")  # by the state that is left


@final
@dataclass(frozen=True)
class Axis:
    """The horizontal axis of a kind's figure.

    Parameters
    ----------
    name : str
        What it is; the column of tables is called so too.
    unit : str
        Its SI unit.
    values : Array
        Of each row, as the laboratory has them, shape (rows,).
    reaches : float, optional
        A value that curves reach, whatever the data.
    """

    name: str
    unit: str
    values: Array
    reaches: float | None = None


@final
@dataclass(frozen=True)
class SeriesSetting:
    """A setting that tells series apart.

    Parameters
    ----------
    values : Array
        SI, NaN where a row has none, shape (rows,).
    unit : str
        In which it is shown.
    factor : float
        That unit in SI units, inverted.
    words : tuple[str, ...]
        Of a setting whose values are codes, which is then always shown.
    """

    values: Array
    unit: str
    factor: float
    words: tuple[str, ...] = ()

    def shown(self, row: int) -> str:
        """For example "300 K"; four digits, more where a number has more before its point."""
        if self.words:
            return self.words[int(self.values[row])]
        return f"{self.number(float(self.values[row]))} {self.unit}"

    def number(self, value: float) -> str:
        """A value (SI) in the unit it is shown in."""
        shown = value * self.factor
        return f"{shown:.0f}" if 1e4 <= abs(shown) < 1e6 else f"{shown:.4g}"


def temperature_and_field(settings: Settings) -> tuple[SeriesSetting, ...]:
    """What tells the series of most kinds apart."""
    return SeriesSetting(settings.temperature, "K", 1.0), SeriesSetting(settings.field, "mT", 1e3)


@final
@dataclass(frozen=True)
class Observed:
    """What rows show in a figure, each with its own 68 % error bar.

    Parameters
    ----------
    value, low, high : Array
        In the unit of the vertical axis, shape (rows,); NaN where a row has only a limit.
    label, unit : str
        What it is.
    extra : Mapping[str, Array]
        Further columns of the kind, for tables.
    by_row : tuple[(str, str), ...]
        What each row shows and its unit, where rows differ in that.
    """

    value: Array
    low: Array
    high: Array
    label: str
    unit: str
    extra: Mapping[str, Array] = field(default_factory=dict)
    by_row: tuple[tuple[str, str], ...] = ()

    def shows(self, row: int) -> tuple[str, str]:
        """What a row shows, and its unit."""
        return self.by_row[row] if self.by_row else (self.label, self.unit)
