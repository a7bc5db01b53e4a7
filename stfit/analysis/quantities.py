"""Values of the analysis file: quantities with units, choices, text, files. Each reader gives SI units or raises."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Mapping
from glob import glob
from pathlib import Path
from typing import Any, Final

from stfit.analysis.entries import Constant
from stfit.analysis.messages import nearest, one_of, shown, unfit
from stfit.units import LARGEST, SMALLEST, Quantity, UnitError, parse_difference, parse_quantity

_LARGEST_INTEGER: Final = 2**63 - 1  # TOML's own limit
_BYTES: Final[Mapping[str, int]] = {"kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_FILE_SIZE: Final = re.compile(rf"\s*([0-9]{{1,6}}(?:\.[0-9]{{1,6}})?)\s*({'|'.join(_BYTES)})\s*")
_SAMPLE_TYPES: Final[Mapping[str, str]] = {
    "float32": "f4",
    "float64": "f8",
    "int8": "i1",
    "int16": "i2",
    "int32": "i4",
    "uint8": "u1",
    "uint16": "u2",
    "uint32": "u4",
}


def text(value: Any) -> str:
    """Text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise unfit("text in quotes", shown(value))
    return value


def choice(*options: Any) -> Callable[[Any], Any]:
    """A reader of one of `options`."""

    def read(value: Any) -> Any:
        if any(type(value) is type(option) and value == option for option in options):
            return value
        raise unfit(one_of(options) + nearest(value, options), shown(value))

    return read


def whole_number(value: Any) -> int:
    """A whole number from 0 to 2^63 − 1."""
    if type(value) is not int or not 0 <= value <= _LARGEST_INTEGER:
        raise unfit("a whole number, 0 or more", shown(value))
    return value


def count_from(least: int) -> Callable[[Any], int]:
    """A reader of whole numbers from `least`."""

    def read(value: Any) -> int:
        if type(value) is not int or not least <= value <= _LARGEST_INTEGER:
            raise unfit(f"a whole number, {least} or more", shown(value))
        return value

    return read


def switch(value: Any) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise unfit("true or false", shown(value))
    return value


def uncertain_quantity(
    value: Any, unit: str, parse: Callable[[str | float, str], Quantity] = parse_quantity
) -> Constant:
    """A quantity in SI units, with or without ±: text with its unit; a pure number also without quotes."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise unfit("a quantity, as text with its unit", shown(value))
    try:
        found = parse(value, unit)
    except UnitError as error:
        raise unfit(error.expected, error.found) from error
    if not all(part == 0 or SMALLEST <= abs(part) <= LARGEST for part in (found.value, found.uncertainty or 0.0)):
        raise unfit(f"a quantity between {SMALLEST:g} and {LARGEST:g} {unit} in size".replace("  ", " "), shown(value))
    return Constant(found.value, found.uncertainty)


def quantity(value: Any, unit: str, parse: Callable[[str | float, str], Quantity] = parse_quantity) -> float:
    """A quantity in SI units without ±."""
    found = uncertain_quantity(value, unit, parse)
    if found.uncertainty is not None:
        raise unfit("a quantity without ±", shown(value))
    return found.value


def temperature(value: Any) -> float:
    """A temperature above 0 K, without ±."""
    kelvin = quantity(value, "K")
    if kelvin <= 0:
        raise unfit("a temperature above 0 K", shown(value))
    return kelvin


def uncertainty(value: Any, unit: str) -> float:
    """The standard deviation of a reading, above 0, in SI units: a difference, so that 0.5 degC is 0.5 K."""
    deviation = quantity(value, unit, parse_difference)
    if deviation <= 0:
        raise unfit("an uncertainty above 0", shown(value))
    return deviation


def duration(value: Any) -> float:
    """A time above 0 s, without ±."""
    seconds = quantity(value, "s")
    if seconds <= 0:
        raise unfit("a time above 0 s", shown(value))
    return seconds


def current_step(value: Any) -> float:
    """A current above 0 A, without ±."""
    amperes = quantity(value, "A")
    if amperes <= 0:
        raise unfit("a current above 0 A", shown(value))
    return amperes


def file_size(value: Any) -> int:
    """A size of files in bytes, from "8 GB".

    Parameters
    ----------
    value : object
        What the analysis file holds.

    Returns
    -------
    int
        Bytes.

    Raises
    ------
    PydanticCustomError
        If it is no number with one of the units kB, MB, GB and TB, or not above 0.
    """
    found = _FILE_SIZE.fullmatch(value) if isinstance(value, str) else None
    size = int(float(found[1]) * _BYTES[found[2]]) if found else 0
    if not size:
        raise unfit(f'a size such as "8 GB" ({", ".join(_BYTES)})', shown(value))
    return size


def sample_type(value: Any) -> str:
    """The type of samples in a file of bare numbers: kind and size in bits, < or > before it for the order of bytes."""
    name = text(value)
    if name.lstrip("<>=") not in _SAMPLE_TYPES:
        raise unfit(f"one of {', '.join(_SAMPLE_TYPES)}, with < or > before it for the order of bytes", shown(value))
    code = _SAMPLE_TYPES[name.lstrip("<>=")]
    return f"{name[0]}{code}" if name[0] in "<>" else code


def file_names(value: Any) -> tuple[str, ...]:
    """A list of names of files."""
    if not isinstance(value, list):
        raise unfit('a list such as ["trace_3.npy"]', shown(value))
    return tuple(text(entry) for entry in value)


def existing_file(value: Any, base: Path) -> Path:
    """The path of a file there is; a relative one starts at `base`."""
    path = base / text(value)
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise unfit("a file that exists", f"{shown(value)} ({reason(error)})") from error
    if stat.S_ISDIR(mode):
        raise unfit("a file", f"{shown(value)}, a folder")
    return path


def existing_files(value: Any, base: Path) -> tuple[Path, ...]:
    """The files there are for a text with * and ?, or for a list of them, by their names; relative to `base`."""
    patterns = value if isinstance(value, list) and value else [value]
    found = {name for entry in patterns for name in glob(str(base / text(entry)), recursive=True)}  # noqa: PTH207 - takes absolute ones
    files = tuple(path for path in map(Path, sorted(found)) if path.is_file())
    if not files:
        raise unfit('files that exist, such as "data/*.csv"', f"none for {shown(value)}")
    return files


def reason(error: OSError | ValueError) -> str:
    """Why the system would not, in its words."""
    return str(getattr(error, "strerror", None) or error)
