"""What a binary container holds: named columns of numbers or text, before anyone asks whether they are a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem, in_one_line
from stfit.units import quoted

REMEDY: Final = " (the key size_limit raises it)"  # what a message adds to a limit of size
MOST_COLUMNS: Final = 4_000  # of a table: what has more holds something else
_SETTINGS: Final = 12  # that a sentence names
_LONGEST_SETTING: Final = 80  # characters

Numbers = npt.NDArray[Any]  # of a real type of at most 8 bytes, of any shape


@final
@dataclass(frozen=True)
class Contents:
    """The columns of a container.

    columns: (name, values) in the order of the file; values are numbers, of any shape, or a list of one text a row.
    lines: what each row is called in messages; None where rows count from 1. notices: what was left out.
    """

    columns: tuple[tuple[str, Numbers | list[str]], ...]
    lines: npt.NDArray[np.int64] | None = None
    notices: tuple[str, ...] = field(default=())


def contents_of(
    path: Path,
    columns: Sequence[tuple[str, Any]],
    *,
    lines: Sequence[int] | None = None,
    notices: Sequence[str] = (),
) -> Contents:
    """The columns that a reader found, each as plain numbers or text; single values beside longer ones are left out.

    Parameters
    ----------
    path : Path
        The file, for messages.
    columns : sequence of (str, array-like)
        Name and values of each. Times and dates become text.
    lines : sequence of int, optional
        What each row is called in messages.
    notices : sequence of str
        What the reader left out.

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
    left_out = (f"{quoted(name)} holds a single value, {word}, and is left out" for name, word in single.items())
    return Contents(kept, None if lines is None else np.asarray(lines, dtype=np.int64), (*notices, *left_out))


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


def settings_sentence(entries: Sequence[str]) -> list[str]:
    """What a file says of itself beside its table, for `recognised`.

    Parameters
    ----------
    entries : sequence of str
        Settings and remarks, as the file has them: "Model = DSO5", "field 50 mT".

    Returns
    -------
    list of str
        One sentence with the first of them, shortened; nothing where there are none.
    """
    if not entries:
        return []
    shown = "; ".join(in_one_line(" ".join(entry.split()), _LONGEST_SETTING) for entry in entries[:_SETTINGS])
    more = len(entries) - _SETTINGS
    return [f"the file says: {shown}" + (f"; and {more} more" if more > 0 else "")]


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


def _single(columns: Sequence[tuple[str, Numbers | list[str]]]) -> dict[str, str]:
    """The columns of one value where others have more, settings for instance, with that value as a message shows it."""
    sizes = {name: len(values) if isinstance(values, list) else values.size for name, values in columns}
    if max(sizes.values(), default=0) < 2:
        return {}
    return {
        name: quoted(values[0]) if isinstance(values, list) else f"{values.reshape(-1)[0]:.6g}"
        for name, values in columns
        if sizes[name] == 1
    }


def _plain(values: npt.NDArray[Any] | list[str]) -> Numbers | list[str]:
    if isinstance(values, list):
        return values
    if values.dtype.kind in "biuf":
        native = np.dtype(np.float64) if values.dtype.itemsize > 8 else values.dtype.newbyteorder("=")
        return np.ascontiguousarray(values, dtype=native)
    # a date goes by itself: as a list NumPy would count the nanoseconds of those that Python has none for
    cells = values.reshape(-1) if values.dtype.kind in "mM" else values.reshape(-1).tolist()
    return [text_of(cell) for cell in cells]
