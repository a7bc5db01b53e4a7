"""Binary files that end their reader, or unpack to more than a machine has."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import h5py
import numpy as np
import pyarrow as pa
from nptdms import ChannelObject, TdmsWriter
from pyarrow import parquet
from scipy.io import savemat

from tests.hostile.case import Hostile, Right
from tests.hostile.elsewhere import virtual_of_itself
from tests.hostile.workbooks import sheet_of, sheet_xml


def segmentation_faults() -> Iterator[Hostile]:
    """Files on which a reader of native code breaks off."""
    for depth in (1_000, 10_000, 100_000):
        yield Hostile("segmentation fault", f"cells{depth}.mat", partial(_nested_cells, depth))
    for tag in range(24):
        yield Hostile("segmentation fault", f"tag{tag}.mat", partial(_bad_tag, tag), Right.EITHER)
    yield Hostile("segmentation fault", "itself.h5", virtual_of_itself)


def _nested_cells(depth: int, path: Path) -> None:
    """A cell in a cell in a cell …, written by hand as MATLAB 5 has them: miMATRIX, flags, dimensions, no name."""
    head = struct.pack("<IIIIII", 6, 8, 1, 0, 5, 8) + struct.pack("<ii", 1, 1) + struct.pack("<II", 1, 0)
    number = struct.pack("<IIIIII", 6, 8, 6, 0, 5, 8) + struct.pack("<ii", 1, 1) + struct.pack("<II", 1, 0)
    number += struct.pack("<IId", 9, 8, 1.0)
    inner = len(number)
    layers = []
    for _ in range(depth):
        layers.append(head + struct.pack("<II", 14, inner))
        inner += len(head) + 8
    body = struct.pack("<II", 14, inner) + b"".join(reversed(layers)) + number
    path.write_bytes(b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<HH", 0x0100, 0x4D49) + body)


def _bad_tag(tag: int, path: Path) -> None:
    savemat(path, {"x": np.arange(5.0), "c": np.array(["a", "b"], dtype=object), "s": {"f": np.arange(3)}})
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, 128 + 8 * tag, (0, 0xFFFFFFFF, 0x7FFFFFFF, 14, 15, 255)[tag % 6])
    path.write_bytes(content)


def memory() -> Iterator[Hostile]:
    """Files that declare or unpack to more than a machine has."""
    for exponent in (9, 12, 18):
        rows = 10**exponent
        for fields in (False, True):
            yield Hostile("memory", f"declares{exponent}{fields}.npy", partial(_declared_npy, rows, fields))
        yield Hostile("memory", f"declares{exponent}.h5", partial(_declared_hdf5, rows))
        yield Hostile("memory", f"declares{exponent}.npz", partial(_declared_npz, rows))
    for megabytes in (1_100, 5_000):
        yield Hostile("memory", f"bomb{megabytes}.npz", partial(_zipped_bomb, megabytes, "x.npy"), said=("size_limit",))
        name = "xl/worksheets/sheet1.xml"
        yield Hostile("memory", f"bomb{megabytes}.xlsx", partial(_zipped_bomb, megabytes, name), said=("size_limit",))
    yield Hostile("memory", "lying.npz", _lying_zip)
    yield Hostile("memory", "bomb.h5", _compressed_hdf5, said=("size_limit",))
    yield Hostile("memory", "bomb.mat", _compressed_mat, said=("size_limit",))
    yield Hostile("memory", "bomb.parquet", _encoded_parquet, said=("size_limit",))
    yield Hostile("memory", "entities.xlsx", _entities)
    yield Hostile("memory", "corners.xlsx", _corners)
    for count in (2**31 - 1, 2**32 - 1, 2**40, 2**63 - 1):
        yield Hostile("memory", f"counts{count}.tdms", partial(_tdms_counts, count), Right.EITHER)


def _npy_header(shape: str, descr: str = "'<f8'", rest: str = "") -> bytes:
    header = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}{rest}".encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\0" + struct.pack("<H", len(header)) + header


def _declared_npy(rows: int, fields: bool, path: Path) -> None:
    descr = "[('current', '<f8'), ('n', '<i4')]" if fields else "'<f8'"
    path.write_bytes(_npy_header(f"({rows},)", descr) + b"\0" * 800)


def _declared_npz(rows: int, path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x.npy", _npy_header(f"({rows},)") + b"\0" * 800)


def _declared_hdf5(rows: int, path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("current", (rows,), "f8", chunks=(1000,))


def _zipped_bomb(megabytes: int, name: str, path: Path) -> None:
    """A member of zeros, whose packed form is written once and declared for all of them."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr(name, b"\0" * 100_000)
    content = path.read_bytes().replace(
        struct.pack("<I", 100_000), struct.pack("<I", min(megabytes * 10**6, 2**32 - 2))
    )
    path.write_bytes(content)


def _lying_zip(path: Path) -> None:
    """A member that says it is small and is not."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("x.npy", _npy_header("(12500000,)") + b"\0" * 10**8)
    size = 10**8 + len(_npy_header("(12500000,)"))
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", size), struct.pack("<I", 1000)))


def _compressed_hdf5(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_dataset("current", (10**10,), "f8", chunks=(10**6,), compression="gzip", fillvalue=1.0)


def _compressed_mat(path: Path) -> None:
    """A variable of 4 GB of zeros by its header, packed: none of them is there."""
    dims = struct.pack("<II", 5, 8) + struct.pack("<ii", 500_000_000, 1)
    inner = struct.pack("<IIII", 6, 8, 6, 0) + dims + struct.pack("<HH", 1, 1) + b"x\0\0\0"
    inner += struct.pack("<II", 9, 4_000_000_000)
    packed = zlib.compress(struct.pack("<II", 14, len(inner) + 4_000_000_000 & 0xFFFFFFFF) + inner + b"\0" * 1000)
    head = b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack("<HH", 0x0100, 0x4D49)
    path.write_bytes(head + struct.pack("<II", 15, len(packed)) + packed)


def _encoded_parquet(path: Path) -> None:
    """Runs of one value: 2·10⁸ rows in some kB."""
    table = pa.table({"current": pa.array(np.zeros(10**6))})
    with parquet.ParquetWriter(path, table.schema, compression="zstd") as writer:
        for _ in range(200):
            writer.write_table(table)


def _entities(path: Path) -> None:
    """Entities that double ten at a time: a billion laughs."""
    names = [f'<!ENTITY l{k} "{f"&l{k - 1};" * 10}">' for k in range(1, 10)]
    xml = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "lol">{"".join(names)}]>'
    sheet_xml(xml + sheet_of(["<row r='1'><c r='A1' t='inlineStr'><is><t>&l9;</t></is></c></row>"]), path)


def _corners(path: Path) -> None:
    """Cells in the first and the last corner of a sheet, and 1.7·10¹⁰ between them."""
    rows = ["<row r='1'><c r='A1'><v>1</v></c></row>", "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row>"]
    sheet_xml(sheet_of(rows), path)


def _tdms_counts(count: int, path: Path) -> None:
    with TdmsWriter(path) as writer:
        writer.write_segment([ChannelObject("g", "x", np.arange(5.0))])
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<IIQ", 10, 1, 5), struct.pack("<IIQ", 10, 1, count), 1))
