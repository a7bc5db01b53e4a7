"""Binary files that keep a reader busy."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pyarrow as pa
from nptdms import ChannelObject, TdmsWriter
from pyarrow import parquet
from scipy.io import savemat

from tests.hostile.case import Hostile, Right
from tests.hostile.workbooks import sheet_of, sheet_xml


def hangs() -> Iterator[Hostile]:
    """Files that keep a reader busy."""
    for row in (10**6, 10**12, 10**18):
        right = Right.READ if row == 10**6 else Right.REFUSED
        yield Hostile("hang", f"row{row}.xlsx", partial(_far_row, row), right)
    for number in (3_000, 10_001):
        yield Hostile("hang", f"datasets{number}.h5", partial(_many_datasets, number), Right.EITHER)
    for depth in (100, 3_000):
        yield Hostile("hang", f"groups{depth}.h5", partial(_deep_groups, depth))
    yield Hostile("hang", "loop.h5", _group_in_itself)
    for members in (10_001, 100_000):
        yield Hostile("hang", f"members{members}.npz", partial(_many_members, members))
    yield Hostile("hang", "columns.parquet", _many_columns_parquet)
    yield Hostile("hang", "channels.tdms", _many_channels, Right.EITHER)
    yield Hostile("hang", "variables.mat", _many_variables, Right.EITHER)


def _far_row(row: int, path: Path) -> None:
    head = "<row r='1'><c r='A1' t='inlineStr'><is><t>current (mA)</t></is></c></row>"
    sheet_xml(sheet_of([head, f"<row r='{row}'><c r='A{row}'><v>1.5</v></c></row>"]), path)


def _many_datasets(number: int, path: Path) -> None:
    with h5py.File(path, "w", libver="latest") as file:
        value = np.arange(2.0)
        for place in range(number):
            file.create_dataset(f"d{place}", data=value)


def _deep_groups(depth: int, path: Path) -> None:
    with h5py.File(path, "w") as file:
        group: Any = file
        for _ in range(depth):
            group = group.create_group("g")
        group["x"] = np.arange(3.0)


def _group_in_itself(path: Path) -> None:
    with h5py.File(path, "w") as file:
        file.create_group("g")["again"] = file["/"]


def _many_members(number: int, path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        member = io.BytesIO()
        np.save(member, np.arange(2.0))
        for place in range(number):
            archive.writestr(f"x{place}.npy", member.getvalue())


def _many_columns_parquet(path: Path) -> None:
    parquet.write_table(pa.table({f"c{k}": [1.0] for k in range(10_001)}), path, compression="none")


def _many_channels(path: Path) -> None:
    with TdmsWriter(path) as writer:
        writer.write_segment([ChannelObject("g", f"x{k}", np.arange(2.0)) for k in range(3_000)])


def _many_variables(path: Path) -> None:
    savemat(path, {f"x{k}": np.arange(2.0) for k in range(3_000)})
