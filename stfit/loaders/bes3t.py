"""Bruker BES3T data sets: the descriptor .DSC and the numbers .DTA beside it; either name stands for both.

Bruker BioSpin, "Bruker EPR Standard for Spectrum Storage and Transfer, File Format Version 1.2": the descriptor says
byte order, type, units and axes of the numbers. An axis of N points goes from MIN to MIN + WID, both included. Axes
that are not linear lie in files of their own (.XGF, .YGF, .ZGF).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from stfit.errors import InputError, Problem
from stfit.files import judged_size, require_size
from stfit.loaders.containers import parse_numbers
from stfit.loaders.contents import REMEDY, Contents, contents_of, require_columns, with_unit
from stfit.units import quoted

_ORDERS: Final = {"BIG": ">", "LIT": "<"}
_TYPES: Final = {"C": "i1", "S": "i2", "I": "i4", "F": "f4", "D": "f8"}
_COMPLEX: Final = {"REAL": False, "CPLX": True}
_SETTINGS: Final = ("TITL", "SAMP", "DATE", "MWPW", "B0MA", "B0MF", "STMP")  # shown where they are given
_FREQUENCY: Final = "MWFQ"  # Hz
_LONGEST: Final = 1_000_000  # bytes of a descriptor
_NUMBER: Final = 8  # bytes that a number may take, once read
_Values = npt.NDArray[Any]


def read(path: Path, size_limit: int) -> Contents:
    """The columns of a BES3T data set: its axes and its values; the microwave frequency (MWFQ) is a setting.

    Parameters
    ----------
    path : Path
        The .DSC or the .DTA file.
    size_limit : int
        Bytes that its numbers may have.

    Returns
    -------
    Contents
        Each axis and each value (complex ones as real and imaginary part) under its name and unit, one row a point;
        several axes stand below each other, the first runs fastest.

    Raises
    ------
    InputError
        If the partner is missing, the descriptor has no sense, or the numbers are not as many as it says.
    """
    said = _descriptor(path)
    lengths = [_count(path, said, f"{axis}PTS") for axis in "XYZ" if said.get(f"{axis}TYP", "NODATA") != "NODATA"]
    if not lengths:
        raise InputError(Problem(path.name, "an axis, XTYP in the .DSC", "none"))
    points = math.prod(lengths)
    require_size(f"{path.name}, unpacked", _NUMBER * points * (2 + len(lengths)), size_limit, REMEDY)
    values = _values(path, said, points, size_limit)
    axes = [_axis(path, said, axis, length, size_limit) for axis, length in zip("XYZ", lengths, strict=False)]
    grid = np.meshgrid(*(coordinates for _, coordinates in axes), indexing="ij")
    columns = [(name, values_of.ravel(order="F")) for (name, _), values_of in zip(axes, grid, strict=True)]
    settings: list[tuple[str, Any]] = [(name, said[name]) for name in _SETTINGS if said.get(name)]
    frequency = _number(said, _FREQUENCY)
    if np.isfinite(frequency) and frequency > 0.0:
        settings.insert(0, ("frequency (Hz)", frequency))
    beside = f"axes and units are those of the descriptor {_beside(path, '.dsc').name}"
    return contents_of(path, [*columns, *values], notices=[beside], settings=settings)


def _beside(path: Path, suffix: str) -> Path:
    """The file of the same name with another suffix, in capitals or not."""
    capital = path.suffix.isupper()
    wanted = path.with_suffix(suffix.upper() if capital else suffix)
    other = path.with_suffix(suffix if capital else suffix.upper())
    return other if other.exists() and not wanted.exists() else wanted


def _descriptor(path: Path) -> Mapping[str, str]:
    """The keywords of the descriptor with their values, quotes removed."""
    place = _beside(path, ".dsc")
    judged_size(place, _LONGEST, expected="the descriptor of the data set, beside its .DTA")
    text = place.read_bytes().decode("latin-1")
    found: dict[str, str] = {}
    for line in text.splitlines():
        words = line.split(None, 1)
        if len(words) == 2 and words[0][0].isalpha():
            found.setdefault(words[0], words[1].strip().strip("'").strip())
    if "XPTS" not in found:
        raise InputError(Problem(place.name, "a BES3T descriptor, which says XPTS", "none"))
    return found


def _values(path: Path, said: Mapping[str, str], points: int, size_limit: int) -> list[tuple[str, _Values]]:
    """The numbers of the .DTA, of each of its values: the parts of all values of a point stand behind each other."""
    require_columns(path, 2 * _parts(said))
    kinds = [_choice(path, said.get("IKKF", "REAL"), "IKKF", _COMPLEX, at) for at in range(_parts(said))]
    types = [_choice(path, said.get("IRFMT", ""), "IRFMT", _TYPES, at) for at in range(len(kinds))]
    order = _choice(path, said.get("BSEQ", ""), "BSEQ", _ORDERS)
    fields = []
    for at, (is_complex, kind) in enumerate(zip(kinds, types, strict=True)):
        fields += [(f"{at} re", order + kind), (f"{at} im", order + kind)] if is_complex else [(f"{at}", order + kind)]
    place, dtype = _beside(path, ".dta"), np.dtype(fields)
    size = judged_size(place, size_limit, REMEDY, expected="the numbers of the data set, beside its .DSC")
    if size != points * dtype.itemsize:
        expected = f"{points * dtype.itemsize} bytes, {points} points as {_beside(path, '.dsc').name} has them"
        raise InputError(Problem(place.name, expected, f"{size} bytes"))
    stored = np.fromfile(place, dtype)
    return [(_value_name(said, name), stored[name]) for name in dtype.names or ()]


def _parts(said: Mapping[str, str]) -> int:
    return said.get("IKKF", "REAL").count(",") + 1


def _value_name(said: Mapping[str, str], name: str) -> str:
    place, _, part = name.partition(" ")
    title = _entry(said.get("IRNAM", ""), int(place)) or "Intensity"
    unit = _entry(said.get("IRUNI", ""), int(place))
    several = f" {int(place) + 1}" if _parts(said) > 1 and title == "Intensity" else ""
    return with_unit(f"{title}{several} {part}".strip(), unit)


def _entry(listed: str, at: int) -> str:
    """One of several entries between commas; the first where there are fewer."""
    entries = [entry.strip().strip("'").strip() for entry in listed.split(",")]
    return entries[at] if at < len(entries) else entries[0]


def _axis(path: Path, said: Mapping[str, str], axis: str, length: int, size_limit: int) -> tuple[str, _Values]:
    """Name with unit, and coordinates of an axis."""
    name = with_unit(said.get(f"{axis}NAM", "") or f"axis {axis}", said.get(f"{axis}UNI", ""))
    kind = said.get(f"{axis}TYP", "")
    if kind == "IDX":
        start, width = _number(said, f"{axis}MIN"), _number(said, f"{axis}WID")
        if not np.isfinite([start, width]).all():
            raise InputError(Problem(path.name, f"numbers {axis}MIN and {axis}WID in the .DSC", "none"))
        return name, np.linspace(start, start + width, length)
    if kind != "IGD":
        raise InputError(Problem(path.name, f"{axis}TYP IDX or IGD in the .DSC", quoted(kind)))
    order = _choice(path, said.get("BSEQ", ""), "BSEQ", _ORDERS)
    dtype = np.dtype(order + _choice(path, said.get(f"{axis}FMT", "D"), f"{axis}FMT", _TYPES))
    place = _beside(path, f".{axis.lower()}gf")
    size = judged_size(place, size_limit, REMEDY, expected="the coordinates of this axis, beside the .DSC")
    if size != length * dtype.itemsize:
        raise InputError(Problem(place.name, f"{length * dtype.itemsize} bytes, {length} points", f"{size} bytes"))
    return name, np.fromfile(place, dtype)


def _count(path: Path, said: Mapping[str, str], name: str) -> int:
    text = said.get(name, "")
    if not (text.isascii() and text.isdigit() and len(text) < 16 and int(text)):
        raise InputError(Problem(path.name, f"a number of points {name} in the .DSC", quoted(text)))
    return int(text)


def _number(said: Mapping[str, str], name: str) -> float:
    words = said.get(name, "").split()
    return float(parse_numbers(words[:1] or [""], decimal_comma=False)[0])


def _choice(path: Path, listed: str, name: str, choices: Mapping[str, Any], at: int = 0) -> Any:
    word = _entry(listed, at)
    if word not in choices:
        raise InputError(Problem(path.name, f"{name} {' or '.join(choices)} in the .DSC", quoted(word)))
    return choices[word]
