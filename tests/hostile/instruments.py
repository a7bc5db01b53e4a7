"""Files of instruments that lie about their sizes, lack their partner, or loop."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from tests.hostile.case import Hostile, Right, holding
from tests.instrument_files import bes3t, small_wave

_HUGE: Final = 2**31 - 1
# offsets in a wave of version 5: sizes of BinHeader5, then WaveHeader5 behind its 64 bytes
_PLACES: Final = {"wfmSize": 4, "formulaSize": 8, "noteSize": 12, "dataEUnitsSize": 16, "dimEUnitsSize": 20}
_PLACES_BEHIND: Final = {"dimLabelsSize": 36, "sIndicesSize": 52, "npnts": 64 + 12, "nDim": 64 + 68}
_LINE: Final = {"BSEQ": "BIG", "IRFMT": "D", "XTYP": "IDX", "XPTS": "3", "XMIN": "3300", "XWID": "200"}


def waves() -> Iterator[Hostile]:
    """Igor waves whose header counts what is not there."""
    for name, place in {**_PLACES, **_PLACES_BEHIND}.items():
        for value in (-1, -_HUGE - 1, _HUGE, 10**6):
            yield Hostile("reader", f"{name}{value}.ibw", partial(_patched, place, "<i", value), Right.EITHER)
    for kind in (0, 1, 0x80, 0xFFFF):
        yield Hostile("reader", f"type{kind}.ibw", partial(_patched, 64 + 16, "<H", kind), Right.EITHER)
    for version in (0, 1, 2, 3, 4, 6, 0x0500, 0xFFFF):
        yield Hostile("reader", f"version{version}.ibw", partial(_patched, 0, "<H", version), Right.EITHER)
    for label, content in {"empty": b"", "short": b"\5\0", "zeros": b"\0" * 500, "words": b"no wave\n"}.items():
        yield Hostile("reader", f"{label}.ibw", holding(content))


def spectra() -> Iterator[Hostile]:
    """BES3T data sets whose descriptor and numbers do not belong together."""
    lies: dict[str, Mapping[str, str]] = {
        "negative": {"XPTS": "-3"},
        "none": {"XPTS": "0"},
        "many": {"XPTS": "9" * 15},
        "too many": {"XPTS": "9" * 4000},
        "planes": {"XPTS": "100000", "YTYP": "IDX", "YPTS": "100000", "ZTYP": "IDX", "ZPTS": "100000"},
        "values": {"IKKF": ",".join(["CPLX"] * 100_000)},
        "infinite": {"XMIN": "1e400"},
        "words": {"XMIN": "__import__('os')", "XWID": "nan"},
        "order": {"BSEQ": "MID"},
        "elsewhere": {"XTYP": "IGD", "XFMT": "../../etc/passwd"},
    }
    for label, lie in lies.items():
        yield Hostile("reader", f"{label}.DTA", partial(_line, lie))
    yield Hostile("reader", "alone.DTA", holding(b"\0" * 24))
    for label, content in {"empty": b"", "words": b"no descriptor\n", "zeros": b"\0" * 9999}.items():
        yield Hostile("reader", f"{label}.DSC", holding(content))
    yield Hostile("hang", "pipe.DSC", _beside_a_folder)
    yield Hostile("memory", "long.DSC", holding(b"XPTS 3\n" + b"A b\n" * 500_000))


def networks() -> Iterator[Hostile]:
    """Touchstone files of many ports, endless options or no numbers."""
    texts = {
        "ports.s99p": "# GHz S RI R 50\n1 2 3\n",
        "options.s1p": "#" + " GHz" * 200_000 + "\n1 2 3\n",
        "references.s1p": "# R" + " 50" * 200_000 + "\n1 2 3\n",
        "words.s1p": "# GHz S RI R 50\n1 x 3\n",
        "nan.s1p": "# GHz S RI R 50\n1 nan 3\n",
        "infinite.s1p": "# GHz S DB R 50\n1 1e9 3\n",
        "brackets.s1p": "[" * 100_000 + "\n",
        "ports.s2p": "[Version] 2.0\n# GHz\n[Number of Ports] 999999999999\n[Network Data]\n1 2 3\n",
    }
    for name, content in texts.items():
        yield Hostile("reader", name, holding(content), Right.EITHER)


def oscilloscopes() -> Iterator[Hostile]:
    """First lines of oscilloscopes above nothing, or with a clock that is none."""
    texts = {
        "nothing.csv": "X,CH1,Start,Increment,\nSequence,Volt,0,1\n",
        "clock.csv": "X,CH1,Start,Increment,\nSequence,Volt,0,-1\n0,1\n1,2\n",
        "huge clock.csv": "X,CH1,Start,Increment,\nSequence,Volt,1e308,1e308\n0,1\n1,2\n2,3\n",
        "lecroy.csv": "LECROY\n" * 100_000,
        "dataname.csv": "DataName\nDataValue\n" * 50_000,
        "colons.csv": "a:" * 100_000 + "\ntime,CH1\n1,2\n2,3\n",
        "settings.csv": "# a = 1\n" * 3_000 + "time (s),CH1\n1,2\n2,3\n",
    }
    for name, content in texts.items():
        yield Hostile("text", name, holding(content), Right.EITHER)


def _patched(place: int, form: str, value: int, path: Path) -> None:
    small_wave(path)
    content = bytearray(path.read_bytes())
    struct.pack_into(form, content, place, value)
    path.write_bytes(content)


def _line(lie: Mapping[str, str], path: Path) -> None:
    bes3t(path, np.zeros(3, dtype=">f8"), {**_LINE, **lie})


def _beside_a_folder(path: Path) -> None:
    bes3t(path.with_suffix(".DTA"), np.zeros(3), _LINE)
    path.with_suffix(".DTA").unlink()
    path.with_suffix(".DTA").mkdir()
