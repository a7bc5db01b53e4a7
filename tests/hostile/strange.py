"""Binary files at which readers raise what nobody expects, or lose what is there."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import h5py
import numpy as np
import pyarrow as pa
from nptdms import ChannelObject, TdmsWriter
from pyarrow import parquet

from tests.containers import WRITERS
from tests.hostile.case import Hostile, Right, holding
from tests.hostile.workbooks import sheet_of, sheet_xml, with_member

_NPY_HEADERS: Final = {
    "unterminated": b"{'descr': '<f8', 'fortran_order': False, 'shape': (3,",
    "nested": b"(" * 5000 + b")" * 5000,
    "bool shape": b"{'descr': '<f8', 'fortran_order': False, 'shape': (True,), }",
    "negative": b"{'descr': '<f8', 'fortran_order': False, 'shape': (-3,), }",
    "no shape": b"{'descr': '<f8', 'fortran_order': False}",
    "text": b"'<f8'",
    "call": b"__import__('os').system('true')",
    "descr": b"{'descr': [('a', 'nothing')], 'fortran_order': False, 'shape': (3,), }",
    "void": b"{'descr': '|V8', 'fortran_order': False, 'shape': (3,), }",
    "dates": b"{'descr': '<M8[zz]', 'fortran_order': False, 'shape': (3,), }",
    "latin": b"{'descr': '<f8', '\xe9': False, 'shape': (3,), }",
    "empty": b"",
    "minus": b"-" * 9000 + b"1",
}
_BAD_XML: Final = {"cut": "<worksheet><sheetData><row", "empty": "", "words": "no xml", "zero": "\0\0"}
_SHARED: Final = "<row r='1'><c r='A1' t='s'><v>{}</v></c></row><row r='2'><c r='A2'><v>1</v></c></row>"
_PLACE: Final = "<row r='1'><c r='{}'><v>1</v></c></row>"
_VALUE: Final = "<row r='1'><c r='A1' t='inlineStr'><is><t>n</t></is></c></row><row r='2'><c r='A2'><v>{}</v></c></row>"
_SUFFIXES: Final = (".tdms", ".h5", ".mat", ".parquet", ".xlsx", ".npz", ".npy")


def numpy_files() -> Iterator[Hostile]:
    """NumPy files whose headers or archives are not what NumPy writes."""
    for label, header in _NPY_HEADERS.items():
        content = b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header + b"\0" * 64
        yield Hostile("reader", f"{label}.npy", holding(content))
        yield Hostile("reader", f"{label}.npz", partial(_one_member, content, "x.npy"))
    for label, version in {"version9": b"\x09\0", "version0": b"\0\0", "cut": b"\x01"}.items():
        yield Hostile("reader", f"{label}.npy", holding(b"\x93NUMPY" + version + b"\xff\xff"))
    yield Hostile("reader", "encrypted.npz", partial(_flagged, 0x1))
    for method in (1, 6, 12, 14, 97, 99):
        yield Hostile("reader", f"method{method}.npz", partial(_compressed_by, method))
    yield Hostile("reader", "folder.npz", partial(_one_member, b"", "folder/"))
    yield Hostile("reader", "words.npz", partial(_one_member, b"no array", "readme.txt"))


def workbooks() -> Iterator[Hostile]:
    """Workbooks whose sheets are not what Excel writes."""
    for label, xml in _BAD_XML.items():
        yield Hostile("reader", f"{label}.xlsx", partial(sheet_xml, xml))
    cells: list[tuple[str, str, tuple[str, ...]]] = [("shared", _SHARED, ("7", "-1", "x", "9" * 20, ""))]
    cells += [("place", _PLACE, ("1A", "A0", "A-1", "ZZZZZZZ1", "é1", ""))]
    cells += [("value", _VALUE, ("", "x", "1e999", "nan", "1e5000", "0x10"))]
    for label, rows, words in cells:
        for word in words:
            xml = sheet_of([rows.format(word)])
            yield Hostile("reader", f"{label}{word}.xlsx", partial(sheet_xml, xml), Right.EITHER)


def other_readers() -> Iterator[Hostile]:
    """Parquet, HDF5 and TDMS files of types that are no columns."""
    for label, array in _strange_arrow().items():
        yield Hostile("reader", f"{label}.parquet", partial(_parquet_of, array), Right.EITHER)
    yield Hostile("reader", "time.h5", _hdf5_time)
    for label, values in _strange_hdf5().items():
        yield Hostile("reader", f"{label}.h5", partial(_hdf5_of, values), Right.EITHER)
    yield Hostile("reader", "daqmx.tdms", _daqmx)
    for label, content in {"empty": b"", "magic": b"TDSm", "index": b"TDSh" + b"\0" * 60}.items():
        for suffix in _SUFFIXES:
            yield Hostile("reader", f"{label}{suffix}", holding(content))


def wrong_suffixes() -> Iterator[Hostile]:
    """Sound files under the suffix of another container."""
    for name in WRITERS:
        for suffix in (*_SUFFIXES, ".csv", ".lvm"):
            if suffix != Path(name).suffix:
                label = name.replace(".", " ")
                yield Hostile("wrong suffix", f"{label}{suffix}", partial(_renamed, name), Right.EITHER)


def _renamed(name: str, path: Path) -> None:
    WRITERS[name](path.with_name(name))
    path.with_name(name).rename(path)


def _one_member(content: bytes, name: str, path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content)


def _flagged(flag: int, path: Path) -> None:
    """A member whose flags say that it is encrypted."""
    np.savez(path, x=np.arange(3.0))
    content = bytearray(path.read_bytes())
    struct.pack_into("<H", content, 6, flag)
    struct.pack_into("<H", content, content.index(b"PK\x01\x02") + 8, flag)
    path.write_bytes(content)


def _compressed_by(method: int, path: Path) -> None:
    np.savez(path, x=np.arange(3.0))
    content = bytearray(path.read_bytes())
    struct.pack_into("<H", content, 8, method)
    struct.pack_into("<H", content, content.index(b"PK\x01\x02") + 10, method)
    path.write_bytes(content)


def _strange_arrow() -> dict[str, pa.Array]:
    far = pa.array([2**62, -(2**62)], pa.int64())
    return {
        "utf8": pa.Array.from_buffers(
            pa.string(), 1, [None, pa.py_buffer(struct.pack("<ii", 0, 2)), pa.py_buffer(b"\xff\xfe")]
        ),
        "far date": far.cast(pa.timestamp("ms")),
        "far date us": far.cast(pa.timestamp("us")),
        "zone": pa.array([0, 1], pa.timestamp("s", "Europe/Berlin")),
        "no zone": pa.array([0, 1], pa.int64()).cast(pa.timestamp("s", "Nowhere/Nothing")),
        "offset zone": pa.array([0, 1], pa.timestamp("s", "+99:99")),
        "date": pa.array([0, 2**31 - 1], pa.int32()).cast(pa.date32()),
        "time": pa.array([0, 86399], pa.time32("s")),
        "duration": pa.array([0, 2**62], pa.duration("ms")),
        "list": pa.array([[1.0], [2.0, 3.0]]),
        "struct": pa.array([{"a": 1.0}]),
        "map": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
        "null": pa.nulls(3),
        "binary": pa.array([b"\xff\0", None]),
        "decimal": pa.array([1, 2]).cast(pa.decimal128(38, 10)),
        "words": pa.array(["a", None]).dictionary_encode(),
        "half": pa.array(np.array([1, 2], np.float16)),
        "integers": pa.array([1, None, 3]),
        "flags": pa.array([True, None]),
        "large": pa.array([2**64 - 1], pa.uint64()),
    }


def _parquet_of(array: pa.Array, path: Path) -> None:
    parquet.write_table(pa.table({"current": array}), path)


def _hdf5_time(path: Path) -> None:
    with h5py.File(path, "w") as file:
        space = h5py.h5s.create_simple((3,))
        h5py.h5d.create(file.id, b"time", h5py.h5t.UNIX_D64LE, space)


def _strange_hdf5() -> dict[str, Any]:
    return {
        "complex": np.array([1j]),
        "opaque": np.array([b"ab"], dtype="V2"),
        "nested fields": np.zeros(2, dtype=[("a", [("b", "f8")])]),
        "subarrays": np.zeros(2, dtype=[("a", "f8", (3,))]),
        "cube": np.zeros((2, 2, 2)),
        "scalar": np.float64(1.0),
        "no rows": np.zeros((0,)),
        "no rows of many": np.zeros((0, 10**6)),
        "half": np.zeros(2, np.float16),
        "long": np.zeros(2, np.longdouble),
        "flags": np.array([True, False]),
        "bytes": np.array([b"\xff\xfe", b"a"]),
        "null": h5py.Empty("f8"),
        "references": np.array([None], dtype=h5py.ref_dtype),
        "ragged": np.array([np.zeros(2), np.zeros(3)], dtype=object),
    }


def _hdf5_of(values: Any, path: Path) -> None:
    with h5py.File(path, "w") as file:
        if path.stem == "ragged":
            ragged = file.create_dataset("current", (2,), h5py.vlen_dtype("f8"))
            ragged[:] = values
        else:
            file["current"] = values


def _daqmx(path: Path) -> None:
    """A channel whose index says that its data are raw DAQmx data."""
    with TdmsWriter(path) as writer:
        writer.write_segment([ChannelObject("g", "x", np.arange(5.0))])
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<I", 20), struct.pack("<I", 0x1269)))


def silent_losses() -> Iterator[Hostile]:
    """Legitimate files of other writers."""
    for stored in ("A1:A2", "A1:B2", "A1", "C3:C9", "A1:XFD1048576"):
        write = partial(_stale_dimension, stored)
        yield Hostile("silent loss", f"dimension {stored.replace(':', ' ')}.xlsx", write, Right.READ, _ALL)
    for label, style in _ODD_STYLES.items():
        yield Hostile("silent loss", f"{label}.xlsx", partial(_odd_styles, style), Right.READ, _ALL)


_ALL: Final = ("rows       3", "total_time")  # what is said where neither a row nor a column is lost
_STYLES: Final = "<styleSheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'>{}</styleSheet>"
_ODD_STYLES: Final = {
    "no fills": "",
    "odd fill": "<fills><fill/><fill><odd/></fill></fills>",
    "odd alignment": "<cellXfs><xf numFmtId='0'><alignment horizontal='centre'/></xf></cellXfs>",
    "odd format": "<cellXfs><xf numFmtId='999'/></cellXfs>",
}


def _odd_styles(xml: str, path: Path) -> None:
    with_member(path, "xl/styles.xml", _STYLES.format(xml))


def _stale_dimension(stored: str, path: Path) -> None:
    with_member(path, "xl/worksheets/sheet1.xml", "")
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("xl/worksheets/sheet1.xml").decode()
    with_member(path, "xl/worksheets/sheet1.xml", xml.replace('ref="A1:D4"', f'ref="{stored}"', 1))
