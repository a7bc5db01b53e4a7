"""Parquet files (.parquet), through pyarrow."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stfit.loaders.assembled import assembled, damaged, reader_package, with_unit
from stfit.loaders.containers import Table


def read(path: Path) -> Table:
    """The table in a Parquet file; a unit may stand in the metadata of a column under "unit" or "units".

    InputError: no Parquet, and as `assembled`.
    """
    pyarrow = reader_package("pyarrow", path)
    parquet = reader_package("pyarrow.parquet", path)
    try:
        table = parquet.read_table(path, memory_map=True, use_threads=False, partitioning=None)
    except (pyarrow.ArrowException, ValueError) as error:
        raise damaged(path, "a Parquet file", error) from error
    fields = [table.schema.field(position) for position in range(table.num_columns)]
    names = [with_unit(field.name, _unit(field.metadata)) for field in fields]
    return assembled(path, [(name, _values(column)) for name, column in zip(names, table.columns, strict=True)])


def _unit(metadata: dict[bytes, bytes] | None) -> bytes:
    known = metadata or {}
    return known.get(b"unit", known.get(b"units", b""))


def _values(column: Any) -> Any:
    """A column as an array; a missing number is NaN, a missing text an empty one."""
    values = column.to_pandas()
    return values.fillna("").to_numpy(object) if values.dtype.kind == "O" else values.to_numpy()
