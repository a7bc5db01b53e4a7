"""Parquet files (.parquet), through pyarrow."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from pyarrow import parquet, types

from stfit.files import require_size
from stfit.loaders.contents import REMEDY, Contents, contents_of, require_columns, text_of, with_unit

_CELL: Final = 8  # bytes that a cell takes at least, once read


def read(path: Path, size_limit: int) -> Contents:
    """The columns of a Parquet file; a unit may stand in the metadata of a column under "unit" or "units".

    Parameters
    ----------
    path : Path
        The file.
    size_limit : int
        Bytes that its columns may have, by what the file says of itself.

    Returns
    -------
    Contents
        Its columns; a missing number is NaN, a missing text an empty one, times and dates are text.

    Raises
    ------
    InputError
        If it has too many columns, or is larger once read.
    """
    with parquet.ParquetFile(path) as file:
        about = file.metadata
        require_columns(path, about.num_columns)
        packed = sum(about.row_group(place).total_byte_size for place in range(about.num_row_groups))
        size = max(packed, about.num_rows * about.num_columns * _CELL)
        require_size(f"{path.name}, unpacked", size, size_limit, REMEDY)
        table = file.read(use_threads=False)
    fields = [table.schema.field(position) for position in range(table.num_columns)]
    names = [with_unit(field.name, _unit(field.metadata)) for field in fields]
    return contents_of(path, [(name, _values(column)) for name, column in zip(names, table.columns, strict=True)])


def _unit(metadata: dict[bytes, bytes] | None) -> bytes:
    known = metadata or {}
    return known.get(b"unit", known.get(b"units", b""))


def _values(column: Any) -> Any:
    if types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if types.is_temporal(column.type):
        column = column.cast(pa.string())
    if types.is_decimal(column.type):
        column = column.cast(pa.float64())
    if any(is_text(column.type) for is_text in (types.is_string, types.is_large_string, types.is_string_view)):
        return [text_of(cell) for cell in column.to_pylist()]
    return column.to_numpy()
