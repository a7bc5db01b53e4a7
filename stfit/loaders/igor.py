"""Igor binary waves (.ibw), through igor2: one array with its scaling, units and note.

WaveMetrics, "Igor Binary Format", Technical Note 003: element e of dimension d stands at sfA[d] e + sfB[d] (hsA, hsB in
the versions before 5), in the units of this dimension. A wave has no column of its own for that: it becomes one.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from igor2.binarywave import load

from stfit.errors import InputError, Problem
from stfit.files import require_size
from stfit.loaders.contents import REMEDY, Contents, contents_of, require_columns, with_unit
from stfit.loaders.preamble import setting_in
from stfit.units import UnitError, conversion, quoted

_AXES: Final = {"s": "time", "T": "field", "Hz": "frequency", "A": "current", "V": "voltage"}  # by their units
_NUMBER: Final = 8  # bytes that a number may take, once read
_START: Final = 64  # bytes of the longest header that tells the sizes
_SIZES: Final = {1: (2, 1), 2: (2, 3), 3: (2, 4), 5: (4, 13)}  # version → where they begin, and how many there are
_LINES: Final = 200  # of the note that are looked at


def read(path: Path, size_limit: int) -> Contents:
    """The columns of a wave: the positions that its scaling gives, and its values.

    Parameters
    ----------
    path : Path
        The file.
    size_limit : int
        Bytes that its columns may have.

    Returns
    -------
    Contents
        The scaling of the rows (left out where it only counts them), and the wave; a wave of two dimensions has a
        column for each of its columns, one of complex numbers real and imaginary part.

    Raises
    ------
    InputError
        If it has more than two dimensions, holds text, or is larger.
    """
    _require_sizes(path)
    wave = load(str(path))["wave"]
    header, values = wave["wave_header"], wave["wData"]
    require_size(f"{path.name}, unpacked", 2 * _NUMBER * values.size, size_limit, REMEDY)
    if values.ndim > 2 or values.dtype.kind not in "iufcV":
        raise InputError(Problem(path.name, "a wave of numbers of one or two dimensions", _what(values)))
    name = _text(header["bname"]) or "wave"
    unit = _text(wave.get("data_units", b"")) or _text(header["dataUnits"])
    table = values.reshape(values.shape[0], -1)
    require_columns(path, table.shape[1])
    titles = _titles(name, wave.get("labels", ()), table.shape[1])
    columns = [
        column for title, cells in zip(titles, table.T, strict=True) for column in _real_columns(title, cells, unit)
    ]
    scaling = _scaling(header, wave, table.shape[0])
    said = [f"column {quoted(scaling[0][0])} is the scaling of the wave"] if scaling else []
    note = _text(wave.get("note", b"")).replace("\r", "\n").split("\n")
    settings = [pair for line in note[:_LINES] if (pair := setting_in(line)) is not None]
    return contents_of(path, [*scaling, *columns], notices=said, settings=settings)


def _require_sizes(path: Path) -> None:
    """Refuse a wave whose header tells of parts that are larger than the file."""
    with path.open("rb") as stream:
        start = stream.read(_START)
    size = path.stat().st_size
    version = max(start[:2], default=0)
    if len(start) < _START or version not in _SIZES or 0 not in start[:2]:
        raise InputError(Problem(path.name, "an Igor binary wave of version 1, 2, 3 or 5", "another file"))
    offset, count = _SIZES[version]
    sizes = struct.unpack_from(f"{'<' if start[1] == 0 else '>'}{count}i", start, offset)
    if min(sizes) < 0 or max(sizes) > size:
        raise InputError(
            Problem(path.name, f"parts of at most {size} bytes, as the file has", f"{max(sizes, key=abs)}")
        )


def _what(values: npt.NDArray[Any]) -> str:
    return "text" if values.dtype.kind in "SU" else f"one of shape {values.shape}"


def _real_columns(title: str, cells: npt.NDArray[Any], unit: str) -> list[tuple[str, npt.NDArray[Any]]]:
    """A column of numbers, or the two parts of one of complex numbers."""
    if cells.dtype.kind == "V":  # complex integers, which NumPy has no type for
        parts = cells["real"], cells["imag"]
    elif cells.dtype.kind == "c":
        parts = cells.real, cells.imag
    else:
        return [(with_unit(title, unit), cells)]
    return [(with_unit(f"{title} {part}", unit), numbers) for part, numbers in zip(("re", "im"), parts, strict=True)]


def _titles(name: str, labels: Sequence[Sequence[bytes]], columns: int) -> list[str]:
    """Names of the columns: their labels, else the name of the wave with their numbers from 0, as Igor counts."""
    if columns == 1:
        return [name]
    own = [_text(label) for label in labels[1][1:]] if len(labels) > 1 else []
    own += [""] * (columns - len(own))
    return [label or f"{name}_{place}" for place, label in enumerate(own[:columns])]


def _scaling(header: Mapping[str, Any], wave: Mapping[str, Any], rows: int) -> list[tuple[str, npt.NDArray[Any]]]:
    """The positions of the rows, under the name of their unit; none where they only count the rows."""
    old = "hsA" in header
    step, start = (header["hsA"], header["hsB"]) if old else (header["sfA"][0], header["sfB"][0])
    extended = b"" if old else wave["dimension_units"][: wave["bin_header"]["dimEUnitsSize"][0]]  # those of the rows
    unit = _text(extended) or _text(header["xUnits"] if old else header["dimUnits"][0])
    if not unit and (step, start) == (1.0, 0.0):
        return []
    return [(with_unit(_axis_name(unit), unit), start + step * np.arange(float(rows)))]


def _axis_name(unit: str) -> str:
    """What is measured in a unit; "x" where that is nothing of ours."""
    for si, name in _AXES.items():
        with suppress(UnitError):
            conversion(unit, si)
            return name
    return "x"


def _text(value: Any) -> str:
    """Text of bytes, or of single bytes, up to the first zero; Igor 7 and later write UTF-8, others the code page."""
    content = value if isinstance(value, bytes) else np.asarray(value, dtype="S1").tobytes()
    content = content.split(b"\0", 1)[0]
    try:
        return content.decode("utf-8").strip()
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace").strip()
