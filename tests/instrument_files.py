"""Binary files of instruments, written after the published descriptions of their formats."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

_IGOR_TYPES: Final = {"f4": 2, "f8": 4, "c8": 3, "c16": 5, "i2": 0x10, "i4": 0x20}
_WAVE_HEADER: Final = 320  # bytes of WaveHeader5 before the data


def igor_wave(
    path: Path,
    values: npt.NDArray[Any],
    *,
    name: str = "wave0",
    units: tuple[str, str] = ("", ""),
    scaling: tuple[float, float] = (1.0, 0.0),
    note: str = "",
) -> None:
    """An Igor binary wave of version 5 (WaveMetrics, Technical Note 003: BinHeader5, WaveHeader5, data, units, note).

    units: of the values and of the rows; at most three letters stand in the header, longer ones behind the note.
    scaling: step and start of the rows.
    """
    data = values.astype(values.dtype.newbyteorder("<")).tobytes(order="F")
    long = [unit.encode() if len(unit) > 3 else b"" for unit in units]
    short = [b"" if len(unit) > 3 else unit.encode() for unit in units]
    shape = [*values.shape, *[0] * (4 - values.ndim)]
    header = struct.pack("<I2IihH6xh", 0, 0, 0, values.size, _IGOR_TYPES[values.dtype.str[1:]], 0, 1)
    header += struct.pack("<32siI4i", name.encode(), 0, 0, *shape)
    header += struct.pack("<4d4d", scaling[0], 1.0, 1.0, 1.0, scaling[1], 0.0, 0.0, 0.0)
    header += struct.pack("<4s16shhdd", short[0], short[1].ljust(16, b"\0"), 0, 0, 0.0, 0.0)
    header = header.ljust(_WAVE_HEADER, b"\0")
    sizes = struct.pack("<iii", _WAVE_HEADER + len(data), 0, len(note.encode()))
    sizes += struct.pack("<i4i4iiii", len(long[0]), len(long[1]), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
    words = b"\x05\0" + b"\0\0" + sizes
    total = sum(struct.unpack(f"<{(len(words) + _WAVE_HEADER) // 2}H", words + header)) & 0xFFFF
    words = b"\x05\0" + struct.pack("<H", -total & 0xFFFF) + sizes
    path.write_bytes(words + header + data + note.encode() + long[0] + long[1])


def small_wave(path: Path) -> None:
    igor_wave(path, np.array([1.0, -2.0, 3.0]), units=("Volt", "s"), scaling=(0.25, 0.5), note="Temperature: 4 K")


def small_line(path: Path) -> None:
    said = {"BSEQ": "BIG", "IRFMT": "D", "XTYP": "IDX", "XPTS": "3", "XMIN": "3300", "XWID": "200", "XUNI": "'G'"}
    bes3t(path, np.array([1.0, -2.0, 3.0]).astype(">f8"), said)


def small_network(path: Path) -> None:
    path.write_text("! field 50 mT\n# GHz S RI R 50\n1 11 0 21 0 12 0 22 0\n2 11 0 21 0 12 0 22 0\n")


def bes3t(path: Path, values: npt.NDArray[Any], keywords: Mapping[str, str]) -> None:
    """A Bruker BES3T data set (file format version 1.2): the numbers as they are, and a descriptor of these keywords.

    path: of the .DTA; the descriptor stands beside it.
    """
    path.write_bytes(values.tobytes())
    lines = ["#DESC\t1.2 * DESCRIPTOR INFORMATION", "*", "DSRC\tEXP"]
    lines += [f"{name}\t{value}" for name, value in keywords.items()]
    suffix = ".DSC" if path.suffix.isupper() else ".dsc"
    path.with_suffix(suffix).write_text("\n".join([*lines, "*", "#SPL\t1.2 * STANDARD PARAMETER LAYER", ""]), "latin-1")


INSTRUMENTS: Final[dict[str, Callable[[Path], None]]] = {
    "wave.ibw": small_wave,
    "line.DTA": small_line,
    "network.s2p": small_network,
}
