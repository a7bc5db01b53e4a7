"""Values of an experiment file: axes of settings, counts, names of files. Each reader gives SI units or raises."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
from pydantic import PlainValidator

from stfit.analysis import quantities
from stfit.analysis.messages import shown, unfit
from stfit.results.storage import TRUTH

_LARGEST_TABLE: Final = 100_000  # points along one axis


def axis_of(unit: str, *, positive: bool = True) -> PlainValidator:
    """A list of quantities, all of them above 0 unless `positive` is False."""

    def read(value: Any) -> list[float]:
        if not isinstance(value, list) or not value:
            raise unfit("a list of quantities with their units", shown(value))
        axis = [quantities.quantity(entry, unit) for entry in value]
        for entry, number in zip(value, axis, strict=True):
            if positive and number <= 0:
                raise unfit(f"values above 0 {unit}", shown(entry))
        return axis

    return PlainValidator(read)


def words_of(choices: Mapping[str, int]) -> PlainValidator:
    """A list of some of the words."""

    def read(value: Any) -> tuple[int, ...]:
        if not isinstance(value, list) or not value or not all(entry in choices for entry in value):
            wrong = (
                next((entry for entry in value if entry not in choices), value) if isinstance(value, list) else value
            )
            raise unfit(f"a list of {' and '.join(choices)}", shown(wrong))
        return tuple(choices[entry] for entry in value)

    return PlainValidator(read)


def count_range(value: Any) -> tuple[int, int]:
    """Fewest and most, whole numbers from 1."""
    if not isinstance(value, list) or len(value) != 2:
        raise unfit("fewest and most, for example [200, 3000]", shown(value))
    low, high = (quantities.whole_number(entry) for entry in value)
    if not 1 <= low <= high:
        raise unfit("fewest ≤ most, both 1 or more", f"[{low}, {high}]")
    return low, high


def positive_count(value: Any) -> int:
    """A whole number from 1 to that of the largest table."""
    count = quantities.whole_number(value)
    if not 1 <= count <= _LARGEST_TABLE:
        raise unfit(f"a whole number from 1 to {_LARGEST_TABLE}", shown(value))
    return count


def fraction(value: Any) -> float:
    """A number between 0 and 1."""
    share = quantities.quantity(value, "")
    if not 0.0 < share < 1.0:
        raise unfit("a number between 0 and 1", shown(value))
    return share


def file_name(value: Any) -> str:
    """The name of a file inside the output folder."""
    name = quantities.text(value)
    if Path(name).name != name or name in {".", ".."}:
        raise unfit("the name of a file, without a folder", shown(value))
    if not (name[:1].isalnum() or name[:1] in "_.") or not name.isprintable():  # an index holds it as a cell of text
        raise unfit(
            "a name that begins with a letter, a digit, _ or a point, for no table to hold a formula", shown(value)
        )
    if name == TRUTH:
        raise unfit(f"another name than {TRUTH}, which holds the truth", shown(value))
    return name


def as_written(value: Any) -> list[Any]:
    """A list of quantities whose unit is decided by other keys."""
    if not isinstance(value, list) or not value:
        raise unfit("a list of quantities with their units", shown(value))
    return value


def read_pair(value: Any, unit: str) -> tuple[float, float]:
    """First and last of a sweep, two different quantities."""
    if not isinstance(value, list) or len(value) != 2:
        raise unfit("first and last, two quantities with their units", shown(value))
    first, last = (quantities.quantity(entry, unit) for entry in value)
    if first == last:
        raise unfit("two different values", f"{shown(value[0])} twice")
    return first, last


def positive(unit: str) -> PlainValidator:
    """A quantity above 0."""

    def read(value: Any) -> float:
        number = quantities.quantity(value, unit)
        if number <= 0:
            raise unfit(f"a value above 0 {unit}".rstrip(), shown(value))
        return number

    return PlainValidator(read)


def any_of(unit: str) -> PlainValidator:
    """A quantity of any sign."""
    return PlainValidator(lambda value: quantities.quantity(value, unit))


def spaced(ends: list[float], points: int | None) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The list itself, or points evenly from its first to its last."""
    return np.array(ends) if points is None else np.linspace(ends[0], ends[-1], points)


Count = Annotated[int, PlainValidator(positive_count)]
Currents = Annotated[list[float], axis_of("A", positive=False)]
Fields = Annotated[list[float] | None, axis_of("T", positive=False)]
Resistances = Annotated[list[float], axis_of("ohm")]
Temperatures = Annotated[list[float], axis_of("K")]
FileName = Annotated[str, PlainValidator(file_name)]
