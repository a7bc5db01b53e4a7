"""What a binary container holds: named columns of numbers or text, before anyone asks whether they are a table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar, final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.loaders.names import holds_times
from stfit.units import is_unit, quoted

REMEDY: Final = " (the key size_limit raises it)"  # what a message adds to a limit of size
MOST_COLUMNS: Final = 4_000  # of a table: what has more holds something else

UNIT: Final = "_unit"  # ends the name of a setting that holds the unit of another
_QUANTITY: Final = re.compile(r"([+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*([^\W\d_]\S*)")
_LONGEST: Final = 60  # characters of a quantity

Numbers = npt.NDArray[Any]  # of a real type of at most 8 bytes, of any shape
_Clock = TypeVar("_Clock", bound=tuple[float, ...])
Single = float | str  # a value that holds for all rows


@final
@dataclass(frozen=True)
class Contents:
    """The columns of a container.

    columns: (name, values) in the order of the file; values are numbers, of any shape, or a list of one text a row.
    lines: what each row is called in messages; None where rows count from 1. notices: what was recognised or left out.
    settings: (name, value) of what stands beside the columns once: scalars, attributes, properties.
    """

    columns: tuple[tuple[str, Numbers | list[str]], ...]
    lines: npt.NDArray[np.int64] | None = None
    notices: tuple[str, ...] = field(default=())
    settings: tuple[tuple[str, Single], ...] = field(default=())


def contents_of(
    path: Path,
    columns: Sequence[tuple[str, Any]],
    *,
    lines: Sequence[int] | None = None,
    notices: Sequence[str] = (),
    settings: Sequence[tuple[str, Any]] = (),
) -> Contents:
    """The columns that a reader found, each as plain numbers or text; single values beside longer ones are settings.

    An array of two dimensions is a column for each of its columns, one of complex numbers two, "S21 re" and "S21 im".

    Parameters
    ----------
    path : Path
        The file, for messages.
    columns : sequence of (str, array-like)
        Name and values of each. Times and dates become text.
    lines : sequence of int, optional
        What each row is called in messages.
    notices : sequence of str
        What the reader recognised or left out.
    settings : sequence of (str, object)
        What stands beside the columns once; what is no single number or text is left out.

    Returns
    -------
    Contents
        The same columns.

    Raises
    ------
    InputError
        If there are more than 4000 columns, or cells that are neither numbers nor text.
    """
    require_columns(path, len(columns))
    arrays = [(str(name), values if isinstance(values, list) else np.asarray(values)) for name, values in columns]
    arrays, turned = _split([part for column in arrays for part in _real_parts(*column)])
    require_columns(path, len(arrays))
    wrong = [
        Problem(f"{path.name}, column {quoted(name)}", *halves)
        for name, values in arrays
        if (halves := _unfit(values)) is not None
    ]
    if wrong:
        raise InputError(wrong)
    plain = [(name, _plain(values)) for name, values in arrays]
    single = _single(plain)
    kept = tuple(column for column in plain if column[0] not in single)
    beside = plain_settings([*settings, *single.items()])
    rows = None if lines is None else np.asarray(lines, dtype=np.int64)
    return Contents(kept, rows, (*notices, *turned), tuple(beside.items()))


def require_columns(path: Path, number: int) -> None:
    """Refuse a container of too many columns.

    Parameters
    ----------
    path : Path
        The file, for the message.
    number : int
        How many columns, datasets or arrays it holds.

    Raises
    ------
    InputError
        If they are more than 4000.
    """
    if number > MOST_COLUMNS:
        raise InputError(Problem(path.name, f"at most {MOST_COLUMNS} columns", f"{number} or more"))


def with_unit(name: str, unit: object) -> str:
    """A header of a name and the unit that a container keeps beside it, where it keeps one.

    Parameters
    ----------
    name : str
        The name of the column.
    unit : str or bytes
        Its unit; "" for none.

    Returns
    -------
    str
        "name (unit)", or the name alone, also where it already holds a unit.
    """
    text = text_of(unit).strip() if isinstance(unit, str | bytes) else ""
    return f"{name} ({text})" if text and "(" not in name and "[" not in name else name


def clock_or_times(clock: _Clock | None, headers: Iterable[str], words: str) -> tuple[_Clock | None, list[str]]:
    """The clock of waveforms, and what is said of it; none beside a column that holds times itself.

    Parameters
    ----------
    clock : tuple, optional
        What the file says of the times of its rows; None where it says nothing.
    headers : iterable of str
        The columns.
    words : str
        What the clock is, in a sentence.

    Returns
    -------
    (tuple or None, list of str)
        The clock where it is used, and the notices.
    """
    times = next(filter(holds_times, headers), None)
    if clock is None:
        return None, []
    if times is None:
        return clock, [words]
    return None, [f"the clock of the waveforms is not used: column {quoted(times)} holds times"]


def text_of(value: object) -> str:
    """A cell as text.

    Parameters
    ----------
    value : object
        What a reader gives for a cell: text, bytes (UTF-8), or None where it is empty.

    Returns
    -------
    str
        The text; "" for None. Bytes that are no UTF-8 become replacement characters.
    """
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return "" if value is None else str(value)


def _unfit(values: npt.NDArray[Any] | list[Any]) -> tuple[str, str] | None:
    """What was expected and found of a column that is neither numbers nor one text a row; None where it is."""
    if isinstance(values, list):
        strange = next((value for value in values if not isinstance(value, str)), None)
        return None if strange is None else ("numbers or text", f"cells of type {type(strange).__name__}")
    if values.dtype.kind in "biuf":
        return None
    if not (values.dtype.kind in "SUTmM" or (values.dtype.kind == "O" and all(_is_text(v) for v in values.flat))):
        return "numbers or text", f"cells of type {values.dtype}"
    if values.ndim != 1 and max(values.shape, default=1) != values.size:
        return "one text a row, an array of one dimension", f"one of shape {values.shape}"
    return None


def _is_text(value: object) -> bool:
    return value is None or isinstance(value, str | bytes)


def plain_settings(given: Iterable[tuple[str, object]]) -> dict[str, Single]:
    """Single values by their names, with the units that stand behind them ("295 K") or beside them ("T_unit").

    Parameters
    ----------
    given : iterable of (str, object)
        Names, and numbers, texts, or arrays that hold one of them; any other value is left out.

    Returns
    -------
    dict of str to float or str
        The value of each, its unit in the name: "temperature (K)".
    """
    single = {name: value for name, stored in given if (value := _single_value(stored)) is not None}
    units = {name.removesuffix(UNIT): str(value) for name, value in single.items() if name.endswith(UNIT)}
    found: dict[str, Single] = {}
    for name, value in single.items():
        if name.removesuffix(UNIT) in single and name.endswith(UNIT):
            continue
        written = _QUANTITY.fullmatch(value.strip()) if isinstance(value, str) and len(value) < _LONGEST else None
        if written is not None and is_unit(written[2]):
            found[with_unit(name, written[2])] = float(written[1])
        else:
            found[with_unit(name, units.get(name, ""))] = value
    return found


def _single_value(value: object) -> Single | None:
    """A number or a text; None for what is neither, or more than one."""
    array = np.asarray(value)
    if array.size != 1:
        return None
    one = array.reshape(-1)[0]
    if array.dtype.kind in "biuf":
        return float(one)
    return text_of(one) if isinstance(one, str | bytes) else None


def _single(columns: Sequence[tuple[str, Numbers | list[str]]]) -> dict[str, Single]:
    """The columns of one value where others have more, with that value."""
    sizes = {name: len(values) if isinstance(values, list) else values.size for name, values in columns}
    if max(sizes.values(), default=0) < 2:
        return {}
    return {
        name: values[0] if isinstance(values, list) else float(values.reshape(-1)[0])
        for name, values in columns
        if sizes[name] == 1
    }


def _real_parts(name: str, values: Any) -> list[tuple[str, Any]]:
    """A column, or the two that complex numbers are."""
    if isinstance(values, list) or values.dtype.kind != "c":
        return [(name, values)]
    plain, mark, unit = name.partition(" (")
    parts = (("re", values.real), ("im", values.imag))
    return [(f"{plain} {part}{mark}{unit}".strip(), numbers) for part, numbers in parts]


def _split(columns: Sequence[tuple[str, Any]]) -> tuple[list[tuple[str, Any]], list[str]]:
    """Arrays of two dimensions as columns, and which of them lie along the rows of the array.

    Rows are as long as the other columns; without any, the longer side is taken for the rows.
    """
    lengths = {
        len(values) if isinstance(values, list) else values.size for _, values in columns if not _is_wide(values)
    }
    lengths.discard(1)
    found: list[tuple[str, Any]] = []
    turned = []
    for name, values in columns:
        if not _is_wide(values):
            found.append((name, values))
            continue
        rows, width = values.shape
        lies = rows not in lengths and (width in lengths or width > rows)
        array = values.T if lies else values
        if lies:
            turned.append(f"{quoted(name) if name else 'the array'} is taken for {rows} columns of {width} rows each")
        prefix = f"{name} " if len(columns) > 1 else ""
        found += [(f"{prefix}{number}", column) for number, column in enumerate(array.T, start=1)]
    return found, turned


def _is_wide(values: Any) -> bool:
    return not isinstance(values, list) and values.ndim == 2 and 1 not in values.shape and values.dtype.kind in "biuf"


def _plain(values: npt.NDArray[Any] | list[str]) -> Numbers | list[str]:
    if isinstance(values, list):
        return values
    if values.dtype.kind in "biuf":
        native = np.dtype(np.float64) if values.dtype.itemsize > 8 else values.dtype.newbyteorder("=")
        return np.ascontiguousarray(values, dtype=native)
    # a date goes by itself: as a list NumPy would count the nanoseconds of those that Python has none for
    cells = values.reshape(-1) if values.dtype.kind in "mM" else values.reshape(-1).tolist()
    return [text_of(cell) for cell in cells]
