"""The same small table in every binary container, each written by the container's own library."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import openpyxl
import pyarrow as pa
from nptdms import ChannelObject, TdmsWriter
from pyarrow import parquet
from scipy.io import savemat

from tests.qcodes import database

STATE, CURRENT, N = ["P", "AP", "P"], [-1.0, 0.0, 1.5], [10, 20, 0]
RECORDS = np.array(list(zip(STATE, CURRENT, N, strict=True)), dtype=[("state", "U2"), ("current", "f8"), ("n", "i4")])


def workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["# written by a script"], [], ["state", "current (mA)", "n"], *zip(STATE, CURRENT, N, strict=True)):
        sheet.append(list(row))
    book.create_sheet("nothing here")
    book.save(path)


def parquet_file(path: Path) -> None:
    current = pa.field("current", pa.float64(), metadata={"unit": "mA"})
    schema = pa.schema([("state", pa.string()), current, ("n", pa.int64())])
    parquet.write_table(pa.table({"state": STATE, "current": CURRENT, "n": N}, schema=schema), path)


def hdf5_group(path: Path) -> None:
    with h5py.File(path, "w") as file:
        group = file.create_group("run 1")
        group["state"], group["current"], group["n"] = STATE, CURRENT, N
        group["current"].attrs["unit"] = "mA"


def hdf5_fields(path: Path) -> None:
    with h5py.File(path, "w") as file:
        fields = [("state", "S2"), ("current", "f8"), ("n", "i4")]
        file["dwells"] = np.array(list(zip(STATE, CURRENT, N, strict=True)), dtype=fields)
        file["dwells"].attrs["current_unit"] = "mA"


def matlab_variables(path: Path) -> None:
    savemat(path, {"state": np.array(STATE, dtype=object), "current": np.array(CURRENT), "n": np.array(N)})


def matlab_struct(path: Path) -> None:
    savemat(path, {"run": {"state": np.array(STATE, dtype=object), "current": np.array(CURRENT), "n": np.array(N)}})


def tdms(path: Path) -> None:
    channels = [("state", STATE, {}), ("current", np.array(CURRENT), {"unit_string": "mA"}), ("n", np.array(N), {})]
    with TdmsWriter(path) as writer:
        writer.write_segment([ChannelObject("run", name, data, properties=units) for name, data, units in channels])


def qcodes(path: Path) -> None:
    database(path, {"n": "", "state": "", "current": "mA"}, [list(zip(N, STATE, CURRENT, strict=True))])


WRITERS: dict[str, Callable[[Path], None]] = {
    "book.xlsx": workbook,
    "table.parquet": parquet_file,
    "group.h5": hdf5_group,
    "fields.hdf5": hdf5_fields,
    "arrays.npz": lambda path: np.savez(path, state=np.array(STATE), current=np.array(CURRENT), n=np.array(N)),
    "fields.npy": lambda path: np.save(path, RECORDS),
    "variables.mat": matlab_variables,
    "struct.mat": matlab_struct,
    "channels.tdms": tdms,
    "run.db": qcodes,
}
