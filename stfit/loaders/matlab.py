"""MATLAB files (.mat): variables of one length, or the fields of a struct. Version 7.3 is HDF5."""

from __future__ import annotations

import math
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.io.matlab import loadmat, whosmat

from stfit.files import require_size
from stfit.loaders.contents import REMEDY, Contents, require_columns
from stfit.loaders.groups import ONLY, Choice, Group, chosen

_HDF5: Final = b"\x89HDF\r\n\x1a\n"  # where an HDF5 file begins, behind the 512 bytes that MATLAB puts before it
_PREFIX: Final = 512
_OUTSIDE: Final = "/"  # the group of the variables that stand in no struct
_DEEPEST: Final = 8  # structs inside each other
_NUMBER: Final = 8  # bytes that a number may take, once read


def read(path: Path, size_limit: int, choice: Choice = ONLY) -> Contents:
    """The columns of a .mat file. A name of MATLAB holds no unit: it is declared with `columns`.

    Parameters
    ----------
    path : Path
        The file.
    size_limit : int
        Bytes that its variables may have, by what the file says of itself.
    choice : Choice
        Which struct is meant, by its name; "/" for the variables outside structs.

    Returns
    -------
    Contents
        The variables, or the fields of a struct; single values and texts are settings.

    Raises
    ------
    InputError
        As `stfit.loaders.groups.chosen`; if it is larger once read.
    """
    with path.open("rb") as file:
        start = file.read(_PREFIX + len(_HDF5))
    if _HDF5 in (start[: len(_HDF5)], start[_PREFIX:]):
        contents: Contents = import_module("stfit.loaders.hdf5").read(path, size_limit, choice)  # h5py where needed
        return contents
    there = whosmat(path)
    require_columns(path, len(there))
    size = _NUMBER * sum(math.prod(shape) for _, shape, _ in there)
    require_size(f"{path.name}, unpacked", size, size_limit, REMEDY)
    content = loadmat(path, squeeze_me=True, struct_as_record=True, chars_as_strings=True)
    variables = {name: value for name, value in content.items() if not name.startswith("__")}
    return chosen(path, _groups(dict(_tables(_OUTSIDE, variables))), choice, size_limit)


def _tables(name: str, fields: dict[str, Any], depth: int = 0) -> Iterator[tuple[str, dict[str, Any]]]:
    """The variables outside structs, and the fields of each struct, also of those within it: "run.up"."""
    structs = {key: value for key, value in fields.items() if _is_struct(value)}
    yield name, {key: np.atleast_1d(value) for key, value in fields.items() if key not in structs}
    prefix = "" if name == _OUTSIDE else f"{name}."
    for key, struct in structs.items() if depth < _DEEPEST else ():
        inner = {field: _field(struct, field) for field in struct.dtype.names}
        yield from _tables(f"{prefix}{key}", inner, depth + 1)


def _is_struct(value: Any) -> bool:
    return getattr(value, "dtype", None) is not None and bool(value.dtype.names)


def _field(struct: Any, name: str) -> Any:
    """A field of a struct, or of an array of structs that holds one row each."""
    values = struct[name]
    return values[()] if values.ndim == 0 else np.array(values.tolist())


def _groups(tables: dict[str, dict[str, Any]]) -> list[Group]:
    """The tables with columns; single values beside longer ones are settings, of their own struct or of all."""
    rows = max((value.size for table in tables.values() for value in table.values()), default=0)
    columns = {
        name: {key: value for key, value in table.items() if rows < 2 or value.size != 1}
        for name, table in tables.items()
    }
    single = {
        name: {key: value for key, value in table.items() if key not in columns[name]} for name, table in tables.items()
    }
    outside = dict(single[_OUTSIDE])
    for name, table in single.items():
        if name != _OUTSIDE and not columns[name]:
            outside |= {f"{name}.{key}": value for key, value in table.items()}
    return [
        Group(
            name,
            tuple(there),
            sum(value.nbytes for value in there.values()),
            lambda there=there: list(there.items()),  # type: ignore[misc]
            {**outside, **single[name]},
        )
        for name, there in columns.items()
        if there
    ]
